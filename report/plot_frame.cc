// SPDX-License-Identifier: Apache-2.0
#include "report/plot_frame.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fossilct {

namespace {

// After Okabe and Ito (2008), darkened for thin lines on white and lightened for dark pages: told
// apart by people with any of the three colour blindnesses.
struct SeriesColour {
  const char* light;
  const char* dark;
};
constexpr std::array<SeriesColour, 7> series_colours = {{{"#0072b2", "#56b4e9"},
                                                         {"#d55e00", "#ff9248"},
                                                         {"#00866a", "#2fd1a0"},
                                                         {"#b0558a", "#e8a0cb"},
                                                         {"#9a7400", "#f0cf50"},
                                                         {"#3f4650", "#d5dae1"},
                                                         {"#7a4a21", "#c99a6b"}}};
constexpr std::array<const char*, 4> dashes = {"none", "6 3", "2 2.5", "8 3 2 3"};

constexpr double swatch_width = 22;

Markup line_swatch(std::size_t series, double x, double y) {
  return empty_element("line", {{"class", series_class(series) + " curve"},
                                {"stroke", series_colour(series)},
                                {"x1", coordinate(x)},
                                {"x2", coordinate(x + swatch_width)},
                                {"y1", coordinate(y - 4)},
                                {"y2", coordinate(y - 4)}});
}

Markup box_swatch(std::size_t series, double x, double y) {
  return empty_element("rect", {{"class", series_class(series) + " bar"},
                                {"fill", series_colour(series)},
                                {"x", coordinate(x + 8)},
                                {"y", coordinate(y - 10)},
                                {"width", "12"},
                                {"height", "12"}});
}

double finite_or(double value, double other) { return std::isfinite(value) ? value : other; }

bool can_be_on(const PlotAxis& axis, double value) {
  return std::isfinite(value) && (axis.scale == AxisScale::linear || value > 0);
}

PlotRange widened(const PlotAxis& axis, PlotRange range) {
  const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low > 1e-9 * magnitude) {
    return range;
  }
  if (axis.scale == AxisScale::logarithmic) {
    return {range.low / 2, range.high * 2};
  }
  const double half = axis.whole_numbers || magnitude == 0 ? 0.5 : 0.1 * magnitude;
  return {range.low - half, range.high + half};
}

}  // namespace

AxisMap::AxisMap(AxisScale scale, PlotRange range, double first_pixel, double last_pixel)
    : scale_(scale), range_(range), first_(first_pixel), last_(last_pixel) {}

double AxisMap::along(double value) const {
  if (scale_ == AxisScale::linear) {
    return (value - range_.low) / (range_.high - range_.low);
  }
  return std::log(value / range_.low) / std::log(range_.high / range_.low);
}

bool AxisMap::can_show(double value) const {
  if (!std::isfinite(value) || (scale_ == AxisScale::logarithmic && value <= 0)) {
    return false;
  }
  constexpr double slack = 1e-6;
  return along(value) >= -slack && along(value) <= 1 + slack;
}

double AxisMap::pixel_of(double value) const { return first_ + along(value) * (last_ - first_); }

// Fewer labels, at rounder numbers, until each has room; at last only those that leave it to the
// one before.
TickMarks AxisMap::ticks(int most, bool whole_numbers, LabelsRun run) const {
  constexpr int fewest = 2;
  TickMarks marks = marks_of(most, whole_numbers);
  while (most > fewest && overlapping(marks.labelled, run) != marks.labelled.end()) {
    marks = marks_of(--most, whole_numbers);
  }
  for (auto crowded = overlapping(marks.labelled, run); crowded != marks.labelled.end();
       crowded = overlapping(marks.labelled, run)) {
    marks.minor.push_back(crowded->value);
    marks.labelled.erase(crowded);
  }
  return marks;
}

TickMarks AxisMap::marks_of(int most, bool whole_numbers) const {
  return scale_ == AxisScale::linear ? linear_ticks(range_.low, range_.high, most, whole_numbers)
                                     : log_ticks(range_.low, range_.high, most);
}

std::vector<Tick>::const_iterator AxisMap::overlapping(const std::vector<Tick>& ticks,
                                                       LabelsRun run) const {
  constexpr double gap_across = 10, gap_down = 4;
  return std::ranges::adjacent_find(ticks, [&](const Tick& one, const Tick& next) {
    const double apart = std::abs(pixel_of(next.value) - pixel_of(one.value));
    const double needed = run == LabelsRun::down
                              ? plot_font_size + gap_down
                              : (text_width(one.text) + text_width(next.text)) / 2 + gap_across;
    return apart < needed;
  });
}

PlotRange axis_range(const PlotAxis& axis, const std::vector<double>& values, double margin) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (can_be_on(axis, value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const bool logarithmic = axis.scale == AxisScale::logarithmic;
  PlotRange range = {finite_or(low, logarithmic ? 0.1 : 0), finite_or(high, 1)};
  range = widened(axis, {axis.low.value_or(range.low), axis.high.value_or(range.high)});
  const double added =
      logarithmic ? std::pow(range.high / range.low, margin) : (range.high - range.low) * margin;
  if (!axis.low) {
    range.low = logarithmic ? range.low / added : range.low - added;
  }
  if (!axis.high) {
    range.high = logarithmic ? range.high * added : range.high + added;
  }
  return range;
}

double label_width(const TickMarks& ticks) {
  double width = 0;
  for (const Tick& tick : ticks.labelled) {
    width = std::max(width, text_width(tick.text));
  }
  return width;
}

Markup plot_text(double x, double y, std::string_view anchor, std::string_view content) {
  return element("text",
                 {{"x", coordinate(x)}, {"y", coordinate(y)}, {"text-anchor", std::string(anchor)}},
                 text(content));
}

Markup plot_line(std::string_view style_class, double x1, double y1, double x2, double y2) {
  return empty_element("line", {{"class", std::string(style_class)},
                                {"stroke", style_class == "grid" ? "#dfe3e8" : "#7b8490"},
                                {"x1", coordinate(x1)},
                                {"y1", coordinate(y1)},
                                {"x2", coordinate(x2)},
                                {"y2", coordinate(y2)}});
}

// The middle of a label at x that would else be cut by the edge of the picture.
double within_picture(double x, const std::string& label) {
  const double half = text_width(label) / 2;
  return std::clamp(x, half, plot_width - half);
}

Markup x_axis(const PlotBox& box, const AxisMap& map, const PlotAxis& axis) {
  constexpr double label_drop = 17;
  constexpr double title_drop = 36;
  const TickMarks ticks = map.ticks(most_x_ticks, axis.whole_numbers, LabelsRun::across);
  Markup result;
  for (const Tick& tick : ticks.labelled) {
    const double x = map.pixel_of(tick.value);
    result += plot_line("grid", x, box.top, x, box.bottom);
    result += plot_line("tick", x, box.bottom, x, box.bottom + 5);
    result += plot_text(within_picture(x, tick.text), box.bottom + label_drop, "middle", tick.text);
  }
  for (const double value : ticks.minor) {
    const double x = map.pixel_of(value);
    result += plot_line("tick", x, box.bottom, x, box.bottom + 3);
  }
  result += plot_line("axis", box.left, box.bottom, box.right, box.bottom);
  result += plot_text((box.left + box.right) / 2, box.bottom + title_drop, "middle", axis.title);
  return result;
}

Markup y_axis(const PlotBox& box, const AxisMap& map, const PlotAxis& axis) {
  constexpr double baseline_drop = 4;  // from the middle of the letters
  const TickMarks ticks = map.ticks(most_y_ticks, axis.whole_numbers, LabelsRun::down);
  Markup result;
  for (const Tick& tick : ticks.labelled) {
    const double y = map.pixel_of(tick.value);
    result += plot_line("grid", box.left, y, box.right, y);
    result += plot_text(box.left - 7, y + baseline_drop, "end", tick.text);
  }
  for (const double value : ticks.minor) {
    const double y = map.pixel_of(value);
    result += plot_line("tick", box.left - 3, y, box.left, y);
  }
  result += plot_line("axis", box.left, box.top, box.left, box.bottom);
  const std::string middle = coordinate((box.top + box.bottom) / 2);
  result += element("text",
                    {{"x", "13"},
                     {"y", middle},
                     {"text-anchor", "middle"},
                     {"transform", "rotate(-90 13 " + middle + ")"}},
                    text(axis.title));
  return result;
}

Legend legend_of(const std::vector<std::string>& names, const DrawSwatch& draw) {
  constexpr double row_height = 18;
  constexpr double gap = 16;
  constexpr double left = 8;
  Legend legend;
  double x = left;
  double y = row_height - 5;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = fitted(names[i], plot_width - 2 * left - swatch_width - 6);
    const double width = swatch_width + 6 + text_width(name);
    if (x > left && x + width > plot_width - left) {
      x = left;
      y += row_height;
    }
    legend.markup += draw(i, x, y);
    legend.markup += plot_text(x + swatch_width + 6, y, "start", name);
    x += width + gap;
  }
  legend.height = names.empty() ? 0 : y + 9;
  return legend;
}

Legend legend_of(const std::vector<std::string>& names, Swatch swatch) {
  return legend_of(names, [&](std::size_t i, double x, double y) {
    return swatch == Swatch::line ? line_swatch(i, x, y) : box_swatch(i, x, y);
  });
}

Attributes fill_of(std::size_t series, const PlotColour& colour) {
  if (!colour) {
    return {{"class", series_class(series) + " bar"}, {"fill", series_colour(series)}};
  }
  const std::string own = hex_colour(*colour);
  return {{"class", "bar"}, {"fill", own}, {"style", "fill:" + own}};
}

Markup no_data(const PlotBox& box) {
  return plot_text((box.left + box.right) / 2, (box.top + box.bottom) / 2, "middle", "no data");
}

std::string series_class(std::size_t series) {
  return "s" + std::to_string(series % series_colours.size()) + " d" +
         std::to_string(series / series_colours.size() % dashes.size());
}

std::string series_colour(std::size_t series) {
  return series_colours[series % series_colours.size()].light;
}

Markup svg_element(const std::string& description, double height, const Markup& content,
                   double width) {
  return element("svg",
                 {{"xmlns", "http://www.w3.org/2000/svg"},
                  {"class", "plot"},
                  {"role", "img"},
                  {"aria-label", description},
                  {"width", coordinate(width)},
                  {"height", coordinate(height)},
                  {"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                  {"font-family", "system-ui, sans-serif"},
                  {"font-size", coordinate(plot_font_size)}},
                 content);
}

std::string plot_style() {
  std::string light;
  std::string dark;
  std::string classes;
  for (std::size_t i = 0; i < series_colours.size(); ++i) {
    const std::string s = "s" + std::to_string(i);
    light.append("--").append(s).append(":").append(series_colours[i].light).append(";");
    dark.append("--").append(s).append(":").append(series_colours[i].dark).append(";");
    classes.append(".").append(s).append("{--colour:var(--").append(s).append(")}\n");
  }
  for (std::size_t i = 1; i < dashes.size(); ++i) {
    classes.append(".d").append(std::to_string(i)).append(".curve{stroke-dasharray:");
    classes.append(dashes[i]).append("}\n");
  }
  return ":root{" + light + "}\n@media screen and (prefers-color-scheme:dark){:root{" + dark +
         "}}\n" + classes + R"(.plot{display:block;max-width:100%;height:auto}
.plot text{fill:var(--muted)}
.plot .strong{fill:var(--ink);font-weight:600}
.plot .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.plot .grid{stroke:var(--line)}
.plot .tick,.plot .axis{stroke:var(--faint)}
.plot .band{fill:var(--shade)}
.plot .border{stroke:var(--faint);stroke-dasharray:3 3}
.plot .curve{stroke:var(--colour);stroke-width:1.8;fill:none;stroke-linejoin:round;stroke-linecap:round}
.plot .curve.thick{stroke-width:3.2}
.plot .dot,.plot .bar{fill:var(--colour)}
.plot .ring{fill:var(--paper);stroke:var(--ink);stroke-width:2}
.plot .touch{fill:transparent}
)";
}

}  // namespace fossilct
