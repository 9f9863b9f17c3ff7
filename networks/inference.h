// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "networks/engine/slice_engine.h"
#include "networks/network.h"

namespace fossilct {

// Numbers that convolutions multiply; sums are fp32 in all of them. `automatic`: on a CPU bf16
// where the processor has AVX512-BF16 or AMX and a probe of an image of 256 x 256 finds it twice as
// fast, else fp32; on CUDA fp16.
enum class Precision { automatic, fp32, bf16, fp16 };
// "auto", "fp32", "bf16", "fp16". Throws Error{option} naming `option` for another.
Precision precision_from_name(std::string_view option, std::string_view name);
std::string name_of(Precision precision);

// Who runs the convolutions. `automatic`: our own kernels where they know all of the network's
// operations and the device is a CPU with AVX2 or better, else LibTorch's.
enum class Backend { automatic, own, libtorch };

struct InferenceOptions {
  at::Device device = at::Device(at::kCPU);
  Precision precision = Precision::automatic;
  Backend backend = Backend::automatic;
};

// What `automatic` came to. The same choice gives the same bits again; another may differ by
// rounding, so work that is resumed must be given the choice that it began with.
struct InferenceChoice {
  Precision precision = Precision::fp32;
  Backend backend = Backend::libtorch;
  std::optional<InstructionSet> instructions;  // of our own kernels

  // "fp32, own kernels (avx2)", "bf16, LibTorch".
  std::string describe() const;
};

// The device has no memory left for a batch; a smaller one may fit.
class OutOfDeviceMemory : public Error {
 public:
  explicit OutOfDeviceMemory(const std::string& message) : Error(ErrorKind::device, message) {}
};

// A network in its inference form: batch norm folded into the convolutions, channels-last, in the
// precision asked for. It keeps nothing of the Network it was made of.
class InferenceNetwork {
 public:
  // Throws Error{device} for a precision or a backend that the device does not have.
  InferenceNetwork(const Network& network, const InferenceOptions& options);
  // Of a part of a network, whose logits are the program's result.
  InferenceNetwork(const Program& program, const InferenceOptions& options);
  ~InferenceNetwork();
  InferenceNetwork(InferenceNetwork&&) noexcept;
  InferenceNetwork& operator=(InferenceNetwork&&) noexcept;

  // images: N,C,H,W fp32, of any size and on any device. Returns fp32 logits on the network's
  // device, of the shapes of Network::forward; fp32 logits equal those of the network in evaluation
  // mode within 1e-4 (1 + |logit|). To be called by one thread at a time.
  at::Tensor forward(const at::Tensor& images);

  const InferenceChoice& choice() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
