// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
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

bool is_known(const FossilReport& report, std::size_t measure) {
  return std::ranges::any_of(report.fossils, [measure](const ReportFossil& fossil) {
    return std::isfinite(fossil.measures[measure]);
  });
}

bool has_depth(const ReportScan& scan) {
  return std::isfinite(scan.top_m) && std::isfinite(scan.bottom_m);
}

// Each scan in intervals of its own, of some thirtieth of the well or shorter; those between scans
// are empty, and were not looked at.
std::vector<double> depth_intervals(const std::vector<ReportScan>& scans, double low, double high) {
  constexpr double most = 30;
  std::vector<double> ends;
  for (const ReportScan& scan : scans) {
    if (has_depth(scan)) {
      const double length = scan.bottom_m - scan.top_m;
      const int parts = std::max(1, static_cast<int>(std::lround(most * length / (high - low))));
      for (int i = 0; i <= parts; ++i) {
        ends.push_back(scan.top_m + length * i / parts);
      }
    }
  }
  std::ranges::sort(ends);
  ends.erase(std::ranges::unique(ends).begin(), ends.end());
  return ends;
}

// Scans that a depth axis can show; where there is none, the axis is that of the values.
void shade_scans(const std::vector<ReportScan>& scans, HistogramPlot& plot) {
  for (const ReportScan& scan : scans) {
    if (has_depth(scan) && scan.top_m < scan.bottom_m) {
      plot.value.low = std::min(plot.value.low.value_or(scan.top_m), scan.top_m);
      plot.value.high = std::max(plot.value.high.value_or(scan.bottom_m), scan.bottom_m);
      plot.shaded.push_back({scan.top_m, scan.bottom_m, scan.name});
    }
  }
  if (plot.shaded.size() > 1) {
    plot.count.title += " (grey: depths that were scanned)";
    plot.bin_ends = depth_intervals(scans, *plot.value.low, *plot.value.high);
  } else {
    plot.shaded.clear();
  }
}

ReportPlot depth_plot(const FossilReport& report, std::size_t depth) {
  HistogramPlot plot;
  plot.description = "How many fossils there are at each depth, by class.";
  plot.is_downward = true;
  plot.value.title = axis_title(report.measures[depth]);
  plot.count.title = "fossils";
  shade_scans(report.scans, plot);
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    plot.series.push_back(
        {report.classes[i].name, values_of(report, depth, i), colour_of_class(report, i)});
  }
  return {"depths", "Abundance and depth", histogram_plot(plot)};
}

}  // namespace

std::vector<ReportPlot> report_plots(const FossilReport& report) {
  const auto size = measure_named(report, report.size_measure);
  const auto shape = measure_named(report, report.shape_measure);
  const auto depth = measure_named(report, report.depth_measure);
  std::vector<ReportPlot> plots;
  if (size && !report.fossils.empty()) {
    plots.push_back(size_plot(report, *size));
  }
  if (size && shape && !report.fossils.empty()) {
    plots.push_back(shape_plot(report, *size, *shape));
  }
  if (depth && is_known(report, *depth)) {
    plots.push_back(depth_plot(report, *depth));
  }
  return plots;
}

}  // namespace fossilct
