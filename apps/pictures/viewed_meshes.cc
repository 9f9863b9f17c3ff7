// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/viewed_meshes.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "apps/fossils/fossil_crops.h"
#include "base/error.h"
#include "render/mesh.h"
#include "render/mesh_files.h"
#include "specimens/catalogue.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// Some 1,000 triangles of contour.
constexpr std::int64_t coarse_voxels = 20;
constexpr double coarse_share = 0.5;  // of them are kept
constexpr double fine_error_voxels = 0.2;

struct MeshSource {
  Box box;
  fs::path file;  // empty: none to be trusted
};

double least_edge(const Grid& grid) {
  return std::min({grid.spacing_um.x, grid.spacing_um.y, grid.spacing_um.z});
}

// Whether the mesh lies where the box is, within a voxel or two of it.
bool is_in_place(const TriangleMesh& mesh, const Box& box, const Grid& grid) {
  constexpr double slack = 2;
  const Bounds bounds = bounds_of(mesh);
  for (const Point3f& corner : {bounds.low, bounds.high}) {
    const Vector3 index =
        grid.index_from_physical({mesh.origin_um.x + static_cast<double>(corner[0]),
                                  mesh.origin_um.y + static_cast<double>(corner[1]),
                                  mesh.origin_um.z + static_cast<double>(corner[2])});
    const auto is_near = [](double at, std::int64_t begin, std::int64_t end) {
      return at >= static_cast<double>(begin) - slack && at <= static_cast<double>(end) + slack;
    };
    if (!is_near(index.x, box.begin.x, box.end.x) || !is_near(index.y, box.begin.y, box.end.y) ||
        !is_near(index.z, box.begin.z, box.end.z)) {
      return false;
    }
  }
  return true;
}

std::int64_t coarsening_of(const Box& box) {
  const Size3 size = box.size();
  std::int64_t factor = 1;
  while (std::max({size.x, size.y, size.z}) / (2 * factor) >= coarse_voxels) {
    factor *= 2;
  }
  return factor;
}

class CatalogueMeshes {
 public:
  explicit CatalogueMeshes(const fs::path& folder)
      : catalogue_(Catalogue::open(folder, Catalogue::Access::read)),
        crops_(catalogue_),
        grid_(catalogue_.scan().grid) {
    for (const CatalogueEntry& entry : catalogue_.entries()) {
      const std::uint32_t id = entry.specimen.id;
      const fs::path file = catalogue_.path_of("meshes/" + std::to_string(id) + ".ply");
      sources_[id] = {entry.specimen.box, entry.meshes_stale ? fs::path() : file};
    }
  }

  TriangleMesh mesh(std::uint32_t id, bool fine) const {
    const MeshSource& source = sources_.at(id);
    std::error_code ignored;
    if (fine && !source.file.empty() && fs::exists(source.file, ignored)) {
      TriangleMesh kept = read_ply(source.file);
      if (is_in_place(kept, source.box, grid_)) {
        return kept;
      }
    }
    MeshOptions options;
    options.reduce_error_um = fine ? fine_error_voxels * least_edge(grid_) : 0;
    options.reduce_to = fine ? 1 : coarse_share;
    TriangleMesh made = from_crop(id, fine ? 1 : coarsening_of(source.box), options);
    // What is thinner than two voxels may vanish from a coarser crop.
    return made.triangles.empty() && !fine ? from_crop(id, 1, options) : made;
  }

 private:
  TriangleMesh from_crop(std::uint32_t id, std::int64_t factor, const MeshOptions& options) const {
    const CropLabels crop = crops_.mask(id, factor);
    return mesh_body({crop.labels.view(), 1, {}, crop.grid}, options).mesh;
  }

  Catalogue catalogue_;
  CropReader crops_;
  Grid grid_;
  std::map<std::uint32_t, MeshSource> sources_;
};

}  // namespace

std::function<TriangleMesh(std::uint32_t id, bool fine)> catalogue_meshes(const fs::path& folder) {
  const auto meshes = std::make_shared<const CatalogueMeshes>(folder);
  return [meshes](std::uint32_t id, bool fine) { return meshes->mesh(id, fine); };
}

}  // namespace fossilct
