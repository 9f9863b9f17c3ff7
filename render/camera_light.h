// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volumes/grid.h"

class vtkRenderer;

namespace fossilct {

// A light that keeps to the viewer's eye: x right, y up, z towards the viewer. Private to `render`.
void add_camera_light(vtkRenderer& renderer, const Vector3& from, double intensity);

}  // namespace fossilct
