// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include "apps/segmentation/evaluation.h"
#include "report/numbers.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

// A gap where nobody has looked.
template <typename Value>
PlotSeries series_of(const Evaluation& e, std::string name, Value&& value) {
  PlotSeries series = {std::move(name), {}, {}};
  for (std::size_t z = 0; z < e.voxels.slices.size(); ++z) {
    const SliceErrors& slice = e.voxels.slices[z];
    series.x.push_back(static_cast<double>(e.slice_numbers[z]));
    series.y.push_back(slice.looked_at() ? static_cast<double>(value(slice))
                                         : std::numeric_limits<double>::quiet_NaN());
  }
  return series;
}

const PlotAxis slice_axis = {.title = "slice along z (number)", .whole_numbers = true};

LinePlot iou_plot(const Evaluation& e) {
  LinePlot plot = {.description = "Intersection over union of the foreground by slice",
                   .x = slice_axis,
                   .y = {.title = "IoU of the foreground", .low = 0.0, .high = 1.0},
                   .series = {series_of(e, "IoU", [](const SliceErrors& s) { return s.iou(); })}};
  return plot;
}

LinePlot errors_plot(const Evaluation& e) {
  LinePlot plot = {.description = "Voxels that are wrong by slice",
                   .x = slice_axis,
                   .y = {.title = "voxels", .whole_numbers = true, .low = 0.0},
                   .series = {series_of(e, "false positives: predicted, not there",
                                        [](const SliceErrors& s) { return s.false_positives; }),
                              series_of(e, "false negatives: there, not predicted",
                                        [](const SliceErrors& s) { return s.false_negatives; })}};
  return plot;
}

}  // namespace

std::string errors_picture(const Evaluation& e) {
  SliceErrors all;
  for (const SliceErrors& slice : e.voxels.slices) {
    all.hits += slice.hits;
    all.false_positives += slice.false_positives;
    all.false_negatives += slice.false_negatives;
  }
  return svg_file("Errors by slice",
                  {e.prediction + " against " + e.truth,
                   "IoU of the foreground over all slices: " + decimal_text(all.iou(), 3)},
                  {iou_plot(e), errors_plot(e)});
}

}  // namespace fossilct
