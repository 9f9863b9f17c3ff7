// SPDX-License-Identifier: Apache-2.0
#include "render/surface_contour.h"

#include <vtkFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkUnsignedCharArray.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>
#include <utility>

#include "render/vtk_mesh.h"

namespace fossilct {
namespace {

// No value of a voxel is on the surface, so that no triangle has an empty side. A probability of
// the other side than the mask's counts as its mirror image: between two bodies that touch, both of
// them certain, the surface runs halfway, and theirs do not cross.
constexpr double half_probability = 127.5;

std::uint8_t inside_value(std::uint8_t probability) {
  return static_cast<std::uint8_t>(std::min<int>(probability, 255 - probability));
}
std::uint8_t outside_value(std::uint8_t probability) {
  return static_cast<std::uint8_t>(std::max<int>(probability, 255 - probability));
}

// One row of the mask as the values that are contoured; returns the voxels inside.
std::int64_t fill_row(const MeshInput& input, std::int64_t y, std::int64_t z, std::uint8_t* row) {
  const std::uint8_t* mask = input.mask.row(y, z);
  const bool soft = input.probability.data() != nullptr;
  const std::uint8_t* probability = soft ? input.probability.row(y, z) : nullptr;
  std::int64_t voxels = 0;
  for (std::int64_t x = 0; x < input.mask.size().x; ++x) {
    const bool inside = mask[x] == input.value;
    voxels += inside ? 1 : 0;
    if (soft) {
      row[x] = inside ? inside_value(probability[x]) : outside_value(probability[x]);
    } else {
      row[x] = inside ? dark : bright;
    }
  }
  return voxels;
}

// The values with a border of one voxel outside.
std::vector<std::uint8_t> padded(const MeshInput& input, const Size3& padded_size,
                                 std::int64_t& voxels) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(voxel_count(padded_size)), bright);
  for (std::int64_t z = 0; z < input.mask.size().z; ++z) {
    for (std::int64_t y = 0; y < input.mask.size().y; ++y) {
      const std::int64_t first = ((z + 1) * padded_size.y + y + 1) * padded_size.x + 1;
      voxels += fill_row(input, y, z, values.data() + first);
    }
  }
  return values;
}

TriangleMesh flying_edges(std::vector<std::uint8_t>& values, const Size3& size,
                          const Vector3& first) {
  vtkNew<vtkUnsignedCharArray> scalars;  // does not own the values
  scalars->SetArray(values.data(), static_cast<vtkIdType>(values.size()), 1);
  vtkNew<vtkImageData> image;
  image->SetDimensions(static_cast<int>(size.x), static_cast<int>(size.y),
                       static_cast<int>(size.z));
  image->SetOrigin(first.x, first.y, first.z);
  image->GetPointData()->SetScalars(scalars);
  vtkNew<vtkFlyingEdges3D> edges;
  edges->SetInputData(image);
  edges->SetValue(0, half_probability);
  edges->ComputeNormalsOff();
  edges->ComputeGradientsOff();
  edges->ComputeScalarsOff();
  edges->Update();
  TriangleMesh mesh;
  take_points(*edges->GetOutput(), mesh);
  take_triangles(*edges->GetOutput(), mesh);
  return mesh;
}

// By versions of VTK, triangles face towards larger values or away: one dark voxel tells.
bool faces_dark_side() {
  std::vector<std::uint8_t> values(27, bright);
  values[13] = dark;
  return signed_volume(flying_edges(values, {3, 3, 3}, {-1, -1, -1})) < 0;
}

}  // namespace

TriangleMesh contour_of_values(std::vector<std::uint8_t>& values, const Size3& size,
                               const Vector3& first) {
  static const bool turn = faces_dark_side();
  TriangleMesh mesh = flying_edges(values, size, first);
  if (turn) {
    for (auto& triangle : mesh.triangles) {
      std::swap(triangle[1], triangle[2]);
    }
  }
  return mesh;
}

IndexContour contour_of(const MeshInput& input) {
  IndexContour contour;
  const Size3& size = input.mask.size();
  const Size3 padded_size{size.x + 2, size.y + 2, size.z + 2};
  std::vector<std::uint8_t> values = padded(input, padded_size, contour.voxels);
  contour.middle = {static_cast<double>(size.x / 2), static_cast<double>(size.y / 2),
                    static_cast<double>(size.z / 2)};
  contour.mesh = contour_of_values(
      values, padded_size, {-1 - contour.middle.x, -1 - contour.middle.y, -1 - contour.middle.z});
  return contour;
}

void smooth(TriangleMesh& mesh, int passes, double pass_band) {
  if (passes == 0 || mesh.triangles.empty()) {
    return;
  }
  vtkNew<vtkWindowedSincPolyDataFilter> filter;
  filter->SetInputData(polydata_of(mesh));
  filter->SetNumberOfIterations(passes);
  filter->SetPassBand(pass_band);
  filter->FeatureEdgeSmoothingOff();
  filter->BoundarySmoothingOn();
  filter->NonManifoldSmoothingOn();
  filter->NormalizeCoordinatesOn();
  filter->Update();
  take_points(*filter->GetOutput(), mesh);
}

}  // namespace fossilct
