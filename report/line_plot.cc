// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "report/numbers.h"
#include "report/plot_frame.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr double box_height = 200;
constexpr double caption_height = 18;
constexpr double space_right = 14;
constexpr std::size_t most_touched_points = 200;

struct Canvas {
  PlotBox box;
  AxisMap x;
  AxisMap y;

  bool can_show(double x_value, double y_value) const {
    return x.can_show(x_value) && y.can_show(y_value);
  }
};

std::vector<double> all_values(const LinePlot& plot, std::vector<double> PlotSeries::*which) {
  std::vector<double> values;
  for (const PlotSeries& series : plot.series) {
    assert(series.x.size() == series.y.size());
    values.insert(values.end(), (series.*which).begin(), (series.*which).end());
  }
  return values;
}

std::vector<double> x_values(const LinePlot& plot) {
  std::vector<double> values = all_values(plot, &PlotSeries::x);
  for (const PlotBand& band : plot.bands) {
    values.push_back(band.begin);
    values.push_back(band.end);
  }
  return values;
}

PlotRange y_range_of(const LinePlot& plot) {
  constexpr double margin = 0.05;
  return axis_range(plot.y, all_values(plot, &PlotSeries::y), margin);
}

// Where the box begins: right of the labels of its y axis.
double left_of(const LinePlot& plot) {
  constexpr double title_width = 24;
  const AxisMap y(plot.y.scale, y_range_of(plot), box_height, 0);
  return title_width + 9 +
         label_width(y.ticks(most_y_ticks, plot.y.whole_numbers, LabelsRun::down));
}

Canvas canvas_of(const LinePlot& plot, double left, double top) {
  const PlotRange x_range = axis_range(plot.x, x_values(plot), 0);
  const double bottom = top + box_height;
  const AxisMap y(plot.y.scale, y_range_of(plot), bottom, top);
  const PlotBox box = {left, top, plot_width - space_right, bottom};
  return {box, AxisMap(plot.x.scale, x_range, box.left, box.right), y};
}

// The runs of points between gaps.
std::vector<std::string> pieces_of(const PlotSeries& series, const Canvas& canvas) {
  std::vector<std::string> pieces(1);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (canvas.can_show(series.x[i], series.y[i])) {
      pieces.back() += (pieces.back().empty() ? "" : " ") +
                       coordinate(canvas.x.pixel_of(series.x[i])) + "," +
                       coordinate(canvas.y.pixel_of(series.y[i]));
    } else if (!pieces.back().empty()) {
      pieces.emplace_back();
    }
  }
  if (pieces.back().empty()) {
    pieces.pop_back();
  }
  return pieces;
}

Markup curve_of(const std::string& points, std::size_t number, bool is_strong) {
  const std::size_t comma = points.find(',');
  if (points.find(' ') == std::string::npos) {
    return empty_element("circle", {{"class", series_class(number) + " dot"},
                                    {"fill", series_colour(number)},
                                    {"cx", points.substr(0, comma)},
                                    {"cy", points.substr(comma + 1)},
                                    {"r", "2.5"}});
  }
  return empty_element("polyline",
                       {{"class", series_class(number) + (is_strong ? " curve thick" : " curve")},
                        {"fill", "none"},
                        {"stroke", series_colour(number)},
                        {"points", points}});
}

// Unseen circles that tell the values under the pointer.
Markup touch_points(const LinePlot& plot, const PlotSeries& series, const Canvas& canvas) {
  Markup result;
  if (series.x.size() > most_touched_points) {
    return result;
  }
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!canvas.can_show(series.x[i], series.y[i])) {
      continue;
    }
    const std::string told = series.name + ": " + number_text(series.y[i]) + " (" + plot.x.title +
                             ": " + number_text(series.x[i]) + ")";
    result += element("circle",
                      {{"class", "touch"},
                       {"fill", "none"},
                       {"cx", coordinate(canvas.x.pixel_of(series.x[i]))},
                       {"cy", coordinate(canvas.y.pixel_of(series.y[i]))},
                       {"r", "6"}},
                      element("title", text(told)));
  }
  return result;
}

Markup band_of(const PlotBand& band, std::size_t number, const Canvas& canvas) {
  const PlotRange& range = canvas.x.range();
  const double begin = canvas.x.pixel_of(std::clamp(band.begin, range.low, range.high));
  const double end = canvas.x.pixel_of(std::clamp(band.end, range.low, range.high));
  Markup result;
  if (number % 2 == 1) {
    result += element("rect",
                      {{"class", "band"},
                       {"fill", "#f0f2f5"},
                       {"x", coordinate(begin)},
                       {"y", coordinate(canvas.box.top)},
                       {"width", coordinate(end - begin)},
                       {"height", coordinate(canvas.box.bottom - canvas.box.top)}},
                      element("title", text(band.caption)));
  }
  if (text_width(band.caption) <= end - begin) {
    result += plot_text((begin + end) / 2, canvas.box.top - 6, "middle", band.caption);
  }
  return result;
}

struct LabelPlace {
  double x = 0;  // of the text's anchor
  double y = 0;  // of its baseline
  bool begins_at_x = true;
};

// How many points of the curves the label would hide there; a great many where it leaves the plot.
std::int64_t hidden_points(const LinePlot& plot, const Canvas& canvas, const LabelPlace& place,
                           double width) {
  constexpr std::int64_t great_many = 1'000'000;
  const double left = place.begins_at_x ? place.x : place.x - width;
  const double top = place.y - plot_font_size;
  const double bottom = place.y + 4;
  if (left < canvas.box.left || left + width > plot_width || top < canvas.box.top ||
      bottom > canvas.box.bottom) {
    return great_many;
  }
  std::int64_t count = 0;
  for (const PlotSeries& series : plot.series) {
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const double x = canvas.x.pixel_of(series.x[i]);
      const double y = canvas.y.pixel_of(series.y[i]);
      count += x >= left && x <= left + width && y >= top && y <= bottom ? 1 : 0;
    }
  }
  return count;
}

LabelPlace label_place(const LinePlot& plot, const Canvas& canvas, double x, double y,
                       double width) {
  LabelPlace best;
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const double down : {-10.0, 20.0, -24.0, 34.0}) {
    for (const bool to_the_right : {true, false}) {
      const LabelPlace place = {to_the_right ? x + 9 : x - 9, y + down, to_the_right};
      const std::int64_t hidden = hidden_points(plot, canvas, place, width);
      if (hidden < fewest) {
        fewest = hidden;
        best = place;
      }
    }
  }
  return best;
}

Markup marker_of(const LinePlot& plot, const PlotMarker& marker, const Canvas& canvas) {
  if (!canvas.can_show(marker.x, marker.y)) {
    return {};
  }
  const double x = canvas.x.pixel_of(marker.x);
  const double y = canvas.y.pixel_of(marker.y);
  const double width = text_width(marker.label) * 1.1;  // it is bold
  const LabelPlace place = label_place(plot, canvas, x, y, width);
  return empty_element("circle", {{"class", "ring"},
                                  {"fill", "#ffffff"},
                                  {"stroke", "#1c2733"},
                                  {"stroke-width", "2"},
                                  {"cx", coordinate(x)},
                                  {"cy", coordinate(y)},
                                  {"r", "4.5"}}) +
         element("text",
                 {{"class", "strong halo"},
                  {"x", coordinate(place.x)},
                  {"y", coordinate(place.y)},
                  {"text-anchor", place.begins_at_x ? "start" : "end"}},
                 text(marker.label));
}

Markup curves_of(const LinePlot& plot, const Canvas& canvas) {
  Markup curves;
  Markup strong;
  Markup touched;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const bool is_strong = plot.series[i].is_strong;
    for (const std::string& points : pieces_of(plot.series[i], canvas)) {
      (is_strong ? strong : curves) += curve_of(points, i, is_strong);
    }
    touched += touch_points(plot, plot.series[i], canvas);
  }
  curves += strong;
  if (curves.text.empty()) {
    return no_data(canvas.box);
  }
  return curves + touched;
}

std::vector<std::string> legend_names(const LinePlot& plot) {
  std::vector<std::string> names;
  for (const PlotSeries& series : plot.series) {
    names.push_back(series.name);
  }
  return names.size() > 1 ? names : std::vector<std::string>{};
}

// What a plot shows, and how high that is.
struct Drawing {
  Markup content;
  double height = 0;
};

Drawing drawing_of(const LinePlot& plot, double left) {
  const Legend legend = legend_of(legend_names(plot), Swatch::line);
  const Canvas canvas =
      canvas_of(plot, left, 8 + legend.height + (plot.bands.empty() ? 0 : caption_height));
  Markup content = legend.markup;
  for (std::size_t i = 0; i < plot.bands.size(); ++i) {
    content += band_of(plot.bands[i], i, canvas);
  }
  content += y_axis(canvas.box, canvas.y, plot.y);
  content += x_axis(canvas.box, canvas.x, plot.x);
  for (const double border : plot.borders) {
    if (canvas.x.can_show(border)) {
      const double x = canvas.x.pixel_of(border);
      content += plot_line("border", x, canvas.box.top, x, canvas.box.bottom);
    }
  }
  content += curves_of(plot, canvas);
  for (const PlotMarker& marker : plot.markers) {
    content += marker_of(plot, marker, canvas);
  }
  return {std::move(content), canvas.box.bottom + space_below};
}

// As much of a text as fits into the width of a picture, its end rather than its beginning: of
// paths that is the name.
std::string shortened(const std::string& line) {
  constexpr int most_characters = 66;
  std::size_t begin = line.size();
  for (int characters = 0; begin > 0 && characters < most_characters;) {
    --begin;
    characters += (static_cast<unsigned char>(line[begin]) & 0xc0) != 0x80 ? 1 : 0;
  }
  return begin == 0 ? line : "…" + line.substr(begin);
}

Markup title_text(double y, const std::string& title) {
  return element("text",
                 {{"x", "10"}, {"y", coordinate(y)}, {"font-size", "15"}, {"font-weight", "600"}},
                 text(title));
}

Markup background(double height) {
  return empty_element(
      "rect",
      {{"width", coordinate(plot_width)}, {"height", coordinate(height)}, {"fill", "#ffffff"}});
}

}  // namespace

Markup line_plot(const LinePlot& plot) {
  const Drawing drawing = drawing_of(plot, left_of(plot));
  return svg_element(plot.description, drawing.height, drawing.content);
}

std::string svg_file(const std::string& title, const std::vector<std::string>& lines,
                     const std::vector<LinePlot>& plots) {
  constexpr double margin = 10, line_height = 18, gap = 6;
  double left = 0;
  for (const LinePlot& plot : plots) {
    left = std::max(left, left_of(plot));
  }
  double y = margin + line_height;
  Markup content = title_text(y - 4, title);
  for (const std::string& line : lines) {
    y += line_height;
    content += plot_text(margin, y - 2, "start", shortened(line));
  }
  for (const LinePlot& plot : plots) {
    const Drawing drawing = drawing_of(plot, left);
    content +=
        element("g", {{"transform", "translate(0 " + coordinate(y + gap) + ")"}}, drawing.content);
    y += gap + drawing.height;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
         svg_element(title, y, background(y) + content).text + "\n";
}

}  // namespace fossilct
