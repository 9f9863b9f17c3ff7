// SPDX-License-Identifier: Apache-2.0
#include "networks/inference.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/error.h"
#include "networks/padding.h"

namespace fossilct {
namespace {

constexpr std::int64_t probe_size = 256;
constexpr int probe_runs = 3;

constexpr std::array<std::pair<std::string_view, Precision>, 4> precision_names = {{
    {"auto", Precision::automatic},
    {"fp32", Precision::fp32},
    {"bf16", Precision::bf16},
    {"fp16", Precision::fp16},
}};

at::ScalarType scalar_type(Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return at::kBFloat16;
    case Precision::fp16:
      return at::kHalf;
    default:
      return at::kFloat;
  }
}

// The instructions of our own kernels for the precision; nothing where they would be slow.
std::optional<InstructionSet> own_instructions(bool bf16) {
  const InstructionSet set = SliceEngine::best_instructions(bf16);
  const bool fast = bf16 ? multiplies_bf16(set) : set != InstructionSet::portable;
  return fast ? std::optional(set) : std::nullopt;
}

bool cpu_has_bf16() {
  const std::vector<InstructionSet> sets = available_instruction_sets();
  return std::any_of(sets.begin(), sets.end(), multiplies_bf16);
}

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::device, what); }

// The choice for one precision on the CPU; nothing where `options` rule out what it would need.
std::optional<InferenceChoice> cpu_choice(const Program& program, Precision precision,
                                          Backend backend) {
  if (backend != Backend::libtorch && SliceEngine::supports(program)) {
    if (const auto set = own_instructions(precision == Precision::bf16)) {
      return InferenceChoice{precision, Backend::own, set};
    }
    if (backend == Backend::own && precision == Precision::fp32) {
      return InferenceChoice{precision, Backend::own, InstructionSet::portable};
    }
  }
  if (backend == Backend::own) {
    return std::nullopt;
  }
  return InferenceChoice{precision, Backend::libtorch, std::nullopt};
}

InferenceChoice required_cpu_choice(const Program& program, Precision precision, Backend backend) {
  if (precision == Precision::fp16) {
    refuse("precision fp16 needs a CUDA device; on a CPU there are fp32 and bf16");
  }
  if (precision == Precision::bf16 && !cpu_has_bf16()) {
    refuse(
        "precision bf16 needs a processor with AVX512-BF16 or AMX, which this one is not; fp32 is "
        "many times faster here");
  }
  const auto choice = cpu_choice(program, precision, backend);
  if (!choice) {
    refuse("our own kernels can't run this network in " + name_of(precision) +
           " on this processor; leave the backend automatic");
  }
  return *choice;
}

// The folded network made ready for one choice.
struct Runner {
  InferenceChoice choice;
  at::Device device;
  int input_channels;
  int size_multiple;
  std::unique_ptr<SliceEngine> engine;  // or
  Program program;

  Runner(const Program& folded, at::Device on, const InferenceChoice& chosen)
      : choice(chosen),
        device(on),
        input_channels(folded.input_channels),
        size_multiple(folded.size_multiple) {
    if (choice.backend == Backend::own) {
      const SliceEngineOptions options{.bf16 = choice.precision == Precision::bf16,
                                       .instructions = choice.instructions};
      engine = std::make_unique<SliceEngine>(folded, options);
    } else {
      program = with_options(folded, device, scalar_type(choice.precision));
    }
  }

  at::Tensor run(const at::Tensor& images) {
    check_shape(images);
    try {
      return run_checked(images);
    } catch (const Error&) {
      throw;
    } catch (const c10::OutOfMemoryError& error) {
      throw OutOfDeviceMemory(failure(images, error.what_without_backtrace()));
    } catch (const c10::Error& error) {
      refuse(failure(images, error.what_without_backtrace()));
    } catch (const std::runtime_error& error) {  // LibTorch throws these too
      refuse(failure(images, error.what()));
    }
  }

 private:
  void check_shape(const at::Tensor& images) const {
    if (images.dim() != 4 || images.size(1) != input_channels || images.size(2) < 1 ||
        images.size(3) < 1) {
      throw Error(ErrorKind::format,
                  "the network takes images N,C,H,W with C = " + std::to_string(input_channels) +
                      "; it was given " + shape_of(images));
    }
  }

  static std::string shape_of(const at::Tensor& images) {
    std::string text;
    for (const std::int64_t size : images.sizes()) {
      text += (text.empty() ? "" : ",") + std::to_string(size);
    }
    return text;
  }

  std::string failure(const at::Tensor& images, const std::string& what) const {
    return "prediction of a batch of " + shape_of(images) + " (" + choice.describe() + ", " +
           device.str() + "): " + what;
  }

  at::Tensor run_checked(const at::Tensor& images) {
    const Padding padding = padding_to_multiple(images.size(2), images.size(3), size_multiple);
    const at::Tensor input = padded(images, padding);
    const at::Tensor out = engine ? engine->run(input.to(at::kCPU, at::kFloat).contiguous())
                                  : run_with_torch(program, input);
    return (padding.none() ? out : cropped(out, padding)).contiguous();
  }
};

// Seconds of the fastest of a few runs: what the machine can do when it is not disturbed.
double probe_seconds(Runner& runner, const Program& program) {
  const std::int64_t size = program.image_size > 0 ? program.image_size : probe_size;
  const at::Tensor image = at::zeros({1, program.input_channels, size, size});
  double best = 0;
  for (int i = 0; i <= probe_runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    runner.run(image);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (i > 0) {  // the first one allocates
      best = i == 1 ? seconds.count() : std::min(best, seconds.count());
    }
  }
  return best;
}

std::unique_ptr<Runner> made_on_cpu(const Program& program, const InferenceOptions& options) {
  const auto made = [&](Precision precision) {
    return std::make_unique<Runner>(program, options.device,
                                    required_cpu_choice(program, precision, options.backend));
  };
  if (options.precision != Precision::automatic) {
    return made(options.precision);
  }
  std::unique_ptr<Runner> fp32 = made(Precision::fp32);
  if (!cpu_has_bf16() || !cpu_choice(program, Precision::bf16, options.backend)) {
    return fp32;
  }
  std::unique_ptr<Runner> bf16 = made(Precision::bf16);
  // Less would not be worth other bits, the less so as it would be the one today, the other
  // tomorrow.
  constexpr double worth = 2;
  const bool faster = worth * probe_seconds(*bf16, program) < probe_seconds(*fp32, program);
  return faster ? std::move(bf16) : std::move(fp32);
}

std::unique_ptr<Runner> made_on_gpu(const Program& program, const InferenceOptions& options) {
  if (options.backend == Backend::own) {
    refuse("our own kernels are for CPUs; on " + options.device.str() +
           " leave the backend automatic");
  }
  const Precision precision =
      options.precision == Precision::automatic ? Precision::fp16 : options.precision;
  at::globalContext().setBenchmarkCuDNN(true);  // slices are all of one size
  if (precision == Precision::fp32) {
    at::globalContext().setAllowTF32CuDNN(false);  // TF32 has the 10 bits of fp16
  }
  return std::make_unique<Runner>(program, options.device,
                                  InferenceChoice{precision, Backend::libtorch, std::nullopt});
}

}  // namespace

struct InferenceNetwork::Impl {
  std::unique_ptr<Runner> runner;
};

Precision precision_from_name(std::string_view option, std::string_view name) {
  for (const auto& [known, precision] : precision_names) {
    if (known == name) {
      return precision;
    }
  }
  throw option_error(option, "is '" + std::string(name) + "'; it may be auto, fp32, bf16 or fp16");
}

std::string name_of(Precision precision) {
  for (const auto& [name, known] : precision_names) {
    if (known == precision) {
      return std::string(name);
    }
  }
  return {};
}

std::string InferenceChoice::describe() const {
  std::string text = name_of(precision) + ", ";
  text += backend == Backend::own ? "own kernels" : "LibTorch";
  return instructions ? text + " (" + name_of(*instructions) + ")" : text;
}

InferenceNetwork::InferenceNetwork(const Network& network, const InferenceOptions& options)
    : InferenceNetwork(network.program(), options) {}

InferenceNetwork::InferenceNetwork(const Program& program, const InferenceOptions& options) {
  impl_ = std::make_unique<Impl>(options.device.is_cpu() ? made_on_cpu(program, options)
                                                         : made_on_gpu(program, options));
}

InferenceNetwork::~InferenceNetwork() = default;
InferenceNetwork::InferenceNetwork(InferenceNetwork&&) noexcept = default;
InferenceNetwork& InferenceNetwork::operator=(InferenceNetwork&&) noexcept = default;

at::Tensor InferenceNetwork::forward(const at::Tensor& images) {
  return impl_->runner->run(images);
}

const InferenceChoice& InferenceNetwork::choice() const { return impl_->runner->choice; }

}  // namespace fossilct
