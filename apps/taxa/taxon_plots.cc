// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_plots.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/html_parts.h"
#include "report/numbers.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr int value_decimals = 3;
constexpr std::size_t curves_per_plot = 6;
// Hits and errors, as the confusion matrix has them.
constexpr std::array<std::uint8_t, 3> right_colour = {0, 103, 163};
constexpr std::array<std::uint8_t, 3> wrong_colour = {213, 94, 0};

PlotAxis share_axis(const std::string& title) { return {.title = title, .low = 0.0, .high = 1.0}; }

// A curve of very many points as one of those that can be told apart on a screen.
PlotSeries curve_series(const std::string& name, double area, const RocCurve& curve) {
  constexpr std::size_t most_points = 150;
  PlotSeries series = {name + ", " + decimal_text(area, value_decimals), {}, {}};
  if (curve.false_positive_rate.size() <= most_points) {
    series.x = curve.false_positive_rate;
    series.y = curve.true_positive_rate;
    return series;
  }
  for (std::size_t i = 0; i <= most_points; ++i) {
    const double rate = static_cast<double>(i) / most_points;
    series.x.push_back(rate);
    series.y.push_back(rate_at(curve, rate));
  }
  series.x.insert(series.x.begin(), 0);
  series.y.insert(series.y.begin(), 0);
  return series;
}

LinePlot roc_plot(const std::string& description) {
  LinePlot plot;
  plot.description = description;
  plot.x = share_axis("false positive rate");
  plot.y = share_axis("true positive rate");
  return plot;
}

// Taxa with a curve, the smallest area first.
std::vector<std::size_t> taxa_by_area(const TaxonScores& scores) {
  std::vector<std::size_t> order;
  for (std::size_t taxon = 0; taxon < scores.roc.size(); ++taxon) {
    if (!scores.roc[taxon].false_positive_rate.empty()) {
      order.push_back(taxon);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores.figures.by_taxon[a].auc < scores.figures.by_taxon[b].auc;
  });
  return order;
}

Markup curves_of_taxa(const TaxonReport& report, const TaxonScores& scores,
                      std::span<const std::size_t> taxa, const std::string& title) {
  LinePlot plot = roc_plot("ROC curves of " + std::to_string(taxa.size()) + " taxa");
  for (const std::size_t taxon : taxa) {
    plot.series.push_back(
        curve_series(report.taxa[taxon], scores.figures.by_taxon[taxon].auc, scores.roc[taxon]));
  }
  return figure(line_plot(plot), title,
                "One taxon against all others; behind the name the area under the curve.");
}

Markup mean_curves(const TaxonScores& scores) {
  LinePlot plot = roc_plot("ROC curves over all taxa, micro and macro mean");
  plot.series = {
      curve_series("micro mean", scores.figures.micro_auc, scores.micro_roc),
      curve_series("macro mean", scores.figures.macro.auc, scores.macro_roc),
  };
  plot.series[0].is_strong = true;
  return figure(line_plot(plot), "ROC, all taxa.",
                "Micro: every pair of specimen and taxon counts alike, so frequent taxa count "
                "most. Macro: the mean of the taxa's curves. Behind the name the area under the "
                "curve; 0.5 is chance.");
}

std::string title_of_group(std::size_t group, bool is_all) {
  return is_all ? "ROC, by taxon." : group == 0 ? "ROC, the taxa of the smallest area." : "ROC.";
}

Markup reliability_figure(const TaxonScores& scores) {
  LinePlot plot;
  plot.description = "Share that is right by the first score";
  plot.x = share_axis("mean first score of the bin");
  plot.y = share_axis("share that is right");
  PlotSeries model = {"this model", {}, {}, true};
  for (const ReliabilityBin& bin : scores.reliability) {
    if (bin.specimens > 0) {
      model.x.push_back(bin.mean_score);
      model.y.push_back(bin.accuracy);
    }
  }
  plot.series = {std::move(model), {"as sure as it is right", {0, 1}, {0, 1}}};
  return figure(line_plot(plot), "Reliability.",
                "Below the diagonal the model is surer than it is right, above it too modest. "
                "Bins of few specimens scatter: see the histogram for how many there are.");
}

Markup score_histogram(const TaxonReport& report, const TaxonScores& scores) {
  HistogramPlot plot;
  plot.description = "How the first scores are spread, right and wrong answers";
  plot.value = share_axis("first score");
  plot.count.title = "specimens";
  plot.bins = scores.options.bins;
  plot.series = {{"right", {}, right_colour}, {"wrong", {}, wrong_colour}};
  for (const EvaluatedSpecimen& specimen : report.specimens) {
    const std::vector<double>& all = specimen.judged.answer.scores;
    const int answer = first_taxon(all);
    plot.series[answer == specimen.judged.truth ? 0 : 1].values.push_back(
        all[static_cast<std::size_t>(answer)]);
  }
  return figure(histogram_plot(plot), "First scores.",
                "A good model is wrong only where its score is low.");
}

// The specimens whose first two mean scores lie nearest to each other.
std::vector<const EvaluatedSpecimen*> most_doubtful(const TaxonReport& report) {
  constexpr std::size_t most = 6;
  std::vector<std::pair<double, const EvaluatedSpecimen*>> found;
  for (const EvaluatedSpecimen& specimen : report.specimens) {
    std::vector<double> scores = specimen.judged.answer.scores;
    if (specimen.judged.answer.passes.empty() || scores.size() < 2) {
      continue;
    }
    std::partial_sort(scores.begin(), scores.begin() + 2, scores.end(), std::greater<>());
    found.emplace_back(scores[0] - scores[1], &specimen);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const EvaluatedSpecimen*> specimens;
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
    specimens.push_back(found[i].second);
  }
  return specimens;
}

std::vector<std::size_t> first_taxa(const std::vector<double>& scores, std::size_t most) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  order.resize(std::min(most, order.size()));
  return order;
}

std::string taxon_words(const TaxonReport& report, const TaxonAnswer& answer, std::size_t taxon) {
  std::string words = report.taxa[taxon] + " " + decimal_text(answer.scores[taxon], 2);
  if (taxon < answer.deviations.size()) {
    words += " ± " + decimal_text(answer.deviations[taxon], 2);
  }
  if (taxon < answer.votes.size()) {
    words += ", " + decimal_text(100 * answer.votes[taxon], 0) + "% of the votes";
  }
  return words;
}

// One taxon's scores over the passes.
HistogramPlot passes_of_taxon(const TaxonReport& report, const EvaluatedSpecimen& specimen,
                              std::size_t taxon) {
  HistogramPlot plot;
  plot.description =
      "Scores of the passes for " + specimen.name + " and taxon " + report.taxa[taxon];
  plot.value = share_axis("score in a pass");
  plot.count.title = "passes";
  plot.bins = 20;
  plot.series = {{report.taxa[taxon], {}}};
  for (const std::vector<double>& pass : specimen.judged.answer.passes) {
    plot.series[0].values.push_back(pass[taxon]);
  }
  return plot;
}

// A histogram for each of the first taxa.
Markup passes_figures(const TaxonReport& report, const EvaluatedSpecimen& specimen) {
  constexpr std::size_t most_taxa = 4;  // as in the paper's figure
  const TaxonAnswer& answer = specimen.judged.answer;
  std::vector<Markup> figures;
  for (const std::size_t taxon : first_taxa(answer.scores, most_taxa)) {
    figures.push_back(figure(histogram_plot(passes_of_taxon(report, specimen, taxon)), "",
                             taxon_words(report, answer, taxon) + "."));
  }
  const auto truth = static_cast<std::size_t>(specimen.judged.truth);
  return element("h3", text(specimen.name + ", in truth " + report.taxa[truth])) +
         plot_grid(figures);
}

}  // namespace

std::string with_interval(double value, double low, double high) {
  if (std::isnan(value)) {
    return no_number_text;
  }
  const std::string text = decimal_text(value, value_decimals);
  return std::isnan(low) ? text
                         : text + " (" + decimal_text(low, 2) + "–" + decimal_text(high, 2) + ")";
}

Markup roc_figures(const TaxonReport& report, const TaxonScores& scores) {
  const std::vector<std::size_t> order = taxa_by_area(scores);
  if (order.empty()) {
    return paragraph("There are no two taxa to tell apart.");
  }
  std::vector<Markup> shown = {mean_curves(scores)};
  std::vector<Markup> others;
  for (std::size_t first = 0; first < order.size(); first += curves_per_plot) {
    const std::size_t count = std::min(curves_per_plot, order.size() - first);
    (first == 0 ? shown : others)
        .push_back(curves_of_taxa(report, scores, std::span(order).subspan(first, count),
                                  title_of_group(first, order.size() <= curves_per_plot)));
  }
  Markup result = plot_grid(shown);
  return others.empty() ? result : result + folded("The other taxa", plot_grid(others));
}

std::vector<Markup> calibration_figures(const TaxonReport& report, const TaxonScores& scores) {
  return {reliability_figure(scores), score_histogram(report, scores)};
}

Markup threshold_figure(const TaxonReport& report, const TaxonScores& scores) {
  constexpr int steps = 50;
  PlotSeries coverage = {"named at all", {}, {}};
  PlotSeries accuracy = {"right of the named", {}, {}, true};
  for (int step = 0; step <= steps; ++step) {
    const double threshold = static_cast<double>(step) / steps;
    double named = 0;
    double right = 0;
    for (const auto& specimen : report.specimens) {
      const std::vector<double>& all = specimen.judged.answer.scores;
      const int answer = first_taxon(all);
      const bool is_named = is_sure(specimen.judged.answer, threshold);
      named += is_named ? 1 : 0;
      right += is_named && answer == specimen.judged.truth ? 1 : 0;
    }
    coverage.x.push_back(threshold);
    coverage.y.push_back(named / static_cast<double>(report.specimens.size()));
    accuracy.x.push_back(threshold);
    accuracy.y.push_back(right / named);  // NaN, a gap, where none is named
  }
  LinePlot plot;
  plot.description = "Share of specimens that get a name and share of right names, by threshold";
  plot.x = share_axis("threshold");
  plot.y = share_axis("share of specimens");
  plot.series = {std::move(accuracy), std::move(coverage)};
  plot.borders = {scores.options.threshold};
  return figure(line_plot(plot), "What the threshold costs and brings.",
                "A higher one leaves more specimens unsure and names fewer wrongly. Dashed: " +
                    decimal_text(scores.options.threshold, 2) + ", the one used here.");
}

Markup dropout_figures(const TaxonReport& report) {
  Markup figures;
  for (const EvaluatedSpecimen* specimen : most_doubtful(report)) {
    figures += passes_figures(report, *specimen);
  }
  return figures;
}

}  // namespace fossilct
