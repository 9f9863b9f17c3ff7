// SPDX-License-Identifier: Apache-2.0
#include "train/validation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "segment/normalisation.h"
#include "segment/slice_reader.h"

namespace fossilct {
namespace {

// Along y and x there are hundreds of slices through a block of a few rows, neighbours much alike.
constexpr std::int64_t every = 4;
constexpr std::int64_t rows_more = 32;
constexpr int boundary_tolerance = 2;
constexpr double grey_deviations = 3;  // of the rock, to black and to white

std::span<const std::uint8_t> bytes_of(const at::Tensor& image) {
  return {image.data_ptr<std::uint8_t>(), static_cast<std::size_t>(image.numel())};
}

std::vector<std::uint8_t> copied(const at::Tensor& image) {
  const auto bytes = bytes_of(image);
  return {bytes.begin(), bytes.end()};
}

double mean_iou(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction,
                int classes) {
  ConfusionMatrix matrix(classes);
  matrix.add(truth, prediction);
  return scores_of(matrix).mean_foreground_iou;
}

}  // namespace

Validator::Validator(std::vector<LabelledScan>& scans, const std::vector<ScanSplit>& splits,
                     int classes, const Recipe& recipe, const std::vector<Axis>& axes,
                     at::Device device)
    : scans_(scans), splits_(splits), classes_(classes), recipe_(recipe), device_(device) {
  for (const Axis axis : axes) {
    parts_.emplace_back();
    for (std::size_t scan = 0; scan < scans_.size(); ++scan) {
      list_parts(scan, axis);
    }
  }
}

void Validator::list_parts(std::size_t scan, Axis axis) {
  const std::vector<std::int64_t> slices = splits_[scan].slices(SliceRole::validation);
  if (slices.empty()) {
    return;
  }
  SlicePart part = whole_slices(scans_[scan].size(), axis);
  const std::int64_t count = part.slice;
  if (axis == Axis::z) {
    for (const std::int64_t z : slices) {
      part.slice = z;
      parts_.back().push_back({scan, part});
    }
    return;
  }
  if (slices.back() - slices.front() + 1 != std::ssize(slices)) {
    return;  // single slices are lines along the other axes
  }
  const std::int64_t end = std::min(part.rows, slices.back() + 1 + rows_more);
  part.row = std::max<std::int64_t>(0, slices.front() - rows_more);
  part.rows = end - part.row;
  for (part.slice = every / 2; part.slice < count; part.slice += every) {
    parts_.back().push_back({scan, part});
  }
}

InferenceNetwork Validator::made_ready(const Network& network) const {
  return {network, {.device = device_, .precision = Precision::fp32}};
}

Validator::Predicted Validator::predict(InferenceNetwork& network, const Part& part) {
  LabelledScan& scan = scans_[part.scan];
  const at::Tensor image =
      read_part(*scan.scan, part.part, recipe_.context, scan.scale).unsqueeze(0);
  const at::Tensor logits =
      network.forward(network_input(image, recipe_.normalisation, recipe_.repeat_grey));
  Predicted result{read_label_part(*scan.labels, part.part),
                   logits[0].argmax(0).to(at::kByte).cpu().contiguous()};
  if (part.part.axis != Axis::z) {
    for (std::int64_t row = 0; row < part.part.rows; ++row) {
      const auto z = static_cast<std::size_t>(part.part.row + row);
      if (splits_[part.scan].roles[z] != SliceRole::validation) {
        result.truth[row].fill_(ignored_label);
      }
    }
  }
  return result;
}

std::int64_t Validator::quick_slices_of(const std::vector<Part>& parts) const {
  return std::min(most_slices / std::ssize(parts_), std::ssize(parts));
}

std::int64_t Validator::quick_slices() const {
  return std::accumulate(parts_.begin(), parts_.end(), std::int64_t{0},
                         [&](std::int64_t sum, const std::vector<Part>& parts) {
                           return sum + quick_slices_of(parts);
                         });
}

std::int64_t Validator::all_slices() const {
  return std::accumulate(
      parts_.begin(), parts_.end(), std::int64_t{0},
      [](std::int64_t sum, const std::vector<Part>& parts) { return sum + std::ssize(parts); });
}

ConfusionMatrix Validator::quick_score(const Network& network, Progress& progress) {
  InferenceNetwork ready = made_ready(network);
  ConfusionMatrix matrix(classes_);
  for (const std::vector<Part>& parts : parts_) {
    const std::int64_t count = quick_slices_of(parts);
    for (std::int64_t i = 0; i < count; ++i) {
      progress.check();
      const std::int64_t at = (2 * i + 1) * std::ssize(parts) / (2 * count);
      const Predicted slice = predict(ready, parts[static_cast<std::size_t>(at)]);
      matrix.add(bytes_of(slice.truth), bytes_of(slice.prediction));
    }
  }
  return matrix;
}

EvaluationRecord Validator::evaluate(const Network& network, const std::string& what,
                                     Progress& progress) {
  InferenceNetwork ready = made_ready(network);
  EvaluationRecord record;
  record.what = what;
  record.confusion = ConfusionMatrix(classes_);
  std::vector<BoundaryDice> boundaries;
  for (int label = 0; label < classes_; ++label) {
    boundaries.emplace_back(label, boundary_tolerance);
  }
  scored_.clear();
  progress.begin("score " + what, all_slices(), WorkUnit::slices);
  for (const std::vector<Part>& parts : parts_) {
    for (const Part& part : parts) {
      progress.check();
      const Predicted slice = predict(ready, part);
      record.confusion.add(bytes_of(slice.truth), bytes_of(slice.prediction));
      for (BoundaryDice& boundary : boundaries) {
        boundary.add(bytes_of(slice.truth), bytes_of(slice.prediction), part.part.columns);
      }
      if (part.part.axis == Axis::z) {
        scored_.push_back(
            {part, mean_iou(bytes_of(slice.truth), bytes_of(slice.prediction), classes_)});
      }
      ++record.slices;
      progress.advance(1);
    }
  }
  progress.end();
  record.scores = scores_of(record.confusion);
  for (const BoundaryDice& boundary : boundaries) {
    record.boundary_dice.push_back(boundary.value());
  }
  return record;
}

ExampleRecord Validator::example(InferenceNetwork& network, const ScoredPart& scored, bool worst) {
  const SlicePart& part = scored.part.part;
  LabelledScan& scan = scans_[scored.part.scan];
  const Predicted slice = predict(network, scored.part);
  const at::Tensor image = read_part(*scan.scan, part, 0, scan.scale)[0];
  const bool rock = recipe_.normalisation == Normalisation::rock;
  const at::Tensor unit = rock ? (image + grey_deviations) / (2 * grey_deviations) : image;
  return {.scan = scan.name,
          .axis = part.axis,
          .slice = slice_number(scan.scan->description(), part.slice),
          .width = part.columns,
          .height = part.rows,
          .grey = copied((unit.clamp(0, 1) * 255).round().to(at::kByte).contiguous()),
          .truth = copied(slice.truth),
          .prediction = copied(slice.prediction),
          .mean_foreground_iou = scored.iou,
          .worst = worst};
}

std::vector<ExampleRecord> Validator::examples(const Network& network, int count) {
  std::vector<ScoredPart> order;
  std::copy_if(scored_.begin(), scored_.end(), std::back_inserter(order),
               [](const ScoredPart& part) { return !std::isnan(part.iou); });
  std::stable_sort(order.begin(), order.end(),
                   [](const ScoredPart& a, const ScoredPart& b) { return a.iou < b.iou; });
  InferenceNetwork ready = made_ready(network);
  std::vector<ExampleRecord> found;
  const auto worst = static_cast<std::size_t>(std::min<std::int64_t>(count, std::ssize(order)));
  for (std::size_t i = 0; i < worst; ++i) {
    found.push_back(example(ready, order[i], true));
  }
  const std::size_t left = order.size() - worst;
  const std::size_t typical = std::min(left, static_cast<std::size_t>(count));
  // The middle of all, without those that are shown already.
  const std::size_t middle = std::clamp(order.size() / 2 - std::min(order.size() / 2, typical / 2),
                                        worst, order.size() - typical);
  for (std::size_t i = 0; i < typical; ++i) {
    found.push_back(example(ready, order[middle + i], false));
  }
  return found;
}

}  // namespace fossilct
