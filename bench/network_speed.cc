// SPDX-License-Identifier: Apache-2.0
// bench_networks CONTENDER ROUNDS [SIZE [ENCODER]]: milliseconds of each round for one slice of
// SIZE x SIZE through a U-Net, 1 channel, 2 classes, batch 1; bench/run takes turns with others.
// CONTENDER: `DEVICE eager TYPE [channels-last]` as one argument, words joined by '-':
//   cpu-eager-fp32, cpu-eager-fp32-last, cpu-libtorch-fp32, cpu-libtorch-bf16, cpu-own-fp32,
//   cpu-own-bf16, cuda-eager-fp32, cuda-eager-fp16-last, cuda-libtorch-fp16, cuda-libtorch-bf16 ...
// Exits 3, saying why, where this machine does not have what the contender needs.
#include <ATen/ATen.h>
#include <torch/cuda.h>

#include <chrono>
#include <cstdio>
#include <functional>

#include "base/error.h"
#include "base/text.h"
#include "networks/inference.h"

namespace fossilct {

constexpr int exit_not_here = 3;

namespace {

struct Contender {
  at::Device device{at::kCPU};
  std::string form;  // eager, libtorch, own
  Precision precision = Precision::fp32;
  bool channels_last = false;
};

Contender contender_of(const std::string& text) {
  const std::vector<std::string> words = split(text, '-');
  Contender contender;
  contender.device = at::Device(words.at(0));
  contender.form = words.at(1);
  contender.precision = precision_from_name("contender", words.at(2));
  contender.channels_last = words.size() > 3 && words[3] == "last";
  return contender;
}

using Forward = std::function<at::Tensor(const at::Tensor&)>;

Forward eager(const std::shared_ptr<Network>& network, const Contender& contender) {
  const at::ScalarType type = contender.precision == Precision::fp32   ? at::kFloat
                              : contender.precision == Precision::bf16 ? at::kBFloat16
                                                                       : at::kHalf;
  network->to(contender.device, type);
  const auto format =
      contender.channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  for (at::Tensor& parameter : network->parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(format));
    }
  }
  return [network, type, format](const at::Tensor& image) {
    const at::NoGradGuard no_gradients;
    return network->forward(image.to(type).contiguous(format));
  };
}

Forward inference(const Network& network, const Contender& contender) {
  const Backend backend = contender.form == "own" ? Backend::own : Backend::libtorch;
  const auto form = std::make_shared<InferenceNetwork>(
      network, InferenceOptions{contender.device, contender.precision, backend});
  std::fprintf(stderr, "%s\n", form->choice().describe().c_str());
  return [form](const at::Tensor& image) { return form->forward(image); };
}

void run(const Contender& contender, int rounds, std::int64_t size, const std::string& encoder) {
  NetworkSpec spec;
  spec.encoder = encoder;
  const std::shared_ptr<Network> network = make_network(spec);
  network->eval();
  const Forward forward =
      contender.form == "eager" ? eager(network, contender) : inference(*network, contender);
  at::manual_seed(1);
  const at::Tensor image = at::rand({1, 1, size, size}).to(contender.device);
  const auto wait = [&] {
    if (contender.device.is_cuda()) {
      torch::cuda::synchronize();
    }
  };
  for (int round = 0; round <= rounds; ++round) {
    wait();
    const auto begin = std::chrono::steady_clock::now();
    forward(image);
    wait();
    const std::chrono::duration<double, std::milli> ms = std::chrono::steady_clock::now() - begin;
    if (round > 0) {  // the first one warms up
      std::printf("%.3f\n", ms.count());
    }
  }
}

}  // namespace
}  // namespace fossilct

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_networks CONTENDER ROUNDS [SIZE [ENCODER]]\n");
    return 2;
  }
  try {
    fossilct::run(fossilct::contender_of(argv[1]), std::atoi(argv[2]),
                  argc > 3 ? std::atoll(argv[3]) : 1024, argc > 4 ? argv[4] : "resnet34");
    return 0;
  } catch (const fossilct::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return fossilct::exit_not_here;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
