// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/slice_engine_runner.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"
#include "networks/engine/slice_engine_tasks.h"

namespace fossilct::slice_engine {

ProgramRunner::ProgramRunner(const Program& program, const kernels::KernelSet& kernels)
    : program_(program), kernels_(kernels) {
  const std::vector<Index> channels = channels_of_values(program);
  for (Op& op : program_.ops) {
    packed_.emplace_back();
    if (auto* conv = std::get_if<ConvOp>(&op)) {
      std::vector<Index> read, pixels;
      for (const ConvInput& input : conv->inputs) {
        read.push_back(channels[static_cast<std::size_t>(input.value)]);
        pixels.push_back(pixel_numbers(input.value, read.back(), kernels));
      }
      packed_.back() = pack(*conv, pixels, read, kernels);
      // Its shape is needed on, its numbers are not.
      conv->weight = at::zeros({1, 1, 1, 1}).expand(conv->weight.sizes());
    }
  }
}

char* ProgramRunner::pixel(ValueId value, Index y, Index x) const {
  const ValueLayout& at = layout(value);
  return memory_.data<char>() + at.offset +
         (at.origin + y * at.row + x * at.pixel) * kernels_.value_bytes;
}

void ProgramRunner::prepare(Index height, Index width) {
  threads_ = std::max(1, at::get_num_threads());
  if (!plan_.values.empty() && layout(0).height == height && layout(0).width == width) {
    return;
  }
  plan_ = plan_memory(program_, kernels_, height, width);
  if (memory_.bytes() < static_cast<std::size_t>(plan_.bytes)) {
    memory_ = AlignedMemory();
    memory_ = AlignedMemory(static_cast<std::size_t>(plan_.bytes));
  }
}

at::Tensor ProgramRunner::run(const at::Tensor& images) {
  const Index multiple = program_.size_multiple;
  if (images.dim() != 4 || images.size(1) != program_.input_channels || images.size(2) == 0 ||
      images.size(3) == 0 || images.size(2) % multiple != 0 || images.size(3) % multiple != 0) {
    throw Error(ErrorKind::option, "the network takes images N,C,H,W with C = " +
                                       std::to_string(program_.input_channels) +
                                       " and H and W multiples of " + std::to_string(multiple));
  }
  prepare(images.size(2), images.size(3));
  const at::Tensor input = images.to(at::kFloat).contiguous();
  const ValueLayout& last = plan_.values.back();
  at::Tensor result =
      at::empty({images.size(0), last.channels, last.height, last.width}, at::kFloat);
  const Index image_numbers = input.size(1) * input.size(2) * input.size(3);
  const Index result_numbers = last.channels * last.height * last.width;
  for (Index n = 0; n < images.size(0); ++n) {
    run_image(input.data_ptr<float>() + n * image_numbers,
              result.data_ptr<float>() + n * result_numbers);
  }
  return result;
}

void ProgramRunner::run_image(const float* image, float* result) {
  store_image(image);
  for (std::size_t i = 0; i < program_.ops.size(); ++i) {
    const auto out = static_cast<ValueId>(i + 1);
    if (layout(out).stored) {
      clear_border(layout(out), kernels_.value_bytes, memory_.data<char>() + layout(out).offset);
    }
    if (const auto* conv = std::get_if<ConvOp>(&program_.ops[i])) {
      run_conv(*conv, packed_[i], out, layout(out).stored ? nullptr : result);
    } else if (const auto* pool = std::get_if<MaxPoolOp>(&program_.ops[i])) {
      run_pool(*pool, out);
    }
  }
  const auto last = static_cast<ValueId>(program_.ops.size());
  if (layout(last).stored) {
    write_planar(last, result);
  }
}

void ProgramRunner::store_image(const float* image) {
  const ValueLayout& to = layout(0);
  char* const start = memory_.data<char>() + to.offset;
  std::memset(start, 0, static_cast<std::size_t>(to.bytes));
  for (Index y = 0; y < to.height; ++y) {
    for (Index c = 0; c < to.channels; ++c) {
      const float* from = image + (c * to.height + y) * to.width;
      char* const row = pixel(0, y, 0);
      for (Index x = 0; x < to.width; ++x) {
        if (kernels_.value_bytes == 4) {
          reinterpret_cast<float*>(row)[x * to.pixel + c] = from[x];
        } else {
          reinterpret_cast<std::uint16_t*>(row)[x * to.pixel + c] = c10::BFloat16(from[x]).x;
        }
      }
    }
  }
}

void ProgramRunner::write_planar(ValueId value, float* planar) const {
  const ValueLayout& from = layout(value);
  for (Index c = 0; c < from.channels; ++c) {
    for (Index y = 0; y < from.height; ++y) {
      const char* row = pixel(value, y, 0);
      for (Index x = 0; x < from.width; ++x, ++planar) {
        const Index at = x * from.pixel + c;
        if (kernels_.value_bytes == 4) {
          *planar = reinterpret_cast<const float*>(row)[at];
        } else {
          const auto bits = reinterpret_cast<const std::uint16_t*>(row)[at];
          *planar = c10::BFloat16(bits, c10::BFloat16::from_bits());
        }
      }
    }
  }
}

kernels::Epilogue ProgramRunner::epilogue(const ConvOp& op, const PackedConv& packed, ValueId out,
                                          float* planar) const {
  kernels::Epilogue end;
  end.bias = packed.bias.data();
  end.relu = op.relu;
  end.channels = static_cast<int>(layout(out).channels);
  if (op.residual) {
    end.residual = pixel(*op.residual, 0, 0);
    end.residual_row = layout(*op.residual).row;
    end.residual_pixel = layout(*op.residual).pixel;
  }
  if (planar != nullptr) {
    end.planar = planar;
    end.plane = layout(out).height * layout(out).width;
    end.planar_row = layout(out).width;
  } else {
    end.out = pixel(out, 0, 0);
    end.out_row = layout(out).row;
    end.out_pixel = layout(out).pixel;
  }
  return end;
}

void ProgramRunner::run_conv(const ConvOp& op, const PackedConv& packed, ValueId out,
                             float* planar) {
  const kernels::Epilogue end = epilogue(op, packed, out, planar);
  if (packed.winograd) {
    run_winograd(op, packed, layout(out), end);
    return;
  }
  for (const DirectPhase& phase : packed.direct) {
    run_phase(op, packed, phase, layout(out), end);
  }
}

void ProgramRunner::run_phase(const ConvOp& op, const PackedConv& packed, const DirectPhase& phase,
                              const ValueLayout& out, kernels::Epilogue end) const {
  const Index phases = packed.phases;
  std::vector<kernels::Run> runs;
  for (const PlannedRun& run : phase.runs) {
    const ValueId value = op.inputs[run.input].value;
    runs.push_back({pixel(value, run.dy, run.dx), run.step * layout(value).row,
                    run.step * layout(value).pixel, run.length});
  }
  const Index bytes = kernels_.value_bytes;
  if (end.residual != nullptr) {
    end.residual = static_cast<const char*>(end.residual) +
                   (phase.y * end.residual_row + phase.x * end.residual_pixel) * bytes;
  }
  if (end.planar != nullptr) {
    end.planar += phase.y * end.planar_row + phase.x * end.planar_pixel;
  } else {
    end.out =
        static_cast<char*>(end.out) + (phase.y * end.out_row + phase.x * end.out_pixel) * bytes;
  }
  for (Index* stride : {&end.residual_row, &end.residual_pixel, &end.out_row, &end.out_pixel,
                        &end.planar_row, &end.planar_pixel}) {
    *stride *= phases;
  }
  kernels::DirectConv conv;
  conv.runs = runs.data();
  conv.run_count = static_cast<int>(runs.size());
  conv.weights = phase.weights.data();
  conv.depth = phase.depth;
  conv.outputs = static_cast<int>(packed.outputs);
  conv.columns = out.width / phases;
  conv.end = end;
  const Index rows = out.height / phases;
  const Index step = std::max<Index>(1, 256 / conv.columns);
  run_tasks((rows + step - 1) / step, threads_, [&](Index task, int) {
    kernels_.direct(conv, task * step, std::min(rows, (task + 1) * step));
  });
}

void ProgramRunner::run_winograd(const ConvOp& op, const PackedConv& packed, const ValueLayout& out,
                                 const kernels::Epilogue& end) {
  std::vector<kernels::WinogradOperand> operands;
  kernels::WinogradConv conv;
  for (const ConvInput& input : op.inputs) {
    const ValueLayout& at = layout(input.value);
    kernels::WinogradOperand& operand = operands.emplace_back();
    operand.first = reinterpret_cast<const float*>(pixel(input.value, -1, -1));
    operand.row = at.row;
    operand.pixel = at.pixel;
    operand.channels = static_cast<int>(at.pixel);
    operand.upsample = input.upsample;
    conv.channels += static_cast<int>(at.pixel);
  }
  conv.operands = operands.data();
  conv.operand_count = static_cast<int>(operands.size());
  conv.outputs = static_cast<int>(packed.outputs);
  conv.weights = packed.winograd_weights.data<float>();
  conv.tiles_in_row = (out.width + 3) / 4;
  conv.tiles_in_image = conv.tiles_in_row * ((out.height + 3) / 4);
  conv.height = out.height;
  conv.width = out.width;
  conv.end = end;
  slice_engine::run_winograd(conv, 1, kernels_, threads_, scratch_);
}

void ProgramRunner::run_pool(const MaxPoolOp& op, ValueId out) {
  const ValueLayout& from = layout(op.input);
  kernels::MaxPool pool;
  pool.first = pixel(op.input, 0, 0);
  pool.row = from.row;
  pool.pixel = from.pixel;
  pool.height = from.height;
  pool.width = from.width;
  pool.channels = static_cast<int>(layout(out).pixel);
  pool.kernel = op.kernel;
  pool.stride = op.stride;
  pool.padding = op.padding;
  pool.out = pixel(out, 0, 0);
  pool.out_row = layout(out).row;
  pool.out_pixel = layout(out).pixel;
  pool.out_width = layout(out).width;
  run_tasks(layout(out).height, threads_,
            [&](Index row, int) { kernels_.max_pool(pool, row, row + 1); });
}

}  // namespace fossilct::slice_engine
