// SPDX-License-Identifier: Apache-2.0
#include "render/pose.h"

#include <vtkMath.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "render/vector_math.h"

namespace fossilct {
namespace {

// Each triangle makes a tetrahedron with `about`: f(corners seen from there, volume) for all.
template <typename F>
void for_each_tetrahedron(const TriangleMesh& mesh, const Vector3& about, F&& f) {
  for (const auto& triangle : mesh.triangles) {
    Corners t = corners_of(mesh, triangle);
    t = {t.a - about, t.b - about, t.c - about};
    f(t, dot(t.a, cross(t.b, t.c)) / 6);
  }
}

Vector3 centre_of_mass(const TriangleMesh& mesh) {
  Vector3 first;
  double volume = 0;
  for_each_tetrahedron(mesh, {}, [&](const Corners& t, double v) {
    first = first + v / 4 * (t.a + t.b + t.c);
    volume += v;
  });
  return volume > 0 ? 1 / volume * first : Vector3{};
}

using Rows3 = std::array<std::array<double, 3>, 3>;

// The integral of p p^T over the solid.
Rows3 second_moment(const TriangleMesh& mesh, const Vector3& centre) {
  Rows3 moment{};
  for_each_tetrahedron(mesh, centre, [&](const Corners& t, double v) {
    for (const Vector3& c : {t.a, t.b, t.c, t.a + t.b + t.c}) {
      const std::array<double, 3> p{c.x, c.y, c.z};
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
          moment[i][j] += v / 20 * p[i] * p[j];
        }
      }
    }
  });
  return moment;
}

// The third moment along `axis` over the 3/2 power of the second: no unit.
double skewness(const TriangleMesh& mesh, const Vector3& centre, const Vector3& axis) {
  double volume = 0;
  double second = 0;
  double third = 0;
  for_each_tetrahedron(mesh, centre, [&](const Corners& t, double v) {
    const double a = dot(t.a, axis);
    const double b = dot(t.b, axis);
    const double c = dot(t.c, axis);
    volume += v;
    second += v / 10 * (a * a + b * b + c * c + a * b + b * c + c * a);
    third += v / 20 * (a * a * (a + b + c) + b * b * (a + b + c) + c * c * (a + b + c) + a * b * c);
  });
  return second > 0 ? third * std::sqrt(volume) / std::pow(second, 1.5) : 0;
}

Vector3 pointing_out(const TriangleMesh& mesh, const Vector3& centre, const Vector3& axis) {
  constexpr double symmetric = 1e-3;
  const double skew = skewness(mesh, centre, axis);
  if (std::abs(skew) >= symmetric) {
    return skew > 0 ? axis : -1 * axis;
  }
  double largest = axis.x;
  for (const double component : {axis.y, axis.z}) {
    largest = std::abs(component) > std::abs(largest) + 1e-9 ? component : largest;
  }
  return largest > 0 ? axis : -1 * axis;
}

// Longest first, unit length.
std::array<Vector3, 3> principal_axes(Rows3 moment) {
  std::array<double*, 3> rows{moment[0].data(), moment[1].data(), moment[2].data()};
  Rows3 vectors{};
  std::array<double*, 3> columns{vectors[0].data(), vectors[1].data(), vectors[2].data()};
  std::array<double, 3> values{};
  vtkMath::Jacobi(rows.data(), values.data(), columns.data());
  std::array<Vector3, 3> axes;
  for (std::size_t k = 0; k < 3; ++k) {
    axes[k] = {vectors[0][k], vectors[1][k], vectors[2][k]};
  }
  return axes;
}

// Of the mesh's extent along a unit vector, from the mesh's origin.
double middle_along(const TriangleMesh& mesh, const Vector3& axis) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Point3f& point : mesh.points_um) {
    const double place = dot(to_vector(point), axis);
    low = std::min(low, place);
    high = std::max(high, place);
  }
  return mesh.points_um.empty() ? 0 : (low + high) / 2;
}

Matrix3 rows_of(const Vector3& right, const Vector3& up, const Vector3& viewer) {
  return {right.x, right.y, right.z, up.x, up.y, up.z, viewer.x, viewer.y, viewer.z};
}

}  // namespace

Vector3 row_of(const Matrix3& matrix, std::size_t row) {
  return {matrix[3 * row], matrix[3 * row + 1], matrix[3 * row + 2]};
}

Pose pose_of(const TriangleMesh& mesh) {
  const Vector3 centre = centre_of_mass(mesh);
  const std::array<Vector3, 3> axes = principal_axes(second_moment(mesh, centre));
  const Vector3 up = pointing_out(mesh, centre, axes[0]);
  const Vector3 viewer = pointing_out(mesh, centre, axes[2]);
  Pose pose{rows_of(cross(up, viewer), up, viewer), mesh.origin_um};
  for (std::size_t row = 0; row < 3; ++row) {
    const Vector3 axis = row_of(pose.view_from_scan, row);
    pose.centre_um = pose.centre_um + middle_along(mesh, axis) * axis;
  }
  return pose;
}

double half_extent_um(const TriangleMesh& mesh, const Pose& pose) {
  const Vector3 centre = pose.centre_um - mesh.origin_um;
  double half = 0;
  for (const Point3f& point : mesh.points_um) {
    const Vector3 p = to_vector(point) - centre;
    for (std::size_t row = 0; row < 3; ++row) {
      half = std::max(half, std::abs(dot(p, row_of(pose.view_from_scan, row))));
    }
  }
  return half;
}

std::string_view name_of(StandardView view) {
  constexpr std::array<std::string_view, 6> names{"front", "left", "back",
                                                  "right", "top",  "bottom"};
  return names[static_cast<std::size_t>(view)];
}

Pose turned(const Pose& pose, StandardView view) {
  const Vector3 right = row_of(pose.view_from_scan, 0);
  const Vector3 up = row_of(pose.view_from_scan, 1);
  const Vector3 viewer = row_of(pose.view_from_scan, 2);
  switch (view) {
    case StandardView::front:
      return pose;
    case StandardView::left:
      return {rows_of(viewer, up, -1 * right), pose.centre_um};
    case StandardView::back:
      return {rows_of(-1 * right, up, -1 * viewer), pose.centre_um};
    case StandardView::right:
      return {rows_of(-1 * viewer, up, right), pose.centre_um};
    case StandardView::top:
      return {rows_of(right, -1 * viewer, up), pose.centre_um};
    case StandardView::bottom:
      return {rows_of(right, viewer, -1 * up), pose.centre_um};
  }
  return pose;
}

}  // namespace fossilct
