// SPDX-License-Identifier: Apache-2.0
#include "segment/volume_scores.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "base/threads.h"

namespace fossilct {

namespace {

using SliceView = VolumeView<const std::uint8_t>;

std::span<const std::uint8_t> voxels_of(const SliceView& view, std::int64_t z) {
  return {view.row(0, z), static_cast<std::size_t>(view.size().x * view.size().y)};
}

SliceErrors errors_of(const ConfusionMatrix& matrix) {
  SliceErrors errors;
  for (int truth = 0; truth < matrix.classes(); ++truth) {
    for (int predicted = 0; predicted < matrix.classes(); ++predicted) {
      std::int64_t& count = truth > 0
                                ? (predicted > 0 ? errors.hits : errors.false_negatives)
                                : (predicted > 0 ? errors.false_positives : errors.background);
      count += matrix.count(truth, predicted);
    }
  }
  return errors;
}

}  // namespace

double SliceErrors::iou() const {
  const std::int64_t either = hits + false_positives + false_negatives;
  return either == 0 ? std::numeric_limits<double>::quiet_NaN()
                     : static_cast<double>(hits) / static_cast<double>(either);
}

VoxelCounts count_voxels(VolumeSource& prediction, VolumeSource& truth, int classes, int threads,
                         Progress& progress) {
  const Size3 size = truth.grid().size;
  assert(prediction.grid().size == size);
  assert(prediction.type() == PixelType::u8 && truth.type() == PixelType::u8);
  const std::int64_t depth = std::max(slices_at_once(prediction), slices_at_once(truth));
  VoxelCounts counts = {ConfusionMatrix(classes), {}, 0};
  progress.begin("voxels", size.z, WorkUnit::slices);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(z + depth, size.z));
    const AnyVolume predicted = prediction.read(box), true_labels = truth.read(box);
    std::vector<ConfusionMatrix> of_slice(static_cast<std::size_t>(box.size().z),
                                          ConfusionMatrix(classes));
    parallel_for(box.size().z, threads, [&](std::int64_t i) {
      of_slice[static_cast<std::size_t>(i)].add(voxels_of(true_labels.view().as<std::uint8_t>(), i),
                                                voxels_of(predicted.view().as<std::uint8_t>(), i));
    });
    for (const ConfusionMatrix& slice : of_slice) {
      counts.confusion.add(slice);
      counts.slices.push_back(errors_of(slice));
    }
    progress.advance(box.size().z);
  }
  progress.end();
  counts.ignored = voxel_count(size) - counts.confusion.total();
  return counts;
}

}  // namespace fossilct
