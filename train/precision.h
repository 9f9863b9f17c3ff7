// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <optional>

#include "networks/inference.h"
#include "networks/training_kernels.h"

namespace fossilct {

// What training multiplies with on a device where `automatic` leaves it open: bf16 on CUDA and on
// CPUs with AMX, else fp32. Throws Error{device} for what the device has not.
Precision training_precision(Precision wanted, at::Device device);

// While it lives, LibTorch's operations of this thread run in `precision` where that is safe
// (autocast); fp32 changes nothing.
class Autocast {
 public:
  Autocast(at::Device device, Precision precision);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  std::optional<CpuAutocastGuard> cpu_;
  bool cuda_;
};

}  // namespace fossilct
