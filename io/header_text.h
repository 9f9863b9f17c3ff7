// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: the text headers of NRRD, MetaImage and VGStudio, and lists in messages.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// The file's first `most` bytes, or all of a shorter one. Throws Error{file}.
std::string read_beginning(const std::filesystem::path& path, std::int64_t most);

// What stands between blanks.
std::vector<std::string> words(std::string_view text);

// "a, b, c, d, e and 4 more": the first five names.
std::string listed(const std::vector<std::string>& names);

}  // namespace fossilct
