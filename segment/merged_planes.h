// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "segment/slab_store.h"
#include "volumes/label_classes.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Volumes made of the slabs of a store, all of whose slabs must be there; read them slab by slab
// along z, as often as wanted. Memory: a box and what is read for it of one slab.

// A plane's mean over the axes, u8, rounded half up. `grid`: where the store's voxels lie in space.
std::unique_ptr<VolumeSource> merged_plane(const SlabStore& store, int plane, const Grid& grid);

using Planes = std::vector<std::unique_ptr<VolumeSource>>;  // u8, of one grid, at least one

// The value of the most probable class, u8: planes[k - 1] is 255 times the probability of
// classes[k], what is missing to 255 that of classes[0]. Of equally probable ones the first.
// Asserts that there is a class more than there are planes, with values 0 to 255.
std::unique_ptr<VolumeSource> most_probable(Planes planes, const std::vector<LabelClass>& classes);

// 255 times the entropy of those probabilities over the largest there can be, log(planes + 1).
std::unique_ptr<VolumeSource> entropy_of(Planes planes);

// 255 times the part of that entropy that comes of the views' disagreeing: the entropy of the mean
// less the mean of the entropies (`single`, of each view), at least 0. The mutual information of
// label and view (Houlsby et al. 2011, arXiv 1112.5745, eq. 2).
std::unique_ptr<VolumeSource> disagreement_of(Planes planes, std::unique_ptr<VolumeSource> single);

// The voxels of `source` on a grid that may have some more or fewer at the end of each axis: what
// is missing repeats the last.
std::unique_ptr<VolumeSource> fitted(std::unique_ptr<VolumeSource> source, const Grid& grid);

}  // namespace fossilct
