// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/open_catalogue.h"

#include <fstream>
#include <optional>
#include <string>

#include "base/error.h"
#include "io/open_scan.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

bool begins_as_database(const fs::path& path) {
  const std::string expected = "SQLite format 3";
  std::string found(expected.size(), '\0');
  std::ifstream stream(path, std::ios::binary);
  stream.read(found.data(), static_cast<std::streamsize>(found.size()));
  return found == expected;
}

// What a file of voxels holds; nothing of what is none.
std::optional<std::string> voxels_in(const fs::path& path) {
  try {
    OpenOptions options;
    options.spacing.unknown = true;
    Progress silent;
    const ScanDescription found = open_scan(path, options, silent)->description();
    if (found.format != "volume file") {
      return "a scan or labels (" + found.format + ")";
    }
    return found.kind == VolumeKind::labels ? "labels" : "a scan";
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

void refuse_voxels(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored) && !begins_as_database(path)) {
    if (const auto what = voxels_in(path)) {
      throw format_error(path, "holds " + *what +
                                   ", no catalogue of fossils; expected the NAME.fossils that "
                                   "`fossilct extract LABELS --output NAME.fossils` makes of "
                                   "labels, which `fossilct segment` finds in a scan");
    }
  }
}

Catalogue open_catalogue(const fs::path& path, Catalogue::Access access) {
  refuse_voxels(path);
  return Catalogue::open(path, access);
}

}  // namespace fossilct
