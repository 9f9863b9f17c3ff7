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

// Draws meshes as the plates of palaeontologists show fossils: matt and grey, light from the upper
// left with a weak one from the right, creases darkened (screen-space ambient occlusion, Mittring
// 2007). Owns a window that is never shown; to be used by the thread that made it. Making one costs
// 0.1 s under Mesa.
class MeshPainter {
 public:
  // Throws Error{device} where the backend does not work here: what each way answered, and what to
  // install.
  explicit MeshPainter(RenderBackend backend);
  ~MeshPainter();
  MeshPainter(const MeshPainter&) = delete;
  MeshPainter& operator=(const MeshPainter&) = delete;

  // What draws, by OpenGL's name: "llvmpipe (LLVM 15.0.6, 256 bits)" is the CPU.
  const std::string& renderer() const;

  // One picture a view: grey with opacity, anti-aliased (four samples a pixel). With `cut`, what
  // lies before the plane through the pose's centre of the first view, towards its viewer, is taken
  // away, and the cut is drawn flat. The mesh must be closed. Edges are 8 to 4096 pixels (assert).
  std::vector<Picture> paint(const TriangleMesh& mesh, std::span<const ViewFrame> views,
                             bool cut = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
