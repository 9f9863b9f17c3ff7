// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/provenance.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "base/file_descriptor.h"
#include "base/sha256.h"
#include "base/version.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

Json options_json(const std::vector<GivenOption>& given) {
  Json json = Json::object();
  for (const GivenOption& option : given) {
    if (!json.contains(option.name)) {
      json[option.name] = option.value;
      continue;
    }
    Json& value = json[option.name];
    value = value.is_array() ? value : Json::array({value});
    value.push_back(option.value);
  }
  return json;
}

std::int64_t total_bytes(const std::vector<fs::path>& files) {
  std::int64_t total = 0;
  for (const fs::path& file : files) {
    std::error_code failure;
    const std::uintmax_t bytes = fs::file_size(file, failure);
    total += failure ? 0 : static_cast<std::int64_t>(bytes);
  }
  return total;
}

}  // namespace

Json as_utf8(const Json& json) { return parse_json(json_text(json)); }

FileHasher::FileHasher(std::vector<fs::path> files)
    : files_(std::move(files)),
      result_(std::async(std::launch::async, [this] { return hash_all(); })) {}

FileHasher::~FileHasher() {
  stop_.request_cancel();
  if (result_.valid()) {
    result_.wait();
  }
}

std::vector<HashedFile> FileHasher::hash_all() {
  std::vector<HashedFile> hashed;
  hashed.reserve(files_.size());
  for (const fs::path& file : files_) {
    hashed.push_back(hash_one(file));
  }
  return hashed;
}

HashedFile FileHasher::hash_one(const fs::path& path) {
  constexpr std::int64_t piece = std::int64_t{1} << 20;
  const FileDescriptor file(path);
  const std::int64_t size = file.size();
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(size, piece)));
  Sha256 hash;
  for (std::int64_t offset = 0; offset < size; offset += piece) {
    stop_.check();
    const auto bytes =
        std::span(buffer).first(static_cast<std::size_t>(std::min(piece, size - offset)));
    file.read_at(offset, bytes);
    hash.update(bytes);
    bytes_done_ += static_cast<std::int64_t>(bytes.size());
  }
  return {path, size, hash.finish()};
}

std::vector<HashedFile> FileHasher::wait(Progress& progress) {
  using namespace std::chrono_literals;
  // A rest of a few milliseconds is not worth a stage of its own.
  if (result_.wait_for(100ms) != std::future_status::ready) {
    std::int64_t shown = bytes_done_;
    progress.begin("hash", total_bytes(files_) - shown, WorkUnit::bytes);
    while (result_.wait_for(50ms) != std::future_status::ready) {
      progress.check();
      const std::int64_t done = bytes_done_;
      progress.advance(done - shown);
      shown = done;
    }
    progress.advance(bytes_done_ - shown);
    progress.end();
  }
  return result_.get();
}

Json provenance_json(const CommandContext& context, const Json& sources) {
  const Json json = {{"sources", sources},
                     {"command", context.command_line},
                     {"options", options_json(context.given)},
                     {"version", std::string(version())},
                     {"time", utc_now()}};
  return as_utf8(json);
}

}  // namespace fossilct
