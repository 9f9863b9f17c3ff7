// SPDX-License-Identifier: Apache-2.0
#include "specimens/identity.h"

#include <doctest/doctest.h>

namespace fossilct {
namespace {

using Ids = std::vector<std::uint32_t>;

TEST_CASE("without an earlier extraction ids are given in order") {
  CHECK(stable_ids({{}, {}, {}}, {}, 0) == Ids{1, 2, 3});
}

TEST_CASE(
    "a body keeps the id of the one it holds half of; ids above the highest are for the rest") {
  // 5 was retired long ago: 7 is the highest ever given.
  CHECK(stable_ids({{{3, 50}}, {}, {{1, 49}}}, {{1, 100}, {3, 100}}, 7) == Ids{3, 8, 9});
}

TEST_CASE("of two that grew together the larger share names the body") {
  CHECK(stable_ids({{{1, 40}, {2, 90}}}, {{1, 40}, {2, 100}}, 2) == Ids{2});
}

TEST_CASE("of a body that fell apart the larger part keeps the name") {
  CHECK(stable_ids({{{1, 50}}, {{1, 70}}}, {{1, 100}}, 1) == Ids{2, 1});
  CHECK(stable_ids({{{1, 50}}, {{1, 50}}}, {{1, 100}}, 1) == Ids{1, 2});
}

TEST_CASE("an id that its best body already has another for goes to the next best") {
  // Body 0 holds all of 1 and 2 and is 2; body 1 holds half of 1 and gets it.
  CHECK(stable_ids({{{1, 50}, {2, 80}}, {{1, 50}}}, {{1, 100}, {2, 80}}, 2) == Ids{2, 1});
}

}  // namespace
}  // namespace fossilct
