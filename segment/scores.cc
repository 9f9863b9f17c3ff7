// SPDX-License-Identifier: Apache-2.0
#include "segment/scores.h"

#include <cassert>
#include <cmath>
#include <string>

#include "base/error.h"
#include "segment/score_numbers.h"

namespace fossilct {
namespace {

[[noreturn]] void refuse_label(int label, int classes, const char* where) {
  throw Error(ErrorKind::format, std::string("the ") + where + " holds label " +
                                     std::to_string(label) + ", but there are classes 0 to " +
                                     std::to_string(classes - 1) + " only");
}

struct Slice {
  std::span<const std::uint8_t> labels;
  std::int64_t width;

  std::int64_t height() const { return static_cast<std::int64_t>(labels.size()) / width; }
  std::uint8_t at(std::int64_t x, std::int64_t y) const {
    return labels[static_cast<std::size_t>(y * width + x)];
  }
};

// 1 where a pixel of `of_class` has a 4-neighbour of another.
std::vector<std::uint8_t> boundary_of(const Slice& slice, int of_class) {
  std::vector<std::uint8_t> boundary(slice.labels.size());
  const std::int64_t width = slice.width, height = slice.height();
  const auto differs = [&](std::int64_t x, std::int64_t y) {
    return x >= 0 && y >= 0 && x < width && y < height && slice.at(x, y) != of_class;
  };
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const bool edge = slice.at(x, y) == of_class && (differs(x - 1, y) || differs(x + 1, y) ||
                                                       differs(x, y - 1) || differs(x, y + 1));
      boundary[static_cast<std::size_t>(y * width + x)] = edge ? 1 : 0;
    }
  }
  return boundary;
}

bool any_within(const Slice& boundary, std::int64_t x, std::int64_t y, int tolerance) {
  for (std::int64_t dy = -tolerance; dy <= tolerance; ++dy) {
    for (std::int64_t dx = -tolerance; dx <= tolerance; ++dx) {
      const bool inside = x + dx >= 0 && x + dx < boundary.width && y + dy >= 0 &&
                          y + dy < boundary.height() &&
                          dx * dx + dy * dy <= static_cast<std::int64_t>(tolerance) * tolerance;
      if (inside && boundary.at(x + dx, y + dy) != 0) {
        return true;
      }
    }
  }
  return false;
}

struct Near {
  std::int64_t near = 0, total = 0;
};

// How many pixels of boundary `a` lie near boundary `b`, where the truth is known.
Near near_count(const Slice& a, const Slice& b, const Slice& truth, int tolerance) {
  Near count;
  for (std::int64_t y = 0; y < a.height(); ++y) {
    for (std::int64_t x = 0; x < a.width; ++x) {
      if (a.at(x, y) != 0 && truth.at(x, y) != ignored_label) {
        ++count.total;
        count.near += any_within(b, x, y, tolerance) ? 1 : 0;
      }
    }
  }
  return count;
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(int classes)
    : classes_(classes),
      counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)) {}

void ConfusionMatrix::add(std::span<const std::uint8_t> truth,
                          std::span<const std::uint8_t> prediction, std::uint8_t ignore) {
  assert(truth.size() == prediction.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] == ignore) {
      continue;
    }
    if (truth[i] >= classes_) {
      refuse_label(truth[i], classes_, "truth");
    }
    if (prediction[i] >= classes_) {
      refuse_label(prediction[i], classes_, "prediction");
    }
    ++counts_[static_cast<std::size_t>(truth[i] * classes_ + prediction[i])];
  }
}

void ConfusionMatrix::add(const ConfusionMatrix& other) {
  assert(other.classes_ == classes_);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
}

std::int64_t ConfusionMatrix::count(int truth, int prediction) const {
  return counts_[static_cast<std::size_t>(truth * classes_ + prediction)];
}

std::int64_t ConfusionMatrix::total() const {
  std::int64_t sum = 0;
  for (const std::int64_t count : counts_) {
    sum += count;
  }
  return sum;
}

Scores scores_of(const ConfusionMatrix& matrix) {
  Scores scores;
  double right = 0, foreground = 0, right_foreground = 0, iou_sum = 0;
  int iou_count = 0;
  for (int c = 0; c < matrix.classes(); ++c) {
    const auto hits = static_cast<double>(matrix.count(c, c));
    double truth = 0, predicted = 0;
    for (int other = 0; other < matrix.classes(); ++other) {
      truth += static_cast<double>(matrix.count(c, other));
      predicted += static_cast<double>(matrix.count(other, c));
    }
    const double all = truth + predicted - hits;
    scores.by_class.push_back({.iou = ratio(hits, all),
                               .dice = ratio(2 * hits, truth + predicted),
                               .precision = ratio(hits, predicted),
                               .recall = ratio(hits, truth),
                               .volume_error = ratio(predicted, truth) - 1});
    right += hits;
    if (c > 0) {
      foreground += truth;
      right_foreground += hits;
    }
    if (c > 0 && all > 0) {
      iou_sum += hits / all;
      ++iou_count;
    }
  }
  scores.mean_foreground_iou = ratio(iou_sum, iou_count);
  scores.accuracy = ratio(right, static_cast<double>(matrix.total()));
  scores.foreground_recall = ratio(right_foreground, foreground);
  return scores;
}

Json to_json(const Scores& scores) {
  Json classes = Json::array();
  for (const ClassScores& of_class : scores.by_class) {
    classes.push_back({{"iou", number_or_null(of_class.iou)},
                       {"dice", number_or_null(of_class.dice)},
                       {"precision", number_or_null(of_class.precision)},
                       {"recall", number_or_null(of_class.recall)},
                       {"volume_error", number_or_null(of_class.volume_error)}});
  }
  return {{"classes", std::move(classes)},
          {"mean_foreground_iou", number_or_null(scores.mean_foreground_iou)},
          {"accuracy", number_or_null(scores.accuracy)},
          {"foreground_recall", number_or_null(scores.foreground_recall)}};
}

void BoundaryDice::add(std::span<const std::uint8_t> truth,
                       std::span<const std::uint8_t> prediction, std::int64_t width) {
  assert(truth.size() == prediction.size());
  // What is not known is taken as predicted, or its edge would be a boundary of the truth.
  std::vector<std::uint8_t> filled(truth.begin(), truth.end());
  for (std::size_t i = 0; i < filled.size(); ++i) {
    filled[i] = filled[i] == ignored_label ? prediction[i] : filled[i];
  }
  const std::vector<std::uint8_t> a = boundary_of({filled, width}, class_);
  const std::vector<std::uint8_t> b = boundary_of({prediction, width}, class_);
  const Near first = near_count({a, width}, {b, width}, {truth, width}, tolerance_);
  const Near second = near_count({b, width}, {a, width}, {truth, width}, tolerance_);
  near_ += first.near + second.near;
  total_ += first.total + second.total;
}

double BoundaryDice::value() const {
  return ratio(static_cast<double>(near_), static_cast<double>(total_));
}

}  // namespace fossilct
