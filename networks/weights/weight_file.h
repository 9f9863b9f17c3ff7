// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"

namespace fossilct {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

// The content of a weight file. Names are those of the file, without a wrapper's prefix (`module.`,
// `model.`) that all of them share.
struct WeightFile {
  std::filesystem::path path;
  std::string format;                           // "safetensors" or "PyTorch zip"
  std::vector<NamedTensor> tensors;             // on the CPU, in the file's order
  std::map<std::string, std::string> metadata;  // safetensors' __metadata__, else empty
  std::string state_dict_key;        // "state_dict", "model": where a .pth held them, or empty
  std::vector<std::string> ignored;  // other entries of a .pth ("optimizer", "epoch")

  // Entries of a .pth that stand among the tensors, are none, and may hold weights: "head (a
  // dict)". They are in `ignored` too.
  std::vector<std::string> not_read = {};

  // Null where there is no such tensor.
  const at::Tensor* find(std::string_view name) const;
};

// Reads a safetensors file, or a PyTorch state dict in the zip form (torch.save since 1.6); which,
// the first bytes tell. Tensors are views of the mapped file where its bytes allow (aligned, little
// endian), so the cost is that of what is used; the file must not be changed meanwhile.
// Nothing in a pickle is executed: only tensors and plain containers are built. What else stands
// beside the state dict (an optimizer, arguments) is ignored, in its place it is an error that
// names it. Throws Error{file} and Error{format}: a legacy pickle or a TorchScript program (with
// the line of Python that converts it), a whole module, a header beyond the file, offsets that
// overlap or leave the file, a shape that does not fit its bytes, an unknown type, a name given
// twice, truncation, a header or nesting of absurd size. `check_finite` reads every tensor and
// refuses NaN and infinite values, by tensor.
WeightFile read_weight_file(const std::filesystem::path& path, bool check_finite = true);

// Writes tensors (any device, any strides; stored contiguous) and metadata, atomically; replaces
// what was there. The header names the tensors in the order given, is padded so that the data begin
// at a multiple of 64 bytes, and the wide types' data come first: the format allows no gap between
// tensors, and so each is aligned to its elements. Types: f64 f32 f16 bf16 i64 i32 i16 i8 u8 bool.
// The file's bytes depend only on its arguments. The metadata entry fossilct.sha256 is added: the
// SHA-256 of the file with zeros for these digits, which read_weight_file holds the file against,
// and leaves out of what it returns. Throws Error{file}, Error{device} where a tensor
// can't be fetched, Error{format} for a name given twice, another type, or text that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace fossilct
