// SPDX-License-Identifier: Apache-2.0
#include "classify/specimen_split.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "support.h"

namespace fossilct {
namespace {

using test::message_of;

ImageSet set_of(const std::vector<std::int64_t>& counts) {
  ImageSet set;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    set.taxa.push_back("taxon" + std::to_string(k));
    for (std::int64_t i = 0; i < counts[k]; ++i) {
      ImagedSpecimen& specimen = set.specimens.emplace_back();
      specimen.name = std::to_string(k) + "-" + std::to_string(i);
      specimen.taxon = static_cast<int>(k);
    }
  }
  return set;
}

TEST_CASE("folds hold every specimen once, and about the same of each taxon") {
  const ImageSet set = set_of({10, 4, 5, 9});
  const SpecimenFolds folds = specimen_folds(set, 5, 1);
  std::size_t seen = 0;
  for (int fold = 0; fold < 5; ++fold) {
    const auto inside = specimens_inside(folds, fold);
    seen += inside.size();
    CHECK(inside.size() + specimens_outside(folds, fold).size() == 28);
    std::vector<int> counts(4, 0);
    for (const std::size_t i : inside) {
      ++counts[static_cast<std::size_t>(*set.specimens[i].taxon)];
    }
    CHECK(counts[0] == 2);
    CHECK(counts[1] <= 1);
    CHECK(counts[2] == 1);
    CHECK((counts[3] == 1 || counts[3] == 2));
  }
  CHECK(seen == 28);
  CHECK(folds.notes.empty());
  CHECK(specimen_folds(set, 5, 1).fold_of == folds.fold_of);
  CHECK(specimen_folds(set, 5, 2).fold_of != folds.fold_of);
}

TEST_CASE("specimens of one sample stay together where samples are enough") {
  ImageSet set = set_of({12, 12});
  for (std::size_t i = 0; i < set.specimens.size(); ++i) {
    set.specimens[i].sample = "s" + std::to_string(i % 6);
  }
  SpecimenFolds folds = specimen_folds(set, 3, 4);
  CHECK(folds.by_sample);
  std::map<std::string, std::set<int>> folds_of_sample;
  for (std::size_t i = 0; i < set.specimens.size(); ++i) {
    folds_of_sample[set.specimens[i].sample].insert(folds.fold_of[i]);
  }
  for (const auto& [sample, of] : folds_of_sample) {
    CHECK(of.size() == 1);
  }
  // Seven folds of six samples: specimen by specimen, and it is said.
  folds = specimen_folds(set, 7, 4);
  CHECK_FALSE(folds.by_sample);
  REQUIRE(folds.notes.size() == 1);
  CHECK(folds.notes[0].find("not by sample") != std::string::npos);
}

TEST_CASE("one specimen that stands twice in the set stays on one side") {
  ImageSet set = set_of({8, 8});
  set.specimens[1].name = set.specimens[0].name;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SpecimenFolds folds = specimen_folds(set, 4, seed);
    CHECK(folds.fold_of[0] == folds.fold_of[1]);
  }
}

TEST_CASE("taxa of one specimen are said, unknown ones left out, senseless folds refused") {
  ImageSet set = set_of({4, 1, 0});
  set.specimens.emplace_back().name = "unknown";
  const SpecimenFolds folds = specimen_folds(set, 2, 1);
  CHECK(folds.fold_of.back() == -1);
  REQUIRE(folds.notes.size() == 2);
  CHECK(folds.notes[0].find("'taxon1' has one specimen") != std::string::npos);
  CHECK(folds.notes[1].find("'taxon2' has no specimen") != std::string::npos);
  CHECK(message_of<Error>([&] { specimen_folds(set, 6, 1); }).find("expected 2 to 5") !=
        std::string::npos);
  CHECK(message_of<Error>([&] { specimen_folds(set, 1, 1); }).find("expected 2 to 5") !=
        std::string::npos);
  const ImageSet one_taxon = set_of({6, 0});
  CHECK(message_of<Error>([&] { specimen_folds(one_taxon, 2, 1); }).find("fewer than two taxa") !=
        std::string::npos);
}

}  // namespace
}  // namespace fossilct
