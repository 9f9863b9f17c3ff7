// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/provenance.h"
#include "io/volume_file.h"
#include "volumes/volume_source.h"

namespace fossilct {

// "SHA256  BYTES  NAME" a line, names relative to `scan` where that is their folder. Cut down to
// its first and third columns it is what `sha256sum --check` reads.
std::string manifest_of(const std::vector<HashedFile>& files, const std::filesystem::path& scan);

// What was read: {path, name, files, bytes, sha256}, the hash of the one file, or of the manifest
// where there are several; and "provenance", where the scan carried one itself.
Json source_json(const std::filesystem::path& scan, const ScanDescription& description,
                 const std::vector<HashedFile>& files);

// What belongs to a scan that is read.
struct ScanIdentity {
  Json source;           // source_json()
  std::string manifest;  // manifest_of()
  std::string sha256;    // that of source
};
// Hashes all its files; the stage "hash". Throws Error{file}, Cancelled.
ScanIdentity identity_of(const std::filesystem::path& scan, const ScanDescription& description,
                         Progress& progress);

// provenance_json() with "spacing", which says who told it, and "notices".
Json scan_provenance_json(const CommandContext& context, const Json& sources,
                          const ScanDescription& description);

// transfer() into a volume file while the source's files are hashed; the file then keeps the
// provenance, which is returned. Does not call finish().
Json transfer_with_provenance(const CommandContext& context, const std::filesystem::path& scan,
                              VolumeSource& source, VolumeFileSink& sink, std::string_view stage);

// All of `source` into a volume file of its kind and classes, with that provenance. Returns the
// statistics of what was written.
VolumeStatistics write_volume_file(const CommandContext& context, const std::filesystem::path& path,
                                   IfExists if_exists, VolumeSource& source, const Json& provenance,
                                   const std::string& manifest);

}  // namespace fossilct
