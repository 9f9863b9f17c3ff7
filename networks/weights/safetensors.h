// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "networks/weights/mapped_file.h"
#include "networks/weights/weight_file.h"

namespace fossilct {

// Eight bytes of header length, a header of JSON, then the tensors' bytes without gaps
// (https://github.com/huggingface/safetensors). Refuses what the format's own library refuses, and
// types that LibTorch 1.13 has not. Throws Error{format}.
WeightFile read_safetensors(const std::shared_ptr<const MappedFile>& file);

// Whether the first bytes are those of a safetensors file: a length, then an opening brace.
bool looks_like_safetensors(std::span<const std::byte> bytes);

// "F32" for at::kFloat and back; nothing for types that a weight file may not have.
std::optional<std::string_view> safetensors_type(at::ScalarType type);
std::optional<at::ScalarType> scalar_type(std::string_view safetensors_type);

}  // namespace fossilct
