// SPDX-License-Identifier: Apache-2.0
#include "segment/scores.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "support.h"

namespace fossilct {
namespace {

using Labels = std::vector<std::uint8_t>;

TEST_CASE("scores of a small matrix, by hand") {
  ConfusionMatrix matrix(3);
  //            truth                           prediction
  matrix.add(Labels{0, 0, 0, 0, 1, 1, 1, 2, 255}, Labels{0, 0, 0, 1, 1, 1, 0, 1, 2});
  CHECK(matrix.total() == 8);
  CHECK(matrix.count(1, 0) == 1);
  const Scores scores = scores_of(matrix);
  CHECK(scores.by_class[1].iou == doctest::Approx(2.0 / 5));
  CHECK(scores.by_class[1].dice == doctest::Approx(4.0 / 7));
  CHECK(scores.by_class[1].precision == doctest::Approx(2.0 / 4));
  CHECK(scores.by_class[1].recall == doctest::Approx(2.0 / 3));
  CHECK(scores.by_class[1].volume_error == doctest::Approx(1.0 / 3));
  CHECK(scores.by_class[2].iou == 0);
  CHECK(std::isnan(scores.by_class[2].precision));
  CHECK(scores.mean_foreground_iou == doctest::Approx(0.2));
  CHECK(scores.accuracy == doctest::Approx(5.0 / 8));
  CHECK(to_json(scores)["classes"][2]["precision"].is_null());
}

TEST_CASE("the paper's IoU does not see false positives") {
  ConfusionMatrix matrix(2);
  matrix.add(Labels{1, 1, 0, 0, 0, 0}, Labels{1, 1, 1, 1, 1, 1});
  CHECK(scores_of(matrix).foreground_recall == 1);
  CHECK(scores_of(matrix).by_class[1].iou == doctest::Approx(2.0 / 6));
}

TEST_CASE("slab by slab is the same as at once, and a class that is nowhere has no score") {
  ConfusionMatrix whole(4), first(4), second(4);
  const Labels truth{0, 1, 1, 2, 0}, prediction{0, 1, 2, 2, 1};
  whole.add(truth, prediction);
  first.add(std::span(truth).first(2), std::span(prediction).first(2));
  second.add(std::span(truth).subspan(2), std::span(prediction).subspan(2));
  first.add(second);
  CHECK(to_json(scores_of(first)) == to_json(scores_of(whole)));
  CHECK(std::isnan(scores_of(whole).by_class[3].iou));
}

TEST_CASE("a label beyond the classes is named") {
  ConfusionMatrix matrix(2);
  CHECK(test::message_of<Error>([&] {
          matrix.add(Labels{7}, Labels{0});
        }).find("the truth holds label 7") != std::string::npos);
  CHECK(test::message_of<Error>([&] {
          matrix.add(Labels{0}, Labels{3});
        }).find("the prediction holds label 3") != std::string::npos);
}

// A square of class 1 whose left edge is at x.
Labels square(std::int64_t x_begin, std::int64_t side) {
  constexpr std::int64_t width = 32;
  Labels labels(width * width);
  for (std::int64_t y = 8; y < 8 + side; ++y) {
    for (std::int64_t x = x_begin; x < x_begin + side; ++x) {
      labels[static_cast<std::size_t>(y * width + x)] = 1;
    }
  }
  return labels;
}

double boundary_dice(const Labels& truth, const Labels& prediction, int tolerance) {
  BoundaryDice dice(1, tolerance);
  dice.add(truth, prediction, 32);
  return dice.value();
}

TEST_CASE("boundary Dice: a shift within the tolerance costs nothing, one beyond it does") {
  const Labels truth = square(8, 10);
  CHECK(boundary_dice(truth, truth, 0) == 1);
  CHECK(boundary_dice(truth, square(10, 10), 2) == 1);
  const double shifted = boundary_dice(truth, square(13, 10), 2);
  CHECK(shifted > 0.3);
  CHECK(shifted < 0.9);
  CHECK(boundary_dice(truth, square(22, 10), 2) == 0);
  CHECK(std::isnan(boundary_dice(Labels(1024), Labels(1024), 2)));
  CHECK(boundary_dice(truth, Labels(1024), 2) == 0);
}

TEST_CASE("boundary Dice: where nobody has looked there is no boundary to miss") {
  Labels truth = square(8, 10);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    truth[i] = i % 32 < 13 ? truth[i] : ignored_label;  // only the left half was annotated
  }
  CHECK(boundary_dice(truth, square(8, 10), 0) == 1);
}

TEST_CASE("boundary Dice: what is predicted where nobody has looked earns nothing") {
  Labels truth = square(2, 10);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    truth[i] = i % 32 < 16 ? truth[i] : ignored_label;
  }
  CHECK(boundary_dice(truth, square(20, 10), 2) == 0);
}

TEST_CASE("the edge of the slice is no boundary") {
  Labels whole(1024, 1);
  CHECK(std::isnan(boundary_dice(whole, whole, 1)));
}

}  // namespace
}  // namespace fossilct
