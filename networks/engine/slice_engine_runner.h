// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "networks/engine/kernels/kernels.h"
#include "networks/engine/slice_engine_layout.h"
#include "networks/engine/slice_engine_memory.h"
#include "networks/engine/slice_engine_pack.h"
#include "networks/engine/winograd_tasks.h"
#include "networks/program.h"

namespace fossilct::slice_engine {

// What SliceEngine is, for any set of kernels: tests hand in the emulated ones.
class ProgramRunner {
 public:
  // The program must be one that SliceEngine::supports().
  ProgramRunner(const Program& program, const kernels::KernelSet& kernels);
  at::Tensor run(const at::Tensor& images);

 private:
  void prepare(Index height, Index width);
  void run_image(const float* image, float* result);
  void store_image(const float* image);
  void run_conv(const ConvOp& op, const PackedConv& packed, ValueId out, float* planar);
  void run_phase(const ConvOp& op, const PackedConv& packed, const DirectPhase& phase,
                 const ValueLayout& out, kernels::Epilogue end) const;
  void run_winograd(const ConvOp& op, const PackedConv& packed, const ValueLayout& out,
                    const kernels::Epilogue& end);
  void run_pool(const MaxPoolOp& op, ValueId out);
  void write_planar(ValueId value, float* planar) const;
  kernels::Epilogue epilogue(const ConvOp& op, const PackedConv& packed, ValueId out,
                             float* planar) const;

  const ValueLayout& layout(ValueId value) const {
    return plan_.values[static_cast<std::size_t>(value)];
  }
  // Pixel (y, x) of a value, which may lie in its border.
  char* pixel(ValueId value, Index y, Index x) const;

  Program program_;
  const kernels::KernelSet& kernels_;
  std::vector<PackedConv> packed_;  // one an operation
  int threads_ = 1;
  MemoryPlan plan_;
  AlignedMemory memory_;
  ThreadScratch scratch_;
};

}  // namespace fossilct::slice_engine
