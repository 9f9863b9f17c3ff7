// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace fossilct::fuzz {

// Opens `path` as any scan and reads voxels at both ends of it, at most 64 along each axis: what
// `info` and the first slabs of `import` do. Throws Error for what is no good scan.
void probe_scan(const std::filesystem::path& path);

}  // namespace fossilct::fuzz
