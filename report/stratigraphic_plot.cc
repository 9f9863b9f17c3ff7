// SPDX-License-Identifier: Apache-2.0
#include "report/stratigraphic_plot.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "report/numbers.h"
#include "report/plot_frame.h"

namespace fossilct {

namespace {

constexpr double title_height = 92;  // names stand at 45 degrees
constexpr int most_ticks = 8;
constexpr double names_width = 110;
constexpr double box_height = 300;
constexpr double below = 34;
constexpr double gap = 12;
constexpr double least_share = 10;      // percent that a panel spans at least
constexpr double most_pixels_each = 3;  // for one percent
constexpr double least_pixels_each = 0.8;
constexpr double space_right = 62;  // the last name leans over

bool has_depth(const StratigraphicPlot& plot) { return !plot.depth_m.empty(); }

PlotRange range_of(const StratigraphicPlot& plot) {
  if (!has_depth(plot)) {
    return {-0.5, std::max(0.5, static_cast<double>(plot.samples.size()) - 0.5)};
  }
  const auto [least, largest] = std::ranges::minmax(plot.depth_m);
  const double margin = largest > least ? 0.03 * (largest - least) : 0.5;
  return {least - margin, largest + margin};
}

// Right of the title of the depths and their labels.
double left_of(const StratigraphicPlot& plot) {
  constexpr double title_width = 24;
  const AxisMap depth(AxisScale::linear, range_of(plot), 0, box_height);
  return has_depth(plot) ? title_width + 9 + label_width(depth.ticks(most_ticks, false))
                         : names_width;
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
  double pixels_each = 1;  // for one percent
  std::size_t rows = 1;
};

Layout laid_out(const StratigraphicPlot& plot) {
  double spans = 0;
  for (const StratigraphicPanel& panel : plot.panels) {
    spans += span_of(panel);
  }
  const double left = left_of(plot);
  const double room = plot_width - left - space_right;
  const double gaps = gap * static_cast<double>(plot.panels.size());
  Layout layout;
  layout.pixels_each =
      std::clamp((room - gaps) / std::max(spans, 1.0), least_pixels_each, most_pixels_each);
  double at = left;
  for (std::size_t i = 0; i < plot.panels.size(); ++i) {
    const double width = span_of(plot.panels[i]) * layout.pixels_each;
    if (at > left && at + width > left + room) {
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
        depth_(AxisScale::linear, range_of(plot), top, top + box_height) {}

  Markup axis() const {
    const double left = left_of(plot_);
    Markup result = plot_line("axis", left, top_, left, top_ + box_height);
    if (!has_depth(plot_)) {
      for (std::size_t i = 0; i < plot_.samples.size(); ++i) {
        result += plot_text(left - 7, y_of(i) + 4, "end", shortened(plot_.samples[i]));
      }
      return result;
    }
    for (const Tick& tick : depth_.ticks(most_ticks, false).labelled) {
      const double y = depth_.pixel_of(tick.value);
      result += plot_line("tick", left - 4, y, left, y);
      result += plot_text(left - 7, y + 4, "end", tick.text);
    }
    const std::string middle = coordinate(top_ + box_height / 2);
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
      const bool is_labelled = std::fmod(percent, label_step()) == 0;
      result += plot_line(percent == 0 ? "axis" : "grid", x, top_, x, top_ + box_height);
      if (is_labelled) {
        result += plot_text(x, top_ + box_height + 15, "middle", number_text(percent));
      }
    }
    result += plot_line("axis", left, top_ + box_height, right, top_ + box_height);
    result += title(panel.title, left + 4);
    result += curve(panel.percent, left, true);
    result += intervals(panel, left);
    result += curve(panel.other, left, false);
    return result + told(panel, left);
  }

 private:
  static std::string shortened(const std::string& name) {
    constexpr int most = 14;
    return characters_of(name) > most ? name.substr(0, most - 1) + "…" : name;
  }

  double label_step() const { return pixels_each_ < 1.6 ? 20 : 10; }

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

  Markup run_of(const std::vector<double>& values, const std::vector<std::size_t>& run, double left,
                bool is_filled) const {
    std::string line;
    for (const std::size_t i : run) {
      line += (line.empty() ? "" : " ") + point(left + values[i] * pixels_each_, y_of(i));
    }
    const std::size_t series = is_filled ? 0 : 1;
    Markup result;
    if (is_filled) {
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
  const double row_height = title_height + box_height + below;
  Markup content = legend.markup;
  for (std::size_t row = 0; row < layout.rows; ++row) {
    const double top = legend.height + static_cast<double>(row) * row_height + title_height;
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
  return svg_element(plot.description, height, content);
}

}  // namespace fossilct
