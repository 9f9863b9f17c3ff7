// SPDX-License-Identifier: Apache-2.0
#include "train/checkpoint.h"

#include <system_error>

#include "base/error.h"

namespace fossilct {
namespace {

constexpr int checkpoint_version = 1;
constexpr const char* record_key = "fossilct-checkpoint";

Checkpoint parsed(WeightFile file) {
  const auto text = file.metadata.find(record_key);
  if (text == file.metadata.end()) {
    throw format_error(file.path,
                       "is no checkpoint of `fossilct train`: expected the .checkpoint "
                       "file beside the model that was being trained");
  }
  const Json record = Json::parse(text->second, nullptr, false);
  if (!record.is_object() || record.value("version", 0) != checkpoint_version) {
    throw format_error(file.path,
                       "is a checkpoint of another version of fossilct; go on with the "
                       "one that wrote it");
  }
  return {std::move(file), record.at("position"), record.at("command")};
}

}  // namespace

std::filesystem::path previous_checkpoint(const std::filesystem::path& path) {
  return path.string() + ".previous";
}

void write_checkpoint(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                      const Json& position, const Json& command) {
  const Json record = {
      {"version", checkpoint_version}, {"position", position}, {"command", command}};
  if (std::filesystem::exists(path)) {
    // A second name first and a rename then: at no moment is there no checkpoint.
    const std::filesystem::path link = path.string() + ".link";
    std::error_code code;
    std::filesystem::remove(link, code);
    std::filesystem::create_hard_link(path, link, code);
    if (code) {  // a file system without hard links
      std::filesystem::copy_file(path, link, code);
    }
    std::filesystem::rename(link, previous_checkpoint(path), code);
    if (code) {
      throw file_code_error(previous_checkpoint(path), "keeping the checkpoint before", code);
    }
  }
  write_safetensors(path, tensors, {{record_key, record.dump()}});
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  try {
    return parsed(read_weight_file(path, false));
  } catch (const Error& error) {
    if (std::filesystem::exists(previous_checkpoint(path))) {
      throw Error(error.kind(), std::string(error.what()) + "; the checkpoint before it is " +
                                    previous_checkpoint(path).string());
    }
    throw;
  }
}

Json command_of_checkpoint(const std::filesystem::path& path) {
  return read_checkpoint(path).command;
}

}  // namespace fossilct
