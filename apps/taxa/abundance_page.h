// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/taxa/abundance_tables.h"
#include "specimens/abundance.h"

namespace fossilct {

// All that `abundance` tells.
struct AbundanceResult {
  Abundance found;
  std::vector<GroupCounts> groups;  // one a sample of `found`; empty: no groups were given
  // The counts by a person, of the samples and taxa of `found` and in their order (what only a
  // person found is in `found` as 0); nothing where none were given.
  std::optional<Abundance> manual;
  double level = 0.95;
};

// Percent of a sample's specimens; NaN where it has none.
std::vector<double> percents_of(const Abundance& table, std::size_t taxon);

// A row a sample and taxon: sample, depth_m, taxon, count, total, percent, low, high, and with
// counts by a person manual_count, manual_percent; with groups a taxon "planktonic of planktonic
// and benthic" besides.
std::string abundance_csv(const AbundanceResult& result);
// A page of its own.
std::string abundance_html(const AbundanceResult& result, const std::string& title);

}  // namespace fossilct
