// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/viewed_labels.h"

#include <doctest/doctest.h>

#include "render/triangle_mesh.h"
#include "tests/view/volumes.h"

using namespace fossilct;

namespace {

constexpr Size3 size = {40, 32, 24};

// Two boxes: 5 is 12 x 8 x 8 voxels, 70000 is 6 x 6 x 10.
std::uint32_t label_at(std::int64_t x, std::int64_t y, std::int64_t z) {
  if (x >= 4 && x < 16 && y >= 8 && y < 16 && z >= 4 && z < 12) {
    return 5;
  }
  return x >= 24 && x < 30 && y >= 10 && y < 16 && z >= 8 && z < 18 ? 70000 : 0;
}

ViewedLabels viewed() {
  // The labels state another place and voxel size than the scan, whose count.
  const Grid scan = {size, {2, 2, 4}, {100, 0, 0}};
  return {test::test_levels<std::uint32_t>(size, 2, label_at), scan};
}

}  // namespace

TEST_CASE("each value is a body with its box, its volume and a class of its own") {
  const ViewedLabels labels = viewed();
  REQUIRE(labels.bodies().size() == 2);
  const ViewedFossil& first = labels.bodies()[0];
  CHECK(first.id == 5);
  CHECK(first.box == Box{{4, 8, 4}, {16, 16, 12}});
  CHECK(first.centre == Vector3{9.5, 11.5, 7.5});
  CHECK(first.measures[0].second == "768");
  CHECK(first.measures[1].second == "12,288 \u00b5m\u00b3");
  REQUIRE(labels.classes().size() == 2);
  CHECK(labels.classes()[labels.bodies()[1].class_index].name == "label 70000");
}

TEST_CASE("a body's mesh lies where it is in the scan") {
  ViewedLabels labels = viewed();
  const TriangleMesh mesh = labels.mesh(70000, true);
  const Bounds bounds = bounds_of(mesh);
  CHECK(mesh.origin_um.x + static_cast<double>(bounds.low[0]) ==
        doctest::Approx(100 + 2 * 23.5).epsilon(0.02));
  CHECK(mesh.origin_um.z + static_cast<double>(bounds.high[2]) ==
        doctest::Approx(4 * 17.5).epsilon(0.05));
  CHECK(signed_volume(mesh) == doctest::Approx(6 * 6 * 10 * 16).epsilon(0.05));
}
