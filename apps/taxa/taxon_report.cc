// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_report.h"

#include <algorithm>
#include <cmath>

#include "apps/cli/facts.h"
#include "apps/taxa/taxon_plots.h"
#include "base/text.h"
#include "base/version.h"
#include "report/html_page.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

constexpr int score_decimals = 3;

std::string share_text(double share) { return decimal_text(100 * share, 1) + "%"; }

std::string range_text(double low, double high) {
  return std::isnan(low) ? "" : "95%: " + decimal_text(low, 2) + "–" + decimal_text(high, 2);
}

// Specimens of the taxon that has most.
std::int64_t largest_taxon(const TaxonReport& report, std::vector<std::int64_t>& counts) {
  counts.assign(report.taxa.size(), 0);
  for (const EvaluatedSpecimen& specimen : report.specimens) {
    ++counts[static_cast<std::size_t>(specimen.judged.truth)];
  }
  return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
}

std::string verdict(const TaxonReport& report, const TaxonScores& scores) {
  if (scores.specimens == 0) {
    return "There is no specimen whose taxon is known: nothing here says how good the model is.";
  }
  std::vector<std::int64_t> counts;
  const std::int64_t largest = largest_taxon(report, counts);
  const double always = static_cast<double>(largest) / static_cast<double>(scores.specimens);
  const auto taxa =
      std::count_if(counts.begin(), counts.end(), [](std::int64_t count) { return count > 0; });
  std::string words =
      "Of " + counted(scores.specimens, "specimen") + " of " +
      (taxa == 1 ? "one taxon" : std::to_string(taxa) + " taxa") + " the model names " +
      share_text(scores.figures.accuracy) +
      " rightly (95% interval of Wilson: " + decimal_text(100 * scores.low.accuracy, 1) + " to " +
      share_text(scores.high.accuracy) + "). To call all of them what most are would be right in " +
      share_text(always) + ".";
  words += scores.sure == 0
               ? " Of none it is sure."
               : " It is sure of " + share_text(scores.figures.coverage) + " of them (score of " +
                     decimal_text(scores.options.threshold, 2) + " and above), and of these " +
                     share_text(scores.figures.sure_accuracy) + " are right.";
  return words;
}

std::vector<Headline> headline_list(const TaxonReport& report, const TaxonScores& scores) {
  const ScoreFigures& value = scores.figures;
  const ScoreFigures& low = scores.low;
  const ScoreFigures& high = scores.high;
  std::vector<Headline> list = {
      {"accuracy", decimal_text(value.accuracy, score_decimals),
       range_text(low.accuracy, high.accuracy)},
      {"balanced accuracy", decimal_text(value.balanced_accuracy, score_decimals),
       range_text(low.balanced_accuracy, high.balanced_accuracy)},
      {"mean F1", decimal_text(value.macro.f1, score_decimals),
       range_text(low.macro.f1, high.macro.f1)},
      {"among the first three", decimal_text(value.top3, score_decimals),
       range_text(low.top3, high.top3)},
      {"right where sure", decimal_text(value.sure_accuracy, score_decimals),
       range_text(low.sure_accuracy, high.sure_accuracy)},
      {"mean area under ROC", decimal_text(value.macro.auc, score_decimals),
       range_text(low.macro.auc, high.macro.auc)},
      {"calibration error", decimal_text(value.calibration_error, score_decimals),
       range_text(low.calibration_error, high.calibration_error)}};
  if (!std::isnan(value.vote_accuracy)) {
    list.push_back({"right by vote", decimal_text(value.vote_accuracy, score_decimals),
                    range_text(low.vote_accuracy, high.vote_accuracy)});
  }
  if (report.taxa.size() <= 3) {  // all are among the first three
    list.erase(list.begin() + 3);
  }
  return list;
}

std::string folds_text(const std::vector<double>& accuracies) {
  double sum = 0;
  double squares = 0;
  std::string list;
  for (const double accuracy : accuracies) {
    sum += accuracy;
    squares += accuracy * accuracy;
    list += (list.empty() ? "" : ", ") + decimal_text(accuracy, score_decimals);
  }
  const auto n = static_cast<double>(accuracies.size());
  const double mean = sum / n;
  const double deviation =
      n > 1 ? std::sqrt(std::max(0.0, squares - n * mean * mean) / (n - 1)) : 0;
  return decimal_text(mean, score_decimals) + " ± " + decimal_text(deviation, score_decimals) +
         " (" + list + ")";
}

Markup summary(const TaxonReport& report, const TaxonScores& scores) {
  Markup result = lead_paragraph(verdict(report, scores)) + paragraph(report.judged_how);
  for (const std::string& plain : report.notices) {
    result += notice(NoticeKind::warning, plain);
  }
  result += headlines(headline_list(report, scores));
  KeyValues facts = report.facts;
  if (!report.fold_accuracies.empty()) {
    facts.emplace_back("accuracy of the folds", folds_text(report.fold_accuracies));
  }
  facts.emplace_back("intervals",
                     "95%: of shares of specimens (accuracy, precision, recall, right where sure "
                     "...) Wilson's; of the others from " +
                         format_count(scores.options.draws) +
                         " draws of specimens, of each taxon as many as there are, and none where "
                         "all draws give the same");
  return result + key_values(facts);
}

Markup confusion_part(const TaxonReport& report, const std::vector<std::int64_t>& counts,
                      const std::string& title, const std::string& caption) {
  return figure(confusion_matrix({report.taxa, counts, "specimens"}), title, caption);
}

Markup confusion_section(const TaxonReport& report, const TaxonScores& scores) {
  const Markup all = confusion_part(
      report, scores.confusion, "Confusion matrix.",
      "Each row is a true taxon: what share of its specimens (%) was taken for which, and how "
      "many (under the pointer, where the taxa are many). Blue is right, orange wrong; the colours "
      "grow with the root of the share, so that small errors are seen.");
  return all + folded("Only those that the model is sure of",
                      confusion_part(report, scores.sure_confusion, "Confusion matrix, sure ones.",
                                     "Without the specimens whose first score is below " +
                                         decimal_text(scores.options.threshold, 2) + "."));
}

// The taxon that the specimens of this one are most often taken for wrongly, and how many are.
std::string mostly_taken_for(const TaxonReport& report, const TaxonScores& scores,
                             std::size_t truth) {
  const std::size_t taxa = report.taxa.size();
  std::size_t most = truth;
  std::int64_t count = 0;
  for (std::size_t answer = 0; answer < taxa; ++answer) {
    const std::int64_t here = scores.confusion[truth * taxa + answer];
    if (answer != truth && here > count) {
      most = answer;
      count = here;
    }
  }
  return count == 0 ? "" : report.taxa[most] + " (" + format_count(count) + ")";
}

Cell interval_cell(double value, double low, double high) {
  return {
      .text = with_interval(value, low, high), .is_number = true, .is_missing = std::isnan(value)};
}

void add_figures(std::vector<Cell>& row, const ClassFigures& value, const ClassFigures& low,
                 const ClassFigures& high) {
  for (double ClassFigures::*field :
       {&ClassFigures::precision, &ClassFigures::recall, &ClassFigures::f1, &ClassFigures::auc}) {
    row.push_back(interval_cell(value.*field, low.*field, high.*field));
  }
}

Table taxon_table(const TaxonReport& report, const TaxonScores& scores) {
  Table result = {.columns = {{"taxon", ""},
                              {"specimens", "of this taxon, in truth"},
                              {"precision", "of those called so, the share that are"},
                              {"recall", "of those that are, the share called so"},
                              {"F1", "harmonic mean of precision and recall"},
                              {"AUC",
                               "area under the ROC curve: the chance that one of this "
                               "taxon has a higher score for it than another has"},
                              {"most often taken for", "the most frequent wrong answer"}},
                  .rows = {},
                  .missing_means =
                      "no score, since no specimen is of this taxon, or none was "
                      "called so"};
  std::vector<std::int64_t> counts;
  largest_taxon(report, counts);
  for (std::size_t taxon = 0; taxon < report.taxa.size(); ++taxon) {
    std::vector<Cell> row = {text_cell(report.taxa[taxon]), count_cell(counts[taxon])};
    add_figures(row, scores.figures.by_taxon[taxon], scores.low.by_taxon[taxon],
                scores.high.by_taxon[taxon]);
    row.push_back(text_cell(mostly_taken_for(report, scores, taxon)));
    result.rows.push_back(std::move(row));
  }
  for (const auto& [name, means] : {std::pair{"mean of the taxa", &ScoreFigures::macro},
                                    std::pair{"mean by specimens", &ScoreFigures::weighted}}) {
    std::vector<Cell> row = {text_cell(name), count_cell(scores.specimens)};
    row[0].is_strong = true;
    add_figures(row, scores.figures.*means, scores.low.*means, scores.high.*means);
    row.push_back(text_cell(""));
    result.rows.push_back(std::move(row));
  }
  return result;
}

Markup doubt_section(const TaxonReport& report, const TaxonScores& scores) {
  std::vector<Markup> figures = calibration_figures(report, scores);
  figures.push_back(threshold_figure(report, scores));
  return plot_grid(figures) +
         key_values(
             {{"expected calibration error",
               with_interval(scores.figures.calibration_error, scores.low.calibration_error,
                             scores.high.calibration_error) +
                   ", over " + std::to_string(scores.options.bins) +
                   " bins of the first score (Guo et al. 2017)"},
              {"negative log likelihood",
               with_interval(scores.figures.log_loss, scores.low.log_loss, scores.high.log_loss)}});
}

std::string score_words(const TaxonReport& report, const EvaluatedSpecimen& specimen) {
  const TaxonAnswer& answer = specimen.judged.answer;
  const int first = first_taxon(answer.scores);
  const auto place = static_cast<std::size_t>(first);
  std::string words = report.taxa[static_cast<std::size_t>(specimen.judged.truth)];
  words += first == specimen.judged.truth ? ", score " + decimal_text(answer.scores[place], 2)
                                          : ", taken for " + report.taxa[place] + " (" +
                                                decimal_text(answer.scores[place], 2) + ")";
  if (is_like_nothing_seen(answer)) {
    words += "; like nothing seen (" + decimal_text(*answer.novelty, 1) + ")";
  }
  return specimen.sample.empty() ? words : words + "; " + specimen.sample;
}

Markup specimen_figure(const TaxonReport& report, const EvaluatedSpecimen& specimen) {
  const Markup picture =
      specimen.thumbnail.empty()
          ? Markup{}
          : empty_element("img",
                          {{"src", specimen.thumbnail}, {"alt", specimen.name}, {"width", "96"}});
  return figure(picture, specimen.name + ":", score_words(report, specimen));
}

Markup specimen_list(const TaxonReport& report, const std::string& title,
                     const std::vector<const EvaluatedSpecimen*>& specimens) {
  constexpr std::size_t most = 60;
  constexpr int smallest = 140;
  std::vector<Markup> figures;
  for (std::size_t i = 0; i < std::min(most, specimens.size()); ++i) {
    figures.push_back(specimen_figure(report, *specimens[i]));
  }
  Markup result = element("h3", text(title)) + figure_grid(figures, smallest);
  if (specimens.size() > most) {
    result += paragraph("And " + format_count(static_cast<std::int64_t>(specimens.size() - most)) +
                        " more.");
  }
  return result;
}

Markup specimens_section(const TaxonReport& report, const TaxonScores& scores) {
  std::vector<const EvaluatedSpecimen*> wrong;
  std::vector<const EvaluatedSpecimen*> doubtful;
  for (const EvaluatedSpecimen& specimen : report.specimens) {
    if (first_taxon(specimen.judged.answer.scores) != specimen.judged.truth) {
      wrong.push_back(&specimen);
    } else if (!is_sure(specimen.judged.answer, scores.options.threshold)) {
      doubtful.push_back(&specimen);
    }
  }
  const auto by_score = [](const EvaluatedSpecimen* a, const EvaluatedSpecimen* b) {
    return first_score(a->judged.answer) > first_score(b->judged.answer);
  };
  std::stable_sort(wrong.begin(), wrong.end(), by_score);
  std::stable_sort(doubtful.rbegin(), doubtful.rend(), by_score);
  Markup result;
  if (!wrong.empty()) {
    result += specimen_list(report, "Wrong, the surest first", wrong);
  }
  if (!doubtful.empty()) {
    result += specimen_list(report, "Right, but unsure, the least sure first", doubtful);
  }
  return result.text.empty() ? paragraph("None: the model is right and sure everywhere.") : result;
}

}  // namespace

std::vector<JudgedSpecimen> judged_of(const TaxonReport& report) {
  std::vector<JudgedSpecimen> judged;
  for (const EvaluatedSpecimen& specimen : report.specimens) {
    judged.push_back(specimen.judged);
  }
  return judged;
}

std::string taxon_report(const TaxonReport& report, const TaxonScores& scores) {
  HtmlPage page = {.title = report.title};
  page.subtitle = "Evaluation report of fossilct " + std::string(version());
  page.summary = summary(report, scores);
  if (!report.specimens.empty()) {
    page.sections = {{"What was taken for what", confusion_section(report, scores)},
                     {"Taxa", table(taxon_table(report, scores))},
                     {"ROC curves", roc_figures(report, scores)},
                     {"How far its scores can be trusted", doubt_section(report, scores)}};
    if (const Markup figures = dropout_figures(report); !figures.text.empty()) {
      page.sections.push_back(
          {"Doubtful specimens under dropout",
           paragraph("Each specimen was judged many times with other parts of the network left "
                     "out (Monte-Carlo dropout). Where the scores of two taxa overlap, the model "
                     "can't tell them apart. Of each specimen the four taxa of the highest scores, "
                     "with mean, deviation and votes.") +
               figures});
    }
    page.sections.push_back({"Wrong and doubtful specimens", specimens_section(report, scores)});
  }
  if (!report.recipe.empty()) {
    page.sections.push_back(
        {"Recipe", json_view(report.recipe) +
                       folded("The same as JSON, to copy", json_block(report.recipe))});
  }
  page.footer = "This page is one file and fetches nothing: it can be kept beside the model.";
  return html_text(page);
}

}  // namespace fossilct
