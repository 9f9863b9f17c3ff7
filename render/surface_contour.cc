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

// The body is contoured as the dark side: VTK's table joins what is dark across the diagonal of a
// face, and separates what is bright there. Dark is below 127.5, so that no voxel lies on the
// surface and no triangle has an empty side.
constexpr double half_probability = 127.5;

std::uint8_t inside_value(std::uint8_t probability) {
  return std::min<std::uint8_t>(static_cast<std::uint8_t>(255 - probability), 127);
}
std::uint8_t outside_value(std::uint8_t probability) {
  return std::max<std::uint8_t>(static_cast<std::uint8_t>(255 - probability), 128);
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
      row[x] = inside ? 0 : 255;
    }
  }
  return voxels;
}

// The values with a border of one voxel outside.
vtkNew<vtkImageData> padded(const MeshInput& input, std::int64_t& voxels) {
  const Size3& size = input.mask.size();
  vtkNew<vtkImageData> image;
  image->SetExtent(-1, static_cast<int>(size.x), -1, static_cast<int>(size.y), -1,
                   static_cast<int>(size.z));
  image->AllocateScalars(VTK_UNSIGNED_CHAR, 1);
  auto* scalars = vtkUnsignedCharArray::SafeDownCast(image->GetPointData()->GetScalars());
  std::fill_n(scalars->GetPointer(0), scalars->GetNumberOfValues(), std::uint8_t{255});
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const vtkIdType first = ((z + 1) * (size.y + 2) + y + 1) * (size.x + 2) + 1;
      voxels += fill_row(input, y, z, scalars->GetPointer(first));
    }
  }
  return image;
}

}  // namespace

IndexContour contour_of(const MeshInput& input) {
  IndexContour contour;
  const vtkNew<vtkImageData> image = padded(input, contour.voxels);
  const Size3& size = input.mask.size();
  const Index3 middle{size.x / 2, size.y / 2, size.z / 2};
  contour.middle = {static_cast<double>(middle.x), static_cast<double>(middle.y),
                    static_cast<double>(middle.z)};
  image->SetOrigin(-contour.middle.x, -contour.middle.y, -contour.middle.z);
  vtkNew<vtkFlyingEdges3D> edges;
  edges->SetInputData(image);
  edges->SetValue(0, half_probability);
  edges->ComputeNormalsOff();
  edges->ComputeGradientsOff();
  edges->ComputeScalarsOff();
  edges->Update();
  take_points(*edges->GetOutput(), contour.mesh);
  take_triangles(*edges->GetOutput(), contour.mesh);
  // VTK winds triangles so that they face towards larger values or away, by version.
  if (signed_volume(contour.mesh) < 0) {
    for (auto& triangle : contour.mesh.triangles) {
      std::swap(triangle[1], triangle[2]);
    }
  }
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
