// SPDX-License-Identifier: Apache-2.0
// Meshes of the phantom's fossils: bodies and walls as a scan has them, not balls.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "data/phantom.h"
#include "render/mesh.h"

using namespace fossilct;

namespace {

// Voxels of the fossil (or, with `wall`, of its wall) in the box around it.
Volume<std::uint8_t> mask_of(const PhantomFossil& fossil, const PhantomSlab& slab, bool wall) {
  Volume<std::uint8_t> mask(fossil.box.size());
  const Index3& begin = fossil.box.begin;
  for (std::int64_t z = begin.z; z < fossil.box.end.z; ++z) {
    for (std::int64_t y = begin.y; y < fossil.box.end.y; ++y) {
      for (std::int64_t x = begin.x; x < fossil.box.end.x; ++x) {
        const bool in = slab.ids(x, y, z) == fossil.id && (!wall || slab.walls(x, y, z) == 1);
        mask(x - begin.x, y - begin.y, z - begin.z) = in ? 1 : 0;
      }
    }
  }
  return mask;
}

}  // namespace

TEST_CASE(
    "bodies and walls of all kinds: 2-manifolds of the voxels' volume, reduced within the error") {
  PhantomOptions options;
  options.size = {128, 128, 128};
  options.fossils = 7;
  options.fossil_size_um = 160;
  const Phantom phantom(options);
  const PhantomSlab slab = phantom.render(0, 128, false);
  for (const PhantomFossil& fossil : phantom.fossils()) {
    for (const bool wall : {false, true}) {
      const auto mask = mask_of(fossil, slab, wall);
      const MeshInput input{mask.view(), 1, {}, cropped(phantom.grid(), fossil.box)};
      const BodyMesh exact = mesh_body(input, {.exact = true});
      const BodyMesh reduced = mesh_body(input, {.reduce_error_um = 1});
      const double diameter_um = std::cbrt(6 * reduced.voxels_um3 / std::numbers::pi);
      CAPTURE(name_of(fossil.kind));
      CAPTURE(wall);
      CHECK(exact.check.sound());
      CHECK(reduced.check.sound());
      CHECK(reduced.check.euler_number == exact.check.euler_number);
      CHECK(reduced.check.triangles < exact.check.triangles);
      CHECK(reduced.reduce_error_um <= 1);
      if (diameter_um >= 16 * options.spacing_um) {
        CHECK(std::abs(reduced.volume_deviation()) < 0.01);
      }
    }
  }
}
