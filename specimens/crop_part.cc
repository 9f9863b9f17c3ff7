// SPDX-License-Identifier: Apache-2.0
#include "specimens/crop_part.h"

namespace fossilct {

BodyCrop part_of(const BodyCrop& crop, const Box& box) {
  const Size3& size = crop.grid.size;
  const auto& face = crop.at_scan_face;
  BodyCrop part;
  part.grid = cropped(crop.grid, box);
  part.begin = {crop.begin.x + box.begin.x, crop.begin.y + box.begin.y, crop.begin.z + box.begin.z};
  part.mask = part_of(crop.mask, box);
  part.grey = part_of(crop.grey, box);
  part.at_scan_face = {face[0] && box.begin.x == 0, face[1] && box.end.x == size.x,
                       face[2] && box.begin.y == 0, face[3] && box.end.y == size.y,
                       face[4] && box.begin.z == 0, face[5] && box.end.z == size.z};
  return part;
}

}  // namespace fossilct
