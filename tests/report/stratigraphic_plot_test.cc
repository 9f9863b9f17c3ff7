// SPDX-License-Identifier: Apache-2.0
#include "report/stratigraphic_plot.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "well_formed.h"

namespace fossilct {
namespace {

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

StratigraphicPlot two_panels() {
  return {.description = "two taxa",
          .samples = {"a", "b", "c"},
          .depth_m = {1000, 1001, 1004},
          .panels = {{.title = "ruber <pink>",
                      .percent = {10, 20, 30},
                      .low = {5, 10, 20},
                      .high = {20, 30, 40}},
                     {.title = "bulloides", .percent = {90, NAN, 70}}}};
}

}  // namespace

TEST_CASE("a panel for each taxon, filled, with intervals; gaps stay gaps") {
  const std::string svg = stratigraphic_plot(two_panels()).text;
  CHECK(test::fault_of(svg) == "");
  CHECK(count_of(svg, "<polygon") == 1);  // the second is in two pieces, each of one sample
  CHECK(count_of(svg, "<rect") == 2);
  CHECK(count_of(svg, "rotate(-45") == 2);
  CHECK(count_of(svg, "ruber &lt;pink&gt;</text>") == 1);
  CHECK(count_of(svg, ">depth (m)<") == 1);
  CHECK(count_of(svg, "ruber &lt;pink&gt;, b: 20.0% (10.0 to 30.0)") == 1);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg == stratigraphic_plot(two_panels()).text);
}

TEST_CASE("depth goes down") {
  StratigraphicPlot plot = two_panels();
  plot.panels.pop_back();
  const std::string svg = stratigraphic_plot(plot).text;
  const std::size_t line = svg.find("<polyline");
  const std::string points = svg.substr(svg.find("points=\"", line) + 8, 60);
  const double first = std::stod(points.substr(points.find(',') + 1));
  const std::size_t second = points.find(',', points.find(',') + 1);
  CHECK(first < std::stod(points.substr(second + 1)));
}

TEST_CASE("many taxa go into rows at the same percent a millimetre") {
  StratigraphicPlot plot = {.description = "many", .samples = {"a", "b"}, .panels = {}};
  for (int i = 0; i < 60; ++i) {
    plot.panels.push_back({.title = "taxon " + std::to_string(i), .percent = {50, 60}});
  }
  const std::string svg = stratigraphic_plot(plot).text;
  CHECK(test::fault_of(svg) == "");
  CHECK(count_of(svg, "rotate(-45") == 60);
  CHECK(count_of(svg, ">a</text>") > 3);  // the samples' names, in each row
}

TEST_CASE("one taxon is as wide as any plot, many as two; names have room") {
  StratigraphicPlot plot = two_panels();
  plot.panels.pop_back();
  CHECK(count_of(stratigraphic_plot(plot).text, "width=\"480\"") == 1);
  for (int i = 0; i < 12; ++i) {
    plot.panels.push_back({.title = "Neogloboquadrina pachyderma", .percent = {50, 60, 55}});
  }
  const std::string svg = stratigraphic_plot(plot).text;
  CHECK(count_of(svg, "width=\"992\"") == 1);
  CHECK(count_of(svg, ">Neogloboquadrina pachyderma</text>") == 12);
}

TEST_CASE("a sample alone is a bar; of very many some are named") {
  StratigraphicPlot plot = {.description = "one",
                            .samples = {"a"},
                            .depth_m = {1000},
                            .panels = {{.title = "ruber", .percent = {40}}}};
  const std::string svg = stratigraphic_plot(plot).text;
  CHECK(count_of(svg, "<rect") == 1);
  CHECK(count_of(svg, "<polygon") == 0);
  plot.depth_m.clear();
  plot.samples.assign(200, "core");
  plot.panels[0].percent.assign(200, 40);
  const int named = count_of(stratigraphic_plot(plot).text, ">core</text>");
  CHECK(named > 20);
  CHECK(named < 60);
}

TEST_CASE("a second curve has a legend; nothing to show is said") {
  StratigraphicPlot plot = two_panels();
  plot.other_name = "by hand";
  plot.panels[0].other = {12, 25, 28};
  const std::string svg = stratigraphic_plot(plot).text;
  CHECK(count_of(svg, ">by hand</text>") == 1);
  CHECK(count_of(svg, "stroke-dasharray") == 1);
  CHECK(count_of(svg, "by hand: 25.0%") == 1);
  plot.panels.clear();
  CHECK(count_of(stratigraphic_plot(plot).text, "no data") == 1);
}

}  // namespace fossilct
