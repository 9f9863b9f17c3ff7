// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_solids.h"

#include "base/error.h"
#include "render/mesh.h"
#include "specimens/anatomy.h"

namespace fossilct {

namespace {

constexpr std::size_t fossils_ahead = 4;

FossilSolid solid_of(const CropReader& crops, std::uint32_t id, bool with_wall) {
  FossilSolid solid;
  solid.crop = crops.body(id);
  solid.body = mesh_body({solid.crop.mask.view(), mask_body, {}, solid.crop.grid}, {}).mesh;
  if (with_wall && crops.has_wall(id)) {
    const CropLabels wall = crops.wall(id);
    solid.wall = mesh_body({wall.labels.view(), tissue_wall, {}, wall.grid}, {}).mesh;
  }
  return solid;
}

FossilSolid solid_or_fault(const CropReader& crops, std::uint32_t id, bool with_wall) {
  try {
    return solid_of(crops, id, with_wall);
  } catch (const Error& error) {
    FossilSolid none;
    none.fault = error.what();
    return none;
  }
}

}  // namespace

SolidsAhead::SolidsAhead(const CropReader& crops, std::span<const CatalogueEntry> entries,
                         bool with_walls)
    : ahead_(fossils_ahead, [this, &crops, entries, with_walls]() -> std::optional<FossilSolid> {
        return next_ < entries.size()
                   ? std::optional(solid_or_fault(crops, entries[next_++].specimen.id, with_walls))
                   : std::nullopt;
      }) {}

}  // namespace fossilct
