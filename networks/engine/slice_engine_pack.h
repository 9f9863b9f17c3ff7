// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "networks/engine/kernels/kernels.h"
#include "networks/engine/slice_engine_memory.h"
#include "networks/program.h"

// The weights of a convolution in the order its kernels read them.
namespace fossilct::slice_engine {

using kernels::Index;

// What a convolution reads of a stored value: of each pixel, `pixel` numbers from the next, those
// from `first` on, `numbers` of them; the first `channels` count, the others are padding.
struct OperandNumbers {
  Index pixel = 0, first = 0, numbers = 0, channels = 0;
};

// Where a run of an output pixel starts: in operand `input`, `dy` rows and `dx` pixels from the
// pixel that phase pixel (0, 0) stands for; `step` pixels or rows of the operand to the next of the
// phase.
struct PlannedRun {
  std::size_t input = 0;
  Index dy = 0, dx = 0, step = 1, length = 0;
};

// A convolution that reads an enlarged value gives each of the 2 x 2 positions of an output pixel
// over its source pixel its own kernel: a phase. Others have one.
struct DirectPhase {
  Index y = 0, x = 0;
  std::vector<PlannedRun> runs;
  Index depth = 0;
  AlignedMemory weights;
};

struct PackedConv {
  std::vector<OperandNumbers> operands;
  bool winograd = false;
  Index outputs = 0;  // padded
  Index phases = 1;   // in each direction
  std::vector<DirectPhase> direct;
  AlignedMemory winograd_weights;
  std::vector<float> bias;
};

// `operands`: one an input of the operation.
PackedConv pack(const ConvOp& op, const std::vector<OperandNumbers>& operands,
                const kernels::KernelSet& kernels);

}  // namespace fossilct::slice_engine
