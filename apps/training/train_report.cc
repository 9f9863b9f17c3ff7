// SPDX-License-Identifier: Apache-2.0
#include "apps/training/train_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "apps/training/example_slices.h"
#include "apps/training/train_curves.h"
#include "base/text.h"
#include "base/version.h"
#include "report/html_page.h"
#include "report/html_parts.h"
#include "report/numbers.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr int score_decimals = 3;
constexpr const char* missing_score =
    "no score, since the class is neither there nor predicted, or has no boundary within a slice";

std::string score_text(double score) { return decimal_text(score, score_decimals); }

std::string name_of_class(const std::vector<LabelClass>& classes, std::size_t c) {
  return c < classes.size() ? classes[c].name : "class " + std::to_string(c);
}

// What a mean over the foreground is called where the foreground is one class.
std::string iou_name(const TrainingReportInput& input) {
  return input.classes.size() == 2 ? "IoU of " + input.classes[1].name : "mean foreground IoU";
}

// Of the final evaluation, else of the best epoch; NaN where nothing was validated.
double validation_iou(const TrainingRecord& record) {
  if (record.validation) {
    return record.validation->scores.mean_foreground_iou;
  }
  for (const EpochRecord& epoch : record.epochs) {
    if (epoch.epoch == record.best_epoch && epoch.validated()) {
      return epoch.mean_foreground_iou;
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string validation_name(const TrainingRecord& record) {
  return record.validation ? record.validation->what : "validation voxels";
}

std::string best_sentence(const TrainingReportInput& input) {
  const TrainingRecord& record = input.record;
  const double iou = validation_iou(record);
  if (record.epochs.empty()) {
    return "Nothing was trained.";
  }
  if (std::isnan(iou)) {
    return "There is no validation score, so nothing here says how good the model is.";
  }
  return "Epoch " + std::to_string(record.best_epoch) + " of " +
         std::to_string(record.epochs.size()) +
         " is the best, and the one that is stored: " + iou_name(input) + " " + score_text(iou) +
         " on the " + validation_name(record) + ".";
}

std::string test_sentence(const TrainingRecord& record) {
  constexpr double large_fall = 0.1;
  if (!record.test) {
    return "No other scan was given to test it on: on rock it was not trained on it may do worse.";
  }
  const double iou = record.test->scores.mean_foreground_iou;
  const double fall = validation_iou(record) - iou;
  std::string sentence = "On the " + record.test->what +
                         ", which decided nothing in training, it is " + score_text(iou) + ".";
  if (fall > large_fall) {
    sentence += " That is " + score_text(fall) +
                " lower: what the model has learnt does not carry over well to that scan.";
  }
  return sentence;
}

// "Of 100 voxels it calls fossil 94 are; of 100 that are it finds 91."
std::string detection_sentence(const TrainingReportInput& input,
                               const EvaluationRecord& evaluation) {
  if (input.classes.size() != 2 || evaluation.scores.by_class.size() != 2) {
    return {};
  }
  const ClassScores& scores = evaluation.scores.by_class[1];
  if (std::isnan(scores.precision) || std::isnan(scores.recall)) {
    return {};
  }
  const std::string& name = input.classes[1].name;
  return "Of 100 voxels that it calls " + name + " there, " +
         decimal_text(100 * scores.precision, 0) + " are; of 100 that are " + name + ", it finds " +
         decimal_text(100 * scores.recall, 0) + ".";
}

std::string weakest_sentence(const TrainingReportInput& input, const EvaluationRecord& evaluation) {
  const std::vector<ClassScores>& scores = evaluation.scores.by_class;
  std::size_t weakest = 0;
  for (std::size_t c = 1; c < scores.size(); ++c) {
    const bool is_weaker = weakest == 0 || scores[c].iou < scores[weakest].iou;
    weakest = !std::isnan(scores[c].iou) && is_weaker ? c : weakest;
  }
  if (weakest == 0 || scores.size() < 3) {
    return {};
  }
  return "The weakest class there is " + name_of_class(input.classes, weakest) +
         " with an IoU of " + score_text(scores[weakest].iou) + ".";
}

std::string ending_sentence(const TrainingRecord& record) {
  if (record.stopped_early) {
    return "Training was stopped early, since the score no longer rose.";
  }
  const bool best_is_last =
      record.epochs.size() > 1 && record.best_epoch == record.epochs.back().epoch;
  return best_is_last ? "The best epoch is the last one: more epochs might still help." : "";
}

Markup verdict(const TrainingReportInput& input) {
  const TrainingRecord& record = input.record;
  std::vector<std::string> sentences = {best_sentence(input)};
  if (!std::isnan(validation_iou(record))) {
    sentences.push_back(test_sentence(record));
  }
  if (const std::optional<EvaluationRecord>& last = record.test ? record.test : record.validation) {
    sentences.push_back(detection_sentence(input, *last));
    sentences.push_back(weakest_sentence(input, *last));
  }
  sentences.push_back(ending_sentence(record));
  std::string words;
  for (const std::string& sentence : sentences) {
    words += (words.empty() || sentence.empty() ? "" : " ") + sentence;
  }
  return lead_paragraph(words);
}

Markup first_numbers(const TrainingReportInput& input) {
  const TrainingRecord& record = input.record;
  std::vector<Headline> list;
  list.push_back({iou_name(input), score_text(validation_iou(record)), validation_name(record)});
  if (record.test) {
    list.push_back(
        {iou_name(input), score_text(record.test->scores.mean_foreground_iou), record.test->what});
  }
  if (!record.epochs.empty()) {
    list.push_back({"best epoch", std::to_string(record.best_epoch),
                    "of " + std::to_string(record.epochs.size())});
  }
  list.push_back({"time", format_duration(record.seconds), "all stages"});
  return headlines(list);
}

Markup summary(const TrainingReportInput& input) {
  Markup result = verdict(input);
  for (const auto* notices : {&input.record.notices, &input.notices}) {
    for (const std::string& plain : *notices) {
      result += notice(NoticeKind::warning, plain);
    }
  }
  result += first_numbers(input);
  KeyValues facts = {{"model", input.model_file}};
  facts.insert(facts.end(), input.data.begin(), input.data.end());
  return result + key_values(facts);
}

Table score_table(const TrainingReportInput& input, const EvaluationRecord& evaluation) {
  Table result = {
      .columns =
          {{"class", ""},
           {"IoU", "what is both there and predicted, of what is either"},
           {"Dice", "twice what is both, of the sum of the two"},
           {"precision", "of what is predicted, the share that is there"},
           {"recall", "of what is there, the share that is predicted"},
           {"boundary Dice at 2 voxels",
            "the share of both outlines, slice by slice, that lies within 2 voxels of the other"},
           {"volume error (%)", "predicted volume beside the true one"},
           {"true voxels", ""}},
      .rows = {},
      .missing_means = missing_score};
  for (std::size_t c = 0; c < evaluation.scores.by_class.size(); ++c) {
    const ClassScores& of_class = evaluation.scores.by_class[c];
    std::int64_t voxels = 0;
    for (int predicted = 0; predicted < evaluation.confusion.classes(); ++predicted) {
      voxels += evaluation.confusion.count(static_cast<int>(c), predicted);
    }
    const double boundary = c < evaluation.boundary_dice.size()
                                ? evaluation.boundary_dice[c]
                                : std::numeric_limits<double>::quiet_NaN();
    result.rows.push_back(
        {text_cell(name_of_class(input.classes, c)), number_cell(of_class.iou, score_decimals),
         number_cell(of_class.dice, score_decimals),
         number_cell(of_class.precision, score_decimals),
         number_cell(of_class.recall, score_decimals), number_cell(boundary, score_decimals),
         number_cell(100 * of_class.volume_error, 1), count_cell(voxels)});
  }
  return result;
}

Confusion confusion_of(const TrainingReportInput& input, const ConfusionMatrix& matrix) {
  Confusion result;
  for (int truth = 0; truth < matrix.classes(); ++truth) {
    result.names.push_back(name_of_class(input.classes, static_cast<std::size_t>(truth)));
    for (int predicted = 0; predicted < matrix.classes(); ++predicted) {
      result.counts.push_back(matrix.count(truth, predicted));
    }
  }
  return result;
}

Markup evaluation_part(const TrainingReportInput& input, const EvaluationRecord& evaluation) {
  std::string title = evaluation.what;
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') {
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  }
  const Scores& scores = evaluation.scores;
  Markup result = element("h3", text(title)) + table(score_table(input, evaluation));
  result += key_values({{"mean foreground IoU", score_text(scores.mean_foreground_iou) +
                                                    ", over the classes other than " +
                                                    name_of_class(input.classes, 0)},
                        {"accuracy", score_text(scores.accuracy) + ", over all voxels"},
                        {"foreground recall (the paper’s IoU)",
                         score_text(scores.foreground_recall) +
                             ": the share of foreground voxels that get the right class. Carvalho "
                             "et al. (2020) call it IoU; it does not see background that is taken "
                             "for a fossil, and so is higher than the true IoU."},
                        {"scored", format_count(evaluation.confusion.total()) + " voxels in " +
                                       counted(evaluation.slices, "slice")}});
  return result + figure(confusion_matrix(confusion_of(input, evaluation.confusion)),
                         "Confusion matrix.",
                         "Each row is a true class: what share of its voxels (%) was taken for "
                         "which class, and how many (under the pointer, where the classes are "
                         "many). Blue is right, orange wrong; the colours grow "
                         "with the root of the share, so that small errors are seen.");
}

// Bars of the foreground classes, where there are two evaluations to compare.
Markup comparison(const TrainingReportInput& input) {
  const TrainingRecord& record = input.record;
  BarPlot plot;
  plot.description = "IoU by class";
  plot.value = {.title = "IoU", .low = 0.0, .high = 1.0};
  for (std::size_t c = 1; c < input.classes.size(); ++c) {
    plot.categories.push_back(input.classes[c].name);
  }
  for (const auto* evaluation : {&record.validation, &record.test}) {
    if (*evaluation && (*evaluation)->scores.by_class.size() == input.classes.size()) {
      plot.series.push_back({(*evaluation)->what, {}});
      for (std::size_t c = 1; c < input.classes.size(); ++c) {
        plot.series.back().values.push_back((*evaluation)->scores.by_class[c].iou);
      }
    }
  }
  // Of many classes the tables say it in less room.
  constexpr std::size_t most_classes = 12;
  if (plot.series.size() < 2 || plot.categories.empty() || plot.categories.size() > most_classes) {
    return {};
  }
  return plot_grid({figure(bar_plot(plot), "IoU by class.")});
}

Markup scores_section(const TrainingReportInput& input) {
  Markup result = comparison(input);
  for (const auto* evaluation : {&input.record.validation, &input.record.test}) {
    if (*evaluation) {
      result += evaluation_part(input, **evaluation);
    }
  }
  return result.text.empty() ? paragraph("Nothing was scored at the end of the training.") : result;
}

Markup curves_section(const TrainingReportInput& input) {
  const std::vector<Markup> epochs = epoch_figures(input.record, input.classes);
  const std::vector<Markup> rates = rate_figures(input.record);
  const std::vector<Markup> finders = finder_figures(input.record);
  if (epochs.empty() && rates.empty() && finders.empty()) {
    return paragraph("No epoch was recorded.");
  }
  Markup result = plot_grid(epochs);
  if (!rates.empty()) {
    result += element("h3", text("What the schedule did")) + plot_grid(rates);
  }
  if (!finders.empty()) {
    result += element("h3", text("How the rates were found")) + plot_grid(finders);
  }
  return result;
}

Markup json_section(const Json& json) {
  if (json.empty()) {
    return paragraph("None was recorded.");
  }
  return json_view(json) + folded("The same as JSON, to copy", json_block(json));
}

}  // namespace

std::string training_report(const TrainingReportInput& input) {
  HtmlPage page = {.title = input.title};
  page.subtitle = "Training report of fossilct " + std::string(version());
  page.summary = summary(input);
  page.sections = {{"Curves", curves_section(input)},
                   {"Scores", scores_section(input)},
                   {"Slices of the validation voxels", example_slices(input.record.examples)},
                   {"Recipe", json_section(input.recipe)},
                   {"Where the data comes from", json_section(input.provenance)}};
  page.footer = "This page is one file and fetches nothing: it can be kept beside the model.";
  return html_text(page);
}

}  // namespace fossilct
