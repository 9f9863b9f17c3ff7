// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "classify/image_set.h"

namespace fossilct {

// Parts of a set that share no specimen and, where samples are known, no sample: specimens of one
// sample lay in one place under one light, and pictures of one specimen show one specimen.
struct SpecimenFolds {
  // Of each specimen of the set the fold that it is tested in, -1 where its taxon is not known.
  std::vector<int> fold_of;
  int count = 0;
  bool by_sample = false;
  // What a reader of the scores must know: taxa of one specimen, samples too few to part by.
  std::vector<std::string> notes;
};

// Parts the specimens into `folds` of about the same number of each taxon. Specimens of one sample
// stay together where each taxon is found in two samples at least and there are as many samples as
// folds; else those of one name do, and a note says so. The seed decides among equals.
// Throws Error{option} where folds is under 2 or over the number of parts; Error{format} where
// fewer than two taxa have specimens.
SpecimenFolds specimen_folds(const ImageSet& set, int folds, std::uint64_t seed);

// Places of the specimens inside a fold, and of the others whose taxon is known.
std::vector<std::size_t> specimens_inside(const SpecimenFolds& folds, int fold);
std::vector<std::size_t> specimens_outside(const SpecimenFolds& folds, int fold);

}  // namespace fossilct
