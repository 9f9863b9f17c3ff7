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
  void prepare(Index images, Index height, Index width);
  // `images` of them at once, one after the other as the caller has them.
  void run_images(const float* first, Index images, float* result);
  void store_image(const float* image, Index number);
  void run_conv(const ConvOp& op, const PackedConv& packed, ValueId out, float* planar);
  void run_phase(const ConvOp& op, const PackedConv& packed, const DirectPhase& phase, ValueId out,
                 kernels::Epilogue end) const;
  bool joins_rows(const ConvOp& op, const PackedConv& packed, ValueId out) const;
  void run_direct(const std::vector<kernels::DirectConv>& convs, Index rows, Index joined) const;
  std::vector<kernels::Run> runs_of(const ConvOp& op, const PackedConv& packed,
                                    const DirectPhase& phase, Index image) const;
  void run_winograd(const ConvOp& op, const PackedConv& packed, const ValueLayout& out,
                    const kernels::Epilogue& end);
  void run_pool(const MaxPoolOp& op, ValueId out);
  void write_planar(ValueId value, Index image, float* planar) const;
  kernels::Epilogue epilogue(const ConvOp& op, const PackedConv& packed, ValueId out,
                             float* planar) const;

  const ValueLayout& layout(ValueId value) const {
    return plan_.values[static_cast<std::size_t>(value)];
  }
  // Pixel (y, x) of a value of image 0, which may lie in its border.
  char* pixel(ValueId value, Index y, Index x) const;
  // Bytes from an image of the value to the next.
  Index image_bytes(ValueId value) const { return layout(value).image * kernels_.value_bytes; }

  Program program_;
  const kernels::KernelSet& kernels_;
  std::vector<PackedConv> packed_;  // one an operation
  int threads_ = 1;
  Index images_ = 0;  // being run at once
  MemoryPlan plan_;
  Index planned_for_ = 0;  // images
  AlignedMemory memory_;
  ThreadScratch scratch_;
};

}  // namespace fossilct::slice_engine
