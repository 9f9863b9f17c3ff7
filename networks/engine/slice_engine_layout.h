// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "networks/engine/kernels/kernels.h"
#include "networks/program.h"

namespace fossilct::slice_engine {

using kernels::Index;

constexpr Index round_up(Index number, Index multiple) {
  return (number + multiple - 1) / multiple * multiple;
}

// How a value of some images lies in memory: image after image, rows of pixels, pixels of `pixel`
// numbers, a border of zeros of `border` pixels (and up to 3 more to the right and below: 4x4 tiles
// may reach beyond).
struct ValueLayout {
  Index channels = 0, height = 0, width = 0;
  Index pixel = 0;     // numbers from a pixel to the next
  Index numbers = 0;   // of a pixel: the channels, padded
  Index border = 0;    // pixels
  Index row = 0;       // numbers from a row to the next
  Index origin = 0;    // numbers before pixel (0, 0)
  Index image = 0;     // numbers from an image to the next, with room to be read past the end
  Index bytes = 0;     // of all images
  Index offset = 0;    // bytes into the memory of all values
  bool stored = true;  // the result of the program goes to the caller instead
};

// Channels of each value, value 0 first.
std::vector<Index> channels_of_values(const Program& program);

// Numbers that a pixel of a value has, channels and padding. The image keeps its few channels as
// they are: the convolutions that read it do without a transform.
Index pixel_numbers(ValueId value, Index channels, const kernels::KernelSet& kernels);

// From one pixel of so many numbers to the next. Pixels that lie a large power of two apart would
// share a few places of the first-level cache.
Index pixel_stride(Index numbers, const kernels::KernelSet& kernels);

// Memory of the values: those that do not live at the same time share it.
struct MemoryPlan {
  std::vector<ValueLayout> values;
  Index images = 0;  // that there is room for
  Index bytes = 0;
};
// For as many images at once, up to `images`, as share memory of a size that caches hold; one at
// least.
MemoryPlan plan_memory(const Program& program, const kernels::KernelSet& kernels, Index images,
                       Index height, Index width);

// Writes zeros around one image of the value, whose memory starts at `data`.
void clear_border(const ValueLayout& layout, int value_bytes, void* data);

}  // namespace fossilct::slice_engine
