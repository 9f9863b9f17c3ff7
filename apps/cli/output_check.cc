// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/output_check.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 22> foreign_endings = {
    ".tif", ".tiff", ".nrrd", ".nhdr", ".mha",  ".mhd", ".nii", ".gz",  ".png",  ".jpg", ".jpeg",
    ".bmp", ".dcm",  ".raw",  ".txm",  ".txrm", ".xrm", ".vgi", ".csv", ".json", ".txt", ".ini"};

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code ignored;
  const fs::path whole_file = fs::weakly_canonical(file, ignored);
  const fs::path whole_folder = fs::weakly_canonical(folder, ignored);
  return std::mismatch(whole_folder.begin(), whole_folder.end(), whole_file.begin(),
                       whole_file.end())
             .first == whole_folder.end();
}

}  // namespace

void require_output(const fs::path& path, AtomicKind kind, IfExists if_exists) {
  // Made and taken away again: the surest way to know that it can be made.
  const AtomicOutput probe(path, kind, if_exists);
}

void require_apart(const std::string& option, const fs::path& output, AtomicKind kind,
                   const std::vector<fs::path>& sources) {
  std::error_code absent;
  if (!fs::exists(output, absent)) {
    return;
  }
  for (const fs::path& source : sources) {
    std::error_code ignored;
    if (source.empty()) {
      continue;
    }
    if (fs::equivalent(output, source, ignored)) {
      throw option_error(option, output.string() + " is what is read" +
                                     (source == output ? "" : " (" + source.string() + ")") +
                                     "; writing there would destroy it: give another name");
    }
    if (kind == AtomicKind::folder && lies_in(source, output)) {
      throw option_error(option, output.string() + " is the folder of " + source.string() +
                                     ", which is read; writing there would destroy it: give "
                                     "another folder");
    }
  }
}

void require_volume_file_name(const std::string& option, const fs::path& output) {
  const std::string ending = lower(output.extension().string());
  if (std::find(foreign_endings.begin(), foreign_endings.end(), ending) != foreign_endings.end()) {
    throw option_error(option, "'" + output.string() +
                                   "': a volume file is written here, which is HDF5; expected a "
                                   "name in .h5, not in " +
                                   ending + " (`fossilct export` writes other formats)");
  }
}

}  // namespace fossilct
