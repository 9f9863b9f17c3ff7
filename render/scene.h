// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "render/picture.h"
#include "render/render_backend.h"
#include "render/triangle_mesh.h"
#include "volumes/volume.h"

namespace fossilct {

// What is drawn of a core.
struct Scene {
  // Bodies of one colour, such as the fossils of a class.
  struct Bodies {
    std::string name;  // for the key, "Bolivina (12)"; empty: not in it
    Colour colour{};
    std::vector<TriangleMesh> meshes;  // with normals, in the scan's space
  };

  Grid grid;                  // its box is drawn
  Volume<std::uint8_t> rock;  // translucent: 0 is air, brighter is denser; may be empty
  Grid rock_grid;             // of `rock`
  std::vector<Bodies> bodies;
  std::string title;
};

struct SceneOptions {
  std::int64_t width = 1200;  // --width; the height is four fifths of it
  double rock_opacity = 0.6;  // of the whole core, straight through, 0 to 1

  // Throws Error{option} that names the option, the value and the range.
  void check() const;
};

// Draws a scan as a whole, without a display: the rock by casting rays through it, the bodies in
// their colours within, the box with the lengths of its sides, the axes, a scale bar, a key.
// Parallel projection, z upright, seen from somewhat above. To be used by the thread that made it.
// Memory: that of the meshes and of the rock, twice. Time: under llvmpipe, see
// docs/decisions/023-render.md.
class ScenePainter {
 public:
  // Throws Error{device} as MeshPainter, Error{option} as options.check(). The scene is not needed
  // afterwards.
  ScenePainter(RenderBackend backend, const Scene& scene, const SceneOptions& options = {});
  ~ScenePainter();
  ScenePainter(const ScenePainter&) = delete;
  ScenePainter& operator=(const ScenePainter&) = delete;

  const std::string& renderer() const;
  // The core turned by so much about its z, seen from above counter-clockwise. RGB.
  Picture paint(double turn_degrees);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Which micrometres a pixel of such a picture stands for: what is smaller need not be in the
// meshes.
double scene_um_per_pixel(const Grid& grid, const SceneOptions& options);

}  // namespace fossilct
