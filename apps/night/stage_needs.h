// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "night/preflight.h"

namespace fossilct {

// What a stage is to work on.
struct StageWork {
  std::int64_t voxels = 0;  // of the scan as it is imported
  std::int64_t voxel_bytes = 1;
  int axes = 3;     // that slices are cut along
  int classes = 2;  // of the model, with the background
  // Where nobody knows: assumed_fossils().
  std::int64_t fossils = 0;
};
std::int64_t assumed_fossils(std::int64_t voxels);

// Of a stage of a scan, from rates that bench/README.md measured: two threads of a Xeon with
// AVX-512, the U-Net with ResNet18, pictures by Mesa on the CPU. Time of voxels and meshes is
// shared by the threads, that of pictures is not. Asserts that there is such a stage.
StageNeed known_need(const std::string& stage, const StageWork& work, int threads);

// Of a training by a recipe of ours, as it was measured on one core of 24 fossils; another recipe,
// or a file, counts as the default one.
StageNeed known_training_need(const std::string& recipe, int threads);

}  // namespace fossilct
