// SPDX-License-Identifier: Apache-2.0
#include "specimens/abundance.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {

TEST_CASE("counts by sample, downwards, with samples and taxa that have none") {
  const std::vector<Occurrence> found = {{"deep", 20.0, "ruber"},
                                         {"top", 10.0, "ruber", 3},
                                         {"top", 10.0, "bulloides"},
                                         {"no depth", {}, "ruber"},
                                         {"barren", 15.0, ""}};
  const std::vector<std::string> known = {"truncata"};
  const Abundance table = count_abundance(found, 0, known);
  CHECK(table.taxa == std::vector<std::string>{"bulloides", "ruber", "truncata"});
  REQUIRE(table.samples.size() == 4);
  CHECK(table.samples[0].name == "top");
  CHECK(table.samples[0].counts == std::vector<std::int64_t>{1, 3, 0});
  CHECK(table.samples[0].total == 4);
  CHECK(table.samples[1].name == "barren");
  CHECK(table.samples[1].total == 0);
  CHECK(table.samples[3].name == "no depth");
}

TEST_CASE("bins of depth begin at whole multiples") {
  const std::vector<Occurrence> found = {
      {"a", 1200.2, "x"}, {"b", 1200.4, "x"}, {"a", 1200.5, "y"}, {"a", 1201.9, "x"}};
  const Abundance table = count_abundance(found, 0.5);
  REQUIRE(table.samples.size() == 3);
  CHECK(table.samples[0].name == "1200 to 1200.5 m");
  CHECK(*table.samples[0].depth_m == 1200.25);
  CHECK(table.samples[0].counts == std::vector<std::int64_t>{2, 0});
  CHECK(*table.samples[2].depth_m == 1201.75);
  const std::vector<Occurrence> without = {{"a", {}, "x"}};
  CHECK(test::message_of<Error>([&] { count_abundance(without, 1); }).find("'a' has no depth") !=
        std::string::npos);
  CHECK_THROWS_AS(count_abundance(found, -1), Error);
}

TEST_CASE("Wilson's interval: values of Newcombe 1998, table I, and the ends") {
  // Statistics in Medicine 17, 857-872: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  struct Known {
    std::int64_t count, total;
    double low, high;
  };
  for (const Known& k : {Known{81, 263, 0.2553, 0.3662}, Known{15, 148, 0.0624, 0.1605},
                         Known{0, 20, 0, 0.1611}, Known{1, 29, 0.0061, 0.1718}}) {
    const Share share = share_of(k.count, k.total);
    CHECK(share.low == doctest::Approx(k.low).epsilon(0.001));
    CHECK(share.high == doctest::Approx(k.high).epsilon(0.001));
    const Share other = share_of(k.total - k.count, k.total);
    CHECK(other.high == doctest::Approx(1 - share.low));
  }
  CHECK(std::isnan(share_of(0, 0).value));
  CHECK(share_of(5, 10, 0.5).high < share_of(5, 10).high);
  CHECK_THROWS_AS(share_of(1, 2, 1), Error);
}

TEST_CASE("agreement of two counts") {
  const std::vector<double> x = {0, 10, 20, NAN, 30};
  const std::vector<double> y = {5, 25, 45, 1, 65};
  const Agreement line = agreement(x, y);
  CHECK(line.samples == 4);
  CHECK(line.r2 == doctest::Approx(1));
  CHECK(line.slope == doctest::Approx(2));
  CHECK(line.intercept == doctest::Approx(5));
  CHECK(line.bias == doctest::Approx(20));
  const std::vector<double> three = {1, 2, 3};
  const std::vector<double> noisy = {1, 3, 2};
  CHECK(agreement(three, noisy).r2 == doctest::Approx(0.25));
  const std::vector<double> flat = {2, 2, 2};
  CHECK(std::isnan(agreement(flat, three).r2));
  CHECK(std::isnan(agreement(flat, three).slope));
  CHECK(agreement(flat, three).bias == doctest::Approx(0));
}

}  // namespace fossilct
