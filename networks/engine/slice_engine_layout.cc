// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/slice_engine_layout.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"

namespace fossilct::slice_engine {
namespace {

// Pixels of the widest block a kernel reads past the end of a row, at stride 2.
constexpr Index pixels_read_past = 64;
// Small images go through a layer together: weights, of which the last layers have most, are read
// once for all of them.
constexpr Index bytes_at_once = Index{32} << 20;
// Numbers behind a value that are multiplied by zero weights, so they must be numbers.
constexpr Index cleared_behind = 64;

struct ChannelsOf {
  const std::vector<Index>& before;
  Index operator()(const ConvOp& op) const { return op.weight.size(0); }
  Index operator()(const MaxPoolOp& op) const { return before[static_cast<std::size_t>(op.input)]; }
  template <typename Other>
  Index operator()(const Other&) const {
    return 0;
  }
};

// Sets height and width of the value that an operation makes.
struct SizeOf {
  const std::vector<ValueLayout>& values;
  ValueLayout& out;

  const ValueLayout& at(ValueId id) const { return values[static_cast<std::size_t>(id)]; }

  void operator()(const ConvOp& op) const {
    const ConvInput& first = op.inputs.front();
    const Index scale = first.upsample ? 2 : 1;
    const Index height = scale * at(first.value).height, width = scale * at(first.value).width;
    for (const ConvInput& input : op.inputs) {
      const Index s = input.upsample ? 2 : 1;
      if (s * at(input.value).height != height || s * at(input.value).width != width) {
        throw Error(ErrorKind::option,
                    "a convolution concatenates values of different sizes (" +
                        std::to_string(height) + " x " + std::to_string(width) + " and " +
                        std::to_string(s * at(input.value).height) + " x " +
                        std::to_string(s * at(input.value).width) +
                        "): give the image a size that is a multiple of the program's");
      }
    }
    out.height = (height - 1) / op.stride + 1;
    out.width = (width - 1) / op.stride + 1;
  }
  void operator()(const MaxPoolOp& op) const {
    const auto pooled = [&](Index size) {
      return (size + 2 * op.padding - op.kernel) / op.stride + 1;
    };
    out.height = pooled(at(op.input).height);
    out.width = pooled(at(op.input).width);
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

// `images` of them.
void finish_layout(ValueLayout& layout, int value_bytes, Index images) {
  const Index right = layout.border + round_up(layout.width, 4) - layout.width;
  const Index below = layout.border + round_up(layout.height, 4) - layout.height;
  layout.row = (layout.border + layout.width + right) * layout.pixel;
  layout.origin = layout.border * (layout.row + layout.pixel);
  const Index numbers = (layout.border + layout.height + below) * layout.row +
                        pixels_read_past * layout.pixel + cleared_behind;
  layout.image = round_up(numbers * value_bytes, 64) / value_bytes;
  layout.bytes = images * layout.image * value_bytes;
}

std::vector<Index> borders(const Program& program) {
  std::vector<Index> borders(program.ops.size() + 1, 1);
  for (const Op& op : program.ops) {
    if (const auto* conv = std::get_if<ConvOp>(&op)) {
      for (const ConvInput& input : conv->inputs) {
        Index& border = borders[static_cast<std::size_t>(input.value)];
        border = std::max<Index>(border, conv->weight.size(2) / 2);
      }
    }
  }
  return borders;
}

// The lowest place where `bytes` fit between the values that are alive.
Index lowest_gap(std::vector<const ValueLayout*> alive, Index bytes) {
  std::sort(alive.begin(), alive.end(),
            [](const ValueLayout* a, const ValueLayout* b) { return a->offset < b->offset; });
  Index offset = 0;
  for (const ValueLayout* value : alive) {
    if (offset + bytes <= value->offset) {
      break;
    }
    offset = std::max(offset, value->offset + value->bytes);
  }
  return offset;
}

void place(const Program& program, MemoryPlan& plan) {
  const std::vector<int> last = last_readers(program);
  std::vector<const ValueLayout*> alive;
  for (std::size_t v = 0; v < plan.values.size(); ++v) {
    if (!plan.values[v].stored) {
      continue;
    }
    // Value v is made by operation v - 1; what that one reads must still be there.
    alive.clear();
    for (std::size_t other = 0; other < v; ++other) {
      if (last[other] >= static_cast<int>(v) - 1) {
        alive.push_back(&plan.values[other]);
      }
    }
    plan.values[v].offset = lowest_gap(alive, plan.values[v].bytes);
    plan.bytes = std::max(plan.bytes, plan.values[v].offset + plan.values[v].bytes);
  }
}

MemoryPlan plan_of(const Program& program, const kernels::KernelSet& kernels, Index images,
                   Index height, Index width) {
  const std::vector<Index> channels = channels_of_values(program);
  const std::vector<Index> border = borders(program);
  MemoryPlan plan;
  plan.images = images;
  plan.values.resize(channels.size());
  plan.values[0].height = height;
  plan.values[0].width = width;
  for (std::size_t v = 0; v < channels.size(); ++v) {
    ValueLayout& value = plan.values[v];
    if (v > 0) {
      std::visit(SizeOf{plan.values, value}, program.ops[v - 1]);
    }
    value.channels = channels[v];
    value.numbers = pixel_numbers(static_cast<ValueId>(v), channels[v], kernels);
    value.pixel = pixel_stride(value.numbers, kernels);
    value.border = border[v];
    finish_layout(value, kernels.value_bytes, images);
  }
  plan.values.back().stored = !std::holds_alternative<ConvOp>(program.ops.back());
  place(program, plan);
  return plan;
}

}  // namespace

std::vector<Index> channels_of_values(const Program& program) {
  std::vector<Index> channels{program.input_channels};
  for (const Op& op : program.ops) {
    channels.push_back(std::visit(ChannelsOf{channels}, op));
  }
  return channels;
}

Index pixel_numbers(ValueId value, Index channels, const kernels::KernelSet& kernels) {
  return value == 0 && channels < kernels.width ? channels : round_up(channels, kernels.width);
}

Index pixel_stride(Index numbers, const kernels::KernelSet& kernels) {
  constexpr Index aliased = 1024, line = 64;  // bytes
  return numbers + (numbers * kernels.value_bytes % aliased == 0 ? line / kernels.value_bytes : 0);
}

MemoryPlan plan_memory(const Program& program, const kernels::KernelSet& kernels, Index images,
                       Index height, Index width) {
  const MemoryPlan one = plan_of(program, kernels, 1, height, width);
  const Index at_once = std::clamp<Index>(bytes_at_once / std::max<Index>(one.bytes, 1), 1,
                                          std::max<Index>(images, 1));
  return plan_of(program, kernels, at_once, height, width);
}

void clear_border(const ValueLayout& layout, int value_bytes, void* data) {
  char* const bytes = static_cast<char*>(data);
  const Index row = layout.row * value_bytes;
  const Index used = layout.width * layout.pixel * value_bytes;
  // From the end of a row's pixels to the start of the next one's.
  char* place = bytes;
  Index gap = layout.origin * value_bytes;
  for (Index y = 0; y < layout.height; ++y) {
    std::memset(place, 0, static_cast<std::size_t>(gap));
    place += gap + used;
    gap = row - used;
  }
  const Index below = layout.border + round_up(layout.height, 4) - layout.height;
  gap = (layout.row - layout.border * layout.pixel) * value_bytes - used + below * row +
        cleared_behind * value_bytes;
  std::memset(place, 0, static_cast<std::size_t>(gap));
}

}  // namespace fossilct::slice_engine
