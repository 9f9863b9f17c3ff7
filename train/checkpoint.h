// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>

#include "base/json.h"
#include "networks/weights/weight_file.h"

namespace fossilct {

// A checkpoint is a safetensors file whose metadata hold, as JSON, where training stood
// ("position") and what whoever started it wants to know when it goes on ("command").

// Replaces `path` atomically; what was there stays beside it as PATH.previous. Throws Error{file}.
void write_checkpoint(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                      const Json& position, const Json& command);
std::filesystem::path previous_checkpoint(const std::filesystem::path& path);

struct Checkpoint {
  WeightFile file;
  Json position;
  Json command;
};
// Throws Error{file}, Error{format} for a file that is none; where PATH.previous may serve, the
// message says so.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// The `command` alone.
Json command_of_checkpoint(const std::filesystem::path& path);

}  // namespace fossilct
