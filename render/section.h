// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/picture.h"
#include "render/pose.h"
#include "specimens/body_crop.h"

namespace fossilct {

// Grey levels from `low` (black) to `high` (white).
struct GreyWindow {
  double low = 0;
  double high = 1;
};
// The 1st and 99th percentile of the finite intensities; 0 to 1 where there are none.
GreyWindow grey_window_of(const BodyCrop& crop);

// The scan in the plane through the view's centre, across its direction, between voxels by
// trilinear interpolation: RGB with opacity, clear beyond the crop. The outline of the body is
// drawn in `outline`, one and a half pixels wide, where the interpolated mask is 0.5. Without grey
// the body is drawn in light grey. Time: some 0.1 us a pixel.
Picture section_of(const BodyCrop& crop, const ViewFrame& view, const GreyWindow& window,
                   const Colour& outline);

}  // namespace fossilct
