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

namespace {

// The end of another image than the first.
kernels::Epilogue of_image(kernels::Epilogue end, Index image, Index value_bytes) {
  if (end.residual != nullptr) {
    end.residual =
        static_cast<const char*>(end.residual) + image * end.residual_image * value_bytes;
  }
  if (end.planar != nullptr) {
    end.planar += image * end.planar_image;
  } else {
    end.out = static_cast<char*>(end.out) + image * end.out_image * value_bytes;
  }
  return end;
}

}  // namespace

ProgramRunner::ProgramRunner(const Program& program, const kernels::KernelSet& kernels)
    : program_(program), kernels_(kernels) {
  const std::vector<Index> channels = channels_of_values(program);
  for (Op& op : program_.ops) {
    packed_.emplace_back();
    if (auto* conv = std::get_if<ConvOp>(&op)) {
      std::vector<OperandNumbers> read;
      for (const ConvInput& input : conv->inputs) {
        const Index all = channels[static_cast<std::size_t>(input.value)];
        const Index numbers = pixel_numbers(input.value, all, kernels);
        const bool part = input.channels > 0;
        read.push_back({pixel_stride(numbers, kernels), input.first_channel,
                        part ? input.channels : numbers, part ? input.channels : all});
      }
      packed_.back() = pack(*conv, read, kernels);
      packed_.back().operands = std::move(read);
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

void ProgramRunner::prepare(Index images, Index height, Index width) {
  threads_ = std::max(1, at::get_num_threads());
  if (!plan_.values.empty() && layout(0).height == height && layout(0).width == width &&
      planned_for_ >= images) {
    return;
  }
  plan_ = plan_memory(program_, kernels_, images, height, width);
  planned_for_ = images;
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
  prepare(images.size(0), images.size(2), images.size(3));
  const at::Tensor input = images.to(at::kFloat).contiguous();
  const ValueLayout& last = plan_.values.back();
  at::Tensor result =
      at::empty({images.size(0), last.channels, last.height, last.width}, at::kFloat);
  const Index image_numbers = input.size(1) * input.size(2) * input.size(3);
  const Index result_numbers = last.channels * last.height * last.width;
  for (Index n = 0; n < images.size(0); n += plan_.images) {
    run_images(input.data_ptr<float>() + n * image_numbers,
               std::min(plan_.images, images.size(0) - n),
               result.data_ptr<float>() + n * result_numbers);
  }
  return result;
}

void ProgramRunner::run_images(const float* first, Index images, float* result) {
  images_ = images;
  const ValueLayout& input = layout(0);
  for (Index n = 0; n < images; ++n) {
    store_image(first + n * input.channels * input.height * input.width, n);
  }
  for (std::size_t i = 0; i < program_.ops.size(); ++i) {
    const auto out = static_cast<ValueId>(i + 1);
    if (const auto* conv = std::get_if<ConvOp>(&program_.ops[i])) {
      run_conv(*conv, packed_[i], out, layout(out).stored ? nullptr : result);
    } else if (const auto* pool = std::get_if<MaxPoolOp>(&program_.ops[i])) {
      run_pool(*pool, out);
    }
    for (Index n = 0; layout(out).stored && n < images; ++n) {
      clear_border(layout(out), kernels_.value_bytes,
                   memory_.data<char>() + layout(out).offset + n * image_bytes(out));
    }
  }
  const auto last = static_cast<ValueId>(program_.ops.size());
  const ValueLayout& made = layout(last);
  for (Index n = 0; made.stored && n < images; ++n) {
    write_planar(last, n, result + n * made.channels * made.height * made.width);
  }
}

void ProgramRunner::store_image(const float* image, Index number) {
  const ValueLayout& to = layout(0);
  const Index start = number * image_bytes(0);
  std::memset(memory_.data<char>() + to.offset + start, 0,
              static_cast<std::size_t>(image_bytes(0)));
  for (Index y = 0; y < to.height; ++y) {
    for (Index c = 0; c < to.channels; ++c) {
      const float* from = image + (c * to.height + y) * to.width;
      char* const row = pixel(0, y, 0) + start;
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

void ProgramRunner::write_planar(ValueId value, Index image, float* planar) const {
  const ValueLayout& from = layout(value);
  for (Index c = 0; c < from.channels; ++c) {
    for (Index y = 0; y < from.height; ++y) {
      const char* row = pixel(value, y, 0) + image * image_bytes(value);
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
    end.residual_image = layout(*op.residual).image;
  }
  if (planar != nullptr) {
    end.planar = planar;
    end.plane = layout(out).height * layout(out).width;
    end.planar_row = layout(out).width;
    end.planar_image = layout(out).channels * end.plane;
  } else {
    end.out = pixel(out, 0, 0);
    end.out_row = layout(out).row;
    end.out_pixel = layout(out).pixel;
    end.out_image = layout(out).image;
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
    run_phase(op, packed, phase, out, end);
  }
}

// Whether rows of the output can be computed as one, with the border between them, which is cleared
// later: short ones would fill the kernel's blocks by a part.
bool ProgramRunner::joins_rows(const ConvOp& op, const PackedConv& packed, ValueId out) const {
  constexpr Index long_row = 256;
  const ValueLayout& to = layout(out);
  const auto fits = [&](ValueId value) {
    return layout(value).row / layout(value).pixel == to.row / to.pixel;
  };
  return to.stored && op.stride == 1 && packed.phases == 1 && to.width < long_row &&
         (!op.residual || fits(*op.residual)) &&
         std::all_of(op.inputs.begin(), op.inputs.end(),
                     [&](const ConvInput& input) { return !input.upsample && fits(input.value); });
}

void ProgramRunner::run_phase(const ConvOp& op, const PackedConv& packed, const DirectPhase& phase,
                              ValueId out, kernels::Epilogue end) const {
  const Index phases = packed.phases;
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
  std::vector<std::vector<kernels::Run>> runs;
  std::vector<kernels::DirectConv> convs;
  for (Index image = 0; image < images_; ++image) {
    runs.push_back(runs_of(op, packed, phase, image));
    kernels::DirectConv& conv = convs.emplace_back();
    conv.runs = runs.back().data();
    conv.run_count = static_cast<int>(runs.back().size());
    conv.weights = phase.weights.data();
    conv.depth = phase.depth;
    conv.outputs = static_cast<int>(packed.outputs);
    conv.columns = layout(out).width / phases;
    conv.end = of_image(end, image, bytes);
  }
  run_direct(convs, layout(out).height / phases,
             joins_rows(op, packed, out) ? layout(out).row / layout(out).pixel : 0);
}

// `rows` of each of the convolutions; where `joined` is not 0, some at a time as one row, whose
// starts are so many pixels apart.
void ProgramRunner::run_direct(const std::vector<kernels::DirectConv>& convs, Index rows,
                               Index joined) const {
  const Index step = std::max<Index>(1, 256 / convs.front().columns);
  const Index tasks = (rows + step - 1) / step;
  run_tasks(std::ssize(convs) * tasks, threads_, [&](Index task, int) {
    const kernels::DirectConv& conv = convs[static_cast<std::size_t>(task / tasks)];
    const Index first = task % tasks * step, end = std::min(rows, first + step);
    if (joined == 0) {
      kernels_.direct(conv, first, end);
      return;
    }
    kernels::DirectConv one = conv;
    one.columns = (end - first - 1) * joined + conv.columns;
    kernels_.direct(one, first, first + 1);
  });
}

std::vector<kernels::Run> ProgramRunner::runs_of(const ConvOp& op, const PackedConv& packed,
                                                 const DirectPhase& phase, Index image) const {
  std::vector<kernels::Run> runs;
  for (const PlannedRun& run : phase.runs) {
    const ValueId value = op.inputs[run.input].value;
    const Index first = packed.operands[run.input].first * kernels_.value_bytes;
    runs.push_back({pixel(value, run.dy, run.dx) + image * image_bytes(value) + first,
                    run.step * layout(value).row, run.step * layout(value).pixel, run.length});
  }
  return runs;
}

void ProgramRunner::run_winograd(const ConvOp& op, const PackedConv& packed, const ValueLayout& out,
                                 const kernels::Epilogue& end) {
  std::vector<kernels::WinogradOperand> operands;
  kernels::WinogradConv conv;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const ConvInput& input = op.inputs[i];
    const OperandNumbers& read = packed.operands[i];
    const ValueLayout& at = layout(input.value);
    kernels::WinogradOperand& operand = operands.emplace_back();
    operand.first = reinterpret_cast<const float*>(pixel(input.value, -1, -1)) + read.first;
    operand.row = at.row;
    operand.pixel = at.pixel;
    operand.channels = static_cast<int>(read.numbers);
    operand.image = at.image;
    operand.upsample = input.upsample;
    conv.channels += operand.channels;
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
  slice_engine::run_winograd(conv, images_, kernels_, threads_, scratch_);
}

void ProgramRunner::run_pool(const MaxPoolOp& op, ValueId out) {
  const ValueLayout& from = layout(op.input);
  kernels::MaxPool first;
  first.row = from.row;
  first.pixel = from.pixel;
  first.height = from.height;
  first.width = from.width;
  first.channels = static_cast<int>(layout(out).numbers);
  first.kernel = op.kernel;
  first.stride = op.stride;
  first.padding = op.padding;
  first.out_row = layout(out).row;
  first.out_pixel = layout(out).pixel;
  first.out_width = layout(out).width;
  const Index rows = layout(out).height;
  run_tasks(images_ * rows, threads_, [&](Index task, int) {
    const Index image = task / rows, row = task % rows;
    kernels::MaxPool pool = first;
    pool.first = pixel(op.input, 0, 0) + image * image_bytes(op.input);
    pool.out = pixel(out, 0, 0) + image * image_bytes(out);
    kernels_.max_pool(pool, row, row + 1);
  });
}

}  // namespace fossilct::slice_engine
