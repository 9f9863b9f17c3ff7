// SPDX-License-Identifier: Apache-2.0
#include "classify/image_set.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace fossilct {

namespace {

// Three specimens of two taxa, with 2, 1 and 2 pictures of 2 x 2 pixels.
ImageSet small_set() {
  ImageSet set;
  set.size = 2;
  set.taxa = {"bulloides", "ruber"};
  set.measurements = {"volume_um3"};
  set.specimens = {{"a", "top", 1.5, 1, {10}},
                   {"b", "", std::nullopt, 0, {20}},
                   {"c", "", std::nullopt, 1, {30}}};
  std::uint8_t grey = 0;
  for (const std::size_t specimen : {0, 0, 1, 2, 2}) {
    set.images.push_back({std::to_string(grey), specimen, std::vector<std::uint8_t>(4, grey)});
    ++grey;
  }
  return set;
}

}  // namespace

TEST_CASE("specimens are counted, not pictures") {
  CHECK(specimens_per_taxon(small_set()) == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("a part has the pictures of its specimens, and keeps the taxa") {
  const ImageSet part = part_of(small_set(), {2, 0});
  check(part);
  REQUIRE(part.specimens.size() == 2);
  CHECK(part.specimens[0].name == "c");
  CHECK(part.taxa.size() == 2);
  std::vector<int> greys;
  for (const SpecimenImage& image : part.images) {
    greys.push_back(image.pixels[0]);
  }
  CHECK(greys == std::vector<int>{3, 4, 0, 1});
  CHECK(part.images[2].specimen == 1);
}

TEST_CASE("a set that contradicts itself is refused by name") {
  check(small_set());
  ImageSet set = small_set();
  SUBCASE("pixels") { set.images[3].pixels.pop_back(); }
  SUBCASE("apart") { std::swap(set.images[1], set.images[2]); }
  SUBCASE("no picture") { set.images.erase(set.images.begin() + 2); }
  SUBCASE("measurements") { set.specimens[1].measurements.clear(); }
  SUBCASE("taxon") { set.specimens[1].taxon = 2; }
  SUBCASE("no such specimen") { set.images[4].specimen = 3; }
  CHECK_THROWS_AS(check(set), Error);
}

}  // namespace fossilct
