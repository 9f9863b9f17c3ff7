// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/scan_provenance.h"

#include <algorithm>

#include "apps/scans/scan_report.h"
#include "base/sha256.h"
#include "io/transfer.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

std::string name_in(const fs::path& file, const fs::path& scan) {
  std::error_code ignored;
  return fs::is_directory(scan, ignored) ? file.lexically_relative(scan).string()
                                         : file.filename().string();
}

// "core" for "scans/core/" as for "scans/core".
std::string name_of_scan(const fs::path& scan) {
  return (scan.has_filename() ? scan : scan.parent_path()).filename().string();
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

ScanIdentity identity_of(const fs::path& scan, const ScanDescription& description,
                         Progress& progress) {
  FileHasher hasher(description.files);
  const std::vector<HashedFile> files = hasher.wait(progress);
  const Json source = source_json(scan, description, files);
  return {source, manifest_of(files, scan), source.at("sha256").get<std::string>()};
}

Json scan_provenance_json(const CommandContext& context, const Json& sources,
                          const ScanDescription& description) {
  Json json = provenance_json(context, sources);
  json["spacing"] = spacing_source(context.given, description.grid);
  json["notices"] = description.notices;
  return as_utf8(json);
}

Json transfer_with_provenance(const CommandContext& context, const fs::path& scan,
                              VolumeSource& source, VolumeFileSink& sink, std::string_view stage) {
  FileHasher hasher(source.description().files);
  transfer(source, sink, stage, context.progress);
  const std::vector<HashedFile> files = hasher.wait(context.progress);
  const Json sources = Json::array({source_json(scan, source.description(), files)});
  const Json provenance = scan_provenance_json(context, sources, source.description());
  sink.set_provenance(provenance, manifest_of(files, scan));
  return provenance;
}

VolumeStatistics write_volume_file(const CommandContext& context, const fs::path& path,
                                   IfExists if_exists, VolumeSource& source, const Json& provenance,
                                   const std::string& manifest) {
  VolumeFileOptions file;
  file.kind = source.description().kind;
  file.classes = source.description().classes;
  file.if_exists = if_exists;
  file.threads = context.common.threads;
  VolumeFileSink sink(path, source.grid(), source.type(), file);
  transfer(source, sink, "write " + path.filename().string(), context.progress);
  sink.set_provenance(provenance, manifest);
  finish(sink, context.progress);
  return sink.statistics();
}

}  // namespace fossilct
