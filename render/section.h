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

struct Section {
  Picture grey;     // grey with opacity, clear beyond the crop
  Picture outline;  // of the body, to be laid over it: RGB with opacity
};
// The scan in the plane through the view's centre, across its direction, between voxels by
// trilinear interpolation. The outline is one and a half pixels wide, where the interpolated mask
// is 0.5. Without grey the body is drawn in light grey. Time: some 0.1 us a pixel.
Section section_of(const BodyCrop& crop, const ViewFrame& view, const GreyWindow& window,
                   const Colour& outline);

// The largest intensity of the body along the view's direction: maximum intensity projection
// (Wallis et al. 1989, IEEE Trans. Med. Imaging 8, 297-303), over the body's voxels alone; grey
// with opacity, clear where no ray meets it. Sampled every voxel edge, between voxels by trilinear
// interpolation. Without grey the body is drawn in light grey. Time: some 0.1 us a sample in the
// body.
Picture projection_of(const BodyCrop& crop, const ViewFrame& view, const GreyWindow& window);

}  // namespace fossilct
