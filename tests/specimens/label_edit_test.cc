// SPDX-License-Identifier: Apache-2.0
#include "specimens/label_edit.h"

#include <doctest/doctest.h>

#include "tests/volumes/memory_source.h"

namespace fossilct {
namespace {

// A row of voxels.
Volume<std::uint32_t> row(const std::vector<std::uint32_t>& values) {
  Volume<std::uint32_t> volume({static_cast<std::int64_t>(values.size()), 1, 1});
  std::ranges::copy(values, volume.data());
  return volume;
}

std::vector<std::uint32_t> values_of(const Volume<std::uint32_t>& volume) {
  return {volume.data(), volume.data() + voxel_count(volume.size())};
}

using Values = std::vector<std::uint32_t>;
using Ids = std::set<std::uint32_t>;
const Box box{{2, 0, 0}, {8, 1, 1}};

TEST_CASE("merging gives all voxels to one and tells who changed") {
  const auto edit = merge_edit(box, row({1, 2, 3, 0, 2, 7}).view(), {2, 3}, 3);
  CHECK(values_of(edit.ids) == Values{1, 3, 3, 0, 3, 7});
  CHECK(edit.changed == Ids{2, 3});
}

TEST_CASE("splitting gives each part its id") {
  const auto edit =
      split_edit(box, row({1, 2, 2, 2, 0, 7}).view(), row({0, 1, 2, 2, 0, 0}).view(), Values{9, 2});
  CHECK(values_of(edit.ids) == Values{1, 9, 2, 2, 0, 7});
  CHECK(edit.changed == Ids{2, 9});
}

TEST_CASE("a corrected mask adds, takes away and takes over, and leaves others alone") {
  const auto edit =
      mask_edit(box, row({1, 2, 2, 0, 7, 7}).view(), row({0, 0, 255, 255, 255, 0}).view(), 2);
  CHECK(values_of(edit.ids) == Values{1, 0, 2, 2, 2, 7});
  CHECK(edit.changed == Ids{2, 7});
  CHECK(edit.gain == std::map<std::uint32_t, std::int64_t>{{2, 1}, {7, -1}});
  const auto same =
      mask_edit(box, row({1, 2, 2, 0, 7, 7}).view(), row({0, 1, 1, 0, 0, 0}).view(), 2);
  CHECK(same.changed.empty());
}

TEST_CASE("corrected ids are taken as they are, new ones under the ids given") {
  const auto edit = ids_edit(box, row({1, 2, 2, 0, 7, 7}).view(), row({1, 2, 0, 50, 7, 1}).view(),
                             {{1, 1}, {2, 2}, {7, 7}, {50, 8}});
  CHECK(values_of(edit.ids) == Values{1, 2, 0, 8, 7, 1});
  CHECK(edit.changed == Ids{1, 2, 7, 8});
}

TEST_CASE("what changed has a box in the scan, what did not or is gone has none") {
  const auto edit = ids_edit(box, row({1, 2, 2, 0, 7, 7}).view(), row({1, 0, 0, 50, 1, 7}).view(),
                             {{1, 1}, {7, 7}, {50, 8}});
  const std::map<std::uint32_t, Box> boxes = changed_boxes(edit);
  CHECK(boxes.size() == 3);
  CHECK(boxes.at(1) == Box{{2, 0, 0}, {7, 1, 1}});
  CHECK(boxes.at(7) == Box{{7, 0, 0}, {8, 1, 1}});
  CHECK(boxes.at(8) == Box{{5, 0, 0}, {6, 1, 1}});
}

TEST_CASE("an edited volume is the volume but for the edit, whatever is read of it") {
  const auto edit = merge_edit(box, row({1, 2, 3, 0, 2, 7}).view(), {2, 3}, 3);
  const auto source = with_edit(test::source_of(row({5, 2, 1, 2, 3, 0, 2, 7, 2, 6})), edit);
  const auto read = [&](const Box& part) {
    const AnyVolume voxels = source->read(part);
    const auto view = voxels.view().as<std::uint32_t>();
    return Values{view.data(), view.data() + part.size().x};
  };
  CHECK(read(whole(source->grid().size)) == Values{5, 2, 1, 3, 3, 0, 3, 7, 2, 6});
  CHECK(read({{0, 0, 0}, {2, 1, 1}}) == Values{5, 2});
  CHECK(read({{1, 0, 0}, {4, 1, 1}}) == Values{2, 1, 3});
  CHECK(read({{6, 0, 0}, {10, 1, 1}}) == Values{3, 7, 2, 6});
}

}  // namespace
}  // namespace fossilct
