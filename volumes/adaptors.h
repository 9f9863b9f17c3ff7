// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "volumes/volume_source.h"

namespace fossilct {

// Sources made of another source; each owns it, reads only what it needs, and keeps its description
// true (grid, type, statistics dropped where they no longer hold, a notice where the user must
// know).

// The same voxels for several users, of whom one reads at a time; a description of its own.
std::unique_ptr<VolumeSource> shared(std::shared_ptr<VolumeSource> source);

// The voxels of `box` only. Throws Error{option} naming --roi where the box is empty or leaves the
// volume.
std::unique_ptr<VolumeSource> crop(std::unique_ptr<VolumeSource> source, const Box& box);

// 1/factor of the resolution, factor a power of two: reduce_by_two repeated.
std::unique_ptr<VolumeSource> downsample(std::unique_ptr<VolumeSource> source, std::int64_t factor);

// Another pixel type. With a window, low..high is mapped linearly onto the whole range of an
// integer type (onto 0..1 for f32, f64) and clamped; without one values are kept, rounded half to
// even and clamped to the range of the type (NaN becomes its minimum: put require_finite before it;
// a notice is left where anything can be clamped). Labels are never clamped or rounded: one that
// `type` does not hold throws Error{option} naming --type and the label, here where the statistics
// know the largest, else when the voxel is read.
struct Window {
  double low = 0;
  double high = 0;
};
std::unique_ptr<VolumeSource> convert(std::unique_ptr<VolumeSource> source, PixelType type,
                                      std::optional<Window> window);

// Axes in another order and turned round, for scanners that write them oddly: it is the data that
// is put right, so sizes and spacings follow their axes while direction and origin stay as they
// were. `axis_of_new` names, for new x, y, z, the old axis (0 x, 1 y, 2 z) it is taken from; then
// new axis k is mirrored where flip[k]. Slabs of a permutation that moves z cost as reading the
// source along that axis.
struct Reorientation {
  std::array<int, 3> axis_of_new{0, 1, 2};
  std::array<bool, 3> flip{};
  bool is_identity() const {
    return axis_of_new == std::array{0, 1, 2} && flip == std::array<bool, 3>{};
  }
};
std::unique_ptr<VolumeSource> reorient(std::unique_ptr<VolumeSource> source,
                                       const Reorientation& reorientation);

// NaN and infinite voxels become `value` (f32 and f64; others pass unchanged).
std::unique_ptr<VolumeSource> replace_not_finite(std::unique_ptr<VolumeSource> source,
                                                 double value);

// Reading a NaN or infinite voxel throws Error{format} "NAME: the voxel at x .. is NaN, and WHY",
// NAME that of the scan: for what would otherwise pass such voxels off as values.
std::unique_ptr<VolumeSource> require_finite(std::unique_ptr<VolumeSource> source,
                                             const std::string& name, const std::string& why);

}  // namespace fossilct
