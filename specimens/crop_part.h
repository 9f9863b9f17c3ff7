// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "specimens/body_crop.h"
#include "volumes/any_view.h"

namespace fossilct {

// The voxels of `box`; none of a volume without any.
template <typename T>
Volume<T> part_of(const Volume<T>& volume, const Box& box) {
  if (voxel_count(volume.size()) == 0) {
    return {};
  }
  Volume<T> part = Volume<T>::uninitialised(box.size());
  copy_voxels(AnyConstView(volume.view().part(box)), AnyView(part.view()));
  return part;
}

// The crop of a smaller box, in voxels of the crop.
BodyCrop part_of(const BodyCrop& crop, const Box& box);

}  // namespace fossilct
