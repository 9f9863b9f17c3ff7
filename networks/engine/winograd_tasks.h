// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "networks/engine/kernels/kernels.h"
#include "networks/engine/slice_engine_memory.h"

// Winograd convolutions cut into tasks for OpenMP's threads: what inference and training share.
namespace fossilct::slice_engine {

using kernels::Index;

// Memory that each thread of a team has for itself, kept from task to task.
class ThreadScratch {
 public:
  // `numbers` for each of `threads`; what was there may be lost. Throws std::bad_alloc.
  void prepare(int threads, Index numbers);
  float* of(int thread) const { return memory_[static_cast<std::size_t>(thread)].data<float>(); }

 private:
  std::vector<AlignedMemory> memory_;
};

// All of a convolution of `images` images. The result is the same for any number of threads.
void run_winograd(const kernels::WinogradConv& conv, Index images,
                  const kernels::KernelSet& kernels, int threads, ThreadScratch& scratch);

// Transforms weights for `conv.weights`, those of the channels from `first_channel` on.
void transform_weights(const kernels::PlainWeights& from, const kernels::TransformedWeights& to,
                       int first_channel, const kernels::KernelSet& kernels, int threads);

// What run_winograd_gradient keeps from call to call.
struct GradientMemory {
  ThreadScratch scratch;
  std::vector<AlignedMemory> sums;  // one a group of tiles
};

// The gradient of 3x3 weights; `channels[i]` of them are operand i's, in the order of operands.
// Tiles are summed in an order that depends on nothing but shapes and the number of threads.
void run_winograd_gradient(const kernels::WinogradGradient& gradient, Index images,
                           const kernels::PlainWeights& to, const kernels::KernelSet& kernels,
                           int threads, GradientMemory& memory);

}  // namespace fossilct::slice_engine
