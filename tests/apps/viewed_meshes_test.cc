// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/viewed_meshes.h"

#include <doctest/doctest.h>

#include "apps/fossils/crop_files.h"
#include "base/error.h"
#include "render/mesh.h"
#include "render/mesh_files.h"
#include "tests/specimens/catalogue_files.h"

using namespace fossilct;

namespace {

constexpr std::uint32_t id = 1;  // a cube of 10 voxels, 2 x 2 x 4 um each
constexpr double cube_um3 = 16000;

BodyCrop crop_of_cube() {
  const Box box = test::catalogue_test_specimen(id).box;
  const Box wider = {{box.begin.x - 2, box.begin.y - 2, box.begin.z - 2},
                     {box.end.x + 2, box.end.y + 2, box.end.z + 2}};
  BodyCrop crop;
  crop.begin = wider.begin;
  crop.grid = cropped(test::catalogue_test_scan().grid, wider);
  crop.mask = Volume<std::uint8_t>(crop.grid.size);
  for (std::int64_t z = 2; z < 12; ++z) {
    for (std::int64_t y = 2; y < 12; ++y) {
      for (std::int64_t x = 2; x < 12; ++x) {
        crop.mask(x, y, z) = mask_body;
      }
    }
  }
  return crop;
}

// What `fossilct mesh` might have made: of the cube's lower half, to be told from the crop's.
TriangleMesh half_of_cube() {
  BodyCrop crop = crop_of_cube();
  for (std::int64_t z = 7; z < 12; ++z) {
    for (std::int64_t y = 2; y < 12; ++y) {
      std::fill_n(crop.mask.view().row(y, z), 14, std::uint8_t{0});
    }
  }
  return mesh_body({crop.mask.view(), mask_body, {}, crop.grid}, {}).mesh;
}

// A catalogue with a crop of fossil 1, and none of fossil 2.
struct WithCrop {
  explicit WithCrop() : catalogue(test::make_test_catalogue(folder / "t.fossils", 2)) {
    Catalogue::Change change(catalogue);
    write_crop_files([&](const std::string& name) { return change.new_file("crops/" + name); },
                     std::to_string(id), crop_of_cube(), {}, PixelType::u8);
    change.commit();
  }
  void keep_mesh(bool centred, bool is_fresh) {
    Catalogue::Change change(catalogue);
    write_mesh(change.new_file("meshes/1.ply"), MeshFormat::ply, half_of_cube(),
               {.centred = centred, .if_exists = IfExists::replace});
    if (is_fresh) {
      change.mark_meshes_made(id);
    }
    change.commit();
  }
  double volume(bool fine) const {
    return signed_volume(catalogue_meshes(catalogue.folder())(id, fine));
  }

  test::TemporaryFolder folder;
  Catalogue catalogue;
};

}  // namespace

TEST_CASE("meshes come from the crop, in the fossil's place") {
  const WithCrop with;
  CHECK(with.volume(true) == doctest::Approx(cube_um3).epsilon(0.02));
  CHECK(with.volume(false) == doctest::Approx(cube_um3).epsilon(0.05));
  const TriangleMesh mesh = catalogue_meshes(with.catalogue.folder())(id, true);
  const Bounds bounds = bounds_of(mesh);
  // Voxels 10 to 19 along x.
  CHECK(mesh.origin_um.x + static_cast<double>(bounds.low[0]) ==
        doctest::Approx(10 + 2 * 9.5).epsilon(0.02));
  CHECK(mesh.origin_um.x + static_cast<double>(bounds.high[0]) ==
        doctest::Approx(10 + 2 * 19.5).epsilon(0.02));
}

TEST_CASE("a mesh that was made is taken, unless it is stale or lies elsewhere") {
  WithCrop with;
  with.keep_mesh(false, false);
  CHECK(with.volume(true) == doctest::Approx(cube_um3).epsilon(0.02));
  with.keep_mesh(true, true);
  CHECK(with.volume(true) == doctest::Approx(cube_um3).epsilon(0.02));
  with.keep_mesh(false, true);
  CHECK(with.volume(true) == doctest::Approx(cube_um3 / 2).epsilon(0.03));
}

TEST_CASE("a fossil without a crop has no mesh, and the file is named") {
  const WithCrop with;
  const auto meshes = catalogue_meshes(with.catalogue.folder());
  CHECK(test::message_of<Error>([&] { meshes(2, true); }).find("2_mask.nrrd") != std::string::npos);
}
