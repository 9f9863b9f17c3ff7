// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "render/picture.h"
#include "render/pose.h"
#include "render/render_backend.h"
#include "render/triangle_mesh.h"

namespace fossilct {

// Draws meshes as a plate of fossils shows them. See pictures.h.
class MeshPainter {
 public:
  explicit MeshPainter(RenderBackend backend);
  ~MeshPainter();
  MeshPainter(const MeshPainter&) = delete;
  MeshPainter& operator=(const MeshPainter&) = delete;

  const std::string& renderer() const;
  std::vector<Picture> paint(const TriangleMesh& mesh, std::span<const ViewFrame> views);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
