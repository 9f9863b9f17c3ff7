// SPDX-License-Identifier: Apache-2.0
#include "render/mesh.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "render/reduction.h"
#include "render/surface_contour.h"
#include "render/vector_math.h"

namespace fossilct {
namespace {

void require(bool holds, const char* option, double value, const char* range) {
  if (!holds) {
    throw option_error(option, format_number(value) + " is out of range: " + range);
  }
}

// From index coordinates relative to `middle` to micrometres relative to its place.
void place(TriangleMesh& mesh, const Vector3& middle, const Grid& grid) {
  mesh.origin_um = grid.physical_from_index(middle);
  for (Point3f& point : mesh.points_um) {
    point = to_point(grid.physical_from_index(middle + to_vector(point)) - mesh.origin_um);
  }
  // A left-handed direction mirrors the mesh.
  if (signed_volume(mesh) < 0) {
    for (auto& triangle : mesh.triangles) {
      std::swap(triangle[1], triangle[2]);
    }
  }
}

void shift_along_normals(TriangleMesh& mesh, double distance_um) {
  compute_normals(mesh);
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    mesh.points_um[i] =
        to_point(to_vector(mesh.points_um[i]) + distance_um * to_vector(mesh.normals[i]));
  }
}

// Volume grows by area times distance, to first order: three steps leave about 1e-4 of a gap.
void restore_volume(TriangleMesh& mesh, double volume_um3, double most_um) {
  double shifted_um = 0;
  for (int step = 0; step < 3; ++step) {
    const double area_um2 = surface_area(mesh);
    if (area_um2 <= 0) {
      return;
    }
    const double wanted_um = shifted_um + (volume_um3 - signed_volume(mesh)) / area_um2;
    const double allowed_um = std::clamp(wanted_um, -most_um, most_um);
    shift_along_normals(mesh, allowed_um - shifted_um);
    shifted_um = allowed_um;
  }
}

bool reduces(const MeshOptions& options) {
  return options.reduce_error_um > 0 || options.reduce_to < 1;
}

double reduce_as_asked(TriangleMesh& mesh, const MeshOptions& options) {
  const auto all = static_cast<double>(mesh.triangles.size());
  const auto triangles = options.reduce_to < 1 ? std::llround(options.reduce_to * all) : 0;
  const Bounds bounds = bounds_of(mesh);
  const double whole_um = length(to_vector(bounds.high) - to_vector(bounds.low));
  return reduce(mesh, options.reduce_error_um > 0 ? options.reduce_error_um : whole_um, triangles);
}

double smallest_edge_um(const Grid& grid) {
  return std::min({grid.spacing_um.x, grid.spacing_um.y, grid.spacing_um.z});
}

}  // namespace

void MeshOptions::check() const {
  require(smoothing_passes >= 0 && smoothing_passes <= 200, "--smooth", smoothing_passes,
          "0 to 200 passes");
  require(pass_band > 0 && pass_band <= 2, "--smooth-band", pass_band, "above 0, to 2");
  require(reduce_error_um >= 0 && std::isfinite(reduce_error_um), "--reduce-error-um",
          reduce_error_um, "0 or more, finite");
  require(reduce_to > 0 && reduce_to <= 1, "--reduce-to", reduce_to, "above 0, to 1");
}

BodyMesh mesh_body(const MeshInput& input, const MeshOptions& options) {
  options.check();
  assert(input.mask.size() == input.grid.size);
  assert(input.probability.data() == nullptr || input.probability.size() == input.mask.size());
  IndexContour contour = contour_of(input);
  BodyMesh body;
  body.mesh = std::move(contour.mesh);
  const double voxel_um3 = input.grid.voxel_volume();
  body.voxels_um3 = static_cast<double>(contour.voxels) * voxel_um3;
  body.contour_um3 = signed_volume(body.mesh) * voxel_um3;
  body.contour_triangles = static_cast<std::int64_t>(body.mesh.triangles.size());
  const bool is_soft = input.probability.data() != nullptr;
  if (!options.exact && !is_soft) {
    smooth(body.mesh, options.smoothing_passes, options.pass_band);
  }
  place(body.mesh, contour.middle, input.grid);
  if (!options.exact) {
    if (reduces(options)) {
      body.reduce_error_um = reduce_as_asked(body.mesh, options);
    }
    restore_volume(body.mesh, is_soft ? body.contour_um3 : body.voxels_um3,
                   smallest_edge_um(input.grid) / 2);
  }
  compute_normals(body.mesh);
  body.check = check_mesh(body.mesh);
  return body;
}

}  // namespace fossilct
