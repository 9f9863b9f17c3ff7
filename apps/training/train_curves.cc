// SPDX-License-Identifier: Apache-2.0
#include "apps/training/train_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/html_parts.h"
#include "report/numbers.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

// With more classes their curves can't be told apart.
constexpr std::size_t most_class_curves = 6;

// Epochs one after the other that `same` as the first of them.
template <typename Same>
std::vector<PlotBand> runs_of(const std::vector<EpochRecord>& epochs, Same&& same) {
  std::vector<PlotBand> runs;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (i == 0 || !same(epochs[i - 1], epochs[i])) {
      runs.push_back({epochs[i].epoch - 0.5, 0, resolution_text(epochs[i].resolution)});
    }
    runs.back().end = epochs[i].epoch + 0.5;
  }
  return runs;
}

bool same_stage(const EpochRecord& a, const EpochRecord& b) { return a.stage == b.stage; }

// Where a stage goes on with all layers learning.
std::vector<double> thaws_of(const std::vector<EpochRecord>& epochs) {
  std::vector<double> borders;
  for (std::size_t i = 1; i < epochs.size(); ++i) {
    if (same_stage(epochs[i - 1], epochs[i]) && epochs[i - 1].frozen != epochs[i].frozen) {
      borders.push_back(epochs[i].epoch - 0.5);
    }
  }
  return borders;
}

template <typename Value>
PlotSeries series_of(const TrainingRecord& record, std::string name, Value&& value) {
  PlotSeries series = {std::move(name), {}, {}};
  for (const EpochRecord& epoch : record.epochs) {
    series.x.push_back(epoch.epoch);
    series.y.push_back(value(epoch));
  }
  return series;
}

LinePlot epoch_plot(const TrainingRecord& record) {
  LinePlot plot;
  plot.x = {.title = "epoch", .whole_numbers = true};
  const std::vector<PlotBand> stages = runs_of(record.epochs, same_stage);
  if (stages.size() > 1) {
    plot.bands = stages;
  }
  plot.borders = thaws_of(record.epochs);
  return plot;
}

std::string stages_caption(const LinePlot& plot) {
  std::string caption;
  if (!plot.bands.empty()) {
    caption += " Above: the resolution of each stage.";
  }
  if (!plot.borders.empty()) {
    caption += " Dashed: from here on the encoder learns too.";
  }
  return caption;
}

Markup loss_figure(const TrainingRecord& record) {
  LinePlot plot = epoch_plot(record);
  plot.description = "Training loss by epoch";
  plot.y.title = "training loss";
  plot.series = {series_of(record, "loss", [](const EpochRecord& e) { return e.loss; })};
  return figure(line_plot(plot), "Training loss.",
                "Mean of the steps of an epoch." + stages_caption(plot));
}

double iou_of(const EpochRecord& epoch, std::size_t c) {
  return c < epoch.iou_by_class.size() ? epoch.iou_by_class[c]
                                       : std::numeric_limits<double>::quiet_NaN();
}

double mean_iou_of(const EpochRecord& epoch) {
  return epoch.validated() ? epoch.mean_foreground_iou : std::numeric_limits<double>::quiet_NaN();
}

// Lines are drawn from one validated epoch to the next, though there may be others between.
PlotSeries without_gaps(const PlotSeries& series) {
  PlotSeries result = {.name = series.name, .x = {}, .y = {}};
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (std::isfinite(series.y[i])) {
      result.x.push_back(series.x[i]);
      result.y.push_back(series.y[i]);
    }
  }
  return result;
}

std::vector<PlotSeries> iou_series(const TrainingRecord& record,
                                   const std::vector<LabelClass>& classes) {
  const bool one_foreground = classes.size() == 2;
  std::vector<PlotSeries> result;
  result.push_back(without_gaps(
      series_of(record, one_foreground ? classes[1].name : "mean of the foreground", mean_iou_of)));
  if (one_foreground || classes.size() > most_class_curves + 1) {
    return result;
  }
  result[0].is_strong = true;
  for (std::size_t c = 1; c < classes.size(); ++c) {
    result.push_back(without_gaps(series_of(
        record, classes[c].name, [c](const EpochRecord& epoch) { return iou_of(epoch, c); })));
  }
  return result;
}

Markup iou_figure(const TrainingRecord& record, const std::vector<LabelClass>& classes) {
  LinePlot plot = epoch_plot(record);
  plot.description = "Intersection over union on the validation voxels by epoch";
  plot.y = {.title = "IoU", .low = 0.0, .high = 1.0};
  plot.series = iou_series(record, classes);
  for (const EpochRecord& epoch : record.epochs) {
    if (epoch.epoch == record.best_epoch && epoch.validated()) {
      plot.markers = {{static_cast<double>(epoch.epoch), epoch.mean_foreground_iou,
                       "best: " + decimal_text(epoch.mean_foreground_iou, 3)}};
    }
  }
  return figure(
      line_plot(plot), "Validation IoU.",
      "Of the weights as they would be stored, at full resolution, on the voxels that are "
      "never trained on." +
          stages_caption(plot));
}

// Those of the three groups of layers that differ, or one for all.
std::vector<PlotSeries> rate_series(const std::vector<RateRecord>& records) {
  std::vector<PlotSeries> result = {
      {"first encoder layers", {}, {}}, {"last encoder layers", {}, {}}, {"decoder", {}, {}}};
  bool all_equal = true;
  for (const RateRecord& record : records) {
    for (std::size_t group = 0; group < record.rates.size(); ++group) {
      result[group].x.push_back(static_cast<double>(record.step));
      result[group].y.push_back(record.rates[group]);
      all_equal = all_equal && record.rates[group] == record.rates[0];
    }
  }
  if (all_equal) {
    result.resize(1);
    result[0].name = "all layers";
  }
  return result;
}

Markup momentum_figure(const TrainingRecord& record) {
  PlotSeries series = {"momentum", {}, {}};
  for (const RateRecord& one : record.rates) {
    series.x.push_back(static_cast<double>(one.step));
    series.y.push_back(one.momentum);
  }
  LinePlot plot;
  plot.description = "Momentum by step";
  plot.x = {.title = "step", .whole_numbers = true};
  plot.y.title = "momentum";
  plot.series = {std::move(series)};
  return figure(line_plot(plot), "Momentum.", "It falls while the rate rises, and the reverse.");
}

std::string finder_title(const TrainingRecord& record, const FinderRecord& finder) {
  std::string title = "Range test, stage " + std::to_string(finder.stage + 1);
  const auto epoch = std::find_if(record.epochs.begin(), record.epochs.end(),
                                  [&](const EpochRecord& e) { return e.stage == finder.stage; });
  if (epoch != record.epochs.end()) {
    title += " (" + resolution_text(epoch->resolution) + " resolution)";
  }
  return title + (finder.frozen ? ", encoder frozen." : ".");
}

// The loss at the rate tried that is nearest.
double loss_near(const FinderRecord& finder, double rate) {
  double nearest = std::numeric_limits<double>::quiet_NaN();
  double distance = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < finder.rates.size(); ++i) {
    const double d = std::abs(std::log(finder.rates[i] / rate));
    if (d < distance) {
      distance = d;
      nearest = finder.losses[i];
    }
  }
  return nearest;
}

std::vector<PlotMarker> finder_markers(const FinderRecord& finder) {
  std::vector<PlotMarker> markers;
  if (finder.suggestion) {
    const bool is_taken = finder.chosen == *finder.suggestion;
    markers.push_back({*finder.suggestion, loss_near(finder, *finder.suggestion),
                       (is_taken ? "taken: " : "suggested: ") + number_text(*finder.suggestion)});
  }
  if (finder.chosen > 0 && finder.suggestion != finder.chosen) {
    markers.push_back(
        {finder.chosen, loss_near(finder, finder.chosen), "taken: " + number_text(finder.chosen)});
  }
  return markers;
}

Markup finder_figure(const TrainingRecord& record, const FinderRecord& finder) {
  LinePlot plot;
  plot.description = "Loss by learning rate";
  plot.x = {.title = "learning rate of the decoder", .scale = AxisScale::logarithmic};
  plot.y.title = "loss, smoothed";
  plot.series = {{"loss", finder.rates, finder.losses}};
  plot.markers = finder_markers(finder);
  return figure(line_plot(plot), finder_title(record, finder),
                finder.suggestion ? "The loss while the rate is raised step by step."
                                  : "The curve has no clear fall: no rate could be suggested.");
}

}  // namespace

std::string resolution_text(int resolution) {
  return resolution == 1 ? "full" : "1/" + std::to_string(resolution);
}

std::vector<Markup> epoch_figures(const TrainingRecord& record,
                                  const std::vector<LabelClass>& classes) {
  if (record.epochs.empty()) {
    return {};
  }
  std::vector<Markup> figures = {loss_figure(record)};
  const bool any_validated = std::any_of(record.epochs.begin(), record.epochs.end(),
                                         [](const EpochRecord& e) { return e.validated(); });
  if (any_validated) {
    figures.push_back(iou_figure(record, classes));
  }
  return figures;
}

std::vector<Markup> rate_figures(const TrainingRecord& record) {
  if (record.rates.empty()) {
    return {};
  }
  LinePlot plot;
  plot.description = "Learning rate by step";
  plot.x = {.title = "step", .whole_numbers = true};
  plot.y = {.title = "learning rate", .scale = AxisScale::logarithmic};
  plot.series = rate_series(record.rates);
  return {figure(line_plot(plot), "Learning rate.",
                 "Of every step. A rate of 0, of layers that are frozen, is not drawn."),
          momentum_figure(record)};
}

std::vector<Markup> finder_figures(const TrainingRecord& record) {
  std::vector<Markup> figures;
  for (const FinderRecord& finder : record.finders) {
    figures.push_back(finder_figure(record, finder));
  }
  return figures;
}

}  // namespace fossilct
