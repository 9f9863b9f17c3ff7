// SPDX-License-Identifier: Apache-2.0
#include "render/cut.h"

#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkClipClosedSurface.h>
#include <vtkDataArray.h>
#include <vtkNew.h>
#include <vtkPlane.h>
#include <vtkPlaneCollection.h>
#include <vtkPolyData.h>

#include "render/vector_math.h"
#include "render/vtk_mesh.h"

namespace fossilct {
namespace {

// Labels of vtkClipClosedSurface: 0 the old surface, 1 what it has closed it with.
constexpr int face_label = 1;

void add_polygon(TriangleMesh& mesh, vtkIdType corners, const vtkIdType* ids) {
  for (vtkIdType i = 2; i < corners; ++i) {
    mesh.triangles.push_back({static_cast<std::uint32_t>(ids[0]),
                              static_cast<std::uint32_t>(ids[i - 1]),
                              static_cast<std::uint32_t>(ids[i])});
  }
}

}  // namespace

CutSolid cut_open(const TriangleMesh& mesh, const Pose& pose) {
  const Vector3 centre = pose.centre_um - mesh.origin_um;
  const Vector3 viewer = row_of(pose.view_from_scan, 2);
  vtkNew<vtkPlane> plane;  // what lies on the side of its normal is kept
  plane->SetOrigin(centre.x, centre.y, centre.z);
  plane->SetNormal(-viewer.x, -viewer.y, -viewer.z);
  vtkNew<vtkPlaneCollection> planes;
  planes->AddItem(plane);
  vtkNew<vtkClipClosedSurface> clip;
  TriangleMesh bare;
  bare.points_um = mesh.points_um;
  bare.triangles = mesh.triangles;
  clip->SetInputData(polydata_of(bare));
  clip->SetClippingPlanes(planes);
  clip->SetScalarModeToLabels();
  clip->Update();
  vtkPolyData* clipped = clip->GetOutput();
  CutSolid solid;
  solid.surface.origin_um = mesh.origin_um;
  take_points(*clipped, solid.surface);
  solid.face.origin_um = mesh.origin_um;
  solid.face.points_um = solid.surface.points_um;
  vtkDataArray* labels = clipped->GetCellData()->GetScalars();
  vtkCellArray* cells = clipped->GetPolys();
  vtkIdType corners = 0;
  const vtkIdType* ids = nullptr;
  cells->InitTraversal();
  for (vtkIdType cell = 0; cells->GetNextCell(corners, ids) != 0; ++cell) {
    const bool is_face = labels != nullptr && labels->GetTuple1(cell) == face_label;
    add_polygon(is_face ? solid.face : solid.surface, corners, ids);
  }
  compute_normals(solid.surface);
  solid.face.normals.assign(solid.face.points_um.size(), to_point(viewer));
  return solid;
}

double outline_length_um(const TriangleMesh& mesh, const Pose& pose) {
  const Vector3 centre = pose.centre_um - mesh.origin_um;
  const Vector3 normal = row_of(pose.view_from_scan, 2);
  double sum_um = 0;
  for (const auto& triangle : mesh.triangles) {
    const Corners t = corners_of(mesh, triangle);
    const std::array<Vector3, 3> corner{t.a, t.b, t.c};
    std::array<Vector3, 2> crossing;
    std::size_t crossings = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const Vector3& from = corner[i];
      const Vector3& to = corner[(i + 1) % 3];
      const double a = dot(from - centre, normal);
      const double b = dot(to - centre, normal);
      if ((a < 0) != (b < 0)) {
        crossing[crossings++] = from + a / (a - b) * (to - from);
      }
    }
    sum_um += crossings == 2 ? length(crossing[1] - crossing[0]) : 0;
  }
  return sum_um;
}

}  // namespace fossilct
