// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "report/numbers.h"
#include "report/plot_frame.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr double box_height = 200;
constexpr double space_below = 44;
constexpr double space_right = 14;
constexpr double space_above = 8;
constexpr double title_width = 24;

double left_of(const AxisMap& y, bool whole_numbers) {
  return title_width + 9 + label_width(y.ticks(most_y_ticks, whole_numbers));
}

template <typename Series>
std::vector<std::string> names_of(const std::vector<Series>& all) {
  std::vector<std::string> names;
  for (const Series& series : all) {
    names.push_back(series.name);
  }
  return names.size() > 1 ? names : std::vector<std::string>{};
}

// Bins by their ends, and how many values of each series lie in each.
struct Binned {
  std::vector<double> ends;                       // one more than bins
  std::vector<std::vector<std::int64_t>> counts;  // [series][bin]
  std::vector<std::int64_t> totals;               // [bin]
};

std::vector<double> values_of(const HistogramPlot& plot) {
  std::vector<double> values;
  for (const HistogramSeries& series : plot.series) {
    values.insert(values.end(), series.values.begin(), series.values.end());
  }
  return values;
}

int bins_of(const HistogramPlot& plot, std::size_t values) {
  const int root = static_cast<int>(std::lround(std::sqrt(static_cast<double>(values))));
  return plot.bins == 0 ? std::clamp(root, 5, 40) : std::clamp(plot.bins, 1, 200);
}

double end_of_bin(const PlotRange& range, AxisScale scale, double share) {
  return scale == AxisScale::linear ? range.low + share * (range.high - range.low)
                                    : range.low * std::pow(range.high / range.low, share);
}

Binned binned(const HistogramPlot& plot, const PlotRange& range) {
  const std::size_t bins = static_cast<std::size_t>(bins_of(plot, values_of(plot).size()));
  Binned result;
  for (std::size_t i = 0; i <= bins; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(bins);
    result.ends.push_back(end_of_bin(range, plot.value.scale, share));
  }
  const AxisMap place(plot.value.scale, range, 0, static_cast<double>(bins));
  result.totals.assign(bins, 0);
  for (const HistogramSeries& series : plot.series) {
    std::vector<std::int64_t>& counts = result.counts.emplace_back(bins, 0);
    for (const double value : series.values) {
      if (place.can_show(value)) {
        const double bin = std::clamp(place.pixel_of(value), 0.0, static_cast<double>(bins) - 0.5);
        ++counts[static_cast<std::size_t>(bin)];
        ++result.totals[static_cast<std::size_t>(bin)];
      }
    }
  }
  return result;
}

Markup bar_of(const Attributes& fill, const PlotBox& bar, const std::string& told) {
  Attributes attributes = fill;
  attributes.insert(attributes.end(), {{"x", coordinate(bar.left)},
                                       {"y", coordinate(bar.top)},
                                       {"width", coordinate(std::max(0.5, bar.right - bar.left))},
                                       {"height", coordinate(bar.bottom - bar.top)}});
  return element("rect", attributes, element("title", text(told)));
}

Markup bars_of(const HistogramPlot& plot, const Binned& bins, const AxisMap& x, const AxisMap& y) {
  Markup result;
  for (std::size_t bin = 0; bin < bins.totals.size(); ++bin) {
    std::int64_t below = 0;
    for (std::size_t s = 0; s < plot.series.size(); ++s) {
      const std::int64_t count = bins.counts[s][bin];
      if (count == 0) {
        continue;
      }
      const PlotBox bar = {
          x.pixel_of(bins.ends[bin]) + 0.5, y.pixel_of(static_cast<double>(below + count)),
          x.pixel_of(bins.ends[bin + 1]) - 0.5, y.pixel_of(static_cast<double>(below))};
      below += count;
      result += bar_of(fill_of(s, plot.series[s].colour), bar,
                       plot.series[s].name + ", " + number_text(bins.ends[bin]) + " to " +
                           number_text(bins.ends[bin + 1]) + ": " + format_count(count));
    }
  }
  return result;
}

// A shape about (x, y), so that series can be told apart without their colours.
Markup mark_of(std::size_t series, const PlotColour& colour, double x, double y) {
  constexpr double r = 3.2;
  Attributes attributes = fill_of(series, colour);
  attributes.emplace_back("fill-opacity", "0.75");
  const auto point = [&](double dx, double dy) {
    return coordinate(x + dx) + "," + coordinate(y + dy);
  };
  std::string points;
  switch (series % 4) {
    case 0:
      attributes.insert(attributes.end(),
                        {{"cx", coordinate(x)}, {"cy", coordinate(y)}, {"r", "3"}});
      return empty_element("circle", attributes);
    case 1:
      points = point(-2.7, -2.7) + " " + point(2.7, -2.7) + " " + point(2.7, 2.7) + " " +
               point(-2.7, 2.7);
      break;
    case 2:
      points = point(0, -r - 0.4) + " " + point(r + 0.3, 2.6) + " " + point(-r - 0.3, 2.6);
      break;
    default:
      points = point(0, -4) + " " + point(4, 0) + " " + point(0, 4) + " " + point(-4, 0);
  }
  attributes.emplace_back("points", points);
  return empty_element("polygon", attributes);
}

std::vector<double> all_values(const ScatterPlot& plot, std::vector<double> ScatterSeries::*which) {
  std::vector<double> values;
  for (const ScatterSeries& series : plot.series) {
    assert(series.x.size() == series.y.size());
    values.insert(values.end(), (series.*which).begin(), (series.*which).end());
  }
  return values;
}

}  // namespace

Markup histogram_plot(const HistogramPlot& plot) {
  const PlotRange range = axis_range(plot.value, values_of(plot), 0);
  const Binned bins = binned(plot, range);
  const std::int64_t most = *std::max_element(bins.totals.begin(), bins.totals.end());

  const Legend legend = legend_of(names_of(plot.series), [&](std::size_t i, double x, double y) {
    Attributes attributes = fill_of(i, plot.series[i].colour);
    attributes.insert(
        attributes.end(),
        {{"x", coordinate(x + 8)}, {"y", coordinate(y - 10)}, {"width", "12"}, {"height", "12"}});
    return empty_element("rect", attributes);
  });
  const double top = space_above + legend.height, bottom = top + box_height;
  PlotAxis count = plot.count;
  count.low = 0;
  const PlotRange count_range = axis_range(count, {0, static_cast<double>(most)}, 0.05);
  const AxisMap y(AxisScale::linear, count_range, bottom, top);
  const PlotBox box = {left_of(y, count.whole_numbers), top, plot_width - space_right, bottom};
  const AxisMap x(plot.value.scale, range, box.left, box.right);
  const Markup content = legend.markup + y_axis(box, y, count) + x_axis(box, x, plot.value) +
                         (most == 0 ? no_data(box) : bars_of(plot, bins, x, y));
  return svg_element(plot.description, bottom + space_below, content);
}

Markup scatter_plot(const ScatterPlot& plot) {
  constexpr double margin = 0.04;
  const std::vector<double> all_x = all_values(plot, &ScatterSeries::x);
  const Legend legend = legend_of(names_of(plot.series), [&](std::size_t i, double x, double y) {
    return mark_of(i, plot.series[i].colour, x + 14, y - 4);
  });
  const double top = space_above + legend.height, bottom = top + box_height;
  const AxisMap y(plot.y.scale, axis_range(plot.y, all_values(plot, &ScatterSeries::y), margin),
                  bottom, top);
  const PlotBox box = {left_of(y, plot.y.whole_numbers), top, plot_width - space_right, bottom};
  const AxisMap x(plot.x.scale, axis_range(plot.x, all_x, margin), box.left, box.right);

  const std::size_t step = (all_x.size() + most_scatter_points - 1) / most_scatter_points;
  Markup marks;
  std::size_t number = 0;
  for (std::size_t s = 0; s < plot.series.size(); ++s) {
    const ScatterSeries& series = plot.series[s];
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (number++ % step == 0 && x.can_show(series.x[i]) && y.can_show(series.y[i])) {
        marks += mark_of(s, series.colour, x.pixel_of(series.x[i]), y.pixel_of(series.y[i]));
      }
    }
  }
  const std::string thinned =
      step > 1 ? " One point of every " + std::to_string(step) + " is drawn." : "";
  return svg_element(plot.description + thinned, bottom + space_below,
                     legend.markup + y_axis(box, y, plot.y) + x_axis(box, x, plot.x) +
                         (marks.text.empty() ? no_data(box) : marks));
}

}  // namespace fossilct
