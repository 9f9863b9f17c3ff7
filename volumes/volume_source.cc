// SPDX-License-Identifier: Apache-2.0
#include "volumes/volume_source.h"

#include <cassert>

namespace fossilct {

void VolumeSource::read(const Box& box, const AnyView& out) {
  assert(whole(grid().size).contains(box) && !box.empty());
  assert(out.size() == box.size() && out.type() == type());
  read_box(box, out);
}

AnyVolume VolumeSource::read(const Box& box) {
  AnyVolume volume(type(), box.size());
  read(box, volume.view());
  return volume;
}

}  // namespace fossilct
