// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "apps/training/train_report.h"

namespace fossilct::test {

// A training that never was, with everything a record can hold.

struct ExampleOptions {
  int classes = 4;
  int epochs = 40;
  int slices = 12;
  std::int64_t width = 160;
  std::int64_t height = 160;
};

class ExampleTraining {
 public:
  explicit ExampleTraining(const ExampleOptions& options) : options_(options) {}

  TrainingReportInput input() {
    TrainingReportInput input;
    input.title = "Training of core-a.safetensors";
    input.model_file = "core-a.safetensors";
    input.data = {
        {"trained on", "core-a.h5, 256 x 256 x 160 voxels of 0.71 um, 128 slices labelled"},
        {"validated on", "slices 137 to 159 along z, 9 slices away from what was trained on"},
        {"tested on", "core-b.h5, 256 x 256 x 160 voxels of 0.71 um"}};
    input.classes = classes();
    input.recipe = recipe();
    input.provenance = provenance();
    input.notices = {"The voxel size of core-b.h5 is 8 % larger than that of core-a.h5."};
    input.record = record();
    return input;
  }

 private:
  std::vector<LabelClass> classes() const {
    const std::vector<std::string> names = {"rock", "ostracod", "foraminifer", "pyrite infill"};
    std::vector<LabelClass> classes;
    for (int c = 0; c < options_.classes; ++c) {
      const std::string name = c < 4 ? names[c] : "taxon " + std::to_string(c);
      classes.push_back({c, name, {static_cast<std::uint8_t>(40 * c), 160, 60}});
    }
    return classes;
  }

  static Json recipe() {
    Json stages = Json::array();
    for (const int resolution : {4, 2, 1}) {
      stages.push_back(
          {{"resolution", resolution},
           {"crop", 160},
           {"batch", 4 * resolution},
           {"accumulate", 1},
           {"frozen", {{"epochs", 2}, {"rates", {1e-4, 1e-3}}, {"start_share", 0.3}}},
           {"unfrozen", {{"epochs", 12}, {"rates", {2e-5, 2e-4}}, {"start_share", 0.3}}}});
    }
    return {{"name", "default"},
            {"encoder", "resnet18"},
            {"axes", "zyx"},
            {"context", 1},
            {"foreground_share", 1.0 / 3},
            {"weight_decay", 0.01},
            {"loss", {{"kind", "cross entropy and Dice"}, {"class_weights", nullptr}}},
            {"augmentation", {{"flip", 0.5}, {"rotate", {{"share", 0.3}, {"degrees", 20}}}}},
            {"stages", stages}};
  }

  static Json provenance() {
    Json sources = Json::array();
    for (const std::string name : {"core-a.h5", "core-a_gt.h5", "core-b.h5", "core-b_gt.h5"}) {
      sources.push_back({{"path", "scans/" + name},
                         {"bytes", 10485760},
                         {"sha256", std::string(64, static_cast<char>('a' + name.size() % 6))}});
    }
    return {{"sources", sources},
            {"command",
             "fossilct train --scan scans/core-a.h5 --labels scans/core-a_gt.h5 "
             "--test-scan scans/core-b.h5 --test-labels scans/core-b_gt.h5 "
             "--output core-a.safetensors"},
            {"version", "0.1.0"},
            {"time", "2026-01-30T12:00:00Z"}};
  }

  TrainingRecord record() {
    TrainingRecord record;
    for (int e = 1; e <= options_.epochs; ++e) {
      record.epochs.push_back(epoch(e));
      if (record.epochs.back().mean_foreground_iou > best_) {
        best_ = record.epochs.back().mean_foreground_iou;
        record.epochs.back().best = true;
        record.best_epoch = e;
      }
    }
    for (int stage = 0; stage < 3; ++stage) {
      record.finders.push_back(finder(stage));
    }
    record.rates = rates();
    for (int i = 0; i < options_.slices; ++i) {
      record.examples.push_back(example(i));
    }
    record.validation = evaluation("validation block", 0.03, 23);
    record.test = evaluation("test scan core-b.h5", 0.07, 160);
    record.notices = {
        "Validation was on random slices: neighbours of training slices leak into it, and "
        "the score is too good."};
    record.seconds = 1463;
    return record;
  }

  int stage_of(int e) const {
    return e * 3 <= options_.epochs ? 0 : e * 8 <= options_.epochs * 5 ? 1 : 2;
  }

  EpochRecord epoch(int e) {
    EpochRecord epoch;
    epoch.epoch = e;
    epoch.stage = stage_of(e);
    epoch.resolution = 4 >> epoch.stage;
    epoch.frozen = e <= 2 || stage_of(e - 2) != epoch.stage;
    const double progress = 1 - std::exp(-e / 9.0);
    epoch.loss = 1.1 * (1 - 0.85 * progress) + 0.03 * noise() + (epoch.frozen ? 0.05 : 0);
    double sum = 0;
    for (int c = 0; c < options_.classes; ++c) {
      epoch.iou_by_class.push_back(
          std::clamp((0.96 - 0.06 * c) * progress + 0.02 * noise(), 0.0, 1.0));
      sum += c > 0 ? epoch.iou_by_class.back() : 0;
    }
    epoch.mean_foreground_iou = options_.classes > 1 ? sum / (options_.classes - 1) : nan;
    epoch.rate = 1e-3;
    epoch.seconds = 36.5;
    epoch.samples_per_second = 14.2;
    epoch.memory_bytes = 2100000000;
    return epoch;
  }

  FinderRecord finder(int stage) {
    FinderRecord finder;
    finder.stage = stage;
    finder.frozen = stage == 0;
    for (int i = 0; i < 90; ++i) {
      const double rate = std::pow(10, -7 + i / 15.0);
      finder.rates.push_back(rate);
      finder.losses.push_back(0.9 - 0.5 / (1 + std::pow(2e-4 / rate, 1.2)) + 2 * rate +
                              0.004 * noise());
    }
    finder.chosen = 4e-4 / (1 + stage);
    if (stage < 2) {
      finder.suggestion = stage == 0 ? finder.chosen : 8e-4;
    }
    return finder;
  }

  std::vector<RateRecord> rates() const {
    std::vector<RateRecord> rates;
    constexpr double pi = 3.14159265358979;
    for (int i = 0; i < 1200; ++i) {
      const double t = i % 400 / 400.0;
      const double up =
          t < 0.3 ? (1 - std::cos(pi * t / 0.3)) / 2 : (1 + std::cos(pi * (t - 0.3) / 0.7)) / 2;
      const double rate = 1e-3 * (0.04 + 0.96 * up) / (1 + i / 400);
      RateRecord record;
      record.step = 5 * i;
      record.rates = {i % 400 < 60 ? 0 : rate / 100, i % 400 < 60 ? 0 : rate / 10, rate};
      record.momentum = 0.95 - 0.1 * up;
      rates.push_back(record);
    }
    return rates;
  }

  EvaluationRecord evaluation(const std::string& what, double error, std::int64_t slices) {
    EvaluationRecord result;
    result.what = what;
    result.slices = slices;
    result.confusion = ConfusionMatrix(options_.classes);
    std::vector<std::uint8_t> truth, prediction;
    for (int i = 0; i < 200000; ++i) {
      const double share = uniform();
      truth.push_back(static_cast<std::uint8_t>(
          share < 0.8 ? 0 : static_cast<int>(uniform() * options_.classes)));
      const bool wrong = uniform() < error * (1 + truth.back() % 4);
      prediction.push_back(wrong ? static_cast<std::uint8_t>(uniform() * options_.classes)
                                 : truth.back());
    }
    result.confusion.add(truth, prediction);
    result.scores = scores_of(result.confusion);
    for (int c = 0; c < options_.classes; ++c) {
      result.boundary_dice.push_back(c == 3 ? nan : 0.98 - error * c);
    }
    return result;
  }

  struct Disc {
    double x, y, radius;
    std::uint8_t label;
  };

  // Discs of noise-ridden brightness; the prediction has each a little aside, one it does not see
  // and one that is not there.
  ExampleRecord example(int number) {
    ExampleRecord example;
    example.scan = "scans/core-a.h5";
    example.axis = static_cast<Axis>(number % 3);
    example.slice = 137 + 2 * number;
    example.width = options_.width;
    example.height = options_.height;
    example.worst = number < options_.slices / 2;
    const double carelessness = example.worst ? 1 : 0.25;
    std::vector<Disc> truth, seen;
    for (int i = 0; i < 7; ++i) {
      const Disc disc = {
          uniform() * static_cast<double>(options_.width),
          uniform() * static_cast<double>(options_.height),
          static_cast<double>(std::min(options_.width, options_.height)) *
              (0.04 + 0.09 * uniform()),
          static_cast<std::uint8_t>(options_.classes < 2 ? 0 : 1 + i % (options_.classes - 1))};
      truth.push_back(disc);
      Disc guess = disc;
      guess.x += 5 * carelessness * noise();
      guess.radius *= 1 + 0.12 * carelessness * noise();
      if (i == 3 && options_.classes > 2) {
        guess.label = static_cast<std::uint8_t>(1 + disc.label % (options_.classes - 1));
      }
      if (i != 5 || !example.worst) {
        seen.push_back(guess);
      }
    }
    if (example.worst && options_.classes > 1) {
      seen.push_back({uniform() * static_cast<double>(options_.width),
                      uniform() * static_cast<double>(options_.height), 9, 1});
    }
    for (std::int64_t y = 0; y < example.height; ++y) {
      for (std::int64_t x = 0; x < example.width; ++x) {
        const std::uint8_t label = label_at(truth, x, y);
        const bool unknown = number % 4 == 3 && x < example.width / 5;
        example.truth.push_back(unknown ? ignored_label : label);
        example.prediction.push_back(label_at(seen, x, y));
        const double grey = (label == 0 ? 95 : 125 + 25 * label) + 14 * noise() +
                            12 * std::sin(static_cast<double>(x + y) / 17);
        example.grey.push_back(static_cast<std::uint8_t>(std::clamp(grey, 0.0, 255.0)));
      }
    }
    ConfusionMatrix matrix(options_.classes);
    matrix.add(example.truth, example.prediction);
    example.mean_foreground_iou = scores_of(matrix).mean_foreground_iou;
    return example;
  }

  static std::uint8_t label_at(const std::vector<Disc>& discs, std::int64_t x, std::int64_t y) {
    for (const Disc& disc : discs) {
      const double dx = static_cast<double>(x) - disc.x, dy = static_cast<double>(y) - disc.y;
      if (dx * dx + 1.6 * dy * dy < disc.radius * disc.radius) {
        return disc.label;
      }
    }
    return 0;
  }

  double uniform() { return static_cast<double>(random_() % 1000003) / 1000003; }
  double noise() { return uniform() + uniform() + uniform() + uniform() - 2; }

  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  ExampleOptions options_;
  std::mt19937 random_{7};
  double best_ = 0;
};

inline TrainingReportInput example_training(const ExampleOptions& options = {}) {
  return ExampleTraining(options).input();
}

}  // namespace fossilct::test
