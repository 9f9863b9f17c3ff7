// SPDX-License-Identifier: Apache-2.0
#include "specimens/intensities.h"

#include <doctest/doctest.h>

#include <limits>

#include "tests/specimens/bodies.h"

namespace fossilct {
namespace {

BodyCrop painted() {
  BodyCrop crop = test::cuboid({5, 5, 5}, {1, 1, 3});
  crop.grey = Volume<float>(crop.grid.size);
  for (std::int64_t i = 0; i < voxel_count(crop.grid.size); ++i) {
    crop.grey.data()[i] =
        crop.mask.data()[i] == mask_body ? 200.0F : 90.0F + 20.0F * static_cast<float>(i % 2);
  }
  return crop;
}

TEST_CASE("grey inside, outside and the contrast, without NaN, near voxels and other bodies") {
  BodyCrop crop = painted();
  crop.grey(4, 4, 4) = std::numeric_limits<float>::quiet_NaN();
  crop.grey(0, 0, 0) = std::numeric_limits<float>::infinity();
  crop.grey(1, 4, 4) = 1e6F;  // beside the body: neither in nor just outside
  crop.mask(0, 8, 8) = mask_other_body;
  crop.grey(0, 8, 8) = 1e6F;
  crop.grey(1, 8, 8) = 1e6F;  // beside the other body
  const Intensities grey = measure_intensities(crop);
  REQUIRE(grey.inside.has_value());
  REQUIRE(grey.outside.has_value());
  CHECK(grey.inside->mean == 200);
  CHECK(grey.inside->deviation == 0);
  CHECK(grey.inside->percentile_95 == 200);
  CHECK(grey.outside->mean == doctest::Approx(100).epsilon(0.01));
  CHECK(grey.outside->deviation == doctest::Approx(10).epsilon(0.01));
  CHECK(*grey.contrast_to_noise == doctest::Approx(10).epsilon(0.02));
}

TEST_CASE("percentiles between values are interpolated") {
  BodyCrop crop = test::cuboid({101, 1, 1}, {1, 1, 1});
  crop.grey = Volume<float>(crop.grid.size);
  for (std::int64_t x = 0; x < 101; ++x) {
    crop.grey(2 + x, 2, 2) = static_cast<float>(2 * ((x * 37) % 101));
  }
  const Intensities grey = measure_intensities(crop);
  CHECK(grey.inside->percentile_5 == doctest::Approx(10));
  CHECK(grey.inside->median == doctest::Approx(100));
  CHECK(grey.inside->percentile_95 == doctest::Approx(190));
  CHECK_FALSE(grey.contrast_to_noise.has_value());  // all else is 0, without noise
}

TEST_CASE("without a scan there are no values, and the reason is said") {
  std::vector<Measurement> measurements;
  append_measurements(measure_intensities(test::cuboid({3, 3, 3}, {1, 1, 1})), measurements);
  REQUIRE(measurements.size() == intensity_kinds().size());
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    CHECK(measurements[i].name == intensity_kinds()[i].name);
    CHECK_FALSE(measurements[i].value.has_value());
    CHECK_FALSE(measurements[i].reason.empty());
  }
}

}  // namespace
}  // namespace fossilct
