// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "base/error.h"
#include "render/svg_picture.h"

namespace fossilct {
namespace {

std::array<int, 3> colour_at(const Picture& picture, std::int64_t x, std::int64_t y) {
  const std::uint8_t* pixel = picture.at(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

std::string svg_of(const std::string& content) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 24\">" + content + "</svg>";
}

constexpr std::array<int, 3> white = {255, 255, 255};

TEST_CASE("an SVG on white: its size in inches, and its colours in their places") {
  const Picture picture = svg_picture(
      svg_of("<rect x=\"12\" y=\"6\" width=\"24\" height=\"12\" fill=\"#d55e00\"/>"), 192);
  CHECK(picture.width == 96);
  CHECK(picture.height == 48);
  CHECK(picture.channels == 3);
  CHECK(colour_at(picture, 0, 0) == white);
  CHECK(colour_at(picture, 23, 12) == white);
  CHECK(colour_at(picture, 24, 12) == std::array<int, 3>{0xd5, 0x5e, 0x00});
  CHECK(colour_at(picture, 71, 35) == std::array<int, 3>{0xd5, 0x5e, 0x00});
  CHECK(colour_at(picture, 72, 35) == white);
}

TEST_CASE("letters are drawn, half opaque fills are laid on white") {
  const Picture text =
      svg_picture(svg_of("<text x=\"2\" y=\"18\" font-family=\"system-ui, sans-serif\" "
                         "font-size=\"14\">µm³ 5</text>"),
                  300);
  std::int64_t dark = 0;
  for (std::size_t i = 0; i < text.pixels.size(); i += 3) {
    dark += text.pixels[i] < 64 ? 1 : 0;
  }
  // Strokes of a tenth of their height cover some hundredths of the page.
  CHECK(dark > text.width * text.height / 100);
  CHECK(dark < text.width * text.height / 4);
  const Picture half = svg_picture(
      svg_of("<rect width=\"48\" height=\"24\" fill=\"#000000\" fill-opacity=\"0.4\"/>"), 96);
  CHECK(colour_at(half, 20, 10)[0] == doctest::Approx(153).epsilon(0.01));
}

TEST_CASE("what can't be drawn is refused") {
  CHECK_THROWS_AS(svg_picture("", 300), Error);
  CHECK_THROWS_AS(svg_picture("<svg", 300), Error);
  CHECK_THROWS_AS(svg_picture("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 300), Error);
  CHECK_THROWS_AS(svg_picture(svg_of(""), 0), Error);
  CHECK_THROWS_AS(svg_picture(svg_of(""), 1e6), Error);
}

}  // namespace
}  // namespace fossilct
