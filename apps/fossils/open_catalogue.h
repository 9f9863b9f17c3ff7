// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "specimens/catalogue.h"

namespace fossilct {

// Where a catalogue is expected: a file of voxels is told as what it is. Error{format} says whether
// it holds labels or a scan, and how a catalogue is made of it. All else passes.
void refuse_voxels(const std::filesystem::path& path);

// Catalogue::open(), behind refuse_voxels().
Catalogue open_catalogue(const std::filesystem::path& path, Catalogue::Access access);

}  // namespace fossilct
