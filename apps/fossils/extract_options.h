// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "io/open_scan.h"
#include "specimens/extraction.h"
#include "volumes/label_classes.h"

namespace fossilct {

// What `fossilct extract` is told.
struct ExtractSettings {
  std::filesystem::path labels;
  std::filesystem::path scan;  // empty: shapes only
  OpenOptions open;            // of both; spacing, scratch
  std::filesystem::path uncertainty;
  std::filesystem::path output;
  std::string name;  // of the scan; empty: by its file
  bool overwrite = false;
  bool retire_reviewed = false;

  std::vector<std::string> classes;  // names or values; empty: all but 0
  std::string wall_class;            // likewise
  bool no_anatomy = false;
  ExtractionOptions extraction;
  double memory_gib = 0;   // 0: half of what is free
  double confidence = 95;  // percent
};

void declare_extract_options(OptionSet& options, ExtractSettings& settings);

// Sets classes and wall class of settings.extraction by the names that the labels have for their
// values. Throws Error{option} for a name that is none, and for the background.
void settle_classes(ExtractSettings& settings, const std::vector<LabelClass>& known);

}  // namespace fossilct
