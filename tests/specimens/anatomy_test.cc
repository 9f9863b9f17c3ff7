// SPDX-License-Identifier: Apache-2.0
#include "specimens/anatomy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fossilct {
namespace {

constexpr float wall = 200, cement = 150, air = 20, rock = 140;

// A crop of n^3 voxels; `part_of(p)` (um from its middle) gives the grey value of the body, or -1
// outside.
template <typename PartOf>
BodyCrop crop_of(const Size3& n, const Vector3& spacing, const PartOf& part_of) {
  BodyCrop crop;
  crop.grid.size = n;
  crop.grid.spacing_um = spacing;
  crop.mask = Volume<std::uint8_t>(n);
  crop.grey = Volume<float>(n);
  for (std::int64_t z = 0; z < n.z; ++z) {
    for (std::int64_t y = 0; y < n.y; ++y) {
      for (std::int64_t x = 0; x < n.x; ++x) {
        const Vector3 p{(static_cast<double>(x) - static_cast<double>(n.x - 1) / 2) * spacing.x,
                        (static_cast<double>(y) - static_cast<double>(n.y - 1) / 2) * spacing.y,
                        (static_cast<double>(z) - static_cast<double>(n.z - 1) / 2) * spacing.z};
        const float value = part_of(p);
        crop.mask(x, y, z) = value >= 0 ? 1 : 0;
        // A ripple stands for noise.
        crop.grey(x, y, z) = (value >= 0 ? value : rock) + static_cast<float>((x + y + z) % 3 - 1);
      }
    }
  }
  return crop;
}

double length(const Vector3& p) { return std::sqrt(p.x * p.x + p.y * p.y + p.z * p.z); }

// A hollow ball: radii 12 and 8.
BodyCrop ball(const Vector3& spacing, float lumen) {
  const auto count = [](double step) { return static_cast<std::int64_t>(30 / step); };
  return crop_of({count(spacing.x), count(spacing.y), count(spacing.z)}, spacing,
                 [lumen](const Vector3& p) {
                   return length(p) > 12 ? -1.0F : length(p) > 8 ? wall : lumen;
                 });
}

void check_ball(const Anatomy& anatomy, double edge) {
  REQUIRE(anatomy.resolved);
  REQUIRE(anatomy.chamber_volumes_um3.size() == 1);
  const double volume = 4 * std::numbers::pi / 3 * 512;
  CHECK(anatomy.chamber_volumes_um3[0] == doctest::Approx(volume).epsilon(0.06));
  CHECK(anatomy.thickness_median_um == doctest::Approx(4).epsilon(0.2 * edge));
  CHECK(anatomy.porosity == doctest::Approx(512.0 / 1728).epsilon(0.06));
}

TEST_CASE("a hollow ball has one chamber, empty or filled with another grey, at any spacing") {
  for (const Vector3& spacing : {Vector3{1, 1, 1}, Vector3{1, 0.5, 1.5}}) {
    Anatomy anatomy = measure_anatomy(ball(spacing, air));
    check_ball(anatomy, 1);
    CHECK(anatomy.infill == "open");
    anatomy = measure_anatomy(ball(spacing, cement), {.air_grey = air});
    check_ball(anatomy, 1);
    CHECK(anatomy.infill == "filled");
  }
}

TEST_CASE("what is filled without contrast is not resolvable, never none") {
  const Anatomy anatomy = measure_anatomy(ball({1, 1, 1}, wall), {.air_grey = air});
  CHECK(!anatomy.resolved);
  CHECK(anatomy.infill == "not resolvable");
  std::vector<Measurement> measurements;
  append_measurements(anatomy, measurements);
  REQUIRE(measurements.size() == anatomy_kinds().size());
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    CHECK(measurements[i].name == anatomy_kinds()[i].name);
    CHECK(!measurements[i].value);
    CHECK(measurements[i].reason == "not resolvable");
  }
}

TEST_CASE("a ball half full is partly filled") {
  const Anatomy anatomy = measure_anatomy(crop_of({30, 30, 30}, {1, 1, 1}, [](const Vector3& p) {
    return length(p) > 12 ? -1.0F : length(p) > 8 ? wall : p.z < 0 ? cement : air;
  }));
  check_ball(anatomy, 1);
  CHECK(anatomy.infill == "partly");
}

TEST_CASE("a mask of the wall alone with a hole in it is sealed, a bay is not") {
  const auto with_hole = [](const Vector3& p) {
    const bool hole = p.z > 0 && std::hypot(p.x, p.y) < 3;
    return length(p) > 12 || length(p) < 8 || hole ? -1.0F : wall;
  };
  BodyCrop crop = crop_of({30, 30, 30}, {1, 1, 1}, with_hole);
  crop.grey = {};
  const Anatomy anatomy = measure_anatomy(crop);
  REQUIRE(anatomy.resolved);
  REQUIRE(anatomy.chamber_volumes_um3.size() == 1);
  CHECK(anatomy.chamber_volumes_um3[0] ==
        doctest::Approx(4 * std::numbers::pi / 3 * 512).epsilon(0.08));
  BodyCrop bowl = crop_of({30, 30, 30}, {1, 1, 1}, [](const Vector3& p) {
    return length(p) > 12 || length(p) < 8 || p.z > 0 ? -1.0F : wall;
  });
  bowl.grey = {};
  CHECK(!measure_anatomy(bowl).resolved);
}

TEST_CASE("two chambers come apart at their foramen") {
  const auto nearest = [](const Vector3& p) {
    return std::min(length({p.x - 9, p.y, p.z}), length({p.x + 9, p.y, p.z}));
  };
  const Anatomy anatomy = measure_anatomy(crop_of({50, 30, 30}, {1, 1, 1}, [&](const Vector3& p) {
    const bool foramen = std::abs(p.x) < 9 && std::hypot(p.y, p.z) < 2.5;
    return nearest(p) > 11 ? -1.0F : nearest(p) < 8 || foramen ? air : wall;
  }));
  REQUIRE(anatomy.chamber_volumes_um3.size() == 2);
  CHECK(anatomy.chamber_volumes_um3[0] ==
        doctest::Approx(anatomy.chamber_volumes_um3[1]).epsilon(0.03));
  CHECK(anatomy.chamber_ids(16, 15, 15) != anatomy.chamber_ids(34, 15, 15));
}

TEST_CASE("a face of the scan is a lid") {
  BodyCrop crop = crop_of({30, 30, 15}, {1, 1, 1}, [](const Vector3& p) {
    const double r = length({p.x, p.y, p.z + 7});
    return r > 12 || r < 8 ? -1.0F : wall;
  });
  crop.grey = {};
  CHECK(!measure_anatomy(crop).resolved);
  crop.at_scan_face[4] = true;
  const Anatomy anatomy = measure_anatomy(crop);
  REQUIRE(anatomy.chamber_volumes_um3.size() == 1);
  CHECK(
      anatomy.chamber_volumes_um3[0] ==
      doctest::Approx(2 * std::numbers::pi / 3 * 512 + 0.5 * std::numbers::pi * 64).epsilon(0.08));
}

TEST_CASE("grey values that are not a number are wall, and no reason to fail") {
  BodyCrop crop = ball({1, 1, 1}, air);
  crop.grey(15, 15, 4) = NAN;
  check_ball(measure_anatomy(crop), 1);
}

}  // namespace
}  // namespace fossilct
