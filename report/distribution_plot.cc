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
constexpr double downward_height = 320;
constexpr double space_right = 14;
constexpr double space_above = 8;
constexpr double title_width = 24;

double left_of(const AxisMap& y, bool whole_numbers) {
  return title_width + 9 + label_width(y.ticks(most_y_ticks, whole_numbers, LabelsRun::down));
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

std::vector<double> bin_ends_of(const HistogramPlot& plot, const PlotRange& range) {
  if (!plot.bin_ends.empty()) {
    return plot.bin_ends;
  }
  const int bins = bins_of(plot, values_of(plot).size());
  std::vector<double> ends;
  for (int i = 0; i <= bins; ++i) {
    ends.push_back(
        end_of_bin(range, plot.value.scale, static_cast<double>(i) / static_cast<double>(bins)));
  }
  return ends;
}

Binned binned(const HistogramPlot& plot, const PlotRange& range) {
  Binned result = {.ends = bin_ends_of(plot, range), .counts = {}, .totals = {}};
  const std::size_t bins = result.ends.size() - 1;
  const AxisMap place(plot.value.scale, range, 0, 1);
  result.totals.assign(bins, 0);
  for (const HistogramSeries& series : plot.series) {
    std::vector<std::int64_t>& counts = result.counts.emplace_back(bins, 0);
    for (const double value : series.values) {
      if (place.can_show(value)) {
        // An end belongs to the bin above it, the last one to the last bin.
        const auto above = std::upper_bound(result.ends.begin() + 1, result.ends.end() - 1, value);
        const auto bin = static_cast<std::size_t>(above - result.ends.begin()) - 1;
        ++counts[bin];
        ++result.totals[bin];
      }
    }
  }
  return result;
}

// How a histogram's values and counts lie in its box.
class HistogramPlace {
 public:
  HistogramPlace(const PlotBox& box, bool is_downward, const AxisMap& value, const AxisMap& count)
      : box_(box), is_downward_(is_downward), value_(value), count_(count) {}

  // Bars leave a gap between them, and are seen however near their ends are.
  PlotBox bar(double begin, double end, std::int64_t below, std::int64_t above) const {
    const double middle = (value_.pixel_of(begin) + value_.pixel_of(end)) / 2;
    const double half =
        std::max(least_half, (value_.pixel_of(end) - value_.pixel_of(begin) - 1) / 2);
    const double from = middle - half, to = middle + half;
    const double low = count_.pixel_of(static_cast<double>(below));
    const double high = count_.pixel_of(static_cast<double>(above));
    return is_downward_ ? PlotBox{low, from, high, to} : PlotBox{from, high, to, low};
  }
  PlotBox across(double begin, double end) const {
    const double from = value_.pixel_of(begin), to = value_.pixel_of(end);
    return is_downward_ ? PlotBox{box_.left, from, box_.right, to}
                        : PlotBox{from, box_.top, to, box_.bottom};
  }

 private:
  static constexpr double least_half = 0.75;
  PlotBox box_;
  bool is_downward_;
  const AxisMap& value_;
  const AxisMap& count_;
};

// However thin, it can be seen.
Markup rectangle(Attributes attributes, const PlotBox& box, const std::string& told) {
  constexpr double least = 0.5;
  attributes.insert(attributes.end(),
                    {{"x", coordinate(box.left)},
                     {"y", coordinate(box.top)},
                     {"width", coordinate(std::max(least, box.right - box.left))},
                     {"height", coordinate(std::max(least, box.bottom - box.top))}});
  return element("rect", attributes, element("title", text(told)));
}

Markup shades_of(const HistogramPlot& plot, const HistogramPlace& place) {
  Markup result;
  for (const ValueRange& range : plot.shaded) {
    result += rectangle({{"class", "band"}, {"fill", "#e4e8ed"}},
                        place.across(range.begin, range.end), range.told);
  }
  return result;
}

// The ends of a bin, told apart however near they are.
std::string ends_text(double begin, double end) {
  const std::string short_begin = number_text(begin), short_end = number_text(end);
  if (short_begin != short_end) {
    return short_begin + " to " + short_end;
  }
  constexpr double slack = 1e-6;  // a width that rounding has pushed below a power of ten
  const double magnitude = std::floor(std::log10(end - begin) + slack);
  const int decimals = std::max(0, 1 - static_cast<int>(magnitude));
  return decimal_text(begin, decimals) + " to " + decimal_text(end, decimals);
}

Markup bars_of(const HistogramPlot& plot, const Binned& bins, const HistogramPlace& place) {
  Markup result;
  for (std::size_t bin = 0; bin < bins.totals.size(); ++bin) {
    std::int64_t below = 0;
    for (std::size_t s = 0; s < plot.series.size(); ++s) {
      const std::int64_t count = bins.counts[s][bin];
      if (count == 0) {
        continue;
      }
      const double begin = bins.ends[bin], end = bins.ends[bin + 1];
      result += rectangle(
          fill_of(s, plot.series[s].colour), place.bar(begin, end, below, below + count),
          plot.series[s].name + ", " + ends_text(begin, end) + ": " + format_count(count));
      below += count;
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
  const bool downward = plot.is_downward;
  const double top = space_above + legend.height;
  const double bottom = top + (downward ? downward_height : box_height);
  constexpr std::int64_t least_count = 1;  // of an axis where nothing is
  PlotAxis count = plot.count;
  count.low = 0;
  const PlotRange count_range =
      axis_range(count, {0, static_cast<double>(std::max(most, least_count))}, 0.05);
  const PlotAxis& y_title = downward ? plot.value : count;
  const PlotAxis& x_title = downward ? count : plot.value;
  const AxisMap y = downward ? AxisMap(plot.value.scale, range, top, bottom)
                             : AxisMap(AxisScale::linear, count_range, bottom, top);
  const PlotBox box = {left_of(y, y_title.whole_numbers), top, plot_width - space_right, bottom};
  const AxisMap x = downward ? AxisMap(AxisScale::linear, count_range, box.left, box.right)
                             : AxisMap(plot.value.scale, range, box.left, box.right);
  const HistogramPlace place(box, downward, downward ? y : x, downward ? x : y);
  const Markup content = legend.markup + shades_of(plot, place) + y_axis(box, y, y_title) +
                         x_axis(box, x, x_title) +
                         (most == 0 ? no_data(box) : bars_of(plot, bins, place));
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
