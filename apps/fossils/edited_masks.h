// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>

#include "base/progress.h"
#include "specimens/catalogue.h"

namespace fossilct {

// The catalogue's ids, and those that files crops/ID_mask.nrrd have which are no fossil's yet but
// may become a new one's.
std::set<std::uint32_t> ids_with_masks(const Catalogue& catalogue);

// Somebody may have saved a corrected mask over crops/ID_mask.nrrd, where the next edit or
// extraction would write its own, or have put one there before a fossil had that id. Throws
// Error{format} that names those among `ids` whose mask is not what instances.h5 says, can't be
// read, or is no fossil's, and what to do: nothing is overwritten. `taken_in` is the file that is
// being imported, and may be such a mask; masks that are not there, and those of fossils cut out at
// a lower resolution, are passed over. One pass over the part of instances.h5 where the fossils
// lie, however many they are.
void require_masks_as_left(const Catalogue& catalogue, const std::set<std::uint32_t>& ids,
                           const std::filesystem::path& taken_in, int threads, Progress& progress);

}  // namespace fossilct
