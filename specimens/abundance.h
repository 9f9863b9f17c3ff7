// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fossilct {

// Specimens of one taxon, where they were found.
struct Occurrence {
  std::string sample;             // scan, core piece, slide
  std::optional<double> depth_m;  // of the specimen or of its sample
  std::string taxon;
  std::int64_t count = 1;
};

struct AbundanceSample {
  std::string name;
  std::optional<double> depth_m;     // of its first occurrence; the middle of a depth bin
  std::vector<std::int64_t> counts;  // one a taxon
  std::int64_t total = 0;
};

struct Abundance {
  std::vector<std::string> taxa;         // sorted
  std::vector<AbundanceSample> samples;  // downwards; those without depth last, by their names
};

// Counts by sample; with `bin_m` above 0 by depth instead, in bins of so many metres that begin at
// whole multiples ("1200 to 1200.5 m"), where every specimen must have a depth. Taxa named in
// `taxa` are in the table even where nothing is of them. Throws Error{option} for a negative bin,
// Error{format} for a specimen without depth where there are bins.
Abundance count_abundance(std::span<const Occurrence> occurrences, double bin_m = 0,
                          std::span<const std::string> taxa = {});

// A share of specimens, with Wilson's score interval (1927, J. Am. Stat. Assoc. 22, 209-212), which
// keeps its level for few specimens and shares near 0 and 1 better than the exact one of Clopper
// and Pearson, which is too wide (Agresti and Coull 1998). NaN of no specimens.
struct Share {
  double value = 0;
  double low = 0;
  double high = 0;
};
// Asserts 0 <= count <= total; throws Error{option} for a level not in (0, 1).
Share share_of(std::int64_t count, std::int64_t total, double level = 0.95);

// Two ways of counting one taxon, sample by sample.
struct Agreement {
  std::int64_t samples = 0;
  double r2 = 0;     // squared correlation (Pearson)
  double slope = 0;  // of the least squares line y = slope x + intercept
  double intercept = 0;
  double bias = 0;  // mean of y - x (Bland and Altman 1986, Lancet 327, 307-310)
};
// Of pairs without NaN. NaN where there are fewer than two samples, or one value alone. Asserts
// equal lengths.
Agreement agreement(std::span<const double> x, std::span<const double> y);

}  // namespace fossilct
