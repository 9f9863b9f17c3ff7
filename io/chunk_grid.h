// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "volumes/grid.h"
#include "volumes/pixel_type.h"

namespace fossilct {

// How a volume of the volume file is cut into chunks. docs/decisions/006 has the bench behind the
// shape: slabs along x, y and z must all read well, and a slab of one chunk's depth of a 4096^2
// slice must not fill the memory.
Size3 chunk_size_for(const Size3& volume, PixelType type);

struct ChunkGrid {
  Size3 volume;
  Size3 chunk;

  Size3 count() const {
    return {(volume.x + chunk.x - 1) / chunk.x, (volume.y + chunk.y - 1) / chunk.y,
            (volume.z + chunk.z - 1) / chunk.z};
  }
  // The voxels of chunk `c` that lie inside the volume.
  Box box_of(const Index3& c) const;
  // The chunks that `box` touches.
  Box chunks_of(const Box& box) const;
};

// The n-th place of a box, x fastest: for handing the places of a box out to threads.
Index3 nth(const Box& box, std::int64_t n);

}  // namespace fossilct
