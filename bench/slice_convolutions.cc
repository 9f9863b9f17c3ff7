// SPDX-License-Identifier: Apache-2.0
// bench_slice_convolutions layers [SET [ROUNDS]]    each kind of layer of the U-Net below
// bench_slice_convolutions whole [SET [ROUNDS [EDGE [ours]]]]    the U-Net: ResNet34
// encoder, `conv` decoder; `ours`: LibTorch's only once, for a profile of the engine.
// Our engine (SET: an instruction set, default the best; SET:bf16 for bf16) against LibTorch's
// stock operators, taking turns; medians. GFLOP/s count what a plain convolution would compute.
// OMP_NUM_THREADS sets the threads of both; with one, processor time is measured instead of time,
// so that other work on the machine counts for little.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "networks/engine/slice_engine.h"
#include "networks/program.h"

namespace {

using namespace fossilct;

ConvOp conv(std::vector<ConvInput> inputs, std::int64_t channels, std::int64_t outputs,
            std::int64_t kernel, int stride, bool relu = true) {
  const double scale = std::sqrt(2.0 / static_cast<double>(channels * kernel * kernel));
  return {std::move(inputs),
          at::randn({outputs, channels, kernel, kernel}) * scale,
          at::randn({outputs}) * 0.1,
          stride,
          relu,
          std::nullopt};
}

// Adds a stage of basic blocks; returns its last value.
ValueId add_stage(Program& program, ValueId input, std::int64_t channels, std::int64_t outputs,
                  int blocks) {
  for (int block = 0; block < blocks; ++block) {
    const int stride = block == 0 && channels != outputs ? 2 : 1;
    const std::int64_t read = block == 0 ? channels : outputs;
    const ValueId first = program.add(conv({{input, false}}, read, outputs, 3, stride));
    ValueId shortcut = input;
    if (stride == 2) {
      shortcut = program.add(conv({{input, false}}, read, outputs, 1, 2, false));
    }
    ConvOp second = conv({{first, false}}, outputs, outputs, 3, 1);
    second.weight *= 0.3;  // as a trained network's: values stay of one size through all blocks
    second.residual = shortcut;
    input = program.add(std::move(second));
  }
  return input;
}

Program resnet34_unet() {
  Program program;
  program.size_multiple = 32;
  const ValueId stem = program.add(conv({{0, false}}, 1, 64, 7, 2));
  const ValueId pooled = program.add(MaxPoolOp{stem, 3, 2, 1});
  const ValueId layer1 = add_stage(program, pooled, 64, 64, 3);
  const ValueId layer2 = add_stage(program, layer1, 64, 128, 4);
  const ValueId layer3 = add_stage(program, layer2, 128, 256, 6);
  ValueId value = add_stage(program, layer3, 256, 512, 3);
  struct Block {
    std::int64_t channels, skip_channels, outputs;
    ValueId skip;
  };
  for (const Block& block :
       {Block{512, 256, 256, layer3}, Block{256, 128, 128, layer2}, Block{128, 64, 64, layer1},
        Block{64, 64, 32, stem}, Block{32, 0, 16, 0}}) {
    std::vector<ConvInput> inputs{{value, true}};
    if (block.skip_channels > 0) {
      inputs.push_back({block.skip, false});
    }
    value = program.add(conv(inputs, block.channels + block.skip_channels, block.outputs, 3, 1));
    value = program.add(conv({{value, false}}, block.outputs, block.outputs, 3, 1));
  }
  program.add(conv({{value, false}}, 16, 2, 3, 1, false));
  return program;
}

template <typename Call>
double milliseconds(const Call& call) {
  if (at::get_num_threads() == 1) {
    const std::clock_t start = std::clock();
    call();
    return 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

SliceEngineOptions options_of(const std::string& text) {
  SliceEngineOptions options;
  const std::size_t colon = text.find(':');
  options.bf16 = colon != std::string::npos;
  const std::string name = text.substr(0, colon);
  for (const InstructionSet set : available_instruction_sets()) {
    if (name_of(set) == name) {
      options.instructions = set;
    }
  }
  return options;
}

// Median times of engine and LibTorch, and the largest |difference| / (1 + |reference|).
struct Comparison {
  double engine_ms, torch_ms, error;
};

Comparison compare(const Program& program, const at::Tensor& images,
                   const SliceEngineOptions& options, int rounds, bool ours_alone = false) {
  const Program stock = with_options(program, at::kCPU, options.bf16 ? at::kBFloat16 : at::kFloat);
  SliceEngine engine(program, options);
  at::Tensor ours, theirs;
  std::vector<double> engine_ms, torch_ms;
  for (int round = 0; round <= rounds; ++round) {
    const double engine_time = milliseconds([&] { ours = engine.run(images); });
    const double torch_time = ours_alone || getenv("OURS")
                                  ? 0
                                  : milliseconds([&] { theirs = run_with_torch(stock, images); });
    if (round > 0) {
      engine_ms.push_back(engine_time);
      torch_ms.push_back(torch_time);
    }
  }
  if (!theirs.defined()) theirs = ours;
  const at::Tensor error = (ours - theirs).abs() / (theirs.abs() + 1);
  return {median(engine_ms), median(torch_ms), error.max().item<double>()};
}

struct Layer {
  const char* name;
  std::int64_t channels, second_channels;  // the second operand is not enlarged
  std::int64_t outputs, kernel;
  int stride;
  bool upsample;
  std::int64_t edge;  // of the output
  int times;          // in the U-Net
};

constexpr Layer all_layers[] = {
    {"stem", 1, 0, 64, 7, 2, false, 512, 1},
    {"layer1", 64, 0, 64, 3, 1, false, 256, 6},
    {"layer2 down", 64, 0, 128, 3, 2, false, 128, 1},
    {"layer2 1x1", 64, 0, 128, 1, 2, false, 128, 1},
    {"layer2", 128, 0, 128, 3, 1, false, 128, 7},
    {"layer3 down", 128, 0, 256, 3, 2, false, 64, 1},
    {"layer3 1x1", 128, 0, 256, 1, 2, false, 64, 1},
    {"layer3", 256, 0, 256, 3, 1, false, 64, 11},
    {"layer4 down", 256, 0, 512, 3, 2, false, 32, 1},
    {"layer4 1x1", 256, 0, 512, 1, 2, false, 32, 1},
    {"layer4", 512, 0, 512, 3, 1, false, 32, 5},
    {"block1 conv1", 512, 256, 256, 3, 1, true, 64, 1},
    {"block1 conv2", 256, 0, 256, 3, 1, false, 64, 1},
    {"block2 conv1", 256, 128, 128, 3, 1, true, 128, 1},
    {"block2 conv2", 128, 0, 128, 3, 1, false, 128, 1},
    {"block3 conv1", 128, 64, 64, 3, 1, true, 256, 1},
    {"block3 conv2", 64, 0, 64, 3, 1, false, 256, 1},
    {"block4 conv1", 64, 64, 32, 3, 1, true, 512, 1},
    {"block4 conv2", 32, 0, 32, 3, 1, false, 512, 1},
    {"block5 conv1", 32, 0, 16, 3, 1, true, 1024, 1},
    {"block5 conv2", 16, 0, 16, 3, 1, false, 1024, 1},
    {"head", 16, 0, 2, 3, 1, false, 1024, 1},
};

// The layer's operands are made by 1x1 convolutions of an image of one channel; the time of those
// is measured apart and subtracted. One pixel of the result is returned, or that would count too.
Program program_of(const Layer& layer, bool with_layer) {
  Program program;
  if (layer.kernel == 7) {
    const ValueId value = with_layer ? program.add(conv({{0, false}}, 1, layer.outputs, 7, 2)) : 0;
    program.add(MaxPoolOp{value, 1, 1 << 20, 0});
    return program;
  }
  std::vector<ConvInput> inputs;
  if (layer.second_channels > 0) {
    const ValueId value = program.add(conv({{0, false}}, 1, layer.second_channels, 1, 1));
    inputs.push_back({value, false});
  }
  ValueId value = program.add(conv({{0, false}}, 1, layer.channels, 1, layer.upsample ? 2 : 1));
  inputs.insert(inputs.begin(), {value, layer.upsample});
  if (with_layer) {
    value = program.add(conv(inputs, layer.channels + layer.second_channels, layer.outputs,
                             layer.kernel, layer.stride));
  }
  program.add(MaxPoolOp{value, 1, 1 << 20, 0});
  return program;
}

void bench_layers(const SliceEngineOptions& options, int rounds) {
  std::printf("%-14s %9s %9s %9s %9s %7s %5s\n", "layer", "ours ms", "GFLOP/s", "stock ms",
              "GFLOP/s", "ratio", "times");
  double ours = 0, theirs = 0;
  for (const Layer& layer : all_layers) {
    const std::int64_t edge = layer.edge * layer.stride;
    const at::Tensor image = at::rand({1, 1, edge, edge});
    const Comparison with = compare(program_of(layer, true), image, options, rounds);
    const Comparison without = compare(program_of(layer, false), image, options, rounds);
    const double engine_ms = with.engine_ms - without.engine_ms;
    const double torch_ms = with.torch_ms - without.torch_ms;
    const double gflop =
        2e-9 * static_cast<double>(layer.edge * layer.edge * layer.outputs * layer.kernel *
                                   layer.kernel * (layer.channels + layer.second_channels));
    std::printf("%-14s %9.2f %9.1f %9.2f %9.1f %7.2f %5d\n", layer.name, engine_ms,
                gflop / engine_ms * 1e3, torch_ms, gflop / torch_ms * 1e3, torch_ms / engine_ms,
                layer.times);
    std::fflush(stdout);
    ours += engine_ms * layer.times;
    theirs += torch_ms * layer.times;
  }
  std::printf("sum of all: ours %.1f ms, stock %.1f ms, ratio %.2f\n", ours, theirs, theirs / ours);
}

void bench_whole(const SliceEngineOptions& options, int rounds, std::int64_t edge,
                 bool ours_alone) {
  const Comparison result =
      compare(resnet34_unet(), at::rand({1, 1, edge, edge}), options, rounds, ours_alone);
  std::printf("U-Net ResNet34 %d x %d: ours %.1f ms, stock %.1f ms, ratio %.2f, error %.1e\n",
              static_cast<int>(edge), static_cast<int>(edge), result.engine_ms, result.torch_ms,
              result.torch_ms / result.engine_ms, result.error);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto argument = [&](std::size_t i, const char* otherwise) {
      return i < arguments.size() ? arguments[i] : std::string(otherwise);
    };
    const c10::InferenceMode no_gradients;
    at::manual_seed(1);
    const SliceEngineOptions options = options_of(argument(1, ""));
    const int rounds = std::stoi(argument(2, "5"));
    std::printf("%d threads\n", at::get_num_threads());
    if (argument(0, "") == "layers") {
      bench_layers(options, rounds);
    } else if (argument(0, "") == "whole") {
      bench_whole(options, rounds, std::stoi(argument(3, "1024")), argument(4, "") == "ours");
    } else {
      std::fprintf(stderr, "usage: see the top of bench/slice_convolutions.cc\n");
      return 2;
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
