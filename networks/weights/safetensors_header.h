// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

struct SafetensorsEntry {
  std::string name;
  std::string type;                   // "F32"
  std::vector<std::int64_t> shape;    // each at least 0
  std::vector<std::int64_t> offsets;  // begin, end; relative to the end of the header
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the header's order
  std::map<std::string, std::string> metadata;
};

// Reads the header's JSON as it comes, without a tree of it: deeper nesting than the format has,
// a name or key given twice, a field it does not know or lacks, and what is no JSON throw
// Error{format}; the message names the tensor, not the file. Offsets are not checked here.
SafetensorsHeader parse_safetensors_header(std::string_view json);

}  // namespace fossilct
