// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "filters/intensity_scale.h"
#include "segment/model_file.h"
#include "segment/slab_store.h"
#include "segment/slice_predictor.h"
#include "volumes/volume_source.h"

namespace fossilct {

// How the slices of one scan become a network's input, and its output planes.
struct SliceRecipe {
  PredictionOptions prediction;
  Normalisation normalisation = Normalisation::rock;
  int context = 1;
  bool repeat_grey = false;
  IntensityScale scale;
  // In scaled intensities: where the mean of no 4 x 4 pixels lies above it, there is only air.
  std::optional<double> air_below;
};
SliceRecipe slice_recipe(const ModelRecord& model, const IntensityScale& scale);

// Halfway between the air and what is not, in the units of `scale`; nothing where `rock`, the scale
// of the scan's rock, knows of no air. Walls of two pixels in air lie above it.
std::optional<double> air_level(const IntensityScale& rock, const IntensityScale& scale);
// Whether C,H,W or N,C,H,W holds only air in its middle channel.
bool holds_only_air(const at::Tensor& images, double air_below);

// Where the time of a segmentation went.
struct SegmentationTimes {
  double seconds = 0;          // from the first slice to the last slab on the disk
  double network_seconds = 0;  // inside the network, the mean of the devices
  std::int64_t slices = 0;     // predicted
  std::int64_t air_slices = 0;
};

// Seconds that one slice along each of the axes takes, and what the process held meanwhile.
struct SegmentationProbe {
  std::vector<double> seconds_a_slice;  // by axis, as given
  std::int64_t peak_bytes = 0;
};
// Predicts the slice in the middle of each axis, twice or for a second, and counts the fastest.
SegmentationProbe probe_segmentation(VolumeSource& scan, const SliceRecipe& recipe,
                                     const std::vector<Axis>& axes, const NetworkFunction& network,
                                     Progress& progress);

// How many slices of this size at once are fastest: 1 on a CPU, where the kernels take one at a
// time anyway; on CUDA doubled while that gains 5%, fits the memory and is at most 64.
int probe_batch(const NetworkFunction& network, int channels, std::int64_t rows,
                std::int64_t columns, at::Device device);

// Predicts all slabs that the store has not with one network a device (which is called by one
// thread at a time): a thread reads slices ahead, each network predicts batches of slabs that it
// takes from one queue, another thread writes them behind. The stage "segment" counts voxels, once
// an axis. Where a batch does not fit the device's memory, it is halved for good, with a notice.
// Memory: for each network three slabs of voxels or planes and the batches between them, beside
// what predict_planes takes. Throws what reading, the networks and the store throw, and Cancelled;
// slabs that were put stay.
SegmentationTimes predict_slabs(VolumeSource& scan, const SliceRecipe& recipe, int batch,
                                const std::vector<NetworkFunction>& networks, SlabStore& store,
                                Progress& progress);

}  // namespace fossilct
