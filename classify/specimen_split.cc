// SPDX-License-Identifier: Apache-2.0
#include "classify/specimen_split.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

namespace fossilct {

namespace {

// Specimens that must stay on one side.
struct Group {
  std::vector<std::size_t> specimens;
  std::vector<double> counts;  // of each taxon
  std::uint64_t draw = 0;      // decides among equals
};

using KeyOf = std::string (*)(const ImagedSpecimen&);

std::string sample_of(const ImagedSpecimen& specimen) { return specimen.sample; }

// One specimen may stand in the set several times: photographed twice.
std::string specimen_of(const ImagedSpecimen& specimen) {
  return specimen.sample + '\n' + specimen.name;
}

std::vector<Group> groups_by(const ImageSet& set, KeyOf key, std::uint64_t seed) {
  std::map<std::string, Group> groups;
  for (std::size_t i = 0; i < set.specimens.size(); ++i) {
    if (const ImagedSpecimen& specimen = set.specimens[i]; specimen.taxon) {
      Group& group = groups[key(specimen)];
      group.counts.resize(set.taxa.size());
      group.specimens.push_back(i);
      group.counts[static_cast<std::size_t>(*specimen.taxon)] += 1;
    }
  }
  std::vector<Group> list;
  for (auto& [name, group] : groups) {
    group.draw = hash(seed, static_cast<std::int64_t>(list.size()));
    list.push_back(std::move(group));
  }
  return list;
}

bool parts_by_sample(const ImageSet& set, int folds) {
  std::set<std::string> samples;
  std::map<int, std::set<std::string>> samples_of_taxon;
  for (const ImagedSpecimen& specimen : set.specimens) {
    if (specimen.taxon) {
      if (specimen.sample.empty()) {
        return false;
      }
      samples.insert(specimen.sample);
      samples_of_taxon[*specimen.taxon].insert(specimen.sample);
    }
  }
  return std::ssize(samples) >= folds &&
         std::all_of(samples_of_taxon.begin(), samples_of_taxon.end(),
                     [](const auto& taxon) { return taxon.second.size() > 1; });
}

bool knows_samples(const ImageSet& set) {
  return std::any_of(set.specimens.begin(), set.specimens.end(),
                     [](const ImagedSpecimen& specimen) { return !specimen.sample.empty(); });
}

std::vector<double> totals_of(const std::vector<Group>& groups, std::size_t taxa) {
  std::vector<double> totals(taxa, 0);
  for (const Group& group : groups) {
    for (std::size_t k = 0; k < taxa; ++k) {
      totals[k] += group.counts[k];
    }
  }
  return totals;
}

// How much fuller of rare taxa a fold would be: each taxon counts as a whole.
double crowding(const std::vector<double>& fold, const Group& group,
                const std::vector<double>& totals) {
  double crowding = 0;
  for (std::size_t k = 0; k < totals.size(); ++k) {
    if (group.counts[k] > 0) {
      crowding += group.counts[k] * (fold[k] + group.counts[k] / 2) / (totals[k] * totals[k]);
    }
  }
  return crowding;
}

// The largest groups first, each into the fold that has least of its taxa.
void deal(std::vector<Group>& groups, const std::vector<double>& totals, SpecimenFolds& folds) {
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.specimens.size() != b.specimens.size() ? a.specimens.size() > b.specimens.size()
                                                    : a.draw < b.draw;
  });
  std::vector<std::vector<double>> held(static_cast<std::size_t>(folds.count),
                                        std::vector<double>(totals.size(), 0));
  std::vector<std::size_t> sizes(held.size(), 0);
  for (const Group& group : groups) {
    std::size_t best = 0;
    for (std::size_t fold = 1; fold < held.size(); ++fold) {
      const double here = crowding(held[fold], group, totals);
      const double there = crowding(held[best], group, totals);
      best = here < there || (here == there && sizes[fold] < sizes[best]) ? fold : best;
    }
    for (std::size_t k = 0; k < totals.size(); ++k) {
      held[best][k] += group.counts[k];
    }
    sizes[best] += group.specimens.size();
    for (const std::size_t specimen : group.specimens) {
      folds.fold_of[specimen] = static_cast<int>(best);
    }
  }
}

void add_notes(const ImageSet& set, const std::vector<double>& totals, SpecimenFolds& folds) {
  for (std::size_t k = 0; k < totals.size(); ++k) {
    if (totals[k] >= 2) {
      continue;
    }
    std::string& note = folds.notes.emplace_back("taxon '" + printable(set.taxa[k]));
    note += totals[k] < 1 ? "' has no specimen: the model can't know it"
                          : "' has one specimen: what is tested on it was not trained on any of "
                            "its taxon";
  }
  if (!folds.by_sample && knows_samples(set)) {
    folds.notes.emplace_back(
        "specimens are parted one by one, not by sample: there are too few samples, some taxa are "
        "of one alone or some specimens' are not known; scores of other samples may be lower");
  }
}

std::vector<std::size_t> where(const SpecimenFolds& folds, int fold, bool inside) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < folds.fold_of.size(); ++i) {
    if (folds.fold_of[i] >= 0 && (folds.fold_of[i] == fold) == inside) {
      places.push_back(i);
    }
  }
  return places;
}

}  // namespace

SpecimenFolds specimen_folds(const ImageSet& set, int folds, std::uint64_t seed) {
  SpecimenFolds parted;
  parted.fold_of.assign(set.specimens.size(), -1);
  parted.count = folds;
  parted.by_sample = parts_by_sample(set, folds);
  std::vector<Group> groups = groups_by(set, parted.by_sample ? sample_of : specimen_of, seed);
  const std::vector<double> totals = totals_of(groups, set.taxa.size());
  if (std::count_if(totals.begin(), totals.end(), [](double n) { return n > 0; }) < 2) {
    throw Error(ErrorKind::format,
                "specimens of fewer than two taxa are known: there is nothing to tell apart");
  }
  if (folds < 2 || folds > std::ssize(groups)) {
    throw option_error("--folds", std::to_string(folds) + ": expected 2 to " +
                                      std::to_string(groups.size()) +
                                      ", the number of specimens with a taxon");
  }
  deal(groups, totals, parted);
  add_notes(set, totals, parted);
  return parted;
}

std::vector<std::size_t> specimens_inside(const SpecimenFolds& folds, int fold) {
  return where(folds, fold, true);
}

std::vector<std::size_t> specimens_outside(const SpecimenFolds& folds, int fold) {
  return where(folds, fold, false);
}

}  // namespace fossilct
