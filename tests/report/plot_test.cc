// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "report/svg_plot.h"
#include "well_formed.h"

namespace fossilct {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

int count_of(const Markup& markup, const std::string& part) {
  int count = 0;
  for (std::size_t at = markup.text.find(part); at != std::string::npos;
       at = markup.text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

bool holds(const Markup& markup, const std::string& part) { return count_of(markup, part) > 0; }

LinePlot plot_of(std::vector<double> x, std::vector<double> y) {
  return {.description = "a plot",
          .x = {.title = "epoch", .whole_numbers = true},
          .y = {.title = "loss"},
          .series = {{"training", std::move(x), std::move(y)}}};
}

TEST_CASE("a line through its points, in the corners of its box") {
  LinePlot plot = plot_of({0, 10}, {0, 1});
  plot.y.low = 0;
  plot.y.high = 1;
  const Markup svg = line_plot(plot);
  CHECK(test::fault_of(svg.text) == "");
  CHECK(count_of(svg, "<polyline") == 1);
  CHECK(holds(svg, " 466,8\"/>"));  // right edge less the space there, top of the box
  CHECK(holds(svg, "training: 1 (epoch: 10)"));
  CHECK(holds(svg, ">loss</text>"));
  CHECK(svg.text == line_plot(plot).text);
}

TEST_CASE("NaN and infinite values leave gaps; a point alone is a dot") {
  const Markup svg = line_plot(plot_of({1, 2, 3, 4, 5, 6}, {1, 2, nan, 2, infinite, 1}));
  CHECK(count_of(svg, "<polyline") == 1);
  CHECK(count_of(svg, " dot\"") == 2);
  CHECK_FALSE(holds(svg, "nan"));
  CHECK_FALSE(holds(svg, "inf"));
}

TEST_CASE("a logarithmic axis leaves out zeros and negative values") {
  LinePlot plot = plot_of({1, 2, 3, 4, 5}, {1e-4, 1e-2, 0, -1, 1});
  plot.y.scale = AxisScale::logarithmic;
  const Markup svg = line_plot(plot);
  CHECK(count_of(svg, "<polyline") == 1);
  CHECK(count_of(svg, " dot\"") == 1);
  CHECK(holds(svg, ">10⁻⁴</text>"));
  CHECK_FALSE(holds(svg, "nan"));
}

TEST_CASE("nothing to show is said") {
  CHECK(holds(line_plot(plot_of({}, {})), "no data"));
  CHECK(holds(line_plot(plot_of({1, 2}, {nan, nan})), "no data"));
  LinePlot zeros = plot_of({1, 2}, {0, 0});
  zeros.y.scale = AxisScale::logarithmic;
  CHECK(holds(line_plot(zeros), "no data"));
  CHECK(holds(line_plot({}), "no data"));
}

TEST_CASE("one point, or a value that never changes, has an axis too") {
  for (const double value : {0.0, 1.0, -3e9, 1e-30}) {
    const Markup svg = line_plot(plot_of({1}, {value}));
    CHECK(count_of(svg, " dot\"") == 1);
    CHECK(test::fault_of(svg.text) == "");
    CHECK_FALSE(holds(svg, "nan"));
  }
  CHECK(count_of(line_plot(plot_of({1, 2, 3}, {7, 7, 7})), "<polyline") == 1);
}

TEST_CASE("names are escaped wherever they stand") {
  LinePlot plot = plot_of({1, 2}, {1, 2});
  const std::string evil = "<script>\"a\" & 'b'\xff";
  plot.description = plot.x.title = plot.y.title = plot.series[0].name = evil;
  plot.series.push_back({evil, {1, 2}, {2, 1}});
  plot.markers = {{1, 1, evil}};
  plot.bands = {{1, 1.5, evil}, {1.5, 2, evil}};
  const Markup svg = line_plot(plot);
  CHECK(test::fault_of(svg.text) == "");
  CHECK_FALSE(holds(svg, "<script"));
  CHECK_FALSE(holds(svg, "\xff"));
}

TEST_CASE("stages: every second band is shaded, borders within the axis are drawn") {
  LinePlot plot = plot_of({1, 40}, {1, 2});
  plot.bands = {{0.5, 10.5, "1/4"}, {10.5, 20.5, "1/2"}, {20.5, 20.9, "too long"}};
  plot.borders = {5.5, 15.5, 99};
  const Markup svg = line_plot(plot);
  CHECK(count_of(svg, "class=\"band\"") == 1);
  CHECK(count_of(svg, "class=\"border\"") == 2);
  CHECK(holds(svg, ">1/4</text>"));
  CHECK_FALSE(holds(svg, ">too long</text>"));
}

TEST_CASE("a marker that the axes can't show is left out") {
  LinePlot plot = plot_of({1, 2}, {1, 2});
  plot.markers = {{1, 1, "here"}, {9, 1, "beyond"}, {1, nan, "nowhere"}};
  const Markup svg = line_plot(plot);
  CHECK(holds(svg, ">here</text>"));
  CHECK_FALSE(holds(svg, "beyond"));
  CHECK_FALSE(holds(svg, "nowhere"));
}

TEST_CASE("thirty series differ in colour or dashes") {
  LinePlot plot;
  for (int i = 0; i < 28; ++i) {
    plot.series.push_back({"class " + std::to_string(i), {1, 2}, {1.0 * i, 2.0 * i}});
  }
  const Markup svg = line_plot(plot);
  CHECK(test::fault_of(svg.text) == "");
  for (int colour = 0; colour < 7; ++colour) {
    for (int dash = 0; dash < 4; ++dash) {
      CHECK(count_of(svg, "\"s" + std::to_string(colour) + " d" + std::to_string(dash) +
                              " curve\" fill") == 1);
    }
  }
}

TEST_CASE("a file of plots: a title, lines, and boxes that begin at the same place") {
  LinePlot large = plot_of({0, 1}, {0, 1000000});
  const std::string path = "/a/" + std::string(40, 'x') + std::string("/Müller/") +
                           std::string(40, 'y') + "/labels <1>.h5";
  const Markup svg = {svg_file("Errors & more", {path}, {plot_of({0, 1}, {0, 1}), large})};
  CHECK(svg.text.starts_with("<?xml version=\"1.0\""));
  const Markup without_head = {svg.text.substr(svg.text.find("<svg"))};
  CHECK(test::fault_of(without_head.text) == "");
  CHECK(count_of(svg, "<svg") == 1);
  CHECK(count_of(svg, "<polyline") == 2);
  CHECK(holds(svg, ">Errors &amp; more</text>"));
  CHECK(holds(svg, ">…"));
  CHECK(holds(svg, "y/labels &lt;1&gt;.h5</text>"));
  const std::string axis = "class=\"axis\" stroke=\"#7b8490\" x1=\"";
  const std::size_t first = svg.text.find(axis), last = svg.text.rfind(axis);
  CHECK(svg.text.substr(first, axis.size() + 4) == svg.text.substr(last, axis.size() + 4));
}

TEST_CASE("bars: one a series and category, a missing value is a dash") {
  BarPlot plot;
  plot.value = {.title = "IoU", .high = 1.0};
  plot.categories = {"fossil", "a name that is far too long for the plot & <b>"};
  plot.series = {{"validation", {0.9, nan}}, {"test", {0.8, 1.4}}};
  const Markup svg = bar_plot(plot);
  CHECK(test::fault_of(svg.text) == "");
  CHECK(count_of(svg, " bar\" fill") == 6);  // two of them in the legend
  CHECK(holds(svg, ">0.900</text>"));
  CHECK(holds(svg, ">–</text>"));
  CHECK(holds(svg, "…"));
  CHECK(test::fault_of(bar_plot({}).text) == "");
}

}  // namespace
}  // namespace fossilct
