// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vtkPolyData.h>
#include <vtkSmartPointer.h>

#include "render/triangle_mesh.h"

namespace fossilct {

// Points (without the origin), triangles, and normals where the mesh has them. Private to `render`.
vtkSmartPointer<vtkPolyData> polydata_of(const TriangleMesh& mesh);
// Replace those of `mesh`; the polygons must be triangles.
void take_points(vtkPolyData& data, TriangleMesh& mesh);
void take_triangles(vtkPolyData& data, TriangleMesh& mesh);

}  // namespace fossilct
