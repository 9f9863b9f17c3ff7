// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "report/svg_plot.h"
#include "well_formed.h"

namespace fossilct {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::string evil = "<script>\"a\" & 'b'\xff";

bool holds(const Markup& markup, const std::string& part) {
  return markup.text.find(part) != std::string::npos;
}
int count_of(const Markup& markup, const std::string& part) {
  int count = 0;
  for (std::size_t at = markup.text.find(part); at != std::string::npos;
       at = markup.text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

HistogramPlot histogram(std::vector<double> values, int bins) {
  return {.description = "d",
          .value = {.title = "size (um)"},
          .series = {{"a", std::move(values)}},
          .bins = bins};
}

TEST_CASE("a histogram: every value in one bin, the last end included") {
  const Markup svg = histogram_plot(histogram({0, 1, 1.5, 2, 9, 10, nan}, 10));
  CHECK(test::fault_of(svg.text) == "");
  CHECK(holds(svg, "<title>a, 0 to 1: 1</title>"));
  CHECK(holds(svg, "<title>a, 1 to 2: 2</title>"));
  CHECK(holds(svg, "<title>a, 2 to 3: 1</title>"));
  CHECK(holds(svg, "<title>a, 9 to 10: 2</title>"));
  CHECK(count_of(svg, "<title>") == 4);
  CHECK(holds(svg, ">size (um)</text>"));
  CHECK(holds(svg, ">count</text>"));
}

TEST_CASE("a logarithmic histogram: bins of one ratio, no place for what is not positive") {
  HistogramPlot plot = histogram({1, 5, 50, 100, 0, -3}, 2);
  plot.value.scale = AxisScale::logarithmic;
  const Markup svg = histogram_plot(plot);
  CHECK(holds(svg, "<title>a, 1 to 10: 2</title>"));
  CHECK(holds(svg, "<title>a, 10 to 100: 2</title>"));
}

TEST_CASE("a histogram downwards: bins of given ends, the upper one on top, shaded where told") {
  HistogramPlot plot = histogram({10, 10.5, 12, 29, 30}, 0);
  plot.value.low = 10;
  plot.value.high = 30;
  plot.bin_ends = {10, 12, 28, 30};
  plot.is_downward = true;
  plot.shaded = {{10, 12, "upper"}, {28, 30, evil}};
  const Markup svg = histogram_plot(plot);
  CHECK(test::fault_of(svg.text) == "");
  CHECK(holds(svg, "<title>a, 10 to 12: 2</title>"));
  CHECK(holds(svg, "<title>a, 12 to 28: 1</title>"));
  CHECK(holds(svg, "<title>a, 28 to 30: 2</title>"));
  CHECK(svg.text.find("10 to 12") < svg.text.find("28 to 30"));
  CHECK(count_of(svg, "class=\"band\"") == 2);
  // A tenth of the box's 320 units, less the gap; at the top, the space above being 8.
  CHECK(holds(svg, "y=\"8.5\" width=\""));
  CHECK(holds(svg, "height=\"31\"><title>a, 10 to 12: 2"));
  CHECK(holds(svg, "y=\"296.5\""));
  // Depths alike in four digits are told apart.
  plot = histogram({1200.01, 1200.03}, 2);
  CHECK(holds(histogram_plot(plot), "<title>a, 1,200.010 to 1,200.020: 1</title>"));
}

TEST_CASE("series are stacked, with a legend and their own colours") {
  HistogramPlot plot = histogram({1, 1}, 1);
  plot.series.push_back({"b", {1, 1, 1}, std::array<std::uint8_t, 3>{255, 0, 16}});
  const Markup svg = histogram_plot(plot);
  CHECK(count_of(svg, "fill=\"#ff0010\"") == 2);  // bar and legend
  CHECK(holds(svg, ">b</text>"));
  // Five in all: the axis reaches to them.
  CHECK(holds(svg, ">5</text>"));
}

TEST_CASE("a scatter plot: a mark a point, shapes differ by series") {
  ScatterPlot plot = {.description = "d", .x = {.title = "x"}, .y = {.title = "y"}, .series = {}};
  plot.series = {{"a", {1, 2, nan}, {1, 2, 3}}, {"b", {1}, {2}}, {"c", {2}, {1}}, {"d", {3}, {3}}};
  const Markup svg = scatter_plot(plot);
  CHECK(test::fault_of(svg.text) == "");
  CHECK(count_of(svg, "<circle") == 3);   // two points and the legend
  CHECK(count_of(svg, "<polygon") == 6);  // three points and their legend
}

TEST_CASE("a scatter plot of very many points draws some of them and says so") {
  ScatterSeries series = {"a", {}, {}};
  for (int i = 0; i < 6001; ++i) {
    series.x.push_back(i);
    series.y.push_back(i);
  }
  const Markup svg = scatter_plot({.description = "d.", .x = {}, .y = {}, .series = {series}});
  CHECK(count_of(svg, "<circle") == 2001);
  CHECK(holds(svg, "d. One point of every 3 is drawn."));
}

TEST_CASE("plots of nothing say so, and no name gets into one unescaped") {
  CHECK(holds(histogram_plot({}), ">no data</text>"));
  CHECK(holds(histogram_plot(histogram({nan}, 0)), ">no data</text>"));
  CHECK(holds(scatter_plot({}), ">no data</text>"));
  HistogramPlot sizes = {
      .description = evil, .value = {.title = evil}, .series = {{evil, {1}}, {evil, {2}}}};
  ScatterPlot shapes = {.description = evil,
                        .x = {.title = evil},
                        .y = {.title = evil},
                        .series = {{evil, {1}, {1}}, {evil, {2}, {2}}}};
  for (const Markup& svg : {histogram_plot(sizes), scatter_plot(shapes)}) {
    CHECK(test::fault_of(svg.text) == "");
    CHECK_FALSE(holds(svg, "<script"));
    CHECK_FALSE(holds(svg, "\xff"));
  }
}

}  // namespace
}  // namespace fossilct
