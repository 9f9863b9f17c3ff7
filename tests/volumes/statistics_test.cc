// SPDX-License-Identifier: Apache-2.0
#include "volumes/statistics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "support.h"
#include "volumes/random_volume.h"

using namespace fossilct;
using test::random_volume;

namespace {

#define ALL_PIXEL_TYPES \
  std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, float, double

template <typename T>
VolumeStatistics statistics_of(const VolumeView<const T>& view) {
  StatisticsAccumulator accumulator(pixel_type_of<T>());
  accumulator.add(view);
  return accumulator.result();
}

template <typename T>
VolumeStatistics statistics_of(const Volume<T>& volume) {
  return statistics_of<T>(volume.view());
}

template <typename T>
VolumeStatistics statistics_of(std::vector<T> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return statistics_of(VolumeView<const T>(values.data(), {count, 1, 1}));
}

template <typename T>
std::vector<double> sorted_values(const Volume<T>& volume) {
  std::vector<double> values(volume.data(), volume.data() + voxel_count(volume.size()));
  std::sort(values.begin(), values.end());
  return values;
}

void check_same_but_rounding(const VolumeStatistics& a, const VolumeStatistics& b) {
  CHECK(a.finite_count == b.finite_count);
  CHECK(a.nan_count == b.nan_count);
  CHECK(a.infinite_count == b.infinite_count);
  CHECK(a.minimum == b.minimum);
  CHECK(a.maximum == b.maximum);
  CHECK(a.mean == doctest::Approx(b.mean).epsilon(1e-12));
  CHECK(a.deviation == doctest::Approx(b.deviation).epsilon(1e-12));
  CHECK(a.histogram.low == b.histogram.low);
  CHECK(a.histogram.high == b.histogram.high);
  CHECK(a.histogram.counts == b.histogram.counts);
  REQUIRE(a.percentiles.size() == b.percentiles.size());
  for (std::size_t i = 0; i < a.percentiles.size(); ++i) {
    CHECK(a.percentiles[i].value == b.percentiles[i].value);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("statistics equal those of the sorted values", T, ALL_PIXEL_TYPES) {
  const Volume<T> volume = random_volume<T>({37, 19, 11}, 7);
  const std::vector<double> sorted = sorted_values(volume);
  const VolumeStatistics statistics = statistics_of(volume);
  const auto n = static_cast<double>(sorted.size());
  const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
  double squares = 0;
  for (const double v : sorted) {
    squares += (v - mean) * (v - mean);
  }
  CHECK(statistics.finite_count == voxel_count(volume.size()));
  CHECK(statistics.minimum == sorted.front());
  CHECK(statistics.maximum == sorted.back());
  CHECK(statistics.mean == doctest::Approx(mean).epsilon(1e-12));
  CHECK(statistics.deviation == doctest::Approx(std::sqrt(squares / n)).epsilon(1e-12));

  const double tolerance = sizeof(T) <= 2 ? 0 : (sorted.back() - sorted.front()) / 65536;
  CHECK(statistics.percentiles.size() == 11);
  for (const VolumeStatistics::Percentile& p : statistics.percentiles) {
    const double expected = sorted[static_cast<std::size_t>(p.percent / 100 * n)];
    CHECK(std::abs(p.value - expected) <= tolerance);
  }
}

TEST_CASE_TEMPLATE("the histogram holds every voxel in the bin of its value", T, ALL_PIXEL_TYPES) {
  const Volume<T> volume = random_volume<T>({33, 20, 9}, 3);
  const Histogram histogram = statistics_of(volume).histogram;
  const auto bins = static_cast<double>(histogram.counts.size());
  REQUIRE(bins > 100);
  CHECK(bins <= 256);
  const double width = (histogram.high - histogram.low) / bins;
  if (std::is_integral_v<T>) {
    CHECK(width == std::floor(width));
  }
  std::vector<std::int64_t> expected(histogram.counts.size());
  for (const double v : sorted_values(volume)) {
    ++expected.at(static_cast<std::size_t>((v - histogram.low) / width));
  }
  CHECK(histogram.counts == expected);
}

TEST_CASE_TEMPLATE("slabs, strides and threads do not change the result", T, ALL_PIXEL_TYPES) {
  const Volume<T> volume = random_volume<T>({41, 13, 12}, 11);
  const VolumeStatistics whole_result = statistics_of(volume);
  StatisticsAccumulator a(pixel_type_of<T>());
  StatisticsAccumulator b(pixel_type_of<T>());
  b.add(volume.view().part({{0, 0, 5}, {41, 13, 12}}));
  a.add(volume.view().part({{0, 0, 0}, {17, 13, 5}}));  // strided
  a.add(volume.view().part({{17, 0, 0}, {41, 13, 5}}));
  a.merge(b);
  a.merge(StatisticsAccumulator(pixel_type_of<T>()));
  check_same_but_rounding(a.result(), whole_result);
}

TEST_CASE("one value gives no spread, whatever the type") {
  for (const double value : {0.0, 7.0, 1e-310, -3.5e-7, 1e308, -1e308}) {
    CAPTURE(value);
    const VolumeStatistics statistics = statistics_of(std::vector<double>(1000, value));
    CHECK(statistics.minimum == value);
    CHECK(statistics.maximum == value);
    CHECK(statistics.mean == doctest::Approx(value).epsilon(1e-15));
    CHECK(statistics.deviation == 0);
    CHECK(statistics.percentile(50) == value);
    CHECK(statistics.histogram.counts == std::vector<std::int64_t>{1000});
    CHECK(statistics.histogram.low == value);
    CHECK(statistics.histogram.high > value);
  }
  const VolumeStatistics air = statistics_of(std::vector<std::uint16_t>(5, 65535));
  CHECK(air.mean == 65535);
  CHECK(air.histogram.high == 65536);
  CHECK(air.histogram.counts == std::vector<std::int64_t>{5});
  CHECK(statistics_of(std::vector<std::int32_t>(3, -9)).percentile(99.9) == -9);
}

TEST_CASE("values at the ends of the range of double are counted without overflow") {
  const double huge = std::numeric_limits<double>::max();
  const double tiny = std::numeric_limits<double>::denorm_min();
  const VolumeStatistics wide =
      statistics_of(std::vector<double>{-huge, huge, tiny, -tiny, 0, huge, -huge, 1});
  CHECK(wide.finite_count == 8);
  CHECK(wide.minimum == -huge);
  CHECK(wide.maximum == huge);
  CHECK(std::abs(wide.mean) < huge * 1e-15);
  CHECK(wide.deviation == doctest::Approx(huge * std::sqrt(0.5)));
  CHECK(wide.percentile(0.1) == doctest::Approx(-huge).epsilon(1e-4));
  CHECK(std::abs(wide.percentile(50)) <= huge / 32768);
  CHECK(std::accumulate(wide.histogram.counts.begin(), wide.histogram.counts.end(),
                        std::int64_t{0}) == 8);
  CHECK(std::isfinite(wide.histogram.low));
  CHECK(std::isfinite(wide.histogram.high));

  const VolumeStatistics small = statistics_of(std::vector<double>{tiny, 3 * tiny, 2 * tiny});
  CHECK(small.percentile(50) == 2 * tiny);
  CHECK(small.deviation == tiny);
}

TEST_CASE("the range may grow with every value") {
  std::vector<double> values;
  for (int exponent = -300; exponent <= 300; ++exponent) {
    values.push_back(std::pow(10.0, exponent) * (exponent % 2 == 0 ? 1 : -1));
  }
  StatisticsAccumulator growing(PixelType::f64);
  for (const double& value : values) {
    growing.add(VolumeView<const double>(&value, {1, 1, 1}));
  }
  check_same_but_rounding(growing.result(), statistics_of(values));
}

TEST_CASE_TEMPLATE("NaN and infinite voxels are counted and left out", T, float, double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const T infinity = std::numeric_limits<T>::infinity();
  const VolumeStatistics statistics =
      statistics_of(std::vector<T>{nan, 1, infinity, 3, -infinity, nan, nan, 2});
  CHECK(statistics.finite_count == 3);
  CHECK(statistics.nan_count == 3);
  CHECK(statistics.infinite_count == 2);
  CHECK(statistics.minimum == 1);
  CHECK(statistics.maximum == 3);
  CHECK(statistics.mean == 2);

  const VolumeStatistics none = statistics_of(std::vector<T>(9, nan));
  CHECK(none.finite_count == 0);
  CHECK(none.nan_count == 9);
  CHECK(none.percentile(50) == 0);
  CHECK(none.histogram.counts.empty());
}

TEST_CASE("percentile() takes the stored one that is nearest") {
  const VolumeStatistics statistics = statistics_of(random_volume<std::uint8_t>({64, 64, 4}, 5));
  CHECK(statistics.percentile(24) == statistics.percentile(25));
  CHECK(statistics.percentile(100) == statistics.percentiles.back().value);
  CHECK(statistics.percentile(0) == statistics.percentiles.front().value);
}

TEST_CASE("statistics survive JSON text to the last digit") {
  const VolumeStatistics statistics = statistics_of(random_volume<float>({17, 9, 5}, 2));
  const VolumeStatistics read = statistics_from_json(parse_json(json_text(to_json(statistics))));
  check_same_but_rounding(read, statistics);
  CHECK(read.mean == statistics.mean);
  CHECK(read.deviation == statistics.deviation);
  CHECK(read.percentiles.front().percent == 0.1);
}

TEST_CASE("damaged statistics are refused with a reason") {
  Json json = to_json(statistics_of(std::vector<std::uint8_t>{1, 2, 3}));
  json["mean"] = "much";
  const std::string message = test::message_of<Error>([&] { statistics_from_json(json); });
  CHECK(message.find("stored statistics are damaged") != std::string::npos);
  json.erase("mean");
  CHECK(test::message_of<Error>([&] { statistics_from_json(json); }).find("mean") !=
        std::string::npos);
  CHECK_THROWS_AS(statistics_from_json(Json::array()), Error);
}
