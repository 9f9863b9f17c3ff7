// SPDX-License-Identifier: Apache-2.0
#include "volumes/volume_sink.h"

#include <cassert>

namespace fossilct {

void VolumeSink::write(const AnyConstView& slab) {
  assert(slab.type() == type_ && slab.size().x == grid_.size.x && slab.size().y == grid_.size.y);
  assert(next_slice_ + slab.size().z <= grid_.size.z);
  write_slab(next_slice_, slab);
  next_slice_ += slab.size().z;
}

void VolumeSink::finish() {
  assert(next_slice_ == grid_.size.z);
  finish_output();
}

}  // namespace fossilct
