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
  const Json record = try_parse_json(text->second);
  if (!record.is_object() || record.value("version", Json()) != checkpoint_version) {
    throw format_error(file.path,
                       "is a checkpoint of another version of fossilct; go on with the "
                       "one that wrote it");
  }
  if (!record.contains("position") || !record.contains("command")) {
    throw format_error(file.path, "is a damaged checkpoint: it does not tell where training stood");
  }
  return {std::move(file), record.at("position"), record.at("command")};
}

// A second name first and a rename then: at no moment is there no checkpoint.
void keep_as_previous(const std::filesystem::path& path) {
  const std::filesystem::path previous = previous_checkpoint(path);
  std::error_code code;
  if (std::filesystem::equivalent(path, previous, code)) {
    return;  // the last write failed after this step
  }
  const std::filesystem::path link = path.string() + ".link";
  std::filesystem::remove(link, code);
  std::filesystem::create_hard_link(path, link, code);
  if (code) {  // a file system without hard links
    std::filesystem::copy_file(path, link, code);
  }
  if (!code) {
    std::filesystem::rename(link, previous, code);
  }
  if (code) {
    std::error_code ignored;
    std::filesystem::remove(link, ignored);
    throw file_code_error(previous, "keeping the checkpoint before", code);
  }
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
    keep_as_previous(path);
  }
  write_safetensors(path, tensors, {{record_key, exact_json_text(record)}});
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
