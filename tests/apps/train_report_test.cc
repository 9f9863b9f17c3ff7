// SPDX-License-Identifier: Apache-2.0
#include "apps/training/train_report.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "example_training.h"
#include "support.h"

namespace fossilct {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// One epoch of one class.
TrainingReportInput small_input() {
  TrainingReportInput input;
  input.title = "Training of m.safetensors";
  input.model_file = "m.safetensors";
  input.classes = {{0, "rock", {}}, {1, "fossil", {}}};
  EpochRecord epoch;
  epoch.epoch = 1;
  epoch.loss = 0.5;
  epoch.iou_by_class = {0.99, 0.8};
  epoch.mean_foreground_iou = 0.8;
  epoch.best = true;
  input.record.epochs = {epoch};
  input.record.best_epoch = 1;
  return input;
}

EvaluationRecord evaluation_of(const std::string& what, std::vector<std::uint8_t> truth,
                               std::vector<std::uint8_t> prediction) {
  EvaluationRecord evaluation;
  evaluation.what = what;
  evaluation.confusion = ConfusionMatrix(2);
  evaluation.confusion.add(truth, prediction);
  evaluation.scores = scores_of(evaluation.confusion);
  evaluation.slices = 1;
  return evaluation;
}

TEST_CASE("the first screen: the verdict in words, notices, numbers") {
  TrainingReportInput input = small_input();
  input.record.validation =
      evaluation_of("validation block", {1, 1, 1, 1, 0, 0}, {1, 1, 1, 1, 1, 0});
  input.record.test = evaluation_of("test scan b.h5", {1, 1, 1, 1, 0, 0}, {1, 1, 1, 0, 1, 0});
  input.record.notices = {"neighbouring slices leak"};
  const std::string html = training_report(input);
  CHECK(holds(html,
              "Epoch 1 of 1 is the best, and the one that is stored: IoU of fossil 0.800 on the "
              "validation block. On the test scan b.h5, which decided nothing in training, it "
              "is 0.600. That is 0.200 lower"));
  CHECK(holds(html,
              "Of 100 voxels that it calls fossil there, 75 are; of 100 that are fossil, it "
              "finds 75."));
  CHECK(holds(html, "neighbouring slices leak"));
  CHECK(html.find("neighbouring slices leak") < html.find("<section"));
  CHECK(holds(html, "foreground recall (the paper’s IoU)"));
  CHECK(html == training_report(input));
}

TEST_CASE("no validation is said, and draws no curve of it") {
  TrainingReportInput input = small_input();
  input.record.epochs[0].iou_by_class.clear();
  const std::string html = training_report(input);
  CHECK(holds(html, "There is no validation score"));
  CHECK_FALSE(holds(html, "Validation IoU."));
  CHECK(holds(html, "Training loss."));
  CHECK_FALSE(holds(html, "nan"));
}

TEST_CASE("nothing recorded at all makes a report too") {
  const std::string html = training_report({.title = "t", .model_file = "m"});
  CHECK(holds(html, "Nothing was trained."));
  CHECK(holds(html, "No epoch was recorded."));
  CHECK(holds(html, "No slices were recorded."));
  CHECK(holds(html, "None was recorded."));
}

TEST_CASE("names from outside can't break out of the page") {
  const std::string evil = "\"><script>alert(1)</script>\xff";
  TrainingReportInput input =
      test::example_training({.epochs = 3, .slices = 2, .width = 32, .height = 24});
  input.title = input.model_file = evil;
  input.notices = {evil};
  input.data = {{evil, evil}};
  input.recipe = {{evil, {{{evil, evil}}}}};
  input.provenance = {{evil, {evil, 1}}};
  for (LabelClass& c : input.classes) {
    c.name = evil;
  }
  input.record.validation->what = evil;
  input.record.examples[0].scan = evil;
  const std::string html = training_report(input);
  CHECK_FALSE(holds(html, "<script"));
  CHECK_FALSE(holds(html, "\xff"));
}

TEST_CASE("every part of a full record is there") {
  const TrainingReportInput input = test::example_training();
  const std::string html = training_report(input);
  CHECK(count_of(html, "<svg") == 2 + 2 + 3 + 1);
  CHECK(count_of(html, "src=\"data:image/png;base64,") == 2 * 12);
  CHECK(count_of(html, "<table class=\"confusion\"") == 2);
  CHECK(holds(html, "The worst"));
  CHECK(holds(html, "best: "));
  CHECK(holds(html, "suggested: "));
  CHECK(holds(html, "nobody has looked"));
  CHECK(html.size() < 1'500'000);
}

TEST_CASE("one class, many classes, one epoch") {
  for (const int classes : {1, 2, 30}) {
    const std::string html = training_report(test::example_training(
        {.classes = classes, .epochs = 1, .slices = 2, .width = 16, .height = 16}));
    CHECK(count_of(html, "<svg") >= 2);
    CHECK_FALSE(holds(html, "nan"));
  }
}

TEST_CASE("large slices are reduced, elongated ones too, and it is said") {
  const std::string large = training_report(
      test::example_training({.epochs = 1, .slices = 1, .width = 900, .height = 700}));
  CHECK(holds(large, "shown at 1/2 size"));
  const std::string long_one = training_report(
      test::example_training({.epochs = 1, .slices = 1, .width = 3000, .height = 2}));
  CHECK(count_of(long_one, "src=\"data:image/png;base64,") == 2);
}

TEST_CASE("csv: a row an epoch, as many fields in each, empty without a score") {
  TrainingReportInput input = small_input();
  input.record.epochs.push_back(input.record.epochs[0]);
  input.record.epochs[1].epoch = 2;
  input.record.epochs[1].iou_by_class.clear();
  input.record.epochs[0].iou_by_class[0] = std::nan("");
  const std::vector<std::string> lines = split(training_csv(input.record, input.classes), '\n');
  REQUIRE(lines.size() == 4);  // the last is empty
  CHECK(lines[0] ==
        "epoch,stage,reduced_by,frozen_encoder,loss,mean_foreground_iou,iou_rock,"
        "iou_fossil,learning_rate,seconds,samples_per_second,memory_bytes,best");
  CHECK(lines[1] == "1,1,1,0,0.5,0.8,,0.8,0,0,0,0,1");
  CHECK(lines[2] == "2,1,1,0,0.5,,,,0,0,0,0,1");
}

TEST_CASE("csv: class names are quoted where they must be") {
  TrainingReportInput input = small_input();
  input.classes[1].name = "shell, \"whole\"";
  CHECK(holds(training_csv(input.record, input.classes), ",\"iou_shell, \"\"whole\"\"\","));
}

}  // namespace
}  // namespace fossilct
