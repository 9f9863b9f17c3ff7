// SPDX-License-Identifier: Apache-2.0
#include "networks/device.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <string>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

at::Device device_from_name(std::string_view option, std::string_view name) {
  const auto count =
      torch::cuda::is_available() ? static_cast<std::int64_t>(torch::cuda::device_count()) : 0;
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

void use_threads(int threads) { at::set_num_threads(threads); }

}  // namespace fossilct
