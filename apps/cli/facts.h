// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fossilct {

// What a command has to say of a thing, for people.
using Facts = std::vector<std::pair<std::string, std::string>>;
// "size          256 x 256 x 160 voxels" a line, the first column as wide as it must be; a fact
// without a value is left out, a value of several lines is indented.
std::string facts_text(const Facts& facts);

// Cells in columns, each as wide as its widest cell, two blanks between them.
std::string columns_text(const std::vector<std::vector<std::string>>& rows);

std::string counted(std::int64_t count, const std::string& thing);  // "1 file", "1,200 files"

}  // namespace fossilct
