// SPDX-License-Identifier: Apache-2.0
#include "report/ticks.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "report/numbers.h"
#include "report/plot_frame.h"

namespace fossilct {
namespace {

std::string texts(const TickMarks& marks) {
  std::string result;
  for (const Tick& tick : marks.labelled) {
    result += (result.empty() ? "" : " ") + tick.text;
  }
  return result;
}

TEST_CASE("ticks stand at round numbers") {
  CHECK(texts(linear_ticks(0, 1, 6)) == "0.0 0.2 0.4 0.6 0.8 1.0");
  CHECK(texts(linear_ticks(0.31, 0.97, 6)) == "0.4 0.6 0.8");
  CHECK(texts(linear_ticks(-3, 3, 7)) == "−3 −2 −1 0 1 2 3");
  CHECK(texts(linear_ticks(0, 4321, 6)) == "0 1,000 2,000 3,000 4,000");
  CHECK(texts(linear_ticks(0.871, 0.8733, 6)) == "0.8710 0.8715 0.8720 0.8725 0.8730");
}

TEST_CASE("no more ticks than asked for, whatever the range") {
  for (int exponent = -30; exponent <= 30; exponent += 3) {
    for (const double length : {1.0, 1.7, 2.4, 4.9, 9.99}) {
      for (const double share : {-0.7, 0.0, 0.123, 3.0}) {
        const double span = length * std::pow(10, exponent);
        const auto count = std::ssize(linear_ticks(share * span, (share + 1) * span, 6).labelled);
        CHECK(count >= 2);
        CHECK(count <= 6);
      }
    }
  }
}

TEST_CASE("epochs have no halves") {
  CHECK(texts(linear_ticks(0.5, 3.5, 7, true)) == "1 2 3");
  CHECK(texts(linear_ticks(1, 40, 7, true)) == "10 20 30 40");
}

TEST_CASE("ticks of a logarithmic axis") {
  CHECK(texts(log_ticks(1e-6, 1, 7)) == "10⁻⁶ 10⁻⁵ 10⁻⁴ 0.001 0.01 0.1 1");
  CHECK(texts(log_ticks(0.03, 4, 7)) == "0.05 0.1 0.2 0.5 1 2");
  CHECK(texts(log_ticks(30, 130, 7)) == "30 50 70 100");
  CHECK(texts(log_ticks(45, 160, 7)) == "50 60 70 80 90 100");
  CHECK(texts(log_ticks(45, 160, 5)) == "50 70 100");
  CHECK(texts(log_ticks(1e-12, 1, 5)) == "10⁻¹² 10⁻⁹ 10⁻⁶ 0.001 1");
  CHECK(texts(log_ticks(2.1, 2.9, 6)) == "2.2 2.4 2.6 2.8");
  CHECK(texts(log_ticks(960, 1040, 7)) == "960 980 1,000 1,020 1,040");
  CHECK(log_ticks(1, 100, 6).minor.size() == 16);  // 2 to 9, and ten times those
}

// The room that is missing between two neighbours, 0 where there is enough.
double lacking_room(const AxisMap& map, const TickMarks& marks, LabelsRun run) {
  double lacking = 0;
  for (std::size_t i = 1; i < marks.labelled.size(); ++i) {
    const Tick &one = marks.labelled[i - 1], &next = marks.labelled[i];
    const double needed = run == LabelsRun::down
                              ? plot_font_size
                              : (text_width(one.text) + text_width(next.text)) / 2 + 4;
    const double apart = std::abs(map.pixel_of(next.value) - map.pixel_of(one.value));
    lacking = std::max(lacking, needed - apart);
  }
  return lacking;
}

TEST_CASE("labels of an axis have room, whatever its range, scale and length") {
  for (const AxisScale scale : {AxisScale::linear, AxisScale::logarithmic}) {
    for (const LabelsRun run : {LabelsRun::across, LabelsRun::down}) {
      for (const double low : {0.0013, 1.0, 310.0, 45e3}) {
        for (const double ratio : {1.05, 1.7, 3.4, 12.0, 4e5}) {
          for (const double length : {20.0, 90.0, 440.0}) {
            const AxisMap map(scale, {low, low * ratio}, 0, length);
            CAPTURE(low * ratio);
            CHECK(lacking_room(map, map.ticks(7, false, run), run) == 0);
          }
        }
      }
    }
  }
}

TEST_CASE("of crowded labels the rounder ones stay, and the others are minor ticks") {
  const AxisMap wide(AxisScale::logarithmic, {310, 1050}, 0, 800);
  CHECK(texts(wide.ticks(7, false, LabelsRun::across)) == "400 500 600 700 800 900 1,000");
  const AxisMap narrow(AxisScale::logarithmic, {310, 1050}, 0, 300);
  CHECK(texts(narrow.ticks(7, false, LabelsRun::across)) == "500 700 1,000");
}

TEST_CASE("text that is too wide ends in an ellipsis, between characters") {
  CHECK(fitted("Bolivina", 100) == "Bolivina");
  CHECK(fitted("Globigerinoides ruber", 80).starts_with("Globiger"));
  CHECK(fitted("Globigerinoides ruber", 80).ends_with("…"));
  CHECK(text_width(fitted("Globigerinoides ruber", 80)) <= 80);
  CHECK(fitted("µµµµµµ", 40) == "µµµ…");
  CHECK(text_width("111") == text_width("999"));
  CHECK(text_width("W") > text_width("i"));
}

TEST_CASE("numbers for people") {
  CHECK(number_text(0.25) == "0.25");
  CHECK(number_text(1234567) == "1.235·10⁶");
  CHECK(number_text(-1500) == "−1,500");
  CHECK(number_text(2e-5) == "2·10⁻⁵");
  CHECK(number_text(0.001) == "0.001");
  CHECK(number_text(0) == "0");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "–");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "∞");
  CHECK(decimal_text(0.9, 3) == "0.900");
  CHECK(decimal_text(-0.0001, 3) == "0.000");
  CHECK(decimal_text(1e300, 1).size() > 300);
}

}  // namespace
}  // namespace fossilct
