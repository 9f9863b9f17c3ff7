// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "report/fossil_report.h"
#include "report/report_parts.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

std::optional<std::size_t> measure_named(const FossilReport& report, const std::string& name) {
  for (std::size_t i = 0; i < report.measures.size(); ++i) {
    if (report.measures[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

std::string axis_title(const ReportMeasure& measure) {
  return measure.unit.empty() ? measure.name : measure.name + " (" + measure.unit + ")";
}

// Rejected fossils are no fossils.
std::vector<double> values_of(const FossilReport& report, std::size_t measure,
                              std::size_t class_index) {
  std::vector<double> values;
  for (const ReportFossil& fossil : report.fossils) {
    if (fossil.class_index == class_index && fossil.review != Review::rejected) {
      values.push_back(fossil.measures[measure]);
    }
  }
  return values;
}

ReportPlot size_plot(const FossilReport& report, std::size_t size) {
  HistogramPlot plot;
  plot.description = "How many fossils there are of each size, by class.";
  plot.value.title = axis_title(report.measures[size]);
  plot.value.scale = AxisScale::logarithmic;
  plot.count.title = "fossils";
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    plot.series.push_back(
        {report.classes[i].name, values_of(report, size, i), colour_of_class(report, i)});
  }
  return {"sizes", "Sizes", histogram_plot(plot)};
}

ReportPlot shape_plot(const FossilReport& report, std::size_t size, std::size_t shape) {
  ScatterPlot plot;
  plot.description =
      report.measures[shape].name + " against " + report.measures[size].name + ", by class.";
  plot.x = {.title = axis_title(report.measures[size]), .scale = AxisScale::logarithmic};
  plot.y = {.title = axis_title(report.measures[shape])};
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    plot.series.push_back({report.classes[i].name, values_of(report, size, i),
                           values_of(report, shape, i), colour_of_class(report, i)});
  }
  return {"shapes", "Shape and size", scatter_plot(plot)};
}

}  // namespace

std::vector<ReportPlot> report_plots(const FossilReport& report) {
  const auto size = measure_named(report, report.size_measure);
  const auto shape = measure_named(report, report.shape_measure);
  std::vector<ReportPlot> plots;
  if (size && !report.fossils.empty()) {
    plots.push_back(size_plot(report, *size));
  }
  if (size && shape && !report.fossils.empty()) {
    plots.push_back(shape_plot(report, *size, *shape));
  }
  return plots;
}

}  // namespace fossilct
