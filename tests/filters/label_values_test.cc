// SPDX-License-Identifier: Apache-2.0
#include "filters/label_values.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using test::message_of;
using test::read_all;
using test::read_piecewise;
using test::same_voxels;
using test::source_of;

TEST_CASE("every value is found, with its count and its first voxel") {
  Volume<std::uint16_t> labels({7, 5, 9});
  labels(6, 4, 2) = 700;
  labels(0, 0, 3) = 700;
  labels(1, 2, 8) = 3;
  Progress silent;
  const auto values = label_values(*source_of(labels, 4), "labels", silent);
  REQUIRE(values.size() == 3);
  CHECK(values.at(0).count == 7 * 5 * 9 - 3);
  CHECK(values.at(700).count == 2);
  CHECK(values.at(700).first == Index3{6, 4, 2});
  CHECK(values.at(3).first == Index3{1, 2, 8});
}

TEST_CASE("numbers of single bodies are told from classes") {
  Volume<std::uint32_t> labels({20, 20, 1});
  for (std::int64_t i = 0; i < 400; ++i) {
    labels.data()[i] = static_cast<std::uint32_t>(100'000 + i);
  }
  Progress silent;
  const std::string message =
      message_of<Error>([&] { label_values(*source_of(labels), "labels", silent); });
  CHECK(message.find("more than 256 different values") != std::string::npos);
}

TEST_CASE("values become class numbers, whatever the type") {
  Volume<std::uint16_t> labels({6, 4, 3});
  labels(1, 1, 1) = 300;
  labels(2, 1, 1) = 2;
  labels(3, 1, 1) = 9;
  const auto source = class_numbers(source_of(labels), {{0, 2, 300}, 9});
  CHECK(source->type() == PixelType::u8);
  CHECK(source->description().kind == VolumeKind::labels);
  const Volume<std::uint8_t> read = read_all<std::uint8_t>(*source);
  CHECK(read(0, 0, 0) == 0);
  CHECK(read(1, 1, 1) == 2);
  CHECK(read(2, 1, 1) == 1);
  CHECK(read(3, 1, 1) == 255);
  CHECK(same_voxels(read_piecewise<std::uint8_t>(*source), read));
}

TEST_CASE("a value of no class is named with its voxel") {
  Volume<std::uint8_t> labels({6, 4, 3});
  labels(5, 3, 2) = 255;
  const auto source = class_numbers(source_of(labels), {{0, 1}, std::nullopt});
  const std::string message = message_of<Error>([&] { read_all<std::uint8_t>(*source); });
  CHECK(message == "a.tif: the voxel (5, 3, 2) has the label 255, which is of no class");
}

}  // namespace
}  // namespace fossilct
