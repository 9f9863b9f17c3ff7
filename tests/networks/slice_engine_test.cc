// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/slice_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "networks/engine/instruction_sets.h"
#include "networks/engine/slice_engine_runner.h"
#include "support.h"

using namespace fossilct;
using slice_engine::ProgramRunner;

namespace {

ConvOp conv(std::vector<ConvInput> inputs, std::int64_t channels, std::int64_t outputs,
            std::int64_t kernel, int stride, bool relu = false) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(channels * kernel * kernel));
  return {std::move(inputs),
          at::randn({outputs, channels, kernel, kernel}) * scale,
          at::randn({outputs}) * 0.5,
          stride,
          relu,
          std::nullopt};
}

// fp32: rounding errors of sums in another order, and of Winograd's transforms, which enlarge them
// some ten times; a wrong pixel or weight is wrong by 1e-2 and more.
constexpr double fp32_tolerance = 2e-5;

double error_of(const at::Tensor& tried, const at::Tensor& reference) {
  REQUIRE(tried.sizes() == reference.sizes());
  return ((tried - reference).abs() / (reference.abs() + 1)).max().item<double>();
}

struct NamedKernels {
  std::string name;
  const kernels::KernelSet& kernels;
};

std::vector<NamedKernels> all_kernels(bool bf16) {
  std::vector<NamedKernels> all;
  for (const InstructionSet set : available_instruction_sets()) {
    all.push_back({name_of(set), kernels_of(set, bf16)});
  }
  if (bf16) {
    all.push_back({"emulated avx512_bf16", kernels::emulated_avx512_bf16()});
    all.push_back({"emulated amx_bf16", kernels::emulated_amx_bf16()});
  } else {
    all.push_back({"emulated avx512", kernels::emulated_avx512_fp32()});
  }
  return all;
}

void check_fp32(const Program& program, const at::Tensor& images) {
  const at::Tensor reference = run_with_torch(program, images);
  for (const NamedKernels& set : all_kernels(false)) {
    CAPTURE(set.name);
    CHECK(error_of(ProgramRunner(program, set.kernels).run(images), reference) < fp32_tolerance);
  }
}

at::Tensor rounded(const at::Tensor& tensor) { return tensor.to(at::kBFloat16).to(at::kFloat); }

// Operations one after the other in fp32 by LibTorch, with image, weights and what each makes
// rounded to bf16: what the bf16 kernels do but for the order of sums.
at::Tensor run_rounded(const Program& program, const at::Tensor& images) {
  std::vector<at::Tensor> values{rounded(images)};
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    at::Tensor out;
    if (const auto* pool = std::get_if<MaxPoolOp>(&program.ops[i])) {
      out = at::max_pool2d(values[static_cast<std::size_t>(pool->input)], pool->kernel,
                           pool->stride, pool->padding);
    } else {
      const auto& op = std::get<ConvOp>(program.ops[i]);
      std::vector<at::Tensor> parts;
      for (const ConvInput& input : op.inputs) {
        at::Tensor value = values[static_cast<std::size_t>(input.value)];
        if (input.channels > 0) {
          value = value.narrow(1, input.first_channel, input.channels);
        }
        parts.push_back(input.upsample
                            ? at::upsample_nearest2d(value, {2 * value.size(2), 2 * value.size(3)})
                            : value);
      }
      out = at::conv2d(at::cat(parts, 1), rounded(op.weight), op.bias, op.stride,
                       op.weight.size(2) / 2);
      if (op.residual) {
        out += values[static_cast<std::size_t>(*op.residual)];
      }
      out = op.relu ? at::relu(out) : out;
    }
    values.push_back(i + 1 == program.ops.size() ? out : rounded(out));
  }
  return values.back();
}

// A program of one convolution of the image, or of two values made from it by 1x1 convolutions.
struct Case {
  std::int64_t channels, second_channels, outputs, kernel;
  int stride;
  bool upsample;               // of the first operand
  std::int64_t height, width;  // of the operand, before it is enlarged
};

std::string to_text(const Case& c) {
  return std::to_string(c.channels) + "+" + std::to_string(c.second_channels) + " -> " +
         std::to_string(c.outputs) + ", kernel " + std::to_string(c.kernel) + ", stride " +
         std::to_string(c.stride) + (c.upsample ? ", enlarged" : "") + ", " +
         std::to_string(c.height) + " x " + std::to_string(c.width);
}

Program program_of(const Case& c) {
  Program program;
  program.input_channels = 3;
  ValueId first = program.add(conv({{0, false}}, 3, c.channels, 1, c.upsample ? 2 : 1, true));
  std::vector<ConvInput> inputs{{first, c.upsample}};
  if (c.second_channels > 0) {
    inputs.push_back({program.add(conv({{0, false}}, 3, c.second_channels, 1, 1, true)), false});
  }
  ConvOp op = conv(inputs, c.channels + c.second_channels, c.outputs, c.kernel, c.stride, true);
  // A second one of the same shape gives the residual, which also uses memory again.
  const ValueId residual = program.add(op);
  op.weight = op.weight.flip(0);
  op.relu = false;
  op.residual = residual;
  program.add(op);
  return program;
}

std::int64_t image_edge(const Case& c, std::int64_t edge) { return c.upsample ? 2 * edge : edge; }

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> list;
    const std::vector<std::int64_t> channels{1, 2, 3, 5, 16, 17, 32, 64, 96};
    // Each number of channels with every kind of convolution; the sizes go round.
    const std::vector<std::pair<std::int64_t, std::int64_t>> sizes{
        {1, 1}, {5, 7}, {12, 9}, {9, 22}};
    std::size_t i = 0;
    for (std::size_t c = 0; c < channels.size(); ++c) {
      for (const std::int64_t kernel : {1, 3, 7}) {
        for (const int stride : {1, 2}) {
          if (kernel == 7 && channels[c] > 32) {
            continue;
          }
          const std::int64_t outputs = channels[(c * 5 + i) % channels.size()];
          const auto [height, width] = sizes[i++ % sizes.size()];
          list.push_back({channels[c], 0, outputs, kernel, stride, false, height, width});
          list.push_back({channels[c], 0, outputs, kernel, stride, true, height, width});
          list.push_back({channels[c], 17, outputs, kernel, stride, i % 2 == 0, height, width});
        }
      }
    }
    return list;
  }();
  return all;
}

Program u_net_like() {
  Program program;
  program.size_multiple = 4;
  const ValueId stem = program.add(conv({{0, false}}, 1, 24, 7, 2, true));
  const ValueId pooled = program.add(MaxPoolOp{stem, 3, 2, 1});
  ConvOp block = conv({{pooled, false}}, 24, 24, 3, 1, true);
  block.residual = pooled;
  const ValueId deep = program.add(block);
  const ValueId joined = program.add(conv({{deep, true}, {stem, false}}, 48, 40, 3, 1, true));
  const ValueId large = program.add(conv({{joined, true}}, 40, 16, 3, 1, true));
  program.add(conv({{large, false}}, 16, 2, 3, 1));
  return program;
}

class Threads {
 public:
  explicit Threads(int threads) : before_(at::get_num_threads()) { at::set_num_threads(threads); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace

TEST_CASE("convolutions of every kind equal LibTorch's") {
  at::manual_seed(1);
  for (const Case& c : cases()) {
    CAPTURE(to_text(c));
    check_fp32(program_of(c), at::randn({1, 3, image_edge(c, c.height), image_edge(c, c.width)}));
  }
}

TEST_CASE("convolutions of the image itself, which is not padded, equal LibTorch's") {
  at::manual_seed(2);
  for (const std::int64_t channels : {1, 2, 3, 5, 16, 17, 32}) {
    for (const std::int64_t kernel : {1, 3, 7}) {
      for (const int stride : {1, 2}) {
        for (const bool upsample : {false, true}) {
          Program program;
          program.input_channels = static_cast<int>(channels);
          program.add(conv({{0, upsample}}, channels, 19, kernel, stride, true));
          CAPTURE(channels);
          CAPTURE(kernel);
          CAPTURE(stride);
          CAPTURE(upsample);
          check_fp32(program, at::randn({2, channels, 11, 14}));
        }
      }
    }
  }
}

TEST_CASE("poolings equal LibTorch's, below zero too") {
  at::manual_seed(3);
  for (const MaxPoolOp& pool : {MaxPoolOp{1, 3, 2, 1}, MaxPoolOp{1, 2, 2, 0}}) {
    for (const auto& [height, width] : {std::pair{8, 10}, std::pair{9, 7}, std::pair{2, 3}}) {
      Program program;
      program.add(conv({{0, false}}, 1, 17, 1, 1));
      program.add(pool);
      const at::Tensor images = at::randn({2, 1, height, width}) - 3;
      check_fp32(program, images);
      program.add(conv({{2, false}}, 17, 3, 3, 1));
      check_fp32(program, images);
      CHECK(error_of(ProgramRunner(program, kernels::portable_bf16()).run(images),
                     run_rounded(program, images)) < 2e-2);
    }
  }
}

TEST_CASE("bf16 convolutions equal fp32 ones of rounded numbers") {
  // Sums in another order can put a value on the other side of a rounding: 2^-8 of its size, of
  // which a value further on gets a part. Weights are such that the sums of up to 4 of them, which
  // an enlarged operand takes, are bf16 numbers too.
  constexpr double tolerance = 8e-3;
  at::manual_seed(4);
  for (const Case& c : cases()) {
    Program program = program_of(c);
    for (Op& op : program.ops) {
      at::Tensor& weight = std::get<ConvOp>(op).weight;
      weight = (weight * 32).round().clamp(-32, 32) / 32;
    }
    const at::Tensor images = at::randn({1, 3, image_edge(c, c.height), image_edge(c, c.width)});
    const at::Tensor reference = run_rounded(program, images);
    for (const NamedKernels& set : all_kernels(true)) {
      CAPTURE(to_text(c));
      CAPTURE(set.name);
      CHECK(error_of(ProgramRunner(program, set.kernels).run(images), reference) < tolerance);
    }
  }
}

TEST_CASE("bf16 weights and images are rounded to nearest, ties to even") {
  // 1 + 2^-8 lies between 1 and 1 + 2^-7; 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6.
  Program program;
  program.add(conv({{0, false}}, 1, 1, 1, 1));
  auto& op = std::get<ConvOp>(program.ops.front());
  op.weight.fill_(1);
  op.bias.fill_(0);
  const at::Tensor images = at::ones({1, 1, 1, 2});
  images[0][0][0][0] += 1.0 / 256;
  images[0][0][0][1] += 3.0 / 256;
  for (const NamedKernels& set : all_kernels(true)) {
    const at::Tensor out = ProgramRunner(program, set.kernels).run(images);
    CAPTURE(set.name);
    CHECK(out[0][0][0][0].item<float>() == 1.0F);
    CHECK(out[0][0][0][1].item<float>() == 1.0F + 1.0F / 64);
  }
}

TEST_CASE(
    "a constant image shows the border: the sum of the kernel inside, of part of it outside") {
  for (const bool upsample : {false, true}) {
    Program program;
    program.add(conv({{0, false}}, 1, 8, 1, 1));
    program.add(conv({{1, upsample}}, 8, 1, 3, 1));
    auto& first = std::get<ConvOp>(program.ops[0]);
    auto& second = std::get<ConvOp>(program.ops[1]);
    first.weight.fill_(1);
    first.bias.fill_(0);
    second.weight.fill_(1);
    second.bias.fill_(0);
    const at::Tensor images = at::ones({1, 1, 6, 10});
    for (const bool bf16 : {false, true}) {
      for (const NamedKernels& set : all_kernels(bf16)) {
        CAPTURE(set.name);
        const at::Tensor out = ProgramRunner(program, set.kernels).run(images)[0][0];
        const at::Tensor inside = out.slice(0, 1, -1).slice(1, 1, -1);
        CHECK((inside - 72).abs().max().item<double>() < 1e-3);
        CHECK(out[0][0].item<double>() == doctest::Approx(32));
        CHECK(out[-1][-1].item<double>() == doctest::Approx(32));
        CHECK(out[0][3].item<double>() == doctest::Approx(48));
        CHECK(out[3][-1].item<double>() == doctest::Approx(48));
      }
    }
  }
}

TEST_CASE("a small U-Net: as LibTorch's, for several images and sizes one after the other") {
  at::manual_seed(5);
  const Program program = u_net_like();
  REQUIRE(SliceEngine::supports(program));
  SliceEngine engine(program, {});
  for (const auto& [height, width] : {std::pair{64, 96}, std::pair{20, 12}, std::pair{64, 96}}) {
    const at::Tensor images = at::randn({3, 1, height, width});
    CHECK(error_of(engine.run(images), run_with_torch(program, images)) < fp32_tolerance);
  }
  CHECK(engine.run(at::empty({0, 1, 64, 64})).size(0) == 0);
}

TEST_CASE("parts of a value's channels are read as if they were all of it") {
  at::manual_seed(7);
  for (const std::int64_t kernel : {1, 3}) {
    for (const int stride : {1, 2}) {
      Program program;
      const ValueId whole = program.add(conv({{0, false}}, 1, 64, 1, 1, true));
      const ConvInput middle{whole, false, 16, 32}, first{whole, false, 0, 16};
      const ValueId other = program.add(conv({first}, 16, 24, 3, 1, true));
      program.add(conv({middle, {other, false}, first}, 72, 20, kernel, stride, true));
      program.add(conv({{3, false}}, 20, 5, 1, 1));
      REQUIRE(SliceEngine::supports(program));
      CAPTURE(kernel);
      CAPTURE(stride);
      const at::Tensor images = at::randn({2, 1, 11, 14});
      check_fp32(program, images);
      for (const NamedKernels& set : all_kernels(true)) {
        CAPTURE(set.name);
        CHECK(error_of(ProgramRunner(program, set.kernels).run(images),
                       run_rounded(program, images)) < 2e-2);
      }
    }
  }
  Program unaligned;
  unaligned.add(conv({{0, false}}, 1, 64, 1, 1));
  unaligned.add(conv({{1, false, 8, 32}}, 32, 4, 1, 1));
  CHECK_FALSE(SliceEngine::supports(unaligned));
}

TEST_CASE("images together are what they are alone, bit by bit, in wide layers too") {
  at::manual_seed(8);
  Program wide = u_net_like();
  wide.ops.pop_back();
  const ValueId reduced = wide.add(conv({{5, false}}, 16, 256, 3, 2, true));
  ConvOp added = conv({{reduced, false}}, 256, 256, 1, 1, true);
  added.residual = reduced;
  wide.add(conv({{wide.add(added), false}}, 256, 3, 3, 1));
  const at::Tensor images = at::randn({5, 1, 20, 12});
  for (const bool bf16 : {false, true}) {
    for (const NamedKernels& set : all_kernels(bf16)) {
      CAPTURE(set.name);
      ProgramRunner runner(wide, set.kernels);
      const at::Tensor together = runner.run(images);
      for (std::int64_t n = 0; n < images.size(0); ++n) {
        CHECK(at::equal(runner.run(images.narrow(0, n, 1)), together.narrow(0, n, 1)));
      }
    }
  }
  check_fp32(wide, images);
}

TEST_CASE("the number of threads changes no bit") {
  at::manual_seed(6);
  const Program program = u_net_like();
  const at::Tensor images = at::randn({1, 1, 36, 52});
  for (const bool bf16 : {false, true}) {
    for (const NamedKernels& set : all_kernels(bf16)) {
      ProgramRunner runner(program, set.kernels);
      at::Tensor alone;
      {
        const Threads one(1);
        alone = runner.run(images);
      }
      for (const int threads : {2, 3}) {
        const Threads several(threads);
        CAPTURE(set.name);
        CHECK(at::equal(runner.run(images), alone));
      }
    }
  }
}

TEST_CASE("what is no number stays none, and only where it is seen") {
  Program program;
  program.add(conv({{0, false}}, 1, 16, 3, 1, true));
  program.add(conv({{1, false}}, 16, 2, 3, 1, true));
  const at::Tensor images = at::zeros({1, 1, 24, 24});
  images[0][0][12][12] = std::numeric_limits<float>::quiet_NaN();
  for (const NamedKernels& set : all_kernels(false)) {
    const at::Tensor out = ProgramRunner(program, set.kernels).run(images);
    CAPTURE(set.name);
    CHECK(out[0][0].isnan()[12][12].item<bool>());
    CHECK_FALSE(out[0][0].isnan()[0][0].item<bool>());
  }
}

TEST_CASE("an engine is refused for other operations, other instructions, other sizes") {
  Program other;
  other.add(ReluOp{0});
  CHECK_FALSE(SliceEngine::supports(other));
  CHECK_FALSE(SliceEngine::supports(Program{}));
  CHECK(test::message_of<Error>([&] { SliceEngine(other, {}); }).find("run it with LibTorch") !=
        std::string::npos);
  const Program program = u_net_like();
  SliceEngine engine(program, {});
  CHECK(test::message_of<Error>([&] {
          engine.run(at::zeros({1, 1, 30, 32}));
        }).find("multiples of 4") != std::string::npos);
  CHECK(test::message_of<Error>([&] {
          engine.run(at::zeros({1, 2, 32, 32}));
        }).find("C = 1") != std::string::npos);
}

TEST_CASE("every available instruction set agrees with portable, and one of them is chosen") {
  const std::vector<InstructionSet> available = available_instruction_sets();
  CHECK(available.front() == InstructionSet::portable);
  for (const InstructionSet set : available) {
    CAPTURE(name_of(set));
    CHECK(SliceEngine::agrees_with_portable(set, false));
    CHECK(SliceEngine::agrees_with_portable(set, true));
    SliceEngineOptions options;
    options.instructions = set;
    CHECK(SliceEngine(u_net_like(), options).instructions() == set);
  }
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512,
                                   InstructionSet::avx512_bf16, InstructionSet::amx_bf16}) {
    if (std::find(available.begin(), available.end(), set) == available.end()) {
      CHECK_FALSE(SliceEngine::agrees_with_portable(set, true));
      SliceEngineOptions options;
      options.instructions = set;
      CHECK(test::message_of<Error>([&] {
              SliceEngine(u_net_like(), options);
            }).find(name_of(set)) != std::string::npos);
    }
  }
}
