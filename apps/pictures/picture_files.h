// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "render/picture.h"

namespace fossilct {

// `dpi` pixels an inch are stated in the file; 0: nothing is. Replaces what is there. Throws
// Error{file}.
void write_png(const std::filesystem::path& path, const Picture& picture, double dpi);

}  // namespace fossilct
