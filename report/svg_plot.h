// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/markup.h"

namespace fossilct {

// Plots as SVG, for a page of html_page.h, whose style sheet colours them for light and dark; on
// its own such an SVG shows the light colours. The same plot always gives the same bytes. Text
// stays text. All are plot_width units wide, which are pixels of a page: letters have one size
// wherever a plot stands. Only where the page is narrower do plots shrink. Labels of an axis that
// would run into each other are left out.
inline constexpr double plot_width = 480;

enum class AxisScale { linear, logarithmic };

struct PlotAxis {
  std::string title;  // with the unit: "time (s)"
  AxisScale scale = AxisScale::linear;
  bool whole_numbers = false;  // no ticks between them
  // Ends of the axis; where not given, those of the data, for y with a margin.
  std::optional<double> low = {};
  std::optional<double> high = {};
};

// A line through points in their order; x and y are equally long (assert). NaN, infinite values
// and, on a logarithmic axis, values that are not positive leave a gap. A point between two gaps is
// a dot. Up to 200 points a series tell their values under the pointer.
struct PlotSeries {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  bool is_strong = false;  // thicker, and above the others
};

// A ring with a label at a point that matters, on the side where it hides least of the curves; left
// out where the axes can't show it.
struct PlotMarker {
  double x = 0;
  double y = 0;
  std::string label;
};

// From begin to end along x, captioned above the plot; every second one is shaded.
struct PlotBand {
  double begin = 0;
  double end = 0;
  std::string caption;
};

struct LinePlot {
  std::string description;  // one sentence, for those who can't see it
  PlotAxis x;
  PlotAxis y;
  std::vector<PlotSeries> series;  // a legend where there are several
  std::vector<PlotMarker> markers = {};
  std::vector<PlotBand> bands = {};
  std::vector<double> borders = {};  // x of dashed vertical lines
};
// "no data" is written where no point can be shown.
Markup line_plot(const LinePlot& plot);

// A file of its own, on white: a title, lines of text, and plots one below the other, their boxes
// aligned. Of lines that are too long the end is shown.
std::string svg_file(const std::string& title, const std::vector<std::string>& lines,
                     const std::vector<LinePlot>& plots);

// Horizontal bars, one of each series for every category; NaN is written as a dash.
struct BarSeries {
  std::string name;
  std::vector<double> values;  // one a category (assert)
};
struct BarPlot {
  std::string description;
  PlotAxis value;  // linear; begins at 0 where not given
  std::vector<std::string> categories;
  std::vector<BarSeries> series;
  int decimals = 3;  // of the number behind a bar
};
Markup bar_plot(const BarPlot& plot);

// A colour of the data's own (a class of the model), sRGB; the series' colour where there is none.
using PlotColour = std::optional<std::array<std::uint8_t, 3>>;

// Counts of values in bins, the series stacked in their order; NaN and what the axis can't show are
// not counted.
struct HistogramSeries {
  std::string name;
  std::vector<double> values;
  PlotColour colour = {};
};
// From begin to end of the value; what it is, under the pointer.
struct ValueRange {
  double begin = 0;
  double end = 0;
  std::string told;
};
struct HistogramPlot {
  std::string description;
  PlotAxis value;  // bins are equally wide on it: on a logarithmic axis each has the same ratio
  PlotAxis count = {.title = "count", .whole_numbers = true};
  std::vector<HistogramSeries> series;
  int bins = 0;                       // 1 to 200; 0: the root of the number of values, 5 to 40
  std::vector<double> bin_ends = {};  // upwards, one more than bins, in place of equally wide ones
  // The value runs downwards at the left and the bars to the right, as depth is drawn.
  bool is_downward = false;
  std::vector<ValueRange> shaded = {};  // behind the bars
};
// "no data" is written where there is no value to count.
Markup histogram_plot(const HistogramPlot& plot);

// A mark a point; series differ in shape (circle, square, triangle, diamond) as well as in colour.
// Beyond most_scatter_points in all, every n-th is drawn, and the description says so.
inline constexpr std::size_t most_scatter_points = 3000;
struct ScatterSeries {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  // as long as x (assert)
  PlotColour colour = {};
};
struct ScatterPlot {
  std::string description;
  PlotAxis x;
  PlotAxis y;
  std::vector<ScatterSeries> series;
};
Markup scatter_plot(const ScatterPlot& plot);

// What the page's style sheet must say for the plots.
std::string plot_style();

}  // namespace fossilct
