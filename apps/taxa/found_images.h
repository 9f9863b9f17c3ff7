// SPDX-License-Identifier: Apache-2.0
#pragma once

// What lies in the inputs, before a picture is opened.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/taxa/image_sets.h"

namespace fossilct {

struct FoundSpecimen {
  std::string name;
  std::string sample;
  std::optional<double> depth_m;
  std::string taxon;  // empty: not known
  std::map<std::string, double> measurements;
  std::vector<std::filesystem::path> images;
  std::optional<FossilOfCatalogue> fossil;
};

struct FoundImages {
  std::vector<FoundSpecimen> specimens;
  std::vector<std::string> measurements;  // columns that every catalogue has
  bool is_of_photographs = false;
  // Photographs of which nothing told which specimen they are of.
  std::int64_t without_specimen = 0;
  std::int64_t undrawn = 0;  // fossils whose views could not be made; they are left out
};

// Folders and files that are hidden, and files that are no pictures by their ending, are passed
// over. Pictures in the natural order of their names; deeper folders than those of taxa belong to
// the taxon. Also a single picture. Throws as read_images().
FoundImages images_in_folder(const std::filesystem::path& path, const ImageSetOptions& options);
// Columns path (from the table's folder), and any of class, specimen, sample, depth; others are
// passed over.
FoundImages images_in_table(const std::filesystem::path& table, const ImageSetOptions& options);
// Of fossils that were not rejected. Makes views that lack.
FoundImages images_of_catalogue(const std::filesystem::path& catalogue,
                                const ImageSetOptions& options, const CommandContext& context);

}  // namespace fossilct
