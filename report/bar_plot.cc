// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cmath>

#include "report/numbers.h"
#include "report/plot_frame.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr double bar_height = 14;
constexpr double gap = 9;  // between categories
constexpr double most_name_width = 150;

PlotRange value_range(const BarPlot& plot) {
  std::vector<double> values = {0};
  for (const BarSeries& series : plot.series) {
    assert(series.values.size() == plot.categories.size());
    values.insert(values.end(), series.values.begin(), series.values.end());
  }
  return axis_range(plot.value, values, 0);
}

Markup bar_of(const BarPlot& plot, std::size_t series, std::size_t category, const AxisMap& map,
              double y) {
  const double value = plot.series[series].values[category];
  const PlotRange& range = map.range();
  const double zero = map.pixel_of(std::clamp(0.0, range.low, range.high));
  const double end =
      std::isfinite(value) ? map.pixel_of(std::clamp(value, range.low, range.high)) : zero;
  const Markup bar =
      element("rect",
              {{"class", series_class(series) + " bar"},
               {"fill", series_colour(series)},
               {"x", coordinate(std::min(zero, end))},
               {"y", coordinate(y)},
               {"width", coordinate(std::abs(end - zero))},
               {"height", coordinate(bar_height - 2)},
               {"rx", "1.5"}},
              element("title", text(plot.categories[category] + ", " + plot.series[series].name)));
  return bar + plot_text(std::max(zero, end) + 5, y + bar_height - 4, "start",
                         decimal_text(value, plot.decimals));
}

Markup category_name(const std::string& name, double x, double y) {
  return element("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"text-anchor", "end"}},
                 text(fitted(name, most_name_width)) + element("title", text(name)));
}

double names_width(const BarPlot& plot) {
  double width = 30;
  for (const std::string& name : plot.categories) {
    width = std::max(width, text_width(fitted(name, most_name_width)));
  }
  return width;
}

}  // namespace

Markup bar_plot(const BarPlot& plot) {
  std::vector<std::string> names;
  for (const BarSeries& series : plot.series) {
    names.push_back(series.name);
  }
  const Legend legend =
      legend_of(names.size() > 1 ? names : std::vector<std::string>{}, Swatch::box);
  const double row = bar_height * static_cast<double>(plot.series.size()) + gap;
  const double top = 8 + legend.height;
  const double number_width = text_width("0.") + text_width("0") * plot.decimals + 8;
  const PlotBox box = {names_width(plot) + 14, top, plot_width - number_width,
                       top + row * static_cast<double>(plot.categories.size()) + gap / 2};
  const AxisMap map(AxisScale::linear, value_range(plot), box.left, box.right);

  Markup content = legend.markup + x_axis(box, map, plot.value);
  for (std::size_t c = 0; c < plot.categories.size(); ++c) {
    const double y = top + row * static_cast<double>(c) + gap * 0.75;
    content += category_name(plot.categories[c], box.left - 7, y + (row - gap) / 2 + 4);
    for (std::size_t s = 0; s < plot.series.size(); ++s) {
      content += bar_of(plot, s, c, map, y + bar_height * static_cast<double>(s));
    }
  }
  content += plot_line("axis", box.left, box.top, box.left, box.bottom);
  return svg_element(plot.description, box.bottom + space_below, content);
}

}  // namespace fossilct
