// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/progress.h"
#include "io/open_scan.h"
#include "specimens/catalogue.h"
#include "view/viewer.h"

namespace fossilct {

// What the viewer shows of a catalogue: its fossils, ids, meshes (those of meshes/ where they are
// there and not stale, else made from the crops), and the scan it names, or `scan`. A scan that it
// names and that can't be had is a notice; one that was given throws, as open_scan() does.
Viewing viewed_catalogue(const Catalogue& catalogue, const std::filesystem::path& scan,
                         const OpenOptions& open, Progress& progress);

// Of a scan, and labels of it (may be empty): every value is shown as a body. Throws as
// open_scan(), and Error{format} where both differ in size, or where a file that has no smaller
// levels is too large to be read whole.
Viewing viewed_scan(const std::filesystem::path& scan, const std::filesystem::path& labels,
                    const OpenOptions& open, Progress& progress);

}  // namespace fossilct
