// SPDX-License-Identifier: Apache-2.0
#include "networks/device.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <string>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

std::int64_t count_of_cuda_devices() {
  return torch::cuda::is_available() ? static_cast<std::int64_t>(torch::cuda::device_count()) : 0;
}

}  // namespace

at::Device device_from_name(std::string_view option, std::string_view name) {
  const std::int64_t count = count_of_cuda_devices();
  if (name == "cpu" || (name == "auto" && count == 0)) {
    return at::Device(at::kCPU);
  }
  const auto index = name == "auto" || name == "cuda" ? std::optional<std::int64_t>(0)
                     : name.starts_with("cuda:")      ? parse_integer(name.substr(5))
                                                      : std::nullopt;
  if (!index || *index < 0) {
    throw option_error(
        option, "'" + printable(name) + "' is no device; expected auto, cpu, cuda or cuda:1");
  }
  if (*index >= count) {
    throw Error(ErrorKind::device,
                std::string(option) + ": there is no device " + std::string(name) + "; LibTorch " +
                    (count == 0 ? "sees no CUDA device (it may have been built without CUDA)"
                                : "sees " + std::to_string(count)) +
                    "; --device cpu works everywhere");
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(*index)};
}

std::vector<at::Device> devices_from_name(std::string_view option, std::string_view name) {
  if (name != "cuda:all" || count_of_cuda_devices() == 0) {
    return {device_from_name(option, name == "cuda:all" ? "cuda" : name)};
  }
  std::vector<at::Device> devices;
  for (std::int64_t i = 0; i < count_of_cuda_devices(); ++i) {
    devices.emplace_back(at::kCUDA, static_cast<c10::DeviceIndex>(i));
  }
  return devices;
}

void use_threads(int threads) { at::set_num_threads(threads); }

}  // namespace fossilct
