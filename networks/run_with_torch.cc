// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "networks/cyclic.h"
#include "networks/image_ops.h"
#include "networks/linear.h"
#include "networks/program.h"

namespace fossilct {
namespace {

using Values = std::vector<at::Tensor>;

// Applies one operation to the values before it.
struct Apply {
  const Values& values;
  bool guided = false;  // see values_with_gradients()

  const at::Tensor& at(ValueId id) const { return values[static_cast<std::size_t>(id)]; }

  // Changes `x`.
  at::Tensor rectified(at::Tensor x) const {
    x.relu_();
    if (guided) {
      x.register_hook([](const at::Tensor& gradient) { return gradient.clamp_min(0); });
    }
    return x;
  }

  at::Tensor operand(const ConvInput& input) const {
    const at::Tensor& value = at(input.value);
    if (input.channels > 0) {
      return value.narrow(1, input.first_channel, input.channels);
    }
    return input.upsample ? enlarged(value) : value;
  }

  at::Tensor operator()(const ConvOp& op) const {
    at::Tensor input = operand(op.inputs.front());
    if (op.inputs.size() > 1) {
      std::vector<at::Tensor> parts;
      for (const ConvInput& part : op.inputs) {
        parts.push_back(operand(part));
      }
      input = at::cat(parts, 1);
    }
    const std::int64_t padding = op.weight.size(2) / 2;
    at::Tensor out = at::conv2d(input, op.weight, op.bias, op.stride, padding);
    if (op.residual) {
      out.add_(at(*op.residual));
    }
    return op.relu ? rectified(out) : out;
  }

  at::Tensor operator()(const MaxPoolOp& op) const {
    return at::max_pool2d(at(op.input), op.kernel, op.stride, op.padding);
  }

  at::Tensor operator()(const AffineReluOp& op) const {
    const auto by_channel = [](const at::Tensor& t) { return t.view({1, -1, 1, 1}); };
    return rectified(at::addcmul(by_channel(op.shift), at(op.input), by_channel(op.scale)));
  }

  at::Tensor operator()(const ReluOp& op) const { return rectified(at(op.input).clone()); }

  at::Tensor operator()(const PixelShuffleOp& op) const {
    return pixel_shuffled(at(op.input), op.blur);
  }

  at::Tensor operator()(const ResizeLikeOp& op) const {
    return resized_like(at(op.input), at(op.like));
  }

  at::Tensor operator()(const ConcatOp& op) const {
    std::vector<at::Tensor> parts;
    for (const ValueId part : op.inputs) {
      parts.push_back(at(part));
    }
    return at::cat(parts, 1);
  }

  at::Tensor operator()(const AddOp& op) const { return at(op.left) + at(op.right); }

  at::Tensor operator()(const SelfAttentionOp& op) const {
    return self_attended(at(op.input), op.query, op.key, op.value, op.gamma);
  }

  at::Tensor operator()(const AveragePoolOp& op) const {
    return at::adaptive_avg_pool2d(at(op.input), {op.size, op.size});
  }

  at::Tensor operator()(const LinearOp& op) const {
    at::Tensor out = linear(at(op.input).flatten(1), op.weight, op.bias);
    return op.relu ? rectified(out) : out;
  }

  at::Tensor operator()(const CyclicSliceOp& op) const { return cyclic_sliced(at(op.input)); }
  at::Tensor operator()(const CyclicRollOp& op) const { return cyclic_rolled(at(op.input)); }
  at::Tensor operator()(const CyclicPoolOp& op) const {
    return cyclic_pooled(at(op.input).flatten(1));
  }
};

// Device and type of the program are those of its first weight.
at::TensorOptions options_of(const Program& program) {
  for (const Op& op : program.ops) {
    if (const auto* conv = std::get_if<ConvOp>(&op)) {
      return conv->weight.options();
    }
  }
  return at::TensorOptions(at::kFloat);
}

}  // namespace

at::Tensor run_with_torch(const Program& program, const at::Tensor& images) {
  const c10::InferenceMode no_gradients;
  const std::vector<int> last = last_readers(program);
  const at::TensorOptions options = options_of(program);
  Values values(program.ops.size() + 1);
  values[0] = images.to(options.device(), options.dtype().toScalarType())
                  .contiguous(at::MemoryFormat::ChannelsLast);
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    values[i + 1] = std::visit(Apply{values}, program.ops[i]);
    for (const ValueId read : values_read(program.ops[i])) {
      if (last[static_cast<std::size_t>(read)] == static_cast<int>(i)) {
        values[static_cast<std::size_t>(read)] = at::Tensor();
      }
    }
  }
  return values.back().to(at::kFloat);
}

std::vector<at::Tensor> values_with_gradients(const Program& program, const at::Tensor& images,
                                              bool guided) {
  const at::AutoGradMode gradients(true);
  Values values(program.ops.size() + 1);
  values[0] = images.detach().to(options_of(program)).requires_grad_();
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    values[i + 1] = std::visit(Apply{values, guided}, program.ops[i]);
  }
  return values;
}

}  // namespace fossilct
