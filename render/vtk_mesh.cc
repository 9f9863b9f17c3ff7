// SPDX-License-Identifier: Apache-2.0
#include "render/vtk_mesh.h"

#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkIdTypeArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>

#include <algorithm>

namespace fossilct {
namespace {

vtkNew<vtkFloatArray> array_of(const std::vector<Point3f>& values) {
  vtkNew<vtkFloatArray> array;
  array->SetNumberOfComponents(3);
  array->SetNumberOfTuples(static_cast<vtkIdType>(values.size()));
  if (!values.empty()) {
    std::copy_n(values.front().data(), 3 * values.size(), array->GetPointer(0));
  }
  return array;
}

}  // namespace

vtkSmartPointer<vtkPolyData> polydata_of(const TriangleMesh& mesh) {
  auto data = vtkSmartPointer<vtkPolyData>::New();
  vtkNew<vtkPoints> points;
  points->SetData(array_of(mesh.points_um));
  data->SetPoints(points);
  vtkNew<vtkIdTypeArray> corners;
  corners->SetNumberOfValues(static_cast<vtkIdType>(3 * mesh.triangles.size()));
  vtkIdType* next = corners->GetPointer(0);
  for (const auto& triangle : mesh.triangles) {
    next = std::copy(triangle.begin(), triangle.end(), next);
  }
  vtkNew<vtkCellArray> cells;
  cells->SetData(3, corners);
  data->SetPolys(cells);
  if (!mesh.normals.empty()) {
    const vtkNew<vtkFloatArray> normals = array_of(mesh.normals);
    normals->SetName("Normals");
    data->GetPointData()->SetNormals(normals);
  }
  return data;
}

void take_points(vtkPolyData& data, TriangleMesh& mesh) {
  mesh.points_um.resize(static_cast<std::size_t>(data.GetNumberOfPoints()));
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    double p[3];
    data.GetPoint(static_cast<vtkIdType>(i), p);
    mesh.points_um[i] = {static_cast<float>(p[0]), static_cast<float>(p[1]),
                         static_cast<float>(p[2])};
  }
}

void take_triangles(vtkPolyData& data, TriangleMesh& mesh) {
  vtkCellArray* cells = data.GetPolys();
  mesh.triangles.clear();
  mesh.triangles.reserve(static_cast<std::size_t>(cells->GetNumberOfCells()));
  vtkIdType corners = 0;
  const vtkIdType* ids = nullptr;
  cells->InitTraversal();
  while (cells->GetNextCell(corners, ids) != 0) {
    mesh.triangles.push_back({static_cast<std::uint32_t>(ids[0]),
                              static_cast<std::uint32_t>(ids[1]),
                              static_cast<std::uint32_t>(ids[2])});
  }
}

}  // namespace fossilct
