// SPDX-License-Identifier: Apache-2.0
#include "specimens/fragments.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace fossilct {
namespace {

Specimen specimen(double volume, double solidity, std::int64_t class_value = 1) {
  Specimen s;
  s.class_value = class_value;
  s.measurements = {{"volume", volume, ""}, {"solidity", solidity, ""}};
  return s;
}

std::vector<Specimen> whole_ones(std::int64_t class_value = 1) {
  std::vector<Specimen> list;
  for (int i = 0; i < 9; ++i) {
    list.push_back(specimen(1000 + 10 * i, 0.90 + 0.01 * (i % 3), class_value));
  }
  return list;
}

TEST_CASE("small and ragged is a fragment; small or ragged alone is not") {
  auto list = whole_ones();
  list.push_back(specimen(200, 0.6));
  list.push_back(specimen(200, 0.9));
  list.push_back(specimen(1000, 0.6));
  list.push_back(specimen(200, 0.6));
  list.back().truncated = true;
  mark_fragments(list);
  CHECK(list[9].fragment);
  CHECK(!list[10].fragment);
  CHECK(!list[11].fragment);
  CHECK(!list[12].fragment);
  CHECK(std::none_of(list.begin(), list.begin() + 9, [](const Specimen& s) { return s.fragment; }));
}

TEST_CASE("a class is held against itself, and of few nothing is said") {
  auto list = whole_ones();
  for (int i = 0; i < 7; ++i) {
    list.push_back(specimen(100, 0.5, 2));
  }
  list.push_back(specimen(10, 0.1, 2));
  list.back().truncated = true;
  list.push_back(specimen(10, 0.1, 3));
  mark_fragments(list);
  CHECK(std::none_of(list.begin(), list.end(), [](const Specimen& s) { return s.fragment; }));
}

}  // namespace
}  // namespace fossilct
