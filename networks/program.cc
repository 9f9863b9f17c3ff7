// SPDX-License-Identifier: Apache-2.0
#include "networks/program.h"

namespace fossilct {
namespace {

struct ReadBy {
  std::vector<ValueId> operator()(const ConvOp& op) const {
    std::vector<ValueId> values;
    for (const ConvInput& input : op.inputs) {
      values.push_back(input.value);
    }
    if (op.residual) {
      values.push_back(*op.residual);
    }
    return values;
  }
  std::vector<ValueId> operator()(const ResizeLikeOp& op) const { return {op.input, op.like}; }
  std::vector<ValueId> operator()(const ConcatOp& op) const { return op.inputs; }
  std::vector<ValueId> operator()(const AddOp& op) const { return {op.left, op.right}; }
  template <typename OneInput>
  std::vector<ValueId> operator()(const OneInput& op) const {
    return {op.input};
  }
};

// The same operation with change(weight) in place of each of its weights.
template <typename Change>
struct WithWeights {
  Change change;

  Op operator()(ConvOp op) const {
    op.weight = change(op.weight);
    op.bias = change(op.bias);
    return op;
  }
  Op operator()(AffineReluOp op) const {
    op.scale = change(op.scale);
    op.shift = change(op.shift);
    return op;
  }
  Op operator()(SelfAttentionOp op) const {
    for (at::Tensor* weight : {&op.query, &op.key, &op.value, &op.gamma}) {
      *weight = change(*weight);
    }
    return op;
  }
  Op operator()(LinearOp op) const {
    op.weight = change(op.weight);
    op.bias = change(op.bias);
    return op;
  }
  template <typename NoWeights>
  Op operator()(NoWeights op) const {
    return op;
  }
};

}  // namespace

std::vector<ValueId> values_read(const Op& op) { return std::visit(ReadBy{}, op); }

std::vector<int> last_readers(const Program& program) {
  std::vector<int> last(program.ops.size() + 1, -1);
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    for (const ValueId value : values_read(program.ops[i])) {
      last[static_cast<std::size_t>(value)] = static_cast<int>(i);
    }
  }
  return last;
}

Program with_options(const Program& program, at::Device device, at::ScalarType type) {
  const auto change = [&](const at::Tensor& weight) {
    const at::Tensor moved = weight.to(device, type);
    return moved.dim() == 4 ? moved.contiguous(at::MemoryFormat::ChannelsLast) : moved;
  };
  Program changed = program;
  for (Op& op : changed.ops) {
    op = std::visit(WithWeights<decltype(change)>{change}, op);
  }
  return changed;
}

}  // namespace fossilct
