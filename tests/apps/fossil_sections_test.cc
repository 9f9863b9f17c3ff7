// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/fossil_sections.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace fossilct;

TEST_CASE("grey values are stretched between percentiles, and what is no number is black") {
  CHECK(windowed({0, 5, 10}) == std::vector<std::uint8_t>{0, 255, 255});
  CHECK(windowed({3, 3}) == std::vector<std::uint8_t>{128, 128});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(windowed({nan, nan}) == std::vector<std::uint8_t>{128, 128});
  std::vector<float> ramp;
  for (int i = 0; i <= 1000; ++i) {
    ramp.push_back(static_cast<float>(i));
  }
  ramp.push_back(nan);
  const std::vector<std::uint8_t> bytes = windowed(ramp);
  CHECK(bytes[5] == 0);
  CHECK(bytes[500] == 128);
  CHECK(bytes[995] == 255);
  CHECK(bytes[1001] == 0);
}

TEST_CASE("a fossil of one voxel has three sections and a thumbnail, without a scan too") {
  BodyCrop crop;
  crop.mask = Volume<std::uint8_t>({1, 1, 1});
  crop.mask(0, 0, 0) = 1;
  const FossilSections sections = fossil_sections(crop, {255, 140, 0});
  CHECK(sections.sections.size() == 3);
  CHECK(!sections.thumbnail.empty());
}

TEST_CASE("a mask without a voxel has no sections") {
  BodyCrop crop;
  crop.mask = Volume<std::uint8_t>({4, 3, 2});
  CHECK(fossil_sections(crop, {255, 140, 0}).sections.empty());
}
