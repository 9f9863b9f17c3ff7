// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "render/picture.h"
#include "render/render_backend.h"
#include "render/triangle_mesh.h"
#include "volumes/grid.h"

namespace fossilct {

// How a scene is looked at: in parallel projection, so that a length is as long anywhere.
struct SceneCamera {
  Vector3 focus_um;         // is in the middle of the picture
  Vector3 viewer{0, 0, 1};  // unit vector from there to the viewer
  Vector3 up{0, 1, 0};      // unit vector, across it
  double um_per_pixel = 1;
};
// To the right of the picture.
Vector3 right_of(const SceneCamera& camera);
// By angles in radians, as a hand turns a ball whose front it drags right and down.
SceneCamera turned(const SceneCamera& camera, double right, double down);

// Where a place of the scan's space is in a picture of this size, in pixels from its left upper
// corner.
struct ScenePoint {
  double x = 0;
  double y = 0;
};
ScenePoint projected(const SceneCamera& camera, const Vector3& p_um, const ScenePoint& size);

// A body in its place. `slot` is its number among all, whether shown or not: it keeps what is drawn
// together together.
struct SceneBody {
  std::size_t slot = 0;
  std::shared_ptr<const TriangleMesh> mesh;
  Colour colour{};
  friend bool operator==(const SceneBody&, const SceneBody&) = default;
};

// A picture laid into the scene: its left upper corner and its edges.
struct ScenePlane {
  Vector3 corner_um;
  Vector3 right_um;  // along the upper edge, as long as it
  Vector3 down_um;
  Colour frame{};
  std::shared_ptr<const Picture> picture;  // RGB; null: the frame alone
  friend bool operator==(const ScenePlane&, const ScenePlane&) = default;
};

struct SceneContent {
  std::vector<SceneBody> bodies;
  double opacity = 1;                 // of the bodies
  std::optional<SceneBody> selected;  // never translucent
  std::array<std::optional<ScenePlane>, 3> planes;
};

// The nearest body under a pixel: the slot of one of the bodies or of the selected one. Cost: the
// boxes of all, the triangles of those whose box is hit.
std::optional<std::size_t> body_under(const SceneContent& content, const SceneCamera& camera,
                                      const ScenePoint& pixel, const ScenePoint& size);

// Draws a scan's fossils among its slices, without a window. To be used by the thread that made it.
class LivePainter {
 public:
  // The box of `scan` is drawn as a frame. Throws Error{device} where the backend does not work:
  // what each way answered, and what to install.
  LivePainter(RenderBackend backend, const Grid& scan);
  ~LivePainter();
  LivePainter(const LivePainter&) = delete;
  LivePainter& operator=(const LivePainter&) = delete;

  // What draws, by OpenGL's name.
  const std::string& renderer() const;

  // What did not change since the last call costs nothing; a body that did, its 64 neighbours.
  void show(const SceneContent& content);
  // RGB. `samples` along a pixel's edge, 1 or 2 (assert): anti-aliased or quick.
  Picture paint(const SceneCamera& camera, std::int64_t width, std::int64_t height, int samples);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
