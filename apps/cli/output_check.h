// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"

namespace fossilct {

// What is wrong with an output is said before hours are spent on it.

// Throws Error{file} where the output could not be written: its folder is missing or not writable,
// or it exists and may not be replaced.
void require_output(const std::filesystem::path& path, AtomicKind kind, IfExists if_exists);

// Throws Error{option} of `option` where `output` is one of `sources` (whatever the name it goes
// by), or a folder that one of them lies in: writing it would destroy what is read.
void require_apart(const std::string& option, const std::filesystem::path& output, AtomicKind kind,
                   const std::vector<std::filesystem::path>& sources);

// Throws Error{option} of `option` where the name of a volume file ends as that of another format.
void require_volume_file_name(const std::string& option, const std::filesystem::path& output);

}  // namespace fossilct
