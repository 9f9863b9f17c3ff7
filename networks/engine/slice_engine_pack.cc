// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/slice_engine_pack.h"

#include <ATen/core/Tensor.h>
#include <c10/util/BFloat16.h>

#include <algorithm>

#include "networks/engine/slice_engine_layout.h"

namespace fossilct::slice_engine {
namespace {

Index floor_half(Index i) { return i >= 0 ? i / 2 : (i - 1) / 2; }

// In one direction: the taps -k/2 .. k/2 of phase `phase` and where in the operand they fall.
struct Taps {
  Index first = 0, count = 0;  // offsets from the phase's pixel
  std::vector<Index> offset;   // of each tap, from `first`
};

Taps taps_of(Index kernel, Index stride, Index phase, bool upsample) {
  std::vector<Index> at;
  for (Index tap = -(kernel / 2); tap <= kernel / 2; ++tap) {
    const Index index = stride * phase + tap;
    at.push_back(upsample ? floor_half(index) : index);
  }
  Taps taps{at.front(), at.back() - at.front() + 1, {}};
  for (const Index index : at) {
    taps.offset.push_back(index - taps.first);
  }
  return taps;
}

// Writes one weight to its place in the order of DirectConv and WinogradConv.
class PanelWriter {
 public:
  PanelWriter(void* to, Index depth, Index outputs, const kernels::KernelSet& kernels)
      : to_(to), depth_(depth), outputs_(outputs), kernels_(kernels) {}

  void write(Index k, Index output, double weight) const {
    const Index panel = kernels_.panel, pair = kernels_.pair;
    const Index start = output / panel * panel;
    const Index width = std::min<Index>(panel, outputs_ - start);
    const Index place = start * depth_ + (k / pair * width + (output - start)) * pair + k % pair;
    if (kernels_.value_bytes == 4) {
      static_cast<float*>(to_)[place] = static_cast<float>(weight);
    } else {
      static_cast<std::uint16_t*>(to_)[place] = c10::BFloat16(static_cast<float>(weight)).x;
    }
  }

 private:
  void* to_;
  Index depth_, outputs_;
  const kernels::KernelSet& kernels_;
};

class Packer {
 public:
  Packer(const ConvOp& op, const std::vector<OperandNumbers>& operands,
         const kernels::KernelSet& kernels)
      : op_(op),
        operands_(operands),
        kernels_(kernels),
        weight_(op.weight.contiguous()),
        kernel_(op.weight.size(2)) {}

  PackedConv pack() const {
    PackedConv packed;
    packed.outputs = round_up(op_.weight.size(0), kernels_.width);
    packed.bias.assign(static_cast<std::size_t>(packed.outputs), 0.0F);
    const at::Tensor bias = op_.bias.contiguous();
    std::copy_n(bias.data_ptr<float>(), bias.numel(), packed.bias.begin());
    packed.winograd = takes_winograd();
    if (packed.winograd) {
      pack_winograd(packed);
      return packed;
    }
    packed.phases = op_.stride == 1 && any_upsampled() ? 2 : 1;
    for (Index y = 0; y < packed.phases; ++y) {
      for (Index x = 0; x < packed.phases; ++x) {
        packed.direct.push_back(phase(packed, y, x));
      }
    }
    return packed;
  }

 private:
  bool any_upsampled() const {
    return std::any_of(op_.inputs.begin(), op_.inputs.end(),
                       [](const ConvInput& input) { return input.upsample; });
  }

  bool takes_winograd() const {
    return kernels_.winograd != nullptr && kernel_ == 3 && op_.stride == 1 &&
           std::all_of(operands_.begin(), operands_.end(), [&](const OperandNumbers& operand) {
             return operand.numbers % kernels_.width == 0;
           });
  }

  // The k x k weights of an output and an input channel of the concatenation.
  const float* kernel_of(Index output, Index channel) const {
    return weight_.data_ptr<float>() + (output * weight_.size(1) + channel) * kernel_ * kernel_;
  }

  DirectPhase phase(const PackedConv& packed, Index y, Index x) const {
    DirectPhase phase;
    phase.y = y;
    phase.x = x;
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
      const bool upsample = op_.inputs[i].upsample;
      const Taps rows = taps_of(kernel_, op_.stride, y, upsample);
      const Taps columns = taps_of(kernel_, op_.stride, x, upsample);
      const Index step = upsample ? 1 : op_.stride * packed.phases;
      // A row's pixels follow each other; of a part of their channels each is a run of its own.
      const Index at_once = is_part(operands_[i]) ? 1 : columns.count;
      const Index length = round_up(at_once * operands_[i].numbers, kernels_.depth);
      for (Index r = 0; r < rows.count; ++r) {
        for (Index c = 0; c < columns.count; c += at_once) {
          phase.runs.push_back({i, rows.first + r, columns.first + c, step, length});
          phase.depth += length;
        }
      }
    }
    phase.weights = AlignedMemory(
        static_cast<std::size_t>(phase.depth * packed.outputs * kernels_.value_bytes));
    const PanelWriter writer(phase.weights.data(), phase.depth, packed.outputs, kernels_);
    std::size_t run = 0;
    Index k = 0, channel = 0;
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
      const Taps rows = taps_of(kernel_, op_.stride, y, op_.inputs[i].upsample);
      const Taps columns = taps_of(kernel_, op_.stride, x, op_.inputs[i].upsample);
      const OperandNumbers& operand = operands_[i];
      const Index at_once = is_part(operand) ? 1 : columns.count;
      for (Index r = 0; r < rows.count; ++r) {
        for (Index c = 0; c < columns.count; ++c) {
          write_pixel(writer, k + c % at_once * operand.numbers, channel, operand.channels, rows, r,
                      columns, c);
          if ((c + 1) % at_once == 0) {
            k += phase.runs[run++].length;
          }
        }
      }
      channel += operand.channels;
    }
    return phase;
  }

  static bool is_part(const OperandNumbers& operand) { return operand.numbers != operand.pixel; }

  // The weights of one source pixel: of all taps that fall on it, summed.
  void write_pixel(const PanelWriter& writer, Index k, Index first_channel, Index channels,
                   const Taps& rows, Index r, const Taps& columns, Index c) const {
    for (Index output = 0; output < weight_.size(0); ++output) {
      for (Index channel = 0; channel < channels; ++channel) {
        const float* taps = kernel_of(output, first_channel + channel);
        double sum = 0;
        for (Index y = 0; y < kernel_; ++y) {
          for (Index x = 0; x < kernel_; ++x) {
            const bool here = rows.offset[static_cast<std::size_t>(y)] == r &&
                              columns.offset[static_cast<std::size_t>(x)] == c;
            sum += here ? static_cast<double>(taps[y * kernel_ + x]) : 0.0;
          }
        }
        writer.write(k + channel, output, sum);
      }
    }
  }

  void pack_winograd(PackedConv& packed) const;

  const ConvOp& op_;
  const std::vector<OperandNumbers>& operands_;
  const kernels::KernelSet& kernels_;
  const at::Tensor weight_;
  const Index kernel_;
};

void Packer::pack_winograd(PackedConv& packed) const {
  Index depth = 0;
  for (const OperandNumbers& operand : operands_) {
    depth += operand.numbers;
  }
  const Index position_numbers = depth * packed.outputs;
  packed.winograd_weights =
      AlignedMemory(static_cast<std::size_t>(36 * position_numbers) * sizeof(float));
  const kernels::TransformedWeights to{packed.winograd_weights.data<float>(), position_numbers,
                                       static_cast<int>(packed.outputs), static_cast<int>(depth)};
  Index k = 0, channel = 0;
  for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
    const kernels::PlainWeights from{weight_.data_ptr<float>() + channel * 9,
                                     weight_.size(1) * 9,
                                     9,
                                     3,
                                     1,
                                     static_cast<int>(weight_.size(0)),
                                     static_cast<int>(operands_[i].channels)};
    kernels_.transform_weights(from, to, static_cast<int>(k), 0, to.outputs);
    k += operands_[i].numbers;
    channel += operands_[i].channels;
  }
}

}  // namespace

PackedConv pack(const ConvOp& op, const std::vector<OperandNumbers>& operands,
                const kernels::KernelSet& kernels) {
  return Packer(op, operands, kernels).pack();
}

}  // namespace fossilct::slice_engine
