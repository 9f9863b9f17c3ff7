// SPDX-License-Identifier: Apache-2.0
#include "classify/prepare_image.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {

namespace {

template <typename T>
std::vector<std::uint8_t> prepared(std::int64_t width, std::int64_t height, int channels,
                                   const std::vector<T>& values, const PrepareOptions& options) {
  const ImageShape shape = {width, height, channels, pixel_type_of<T>()};
  REQUIRE(values.size() * sizeof(T) == shape.bytes());
  return prepare_image(shape, std::as_bytes(std::span(values)), options);
}

// An 8 x 8 picture of one value a channel.
template <typename T>
std::vector<std::uint8_t> first_of_flat(const std::vector<T>& pixel, int channels) {
  std::vector<T> values;
  for (int i = 0; i < 64; ++i) {
    values.insert(values.end(), pixel.begin(), pixel.end());
  }
  const std::vector<std::uint8_t> result =
      prepared(8, 8, static_cast<int>(pixel.size()), values, {8, channels, true});
  CHECK(result.size() == static_cast<std::size_t>(64 * channels));
  std::vector<std::uint8_t> first;
  for (int c = 0; c < channels; ++c) {
    first.push_back(result[static_cast<std::size_t>(64 * c)]);
  }
  return first;
}

using Bytes = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("values are scaled by the depth of their type") {
  CHECK(first_of_flat<std::uint8_t>({100}, 1) == Bytes{100});
  CHECK(first_of_flat<std::uint16_t>({100 * 257}, 1) == Bytes{100});
  CHECK(first_of_flat<float>({0.4F}, 1) == Bytes{102});
  std::vector<float> ramp(64, 50.0F);
  ramp[0] = 0;
  ramp[63] = 100;
  ramp[9] = std::numeric_limits<float>::quiet_NaN();
  const Bytes of_ramp = prepared(8, 8, 1, ramp, {8, 1, true});
  CHECK(of_ramp[0] == 0);
  CHECK(of_ramp[9] == 0);
  CHECK(of_ramp[30] == 128);
  CHECK(of_ramp[63] == 255);
}

TEST_CASE("grey, colour and opacity come to the channels asked for") {
  CHECK(first_of_flat<std::uint8_t>({100, 255}, 1) == Bytes{100});
  CHECK(first_of_flat<std::uint8_t>({100, 51}, 1) == Bytes{20});
  CHECK(first_of_flat<std::uint8_t>({255, 0, 0}, 1) == Bytes{76});
  CHECK(first_of_flat<std::uint8_t>({10, 20, 30, 255}, 3) == Bytes{10, 20, 30});
  CHECK(first_of_flat<std::uint8_t>({10, 20, 30, 0}, 3) == Bytes{0, 0, 0});
  CHECK(first_of_flat<std::uint8_t>({77}, 3) == Bytes{77, 77, 77});
}

TEST_CASE("a picture that is no square stands in the middle of one, on the median of its edge") {
  Bytes values(8 * 16, 40);
  values[0] = 250;  // one pixel of the edge is no median
  for (const std::size_t middle : {51U, 52U, 59U, 60U, 67U, 68U}) {
    values[middle] = 200;
  }
  const Bytes tall = prepared(8, 16, 1, values, {16, 1, true});
  for (std::size_t y = 0; y < 16; ++y) {
    CHECK(tall[y * 16] == 40);
    CHECK(tall[y * 16 + 15] == 40);
    CHECK(tall[y * 16 + 4] == values[y * 8]);
    CHECK(tall[y * 16 + 7] == values[y * 8 + 3]);
  }
}

TEST_CASE("shrinking takes means: stripes finer than a pixel become grey") {
  Bytes stripes(64 * 64);
  for (std::size_t i = 0; i < stripes.size(); ++i) {
    stripes[i] = i % 2 == 0 ? 0 : 200;
  }
  const Bytes small = prepared(64, 64, 1, stripes, {8, 1, true});
  for (std::size_t i = 0; i < small.size(); ++i) {
    const bool at_edge = i % 8 == 0 || i % 8 == 7;  // where the triangle is cut
    CHECK(std::abs(small[i] - 100) <= (at_edge ? 5 : 0));
  }
}

TEST_CASE("enlarging interpolates between the centres of pixels") {
  const Bytes large = prepared(2, 2, 1, Bytes{0, 100, 0, 100}, {8, 1, true});
  const std::vector<int> row(large.begin(), large.begin() + 8);
  CHECK(row == std::vector<int>{0, 0, 13, 38, 63, 88, 100, 100});
}

TEST_CASE("a strip with a label is cut off, a specimen on white ground is not") {
  std::vector<float> grey(100 * 100, 0.2F);
  for (std::int64_t y = 88; y < 100; ++y) {
    for (std::int64_t x = 0; x < 100; ++x) {
      const bool is_text = y > 90 && y < 97 && x > 10 && x < 50 && x % 2 == 0;
      grey[static_cast<std::size_t>(y * 100 + x)] = is_text ? 0.0F : 1.0F;
    }
  }
  CHECK(rows_without_labels(grey, 100, 100) == RowRange{0, 88});
  std::vector<float> turned(grey.rbegin(), grey.rend());
  CHECK(rows_without_labels(turned, 100, 100) == RowRange{12, 100});

  std::vector<float> disc(100 * 100, 1.0F);
  for (std::int64_t y = 0; y < 100; ++y) {
    for (std::int64_t x = 0; x < 100; ++x) {
      if (std::hypot(static_cast<double>(x) - 50, static_cast<double>(y) - 50) < 40) {
        disc[static_cast<std::size_t>(y * 100 + x)] = 0.3F;
      }
    }
  }
  CHECK(rows_without_labels(disc, 100, 100) == RowRange{0, 100});
  CHECK(rows_without_labels(std::vector<float>(100 * 100, 1.0F), 100, 100) == RowRange{0, 100});
}

TEST_CASE("what can't be prepared is refused") {
  CHECK(test::message_of<Error>([] {
          prepared(1, 1, 1, Bytes{3}, {8, 1, true});
        }).find("1 x 1 pixels") != std::string::npos);
  CHECK(test::message_of<Error>([] {
          prepared(2, 2, 1, Bytes(4), {4, 1, true});
        }).find("--size") != std::string::npos);
  CHECK(test::message_of<Error>([] {
          prepared(2, 2, 1, Bytes(4), {8, 2, true});
        }).find("--channels") != std::string::npos);
}

}  // namespace fossilct
