// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <string_view>
#include <vector>

namespace fossilct {

// "cpu", "cuda" (the first), "cuda:1"; "auto" is the first CUDA device, or the CPU where there is
// none. Throws Error{option} naming `option` for another word, Error{device} for a device that is
// not there.
at::Device device_from_name(std::string_view option, std::string_view name);

// The same, and "cuda:all" for every CUDA device there is.
std::vector<at::Device> devices_from_name(std::string_view option, std::string_view name);

// How many threads LibTorch's operations use on a CPU, for the whole process.
void use_threads(int threads);

}  // namespace fossilct
