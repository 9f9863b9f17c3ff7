// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "networks/engine/kernels/kernels.h"
#include "networks/engine/slice_engine_memory.h"
#include "networks/program.h"

// The weights of a convolution in the order its kernels read them.
namespace fossilct::slice_engine {

using kernels::Index;

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
  bool winograd = false;
  Index outputs = 0;  // padded
  Index phases = 1;   // in each direction
  std::vector<DirectPhase> direct;
  AlignedMemory winograd_weights;
  std::vector<float> bias;
};

// `pixel`: numbers a pixel of each of the operands, as stored; `channels`: those of them that
// count.
PackedConv pack(const ConvOp& op, const std::vector<Index>& pixel,
                const std::vector<Index>& channels, const kernels::KernelSet& kernels);

}  // namespace fossilct::slice_engine
