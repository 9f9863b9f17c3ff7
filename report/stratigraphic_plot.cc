// SPDX-License-Identifier: Apache-2.0
#include "report/stratigraphic_plot.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "report/numbers.h"
#include "report/plot_frame.h"

namespace fossilct {

namespace {

constexpr double widest = 2 * plot_width + 32;  // two plots and the gap between them
constexpr int most_ticks = 8;
constexpr double most_name_width = 160;   // of a sample
constexpr double most_title_width = 235;  // of a taxon
constexpr double bolder = 1.1;
constexpr double slope = 0.7071;  // of titles, at 45 degrees
constexpr double below = 34;
constexpr double gap = 30;              // room for the labels at the ends of two panels
constexpr double least_share = 10;      // percent that a panel spans at least
constexpr double most_pixels_each = 3;  // for one percent
constexpr double good_pixels_each = 2;
constexpr double least_pixels_each = 0.8;

bool has_depth(const StratigraphicPlot& plot) { return !plot.depth_m.empty(); }

PlotRange range_of(const StratigraphicPlot& plot) {
  if (!has_depth(plot)) {
    return {-0.5, std::max(0.5, static_cast<double>(plot.samples.size()) - 0.5)};
  }
  const auto [least, largest] = std::ranges::minmax(plot.depth_m);
  const double margin = largest > least ? 0.03 * (largest - least) : 0.5;
  return {least - margin, largest + margin};
}

// Named samples need a line each.
double box_height_of(const StratigraphicPlot& plot) {
  constexpr double of_depths = 300, of_sample = 22, least = 88, most = 640;
  return has_depth(plot)
             ? of_depths
             : std::clamp(of_sample * static_cast<double>(plot.samples.size()), least, most);
}

// Right of the depths and their title, or of the samples' names.
double left_of(const StratigraphicPlot& plot) {
  constexpr double title_width = 24;
  if (has_depth(plot)) {
    const AxisMap depth(AxisScale::linear, range_of(plot), 0, box_height_of(plot));
    return title_width + 9 + label_width(depth.ticks(most_ticks, false, LabelsRun::down));
  }
  double width = 0;
  for (const std::string& name : plot.samples) {
    width = std::max(width, text_width(fitted(name, most_name_width)));
  }
  return width + 9;
}

std::string title_of(const StratigraphicPanel& panel) {
  return fitted(panel.title, most_title_width / bolder);
}

// How far up and to the right the longest title reaches.
double title_rise(const StratigraphicPlot& plot) {
  double width = 0;
  for (const StratigraphicPanel& panel : plot.panels) {
    width = std::max(width, text_width(title_of(panel)));
  }
  return width * bolder * slope;
}

double title_height(const StratigraphicPlot& plot) {
  constexpr double above_box = 8;
  return title_rise(plot) + plot_font_size + above_box;
}

double largest_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    largest = std::isfinite(value) ? std::max(largest, value) : largest;
  }
  return largest;
}

// What a panel spans, whole tens of percent.
double span_of(const StratigraphicPanel& panel) {
  const double largest =
      std::max({largest_of(panel.percent), largest_of(panel.high), largest_of(panel.other)});
  return std::clamp(10 * std::ceil(largest / 10 - 1e-9), least_share, 100.0);
}

// Places for panels, row by row.
struct Placed {
  std::size_t panel = 0;
  double left = 0;
  std::size_t row = 0;
};

struct Layout {
  std::vector<Placed> places;
  double width = plot_width;
  double pixels_each = 1;  // for one percent
  std::size_t rows = 1;
};

// As wide as two plots where taxa need it.
Layout laid_out(const StratigraphicPlot& plot) {
  double spans = 0;
  for (const StratigraphicPanel& panel : plot.panels) {
    spans += span_of(panel);
  }
  const double left = left_of(plot);
  const double gaps = gap * static_cast<double>(plot.panels.size());
  const double around = left + gaps + title_rise(plot);
  Layout layout;
  layout.width = std::clamp(around + spans * good_pixels_each, plot_width, widest);
  layout.pixels_each =
      std::clamp((layout.width - around) / spans, least_pixels_each, most_pixels_each);
  const double right = layout.width - gap;
  double at = left;
  for (std::size_t i = 0; i < plot.panels.size(); ++i) {
    const double width = span_of(plot.panels[i]) * layout.pixels_each;
    const double title = text_width(title_of(plot.panels[i])) * bolder * slope + plot_font_size;
    if (at > left && at + std::max(width, title) > right) {
      at = left;
      ++layout.rows;
    }
    layout.places.push_back({i, at, layout.rows - 1});
    at += width + gap;
  }
  return layout;
}

// One row of panels: where samples lie, and how percents are drawn.
class Row {
 public:
  Row(const StratigraphicPlot& plot, double top, double pixels_each)
      : plot_(plot),
        top_(top),
        pixels_each_(pixels_each),
        height_(box_height_of(plot)),
        depth_(AxisScale::linear, range_of(plot), top, top + height_) {}

  Markup axis() const {
    const double left = left_of(plot_);
    Markup result = plot_line("axis", left, top_, left, top_ + height_);
    if (!has_depth(plot_)) {
      return result + names(left);
    }
    for (const Tick& tick : depth_.ticks(most_ticks, false, LabelsRun::down).labelled) {
      const double y = depth_.pixel_of(tick.value);
      result += plot_line("tick", left - 4, y, left, y);
      result += plot_text(left - 7, y + 4, "end", tick.text);
    }
    const std::string middle = coordinate(top_ + height_ / 2);
    return result + element("text",
                            {{"x", "13"},
                             {"y", middle},
                             {"text-anchor", "middle"},
                             {"transform", "rotate(-90 13 " + middle + ")"}},
                            text("depth (m)"));
  }

  Markup panel(const StratigraphicPanel& panel, double left) const {
    const double span = span_of(panel);
    const double right = left + span * pixels_each_;
    Markup result;
    for (double percent = 0; percent <= span; percent += 10) {
      const double x = left + percent * pixels_each_;
      result += plot_line(percent == 0 ? "axis" : "grid", x, top_, x, top_ + height_);
    }
    const AxisMap map(AxisScale::linear, {0, span}, left, right);
    for (const Tick& tick : map.ticks(most_ticks, true, LabelsRun::across).labelled) {
      result += plot_text(map.pixel_of(tick.value), top_ + height_ + 15, "middle", tick.text);
    }
    result += plot_line("axis", left, top_ + height_, right, top_ + height_);
    result += title(title_of(panel), left + 4);
    result += curve(panel.percent, left, true);
    result += intervals(panel, left);
    result += curve(panel.other, left, false);
    return result + told(panel, left);
  }

 private:
  // Of many samples every second, third ... one.
  Markup names(double left) const {
    constexpr double line_height = plot_font_size + 2;
    const double each = height_ / static_cast<double>(plot_.samples.size());
    const auto step = static_cast<std::size_t>(std::ceil(std::max(1.0, line_height / each)));
    Markup result;
    for (std::size_t i = 0; i < plot_.samples.size(); i += step) {
      result += plot_text(left - 7, y_of(i) + 4, "end", fitted(plot_.samples[i], most_name_width));
    }
    return result;
  }

  double y_of(std::size_t sample) const {
    return depth_.pixel_of(has_depth(plot_) ? plot_.depth_m[sample] : static_cast<double>(sample));
  }

  std::string point(double x, double y) const { return coordinate(x) + "," + coordinate(y); }

  Markup title(const std::string& name, double x) const {
    const std::string y = coordinate(top_ - 8);
    return element("text",
                   {{"class", "strong"},
                    {"x", coordinate(x)},
                    {"y", y},
                    {"transform", "rotate(-45 " + coordinate(x) + " " + y + ")"}},
                   text(name));
  }

  // Runs between gaps; the first curve is filled to the axis.
  Markup curve(const std::vector<double>& values, double left, bool is_filled) const {
    Markup result;
    std::vector<std::size_t> run;
    for (std::size_t i = 0; i <= values.size(); ++i) {
      if (i < values.size() && std::isfinite(values[i])) {
        run.push_back(i);
        continue;
      }
      if (!run.empty()) {
        result += run_of(values, run, left, is_filled);
      }
      run.clear();
    }
    return result;
  }

  // A sample between gaps has no curve to fill beneath.
  Markup bar_of(double percent, std::size_t sample, double left) const {
    constexpr double thickness = 8;
    return empty_element("rect", {{"class", series_class(0) + " bar"},
                                  {"fill", series_colour(0)},
                                  {"fill-opacity", "0.35"},
                                  {"x", coordinate(left)},
                                  {"y", coordinate(y_of(sample) - thickness / 2)},
                                  {"width", coordinate(percent * pixels_each_)},
                                  {"height", coordinate(thickness)}});
  }

  Markup run_of(const std::vector<double>& values, const std::vector<std::size_t>& run, double left,
                bool is_filled) const {
    std::string line;
    for (const std::size_t i : run) {
      line += (line.empty() ? "" : " ") + point(left + values[i] * pixels_each_, y_of(i));
    }
    const std::size_t series = is_filled ? 0 : 1;
    Markup result;
    if (is_filled && run.size() == 1) {
      result += bar_of(values[run.front()], run.front(), left);
    } else if (is_filled) {
      result += empty_element("polygon", {{"class", series_class(series) + " bar"},
                                          {"fill", series_colour(series)},
                                          {"fill-opacity", "0.35"},
                                          {"points", point(left, y_of(run.front())) + " " + line +
                                                         " " + point(left, y_of(run.back()))}});
    }
    Attributes drawn = {{"class", series_class(series) + " curve"},
                        {"fill", "none"},
                        {"stroke", series_colour(series)},
                        {"points", line}};
    if (!is_filled) {
      drawn.emplace_back("stroke-dasharray", "5 3");
    }
    result += empty_element("polyline", drawn);
    for (const std::size_t i : run) {
      result += empty_element("circle", {{"class", series_class(series) + " dot"},
                                         {"fill", series_colour(series)},
                                         {"cx", coordinate(left + values[i] * pixels_each_)},
                                         {"cy", coordinate(y_of(i))},
                                         {"r", "2"}});
    }
    return result;
  }

  Markup intervals(const StratigraphicPanel& panel, double left) const {
    Markup result;
    for (std::size_t i = 0; i < panel.low.size(); ++i) {
      if (std::isfinite(panel.low[i]) && std::isfinite(panel.high[i])) {
        const double y = y_of(i);
        result += plot_line("tick", left + panel.low[i] * pixels_each_, y,
                            left + panel.high[i] * pixels_each_, y);
      }
    }
    return result;
  }

  // Unseen circles that tell the values under the pointer.
  Markup told(const StratigraphicPanel& panel, double left) const {
    Markup result;
    for (std::size_t i = 0; i < panel.percent.size(); ++i) {
      if (!std::isfinite(panel.percent[i])) {
        continue;
      }
      std::string said =
          panel.title + ", " + plot_.samples[i] + ": " + decimal_text(panel.percent[i], 1) + "%";
      if (i < panel.low.size()) {
        said +=
            " (" + decimal_text(panel.low[i], 1) + " to " + decimal_text(panel.high[i], 1) + ")";
      }
      if (i < panel.other.size() && std::isfinite(panel.other[i])) {
        said += ", " + plot_.other_name + ": " + decimal_text(panel.other[i], 1) + "%";
      }
      result += element("circle",
                        {{"class", "touch"},
                         {"fill", "none"},
                         {"cx", coordinate(left + panel.percent[i] * pixels_each_)},
                         {"cy", coordinate(y_of(i))},
                         {"r", "6"}},
                        element("title", text(said)));
    }
    return result;
  }

  const StratigraphicPlot& plot_;
  double top_;
  double pixels_each_;
  double height_;
  AxisMap depth_;
};

void check(const StratigraphicPlot& plot) {
  [[maybe_unused]] const std::size_t count = plot.samples.size();
  assert(plot.depth_m.empty() || plot.depth_m.size() == count);
  for ([[maybe_unused]] const StratigraphicPanel& panel : plot.panels) {
    assert(panel.percent.size() == count);
    assert(panel.low.size() == panel.high.size());
    assert(panel.low.empty() || panel.low.size() == count);
    assert(panel.other.empty() || panel.other.size() == count);
  }
}

}  // namespace

Markup stratigraphic_plot(const StratigraphicPlot& plot) {
  check(plot);
  if (plot.panels.empty() || plot.samples.empty()) {
    return svg_element(plot.description, 60, no_data({8, 8, plot_width - 8, 52}));
  }
  const bool has_other = !plot.other_name.empty();
  const Legend legend =
      has_other ? legend_of({plot.name, plot.other_name}, Swatch::line) : Legend();
  const Layout layout = laid_out(plot);
  const double row_height = title_height(plot) + box_height_of(plot) + below;
  Markup content = legend.markup;
  for (std::size_t row = 0; row < layout.rows; ++row) {
    const double top = legend.height + static_cast<double>(row) * row_height + title_height(plot);
    const Row drawn(plot, top, layout.pixels_each);
    content += drawn.axis();
    for (const Placed& place : layout.places) {
      if (place.row == row) {
        content += drawn.panel(plot.panels[place.panel], place.left);
      }
    }
  }
  const double height = legend.height + static_cast<double>(layout.rows) * row_height + 14;
  content += plot_text(left_of(plot), height - 6, "start", "percent of the specimens of a sample");
  return svg_element(plot.description, height, content, layout.width);
}

}  // namespace fossilct
