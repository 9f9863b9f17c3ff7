// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <c10/util/accumulate.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "networks/engine/instruction_sets.h"
#include "networks/engine/slice_engine.h"
#include "networks/engine/slice_engine_runner.h"

namespace fossilct {
namespace {

// Numbers that look random and are the same on every machine, in -1 .. 1.
at::Tensor numbers(at::IntArrayRef shape, double seed) {
  const at::Tensor flat = at::arange(c10::multiply_integers(shape), at::kFloat);
  return at::sin(flat * 12.9898 + seed).mul_(4.37585).sin_().reshape(shape);
}

ConvOp conv(std::vector<ConvInput> inputs, std::int64_t channels, std::int64_t outputs,
            std::int64_t kernel, int stride, double seed) {
  const double scale = 1.0 / static_cast<double>(channels * kernel);
  return {std::move(inputs),
          numbers({outputs, channels, kernel, kernel}, seed) * scale,
          numbers({outputs}, seed + 1) * 0.1,
          stride,
          true,
          std::nullopt};
}

// A small network with an operation of every kind and channels that fill no vector.
Program sample_program() {
  Program program;
  program.size_multiple = 4;
  const ValueId stem = program.add(conv({{0, false}}, 1, 20, 7, 2, 1));
  const ValueId pooled = program.add(MaxPoolOp{stem, 3, 2, 1});
  ConvOp block = conv({{pooled, false}}, 20, 20, 3, 1, 2);
  block.residual = pooled;
  const ValueId deep = program.add(std::move(block));
  const ValueId joined = program.add(conv({{deep, true}, {stem, false}}, 40, 33, 3, 1, 3));
  const ValueId halved = program.add(conv({{joined, false}}, 33, 48, 3, 2, 4));
  const ValueId skipped = program.add(conv({{joined, false}}, 33, 48, 1, 2, 5));
  ConvOp head = conv({{halved, true}, {joined, false}}, 81, 3, 3, 1, 6);
  head.relu = false;
  program.add(std::move(head));
  ConvOp last = conv({{skipped, false}}, 48, 2, 1, 1, 7);
  last.relu = false;
  program.add(std::move(last));
  return program;
}

bool try_set(InstructionSet set, bool bf16) {
  const Program whole = sample_program();
  const at::Tensor image = numbers({1, 1, 44, 76}, 0.5);
  // Every operation but the pooling is tried as the last one: both ways of storing a result.
  for (std::size_t ops = 1; ops <= whole.ops.size(); ++ops) {
    Program program = whole;
    program.ops.resize(ops);
    slice_engine::ProgramRunner tried(program, kernels_of(set, bf16));
    slice_engine::ProgramRunner reference(program, kernels_of(InstructionSet::portable, bf16));
    const at::Tensor expected = reference.run(image);
    const double tolerance = bf16 ? 0.02 : 1e-4;
    const at::Tensor difference = (tried.run(image) - expected).abs() / (expected.abs() + 0.1);
    if (!(difference.max().item<double>() <= tolerance)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool SliceEngine::agrees_with_portable(InstructionSet set, bool bf16) {
  static std::mutex mutex;
  static std::map<std::pair<InstructionSet, bool>, bool> known;
  if (set == InstructionSet::portable) {
    return true;
  }
  const std::vector<InstructionSet> available = available_instruction_sets();
  if (std::find(available.begin(), available.end(), set) == available.end()) {
    return false;
  }
  const std::lock_guard<std::mutex> lock(mutex);
  const auto [found, is_new] = known.try_emplace({set, bf16}, false);
  if (is_new) {
    found->second = try_set(set, bf16);
  }
  return found->second;
}

}  // namespace fossilct
