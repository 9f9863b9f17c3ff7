// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/options.h"
#include "apps/fossils/fossil_ids.h"
#include "specimens/catalogue.h"
#include "specimens/split.h"

namespace fossilct {

// Something to be done to fossils, and the option that asked for it.
struct VerdictOf {
  std::vector<IdRange> ids;
  DecisionKind kind = DecisionKind::accept;
  std::string option;  // "--accept"
};

// A name for fossils; empty: it is taken back.
struct TaxonOf {
  std::vector<IdRange> ids;
  std::string name;
};

struct ReviewOptions {
  std::filesystem::path catalogue;
  bool queue = false;
  std::int64_t limit = 20;  // lines of the queue
  std::vector<VerdictOf> verdicts;
  std::vector<std::pair<std::uint32_t, std::string>> notes;
  std::vector<std::pair<std::uint32_t, std::filesystem::path>> photos;
  std::vector<TaxonOf> taxa;
  std::filesystem::path taxon_table;
  std::vector<IdRange> merge;
  std::optional<std::uint32_t> split;
  double split_depth = SplitOptions().depth;
  std::filesystem::path import_labels;
  std::optional<std::uint32_t> import_id;  // whose mask it is; nothing: its values are ids
  bool retire_missing = false;
  std::optional<std::int64_t> new_class;
  std::filesystem::path scan;
  std::string by;  // empty: the user's name
  std::string sign;

  int edits() const {
    return (merge.empty() ? 0 : 1) + (split ? 1 : 0) + (import_labels.empty() ? 0 : 1);
  }
  bool changes() const {
    return edits() > 0 || !verdicts.empty() || !notes.empty() || !photos.empty() || !taxa.empty() ||
           !taxon_table.empty() || !sign.empty();
  }
};

void declare_review_options(OptionSet& options, ReviewOptions& review);

}  // namespace fossilct
