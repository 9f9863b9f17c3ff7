// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "render/live_scene.h"
#include "render/vector_math.h"

namespace fossilct {

namespace {

// Seen from in front: where a line along the view meets a mesh, coordinates are those of the
// picture and the way towards the viewer.
class ViewLine {
 public:
  ViewLine(const SceneCamera& camera, const ScenePoint& pixel, const ScenePoint& size)
      : right_(right_of(camera)), up_(camera.up), viewer_(camera.viewer) {
    const double x = (pixel.x - size.x / 2) * camera.um_per_pixel;
    const double y = (size.y / 2 - pixel.y) * camera.um_per_pixel;
    start_ = camera.focus_um + x * right_ + y * up_;
  }

  // How far towards the viewer the nearest triangle is; minus infinity where none is hit.
  double nearest_of(const TriangleMesh& mesh) const {
    double nearest = -std::numeric_limits<double>::infinity();
    if (!hits_box(mesh)) {
      return nearest;
    }
    for (const auto& triangle : mesh.triangles) {
      const Corners corners = corners_of(mesh, triangle);
      nearest = std::max(
          nearest, depth_in(seen(corners.a + mesh.origin_um), seen(corners.b + mesh.origin_um),
                            seen(corners.c + mesh.origin_um)));
    }
    return nearest;
  }

 private:
  Vector3 seen(const Vector3& p_um) const {
    const Vector3 from_line = p_um - start_;
    return {dot(from_line, right_), dot(from_line, up_), dot(from_line, viewer_)};
  }

  // By the ball around the box, which turns with the view.
  bool hits_box(const TriangleMesh& mesh) const {
    const Bounds bounds = bounds_of(mesh);
    const Vector3 low = to_vector(bounds.low);
    const Vector3 high = to_vector(bounds.high);
    const Vector3 middle = seen(0.5 * (low + high) + mesh.origin_um);
    return std::hypot(middle.x, middle.y) <= length(high - low) / 2;
  }

  static double depth_in(const Vector3& a, const Vector3& b, const Vector3& c) {
    const double of_a = b.x * c.y - c.x * b.y;
    const double of_b = c.x * a.y - a.x * c.y;
    const double of_c = a.x * b.y - b.x * a.y;
    const double sum = of_a + of_b + of_c;
    const bool is_inside =
        (of_a >= 0 && of_b >= 0 && of_c >= 0) || (of_a <= 0 && of_b <= 0 && of_c <= 0);
    return is_inside && sum != 0 ? (of_a * a.z + of_b * b.z + of_c * c.z) / sum
                                 : -std::numeric_limits<double>::infinity();
  }

  Vector3 right_;
  Vector3 up_;
  Vector3 viewer_;
  Vector3 start_;
};

Vector3 rotated(const Vector3& v, const Vector3& axis, double angle) {
  // Rodrigues' formula.
  return std::cos(angle) * v + std::sin(angle) * cross(axis, v) +
         (1 - std::cos(angle)) * dot(axis, v) * axis;
}

}  // namespace

Vector3 right_of(const SceneCamera& camera) { return cross(camera.up, camera.viewer); }

SceneCamera turned(const SceneCamera& camera, double right, double down) {
  SceneCamera result = camera;
  const Vector3 axis = right_of(camera);
  // The viewer goes the other way than the ball.
  result.viewer = rotated(rotated(camera.viewer, camera.up, -right), axis, -down);
  const Vector3 up = rotated(camera.up, axis, -down);
  result.viewer = unit(result.viewer);
  result.up = unit(up - dot(up, result.viewer) * result.viewer);
  return result;
}

ScenePoint projected(const SceneCamera& camera, const Vector3& p_um, const ScenePoint& size) {
  const Vector3 from_focus = p_um - camera.focus_um;
  return {size.x / 2 + dot(from_focus, right_of(camera)) / camera.um_per_pixel,
          size.y / 2 - dot(from_focus, camera.up) / camera.um_per_pixel};
}

std::optional<std::size_t> body_under(const SceneContent& content, const SceneCamera& camera,
                                      const ScenePoint& pixel, const ScenePoint& size) {
  const ViewLine line(camera, pixel, size);
  double nearest = -std::numeric_limits<double>::infinity();
  std::optional<std::size_t> found;
  const auto look_at = [&](const SceneBody& body) {
    const double depth = body.mesh == nullptr ? nearest : line.nearest_of(*body.mesh);
    if (depth > nearest) {
      nearest = depth;
      found = body.slot;
    }
  };
  std::ranges::for_each(content.bodies, look_at);
  if (content.selected) {
    look_at(*content.selected);
  }
  return found;
}

}  // namespace fossilct
