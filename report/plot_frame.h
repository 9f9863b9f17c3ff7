// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`: what line plots and bar plots have in common.

#include <functional>
#include <string>
#include <vector>

#include "report/markup.h"
#include "report/svg_plot.h"
#include "report/text_width.h"
#include "report/ticks.h"

namespace fossilct {

struct PlotRange {
  double low = 0;
  double high = 1;
};

// Labels stand beside each other, or one below the other.
enum class LabelsRun { across, down };

// From values of the data to coordinates of the picture.
class AxisMap {
 public:
  AxisMap(AxisScale scale, PlotRange range, double first_pixel, double last_pixel);

  bool can_show(double value) const;
  double pixel_of(double value) const;
  const PlotRange& range() const { return range_; }
  // No label is nearer to the next than can be read; those that were are minor ticks.
  TickMarks ticks(int most, bool whole_numbers, LabelsRun run) const;

 private:
  double along(double value) const;
  TickMarks marks_of(int most, bool whole_numbers) const;
  // The first of two labels that are too near.
  std::vector<Tick>::const_iterator overlapping(const std::vector<Tick>& ticks,
                                                LabelsRun run) const;

  AxisScale scale_;
  PlotRange range_;
  double first_;
  double last_;
};

// What the axis must span: the given ends, else those of the values it can show, never of no
// length; `margin` is the share of the data's length that is added at ends that are not given.
PlotRange axis_range(const PlotAxis& axis, const std::vector<double>& values, double margin);

// Below the box: the axis's numbers and its name.
inline constexpr double space_below = 44;

struct PlotBox {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

// At most these many labels along an axis.
inline constexpr int most_x_ticks = 7;
inline constexpr int most_y_ticks = 6;

// How wide the labels of the y axis will be.
double label_width(const TickMarks& ticks);

Markup plot_text(double x, double y, std::string_view anchor, std::string_view content);
Markup plot_line(std::string_view style_class, double x1, double y1, double x2, double y2);
Markup x_axis(const PlotBox& box, const AxisMap& map, const PlotAxis& axis);
Markup y_axis(const PlotBox& box, const AxisMap& map, const PlotAxis& axis);

// Lines of swatches and names; `height` is what they take.
struct Legend {
  Markup markup;
  double height = 0;
};
enum class Swatch { line, box };
Legend legend_of(const std::vector<std::string>& names, Swatch swatch);

// The same with swatches that are drawn by other code: draw(series, x, y) within 22 units right of
// x and 12 above the baseline y.
using DrawSwatch = std::function<Markup(std::size_t series, double x, double y)>;
Legend legend_of(const std::vector<std::string>& names, const DrawSwatch& draw);

// The attributes that fill a shape: those of the series, and its own colour where it has one, which
// is also that of the dark page.
Attributes fill_of(std::size_t series, const PlotColour& colour);

// The frame of a plot without a point to show.
Markup no_data(const PlotBox& box);

// "s s0 d0": the colour and, where the colours begin again, the dashes of a series.
std::string series_class(std::size_t series);
std::string series_colour(std::size_t series);  // of the light page

// Of that many pixels on a screen, smaller where the page is narrower.
Markup svg_element(const std::string& description, double height, const Markup& content,
                   double width = plot_width);

}  // namespace fossilct
