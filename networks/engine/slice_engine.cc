// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/slice_engine.h"

#include <algorithm>

#include "base/error.h"
#include "networks/engine/instruction_sets.h"
#include "networks/engine/slice_engine_runner.h"

namespace fossilct {
namespace {

// Channels of a vector of any of the instruction sets: where a part of a value may begin and end.
constexpr int widest = 16;

struct Supported {
  bool operator()(const ConvOp& op) const {
    const auto kernel = op.weight.size(2);
    return (kernel == 1 || kernel == 3 || kernel == 7) && (op.stride == 1 || op.stride == 2) &&
           !op.inputs.empty() &&
           std::all_of(op.inputs.begin(), op.inputs.end(), [](const ConvInput& input) {
             return input.channels % widest == 0 && input.first_channel % widest == 0;
           });
  }
  bool operator()(const MaxPoolOp& op) const { return op.padding < op.kernel && op.stride > 0; }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

struct SliceEngine::Impl {
  InstructionSet instructions;
  slice_engine::ProgramRunner runner;
};

bool SliceEngine::supports(const Program& program) {
  return !program.ops.empty() &&
         std::all_of(program.ops.begin(), program.ops.end(),
                     [](const Op& op) { return std::visit(Supported{}, op); });
}

InstructionSet SliceEngine::best_instructions(bool bf16) {
  const std::vector<InstructionSet> available = available_instruction_sets();
  const auto best = std::find_if(available.rbegin(), available.rend(), [&](InstructionSet set) {
    return (bf16 || !multiplies_bf16(set)) && agrees_with_portable(set, bf16);
  });
  return best == available.rend() ? InstructionSet::portable : *best;
}

SliceEngine::SliceEngine(const Program& program, const SliceEngineOptions& options) {
  if (!supports(program)) {
    throw Error(ErrorKind::device,
                "the slice engine runs convolutions and max poolings only; this network has other "
                "operations: run it with LibTorch");
  }
  const InstructionSet set =
      options.instructions ? *options.instructions : best_instructions(options.bf16);
  const std::vector<InstructionSet> available = available_instruction_sets();
  if (std::find(available.begin(), available.end(), set) == available.end()) {
    throw Error(ErrorKind::device, "this processor can't run instructions " + name_of(set) +
                                       "; it can run up to " + name_of(available.back()));
  }
  impl_ = std::make_unique<Impl>(
      Impl{set, slice_engine::ProgramRunner(program, kernels_of(set, options.bf16))});
}

SliceEngine::~SliceEngine() = default;
SliceEngine::SliceEngine(SliceEngine&&) noexcept = default;
SliceEngine& SliceEngine::operator=(SliceEngine&&) noexcept = default;

at::Tensor SliceEngine::run(const at::Tensor& images) { return impl_->runner.run(images); }

InstructionSet SliceEngine::instructions() const { return impl_->instructions; }

}  // namespace fossilct
