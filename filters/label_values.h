// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A value that labels hold.
struct LabelValue {
  std::int64_t count = 0;
  Index3 first;  // the voxel with it that is read first
};

// More are numbers of single bodies rather than classes.
constexpr std::size_t most_label_values = 256;

// The values of a label volume (u8, u16, u32; assert) and how often each occurs, in one pass that
// is the stage `stage`. Throws Error{format} beyond most_label_values, and what the source throws.
// Cost: some 1 ns a voxel. Memory: a slab.
std::map<std::int64_t, LabelValue> label_values(VolumeSource& labels, std::string_view stage,
                                                Progress& progress);

// Which values stand for which class.
struct ClassValues {
  std::vector<std::int64_t> values;     // values[k] stands for class k; at most 255
  std::optional<std::int64_t> ignored;  // becomes 255: not looked at
};

// The labels as class numbers, u8. Reading another value throws Error{format} with value and voxel.
std::unique_ptr<VolumeSource> class_numbers(std::unique_ptr<VolumeSource> labels,
                                            const ClassValues& values);

}  // namespace fossilct
