// SPDX-License-Identifier: Apache-2.0
#include "specimens/part_runs.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using test::source_of;

TEST_CASE("parts are painted where they were, in any slabs, those without an id not at all") {
  const test::TemporaryFolder folder;
  Volume<std::uint32_t> parts({9, 4, 6});
  for (std::int64_t z = 0; z < 6; ++z) {
    for (std::int64_t y = 0; y < 4; ++y) {
      for (std::int64_t x = 0; x < 9; ++x) {
        parts(x, y, z) = static_cast<std::uint32_t>((x * 7 + y * 5 + z * 3) % 4);
      }
    }
  }
  PartRuns runs(folder.path());
  const Index3 begin{2, 1, 3};
  CHECK(runs.add(parts.view(), 1, begin) == 0);
  CHECK(runs.add(parts.view(), 2, begin) == 1);
  CHECK(runs.add(parts.view(), 3, begin) == 2);

  Volume<std::uint32_t> ids({12, 6, 11});
  ids(0, 0, 0) = 5;
  Volume<std::uint32_t> expected = ids.clone();
  for (std::int64_t z = 0; z < 6; ++z) {
    for (std::int64_t y = 0; y < 4; ++y) {
      for (std::int64_t x = 0; x < 9; ++x) {
        const std::uint32_t part = parts(x, y, z);
        if (part == 1 || part == 3) {
          expected(2 + x, 1 + y, 3 + z) = part == 1 ? 17 : 4;
        }
      }
    }
  }
  const auto painted = with_parts(source_of(ids), runs, {17, 0, 4});
  CHECK(test::same_voxels(test::read_all<std::uint32_t>(*painted), expected));
  const auto again = with_parts(source_of(ids), runs, {17, 0, 4});
  CHECK(test::same_voxels(test::read_piecewise<std::uint32_t>(*again), expected));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a folder that can't be written to is named") {
  const std::string message = test::message_of<Error>([] { PartRuns("/nowhere/at/all"); });
  CHECK(message.find("/nowhere/at/all") != std::string::npos);
}

}  // namespace
}  // namespace fossilct
