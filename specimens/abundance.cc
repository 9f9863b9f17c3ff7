// SPDX-License-Identifier: Apache-2.0
#include "specimens/abundance.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

struct Gathered {
  std::map<std::string, std::int64_t> counts;
  std::optional<double> depth_m;
};

// The bin that a specimen is in: its name and its middle.
std::pair<std::string, double> bin_of(const Occurrence& occurrence, double bin_m) {
  if (!occurrence.depth_m) {
    throw Error(ErrorKind::format, "sample '" + printable(occurrence.sample) +
                                       "' has no depth, which bins of depth need; give the depths "
                                       "of the scans (catalogue merge --depth-table)");
  }
  const double number = std::floor(*occurrence.depth_m / bin_m);
  return {format_rounded(number * bin_m) + " to " + format_rounded((number + 1) * bin_m) + " m",
          (number + 0.5) * bin_m};
}

bool is_above(const AbundanceSample& a, const AbundanceSample& b) {
  if (a.depth_m && b.depth_m && *a.depth_m != *b.depth_m) {
    return *a.depth_m < *b.depth_m;
  }
  return a.depth_m.has_value() != b.depth_m.has_value() ? a.depth_m.has_value()
                                                        : natural_less(a.name, b.name);
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

}  // namespace

Abundance count_abundance(std::span<const Occurrence> occurrences, double bin_m,
                          std::span<const std::string> taxa) {
  if (!(bin_m >= 0 && std::isfinite(bin_m))) {
    throw option_error("--bin-m", format_number(bin_m) + " is below 0");
  }
  std::map<std::string, Gathered> samples;
  std::set<std::string> names(taxa.begin(), taxa.end());
  for (const Occurrence& each : occurrences) {
    std::string sample = each.sample;
    std::optional<double> depth_m = each.depth_m;
    if (bin_m > 0) {
      std::tie(sample, depth_m) = bin_of(each, bin_m);
    }
    Gathered& gathered = samples[sample];
    gathered.depth_m = gathered.depth_m ? gathered.depth_m : depth_m;
    if (!each.taxon.empty()) {
      gathered.counts[each.taxon] += each.count;
      names.insert(each.taxon);
    }
  }
  Abundance result = {{names.begin(), names.end()}, {}};
  for (const auto& [name, gathered] : samples) {
    AbundanceSample sample = {name, gathered.depth_m, {}, 0};
    for (const std::string& taxon : result.taxa) {
      const auto count = gathered.counts.find(taxon);
      sample.counts.push_back(count == gathered.counts.end() ? 0 : count->second);
      sample.total += sample.counts.back();
    }
    result.samples.push_back(std::move(sample));
  }
  std::ranges::sort(result.samples, is_above);
  return result;
}

Share share_of(std::int64_t count, std::int64_t total, double level) {
  assert(count >= 0 && count <= total);
  if (!(level > 0 && level < 1)) {
    throw option_error("--level", format_number(level) + " is not between 0 and 1");
  }
  if (total == 0) {
    return {no_number, no_number, no_number};
  }
  const double z = boost::math::quantile(boost::math::normal(), (1 + level) / 2);
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(count) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {p, count == 0 ? 0 : std::max(0.0, middle - half),
          count == total ? 1 : std::min(1.0, middle + half)};
}

Agreement agreement(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  std::vector<double> a;
  std::vector<double> b;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(x[i]) && std::isfinite(y[i])) {
      a.push_back(x[i]);
      b.push_back(y[i]);
    }
  }
  const auto count = static_cast<std::int64_t>(a.size());
  if (count == 0) {
    return {0, no_number, no_number, no_number, no_number};
  }
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  const double slope = aa > 0 ? ab / aa : no_number;
  return {count, aa > 0 && bb > 0 ? ab * ab / (aa * bb) : no_number, slope, mean_b - slope * mean_a,
          mean_b - mean_a};
}

}  // namespace fossilct
