// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "render/canvas.h"
#include "render/scene.h"

namespace fossilct {

// Where a scene lies in its picture, and what is written over it. Private to `render`.

// Corner `i` of the box around the grid's voxels; bits 0, 1, 2 of i choose the end along x, y, z.
Vector3 corner_of(const Grid& grid, unsigned i);
Vector3 centre_of(const Grid& grid);
std::int64_t height_of(const SceneOptions& options);  // in pixels

// Right, up and towards the viewer, in the scan; the core's centre is in the picture's middle.
struct Look {
  Vector3 right, up, viewer;
};
Look look_at(double turn_degrees);

struct SceneKeyLine {
  std::string text;
  Colour colour;
};
struct SceneAnnotation {
  const Grid& grid;
  const Look& look;
  const SceneOptions& options;
  const std::string& title;
  const std::vector<SceneKeyLine>& key;
};
void annotate(Canvas& canvas, const SceneAnnotation& of);

}  // namespace fossilct
