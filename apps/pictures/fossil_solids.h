// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "apps/fossils/fossil_crops.h"
#include "base/read_ahead.h"
#include "render/triangle_mesh.h"

namespace fossilct {

// What drawing one fossil needs, as it is drawn: meshes smoothed, not reduced.
struct FossilSolid {
  BodyCrop crop;
  TriangleMesh body;
  std::optional<TriangleMesh> wall;  // where it was asked for and is known
  std::string fault;                 // why its files could not be read; then all else is empty
};

// The solids of these fossils in their order, read and meshed on a thread of its own while others
// are drawn: an OpenGL context belongs to one thread. What is referred to must outlive this object.
class SolidsAhead {
 public:
  SolidsAhead(const CropReader& crops, std::span<const CatalogueEntry> entries, bool with_walls);
  // To be called once a fossil.
  FossilSolid next() { return std::move(*ahead_.next()); }

 private:
  std::size_t next_ = 0;
  ReadAhead<FossilSolid> ahead_;
};

}  // namespace fossilct
