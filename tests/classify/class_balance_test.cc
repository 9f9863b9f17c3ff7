// SPDX-License-Identifier: Apache-2.0
#include "classify/class_balance.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace fossilct {
namespace {

TEST_CASE("weights are the geometric mean over the count, within a tenth and ten") {
  const std::vector<double> weights = taxon_weights({10, 40, 0});
  CHECK(weights[0] == doctest::Approx(2));
  CHECK(weights[1] == doctest::Approx(0.5));
  CHECK(weights[2] == 0);
  const std::vector<double> extreme = taxon_weights({1, 1'000'000});
  CHECK(extreme[0] == 10);
  CHECK(extreme[1] == 0.1);
}

std::vector<std::int64_t> counts_of(const std::vector<std::int64_t>& order,
                                    const std::vector<int>& taxa) {
  std::vector<std::int64_t> counts(3, 0);
  for (const std::int64_t picture : order) {
    ++counts[static_cast<std::size_t>(taxa[static_cast<std::size_t>(picture)])];
  }
  return counts;
}

TEST_CASE("an epoch has all pictures, or as many of each taxon") {
  std::vector<int> taxa(20, 0);
  taxa.insert(taxa.end(), 7, 1);
  taxa.insert(taxa.end(), 3, 2);
  std::vector<std::int64_t> all = epoch_order(taxa, TaxonSampling::all, 1);
  CHECK(all != epoch_order(taxa, TaxonSampling::all, 2));
  CHECK(all == epoch_order(taxa, TaxonSampling::all, 1));
  std::sort(all.begin(), all.end());
  std::vector<std::int64_t> each(30);
  std::iota(each.begin(), each.end(), 0);
  CHECK(all == each);
  const auto over = epoch_order(taxa, TaxonSampling::oversample, 1);
  CHECK(counts_of(over, taxa) == std::vector<std::int64_t>{20, 20, 20});
  // Each of the rare ones as often as the others, but for a remainder.
  CHECK(std::count(over.begin(), over.end(), 27) >= 6);
  const auto under = epoch_order(taxa, TaxonSampling::undersample, 1);
  CHECK(counts_of(under, taxa) == std::vector<std::int64_t>{3, 3, 3});
}

}  // namespace
}  // namespace fossilct
