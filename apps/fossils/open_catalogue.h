// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "specimens/catalogue.h"

namespace fossilct {

// Catalogue::open(). A file of voxels in its place is told as what it is: Error{format} says
// whether it holds labels or a scan, and how a catalogue is made of it.
Catalogue open_catalogue(const std::filesystem::path& path, Catalogue::Access access);

}  // namespace fossilct
