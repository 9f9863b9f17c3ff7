// SPDX-License-Identifier: Apache-2.0
// bench_networks CONTENDER ROUNDS [SIZE [BATCH [ENCODER]]]: milliseconds of each round for slices
// of SIZE x SIZE through a U-Net, 1 channel, 2 classes; bench/run takes turns with others.
// CONTENDER: `DEVICE FORM TYPE [last]` as one argument, words joined by '-'; last: channels-last.
// Forms of inference:
//   cpu-eager-fp32, cpu-eager-fp32-last, cpu-libtorch-fp32, cpu-libtorch-bf16, cpu-own-fp32,
//   cpu-own-bf16, cuda-eager-fp32, cuda-eager-fp16-last, cuda-libtorch-fp16, cuda-libtorch-bf16 ...
// A step of training, forward, cross entropy and backward, by our kernels (where they can) and by
// LibTorch's; bf16 and fp16 by autocast:
//   cpu-train-fp32, cpu-train-bf16, cpu-trainlibtorch-fp32, cpu-trainlibtorch-bf16-last ...
// Exits 3, saying why, where this machine does not have what the contender needs.
#include <ATen/ATen.h>
#include <torch/cuda.h>

#include <chrono>
#include <cstdio>
#include <functional>

#include "base/error.h"
#include "base/text.h"
#include "networks/classifier.h"
#include "networks/inference.h"
#include "networks/training_kernels.h"

namespace fossilct {

constexpr int exit_not_here = 3;

namespace {

struct Contender {
  at::Device device{at::kCPU};
  std::string form;  // eager, libtorch, own, train, trainlibtorch
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
  if (contender.channels_last) {
    make_channels_last(*network);
  }
  return [network, type, format](const at::Tensor& image) {
    const at::NoGradGuard no_gradients;
    return network->forward(image.to(type).contiguous(format));
  };
}

// One step but for the optimiser's; gives the loss.
Forward training_step(const std::shared_ptr<Network>& network, const Contender& contender) {
  network->to(contender.device);
  network->train();
  const bool ours = contender.form == "train";
  if (ours) {
    keep_freed_memory();
  }
  if (ours || contender.channels_last) {
    make_channels_last(*network);
  }
  const auto libtorch = ours ? nullptr : std::make_shared<TrainingKernelsGuard>(nullptr);
  const bool bf16 = contender.precision == Precision::bf16;
  return [network, bf16, libtorch](const at::Tensor& images) {
    for (at::Tensor& parameter : network->parameters()) {
      parameter.mutable_grad().reset();
    }
    at::Tensor labels = (images.squeeze(1) > 0.5).to(at::kLong);
    if (network->spec().architecture == "classifier") {
      labels = labels.amax({1, 2});
    }
    at::Tensor loss;
    {
      const CpuAutocastGuard autocast(bf16);
      loss = at::cross_entropy_loss(network->forward(images).to(at::kFloat), labels);
    }
    loss.backward();
    return loss.detach();
  };
}

// A classifier as `classify` runs it: its convolutions in inference form, then the head.
Forward inference(const std::shared_ptr<Network>& network, const Contender& contender) {
  const InferenceOptions options{contender.device, contender.precision,
                                 contender.form == "own" ? Backend::own : Backend::libtorch};
  const bool classifies = network->spec().architecture == "classifier";
  const auto classifier = classifies ? as_classifier(network) : nullptr;
  const auto form = classifies ? std::make_shared<InferenceNetwork>(classifier->trunk(), options)
                               : std::make_shared<InferenceNetwork>(*network, options);
  std::fprintf(stderr, "%s\n", form->choice().describe().c_str());
  return [form, classifier](const at::Tensor& images) {
    const at::NoGradGuard no_gradients;
    if (!classifier) {
      return form->forward(images);
    }
    const ClassifierHead& head = classifier->head();
    const at::Tensor maps = form->forward(classifier->oriented(images));
    const at::Tensor features = classifier->collected(maps).to(at::kCPU);
    return head.logits(head.embedding(features, at::Tensor(), std::nullopt), at::Tensor());
  };
}

Forward made(const std::shared_ptr<Network>& network, const Contender& contender) {
  if (contender.precision == Precision::bf16 && contender.form.starts_with("train") &&
      !multiplies_bf16(available_instruction_sets().back())) {
    throw Error(ErrorKind::device, "this processor has no instructions for bf16");
  }
  if (contender.form.starts_with("train")) {
    return training_step(network, contender);
  }
  return contender.form == "eager" ? eager(network, contender) : inference(network, contender);
}

NetworkSpec spec_of_bench(const std::string& encoder, std::int64_t size) {
  constexpr std::string_view classify = "classify-";
  NetworkSpec spec;
  spec.encoder = encoder;
  if (encoder.starts_with(classify)) {
    spec.architecture = "classifier";
    spec.encoder = encoder.substr(classify.size());
    spec.decoder.clear();
    spec.classes = 8;
    if (has_cyclic_blocks(spec.encoder)) {
      spec.filters = 8;
      spec.size = static_cast<int>(size);
    }
  }
  return spec;
}

void run(const Contender& contender, int rounds, std::int64_t size, std::int64_t batch,
         const std::string& encoder) {
  const std::shared_ptr<Network> network = make_network(spec_of_bench(encoder, size));
  network->eval();
  const Forward forward = made(network, contender);
  at::manual_seed(1);
  const at::Tensor image = at::rand({batch, 1, size, size}).to(contender.device);
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
    std::fprintf(stderr, "usage: bench_networks CONTENDER ROUNDS [SIZE [BATCH [ENCODER]]]\n");
    return 2;
  }
  try {
    fossilct::run(fossilct::contender_of(argv[1]), std::atoi(argv[2]),
                  argc > 3 ? std::atoll(argv[3]) : 1024, argc > 4 ? std::atoll(argv[4]) : 1,
                  argc > 5 ? argv[5] : "resnet34");
    return 0;
  } catch (const fossilct::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return fossilct::exit_not_here;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
