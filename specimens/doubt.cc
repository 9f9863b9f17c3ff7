// SPDX-License-Identifier: Apache-2.0
#include "specimens/doubt.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/text.h"
#include "specimens/median.h"

namespace fossilct {

namespace {

constexpr double doubt_of_fragment = 0.5;
constexpr double doubt_of_split = 0.4;
constexpr double doubt_of_truncated = 0.3;
constexpr double doubt_of_novelty = 0.5;
constexpr double least_uncertainty = 0.1;
constexpr double least_size_distance = 3;
constexpr double least_deviation = 0.05;  // of the log: sizes 5% apart are the same
constexpr std::size_t fewest_of_a_class = 8;

std::optional<double> measured(const Specimen& specimen, const std::string& name) {
  const auto found = std::ranges::find(specimen.measurements, name, &Measurement::name);
  return found == specimen.measurements.end() ? std::nullopt : found->value;
}

double log_size(const Specimen& specimen) {
  const auto diameter = measured(specimen, "equivalent_diameter");
  return diameter && *diameter > 0 ? std::log(*diameter)
                                   : std::log(static_cast<double>(specimen.voxels)) / 3;
}

struct Sizes {
  double median = 0;
  double deviation = 0;
};

std::map<std::int64_t, Sizes> sizes_by_class(std::span<const CatalogueEntry> entries) {
  std::map<std::int64_t, std::vector<double>> logs;
  for (const CatalogueEntry& entry : entries) {
    if (entry.counts() && !entry.specimen.truncated) {
      logs[entry.specimen.class_value].push_back(log_size(entry.specimen));
    }
  }
  std::map<std::int64_t, Sizes> sizes;
  for (auto& [value, of_class] : logs) {
    if (of_class.size() < fewest_of_a_class) {
      continue;
    }
    const double middle = median(of_class);
    std::ranges::for_each(of_class, [&](double& log) { log = std::abs(log - middle); });
    sizes[value] = {middle, std::max(least_deviation, 1.4826 * median(of_class))};
  }
  return sizes;
}

class DoubtSum {
 public:
  void add(double chance, std::string reason) {
    certainty_ *= 1 - chance;
    reasons_.push_back(std::move(reason));
  }
  void tell() { is_told_ = true; }
  Doubt of(std::uint32_t id) {
    return {id, 1 - certainty_, is_told_ || !reasons_.empty(), std::move(reasons_)};
  }

 private:
  double certainty_ = 1;
  bool is_told_ = false;
  std::vector<std::string> reasons_;
};

// What a model says of it, where no person did.
void add_taxon(const CatalogueEntry& entry, DoubtSum& sum) {
  if (!entry.classification || entry.taxon_by != TaxonBy::model) {
    return;
  }
  const Classification& answer = *entry.classification;
  sum.tell();
  if (answer.novelty.value_or(0) > 1) {
    sum.add(doubt_of_novelty, "like nothing that its model knows");
  } else if (!answer.is_sure && !answer.best.empty()) {
    const TaxonScore& first = answer.best.front();
    sum.add(1 - first.score, "taxon unsure (" + first.taxon + " " +
                                 format_rounded(std::round(100 * first.score) / 100) + ")");
  }
}

Doubt doubt_of(const CatalogueEntry& entry, const std::map<std::int64_t, Sizes>& sizes) {
  const Specimen& s = entry.specimen;
  DoubtSum sum;
  const std::optional<double> mean = measured(s, "uncertainty_mean");
  if (mean) {
    sum.tell();
  }
  const double uncertainty = std::clamp(mean.value_or(0), 0.0, 1.0);
  if (uncertainty >= least_uncertainty) {
    sum.add(uncertainty, "labels uncertain (" + format_rounded(uncertainty) + ")");
  }
  if (s.fragment) {
    sum.add(doubt_of_fragment, reason_fragment);
  }
  if (s.split) {
    sum.add(doubt_of_split, reason_split);
  }
  if (s.truncated) {
    sum.add(doubt_of_truncated, reason_truncated);
  }
  add_taxon(entry, sum);
  if (const auto of_class = sizes.find(s.class_value); of_class != sizes.end()) {
    const double z = (log_size(s) - of_class->second.median) / of_class->second.deviation;
    if (std::abs(z) > least_size_distance) {
      sum.add(1 - 2 / std::abs(z), z > 0 ? "larger than its kind" : "smaller than its kind");
    }
  }
  return sum.of(s.id);
}

}  // namespace

std::vector<Doubt> review_queue(std::span<const CatalogueEntry> entries) {
  const auto sizes = sizes_by_class(entries);
  std::vector<Doubt> queue;
  for (const CatalogueEntry& entry : entries) {
    if (entry.verdict == Verdict::undecided) {
      queue.push_back(doubt_of(entry, sizes));
    }
  }
  std::ranges::stable_sort(queue, std::ranges::greater(), &Doubt::doubt);
  return queue;
}

}  // namespace fossilct
