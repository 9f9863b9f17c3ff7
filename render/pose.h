// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "render/triangle_mesh.h"
#include "volumes/grid.h"

namespace fossilct {

// How a body is held before the viewer: rows of `view_from_scan` are the scan's directions that
// point right, up and towards the viewer (right-handed).
struct Pose {
  Matrix3 view_from_scan = identity_direction;
  Vector3 centre_um;  // what lies in the middle of the picture, in the scan
};

// Row 0, 1 or 2 as a vector: right, up, towards the viewer.
Vector3 row_of(const Matrix3& matrix, std::size_t row);

// By the principal axes of the solid: the longest stands upright and the shortest points to the
// viewer, so that the largest face is seen. These two point where the solid reaches farther out
// (the third moment is positive); where it is symmetric (skewness under 1e-3), so that their
// largest component is positive. The third is what makes the three right-handed. The integrals over
// the closed mesh are exact, so that the sampling of the surface does not count. In the middle lies
// that of the smallest box along the three axes.
Pose pose_of(const TriangleMesh& mesh);

// The six standard views, from the pose's front: turned about the upright axis (left, back, right:
// the named side is seen) or about the horizontal one (top, bottom).
enum class StandardView : std::uint8_t { front, left, back, right, top, bottom };
inline constexpr std::array all_standard_views{StandardView::front, StandardView::left,
                                               StandardView::back,  StandardView::right,
                                               StandardView::top,   StandardView::bottom};
std::string_view name_of(StandardView view);
Pose turned(const Pose& pose, StandardView view);

// Half the edge of the smallest cube around the pose's centre, along its axes, that holds the mesh.
double half_extent_um(const TriangleMesh& mesh, const Pose& pose);

// A square picture of the scan's space: parallel projection, `centre_um` in its middle.
struct ViewFrame {
  Pose pose;
  double um_per_pixel = 1;
  std::int64_t edge_pixels = 256;
};

}  // namespace fossilct
