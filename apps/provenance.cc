// SPDX-License-Identifier: Apache-2.0
#include "apps/provenance.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "base/file_descriptor.h"
#include "base/sha256.h"
#include "base/version.h"
#include "io/transfer.h"

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

std::string name_in(const fs::path& file, const fs::path& scan) {
  std::error_code ignored;
  return fs::is_directory(scan, ignored) ? file.lexically_relative(scan).string()
                                         : file.filename().string();
}

// "core" for "scans/core/" as for "scans/core".
std::string name_of_scan(const fs::path& scan) {
  return (scan.has_filename() ? scan : scan.parent_path()).filename().string();
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

// File names are bytes of any kind, JSON is UTF-8, and a volume file is not to fail at its last
// step over the name of a slice: U+FFFD stands for what is none.
Json as_utf8(const Json& json) {
  return Json::parse(json.dump(-1, ' ', false, Json::error_handler_t::replace));
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

bool is_given(const std::vector<GivenOption>& given, const std::string& name) {
  return std::any_of(given.begin(), given.end(),
                     [&](const GivenOption& option) { return option.name == name; });
}

std::string spacing_source(const std::vector<GivenOption>& given, const Grid& grid) {
  if (!grid.spacing_known) {
    return "unknown";
  }
  if (is_given(given, "spacing-um")) {
    return "--spacing-um";
  }
  return is_given(given, "spacing-unit") ? "the file, unit by --spacing-unit" : "the file";
}

}  // namespace

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

std::string manifest_of(const std::vector<HashedFile>& files, const fs::path& scan) {
  std::string text;
  for (const HashedFile& file : files) {
    text +=
        file.sha256 + "  " + std::to_string(file.bytes) + "  " + name_in(file.path, scan) + "\n";
  }
  return text;
}

Json source_json(const fs::path& scan, const ScanDescription& description,
                 const std::vector<HashedFile>& files) {
  std::int64_t bytes = 0;
  for (const HashedFile& file : files) {
    bytes += file.bytes;
  }
  std::error_code ignored;
  const fs::path absolute = fs::absolute(scan, ignored);
  Json json = {
      {"path", absolute.lexically_normal().string()},
      {"name", name_of_scan(absolute.lexically_normal())},
      {"format", description.format},
      {"files", files.size()},
      {"bytes", bytes},
      {"sha256", files.size() == 1 ? files.front().sha256 : sha256_of(manifest_of(files, scan))}};
  if (!description.provenance.is_null()) {
    json["provenance"] = description.provenance;
  }
  return json;
}

Json provenance_json(const CommandContext& context, const Json& sources,
                     const ScanDescription* description) {
  Json json = {{"sources", sources},
               {"command", context.command_line},
               {"options", options_json(context.given)},
               {"version", std::string(version())},
               {"time", utc_now()}};
  if (description != nullptr) {
    json["spacing"] = spacing_source(context.given, description->grid);
    json["notices"] = description->notices;
  }
  return as_utf8(json);
}

Json transfer_with_provenance(const CommandContext& context, const fs::path& scan,
                              VolumeSource& source, VolumeFileSink& sink, std::string_view stage) {
  FileHasher hasher(source.description().files);
  transfer(source, sink, stage, context.progress);
  const std::vector<HashedFile> files = hasher.wait(context.progress);
  const Json sources = Json::array({source_json(scan, source.description(), files)});
  const Json provenance = provenance_json(context, sources, &source.description());
  sink.set_provenance(provenance, manifest_of(files, scan));
  return provenance;
}

}  // namespace fossilct
