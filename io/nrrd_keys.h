// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace fossilct {

// Key/value pairs of an NRRD header (`key:=value`), without line breaks. What a volume is of beside
// its voxels; programs on ITK carry them along.
using NrrdKeys = std::map<std::string, std::string>;

// Empty for a folder and for a file that is no NRRD. Throws Error{file} where it can't be read,
// Error{format} for an NRRD header without end.
NrrdKeys read_nrrd_keys(const std::filesystem::path& path);

// Another value of a key that the header has, in its place: it must have room for it, blanks at the
// end of the old value counted. Not atomic. Throws Error{format} where it has not, Error{file}.
void rewrite_nrrd_key(const std::filesystem::path& path, const std::string& key,
                      const std::string& value);

}  // namespace fossilct
