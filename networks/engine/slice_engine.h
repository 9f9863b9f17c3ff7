// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "networks/program.h"

namespace fossilct {

// Which instructions the convolutions are compiled for. `portable` runs everywhere and is the
// reference of the others; the rest need the processor's support.
enum class InstructionSet { portable, avx2, avx512, avx512_bf16, amx_bf16 };

// Those this processor and its operating system can run, slowest first; `portable` is always there.
std::vector<InstructionSet> available_instruction_sets();
std::string name_of(InstructionSet set);
// Whether it has instructions for products of bf16; the others make them of fp32 ones, slowly.
bool multiplies_bf16(InstructionSet set);

struct SliceEngineOptions {
  // Convolutions multiply bf16 numbers (sums stay fp32) and values are stored as bf16: needs
  // avx512_bf16 or amx_bf16 to be fast; `portable` does it too, for tests.
  bool bf16 = false;
  // Default: SliceEngine::best_instructions(bf16).
  std::optional<InstructionSet> instructions;
};

// Runs a Program of convolutions and poolings on the CPU with our own kernels: values channels-last
// with a border of zeros; 3x3 convolutions of stride 1 by Winograd's minimal filtering in fp32
// (Lavin and Gray 2016, arXiv 1509.09308); the enlarged half of a concatenation is never stored:
// its tiles are read from the small image, and in bf16 a 3x3 kernel over repeated pixels is four
// 2x2 kernels over the pixels themselves. Figures: docs/decisions/013-slice-engine.md. Weights are
// packed once, in the constructor. A value that is no number spreads over the 4 x 4 pixels of its
// tile. A SliceEngine may be run by one thread at a time; it uses at::get_num_threads() threads.
class SliceEngine {
 public:
  // Whether every operation of the program is one it knows: ConvOp (kernel 1, 3, 7; parts of values
  // that begin and end at multiples of 16 channels) and MaxPoolOp.
  static bool supports(const Program& program);
  // Whether `set` gives the same as `portable` on small problems of every kind; tried once a
  // process. A set that does not is never chosen by default.
  static bool agrees_with_portable(InstructionSet set, bool bf16);
  // The fastest available set that agrees with portable; for fp32 none that only adds bf16.
  static InstructionSet best_instructions(bool bf16);

  // Throws Error{device} where the instructions asked for are not to be had, std::bad_alloc.
  SliceEngine(const Program& program, const SliceEngineOptions& options);
  ~SliceEngine();
  SliceEngine(SliceEngine&&) noexcept;
  SliceEngine& operator=(SliceEngine&&) noexcept;

  // images: N,C,H,W fp32, contiguous, on the CPU, H and W multiples of the program's size_multiple.
  // Returns fp32 N,K,H',W' contiguous. Memory for values is kept between calls of one size.
  at::Tensor run(const at::Tensor& images);

  InstructionSet instructions() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
