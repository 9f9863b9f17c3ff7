// SPDX-License-Identifier: Apache-2.0
#include "segment/instance_scores.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <set>
#include <type_traits>
#include <unordered_map>

#include "segment/score_numbers.h"
#include "segment/scores.h"

namespace fossilct {

namespace {

using Row = std::vector<std::uint32_t>;

void read_row(const AnyConstView& view, std::int64_t y, std::int64_t z, Row& row) {
  dispatch(view.type(), [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::is_unsigned_v<T>) {
      const T* const from = view.template as<T>().row(y, z);
      std::copy_n(from, row.size(), row.begin());
    }
  });
}

// Counts pairs of numbers, run by run: neighbours mostly have the same.
class PairCounter {
 public:
  void add(const Row& truth, const Row& predicted, const Row* labels) {
    const std::size_t length = truth.size();
    std::size_t begin = 0;
    for (std::size_t x = 1; x <= length; ++x) {
      const bool goes_on = x < length && truth[x] == truth[begin] &&
                           predicted[x] == predicted[begin] &&
                           (labels == nullptr || (*labels)[x] == (*labels)[begin]);
      if (!goes_on) {
        if (labels == nullptr || (*labels)[begin] != ignored_label) {
          const std::uint64_t pair = std::uint64_t{truth[begin]} << 32 | predicted[begin];
          counts_[pair] += static_cast<std::int64_t>(x - begin);
        }
        begin = x;
      }
    }
  }

  InstanceOverlaps overlaps() const {
    InstanceOverlaps result;
    for (const auto& [pair, count] : counts_) {
      const auto truth = static_cast<std::uint32_t>(pair >> 32);
      const auto predicted = static_cast<std::uint32_t>(pair);
      if (truth != 0) {
        result.truth[truth] += count;
      }
      if (predicted != 0) {
        result.predicted[predicted] += count;
      }
      if (truth != 0 && predicted != 0) {
        result.shared[{truth, predicted}] = count;
      }
    }
    return result;
  }

 private:
  std::unordered_map<std::uint64_t, std::int64_t> counts_;
};

// A pair that may match, and what decides it.
struct Candidate {
  std::uint32_t truth = 0;
  std::uint32_t predicted = 0;
  std::int64_t shared = 0;
  std::int64_t either = 0;

  double iou() const { return static_cast<double>(shared) / static_cast<double>(either); }
  // Whole numbers, for at exactly a threshold a rounding must not decide.
  bool reaches(int percent) const { return 100 * shared >= percent * either; }
};

// Those with an IoU of at least a half, one to one. Where a body has two partners it is made of
// them in equal parts (each takes half of it, and they are disjoint), and they have no other
// partner: the first come then takes nothing from anybody, and no matching has more pairs.
std::vector<Candidate> matches_of(const InstanceOverlaps& overlaps) {
  std::vector<Candidate> matches;
  std::set<std::uint32_t> taken_truth, taken_predicted;
  for (const auto& [pair, shared] : overlaps.shared) {
    const auto& [truth, predicted] = pair;
    const std::int64_t either =
        overlaps.truth.at(truth) + overlaps.predicted.at(predicted) - shared;
    const Candidate candidate = {truth, predicted, shared, either};
    if (candidate.reaches(50) && !taken_truth.contains(truth) &&
        !taken_predicted.contains(predicted)) {
      taken_truth.insert(truth);
      taken_predicted.insert(predicted);
      matches.push_back(candidate);
    }
  }
  return matches;
}

MatchScores match_scores(const std::vector<Candidate>& matches, int percent, double truth,
                         double predicted) {
  const auto matched = std::count_if(matches.begin(), matches.end(), [&](const Candidate& match) {
    return match.reaches(percent);
  });
  const auto hits = static_cast<double>(matched);
  return {.percent = percent,
          .matched = matched,
          .precision = ratio(hits, predicted),
          .recall = ratio(hits, truth),
          .f1 = ratio(2 * hits, truth + predicted),
          .average_precision = ratio(hits, truth + predicted - hits)};
}

void set_panoptic_quality(const std::vector<Candidate>& matches, InstanceScores& scores) {
  double sum = 0, count = 0;
  for (const Candidate& match : matches) {
    if (2 * match.shared > match.either) {
      sum += match.iou();
      ++count;
    }
  }
  // TP + FP / 2 + FN / 2 is half of the bodies of both.
  scores.panoptic_quality =
      ratio(2 * sum, static_cast<double>(scores.truth_bodies + scores.predicted_bodies));
  scores.segmentation_quality = ratio(sum, count);
}

using Members = std::map<std::uint32_t, std::vector<std::uint32_t>>;

std::vector<BodyGroup> groups_of(const Members& members) {
  std::vector<BodyGroup> groups;
  for (const auto& [one, many] : members) {
    if (many.size() > 1) {
      groups.push_back({one, many});
      std::sort(groups.back().many.begin(), groups.back().many.end());
    }
  }
  return groups;
}

void set_groups(const InstanceOverlaps& overlaps, InstanceScores& scores) {
  Members merged, split;
  for (const auto& [pair, shared] : overlaps.shared) {
    const auto& [truth, predicted] = pair;
    if (2 * shared > overlaps.truth.at(truth)) {
      merged[predicted].push_back(truth);
    }
    if (2 * shared > overlaps.predicted.at(predicted)) {
      split[truth].push_back(predicted);
    }
  }
  scores.merged = groups_of(merged);
  scores.split = groups_of(split);
}

Json to_json(const MatchScores& scores) {
  return {{"iou_percent", scores.percent},
          {"matched", scores.matched},
          {"precision", number_or_null(scores.precision)},
          {"recall", number_or_null(scores.recall)},
          {"f1", number_or_null(scores.f1)},
          {"average_precision", number_or_null(scores.average_precision)}};
}

Json to_json(const std::vector<BodyGroup>& groups, const char* one, const char* many) {
  Json json = Json::array();
  for (const BodyGroup& group : groups) {
    json.push_back({{one, group.one}, {many, group.many}});
  }
  return json;
}

}  // namespace

InstanceOverlaps count_overlaps(VolumeSource& prediction, VolumeSource& truth, VolumeSource* labels,
                                Progress& progress) {
  const Size3 size = truth.grid().size;
  assert(prediction.grid().size == size && (labels == nullptr || labels->grid().size == size));
  assert(is_label_type(prediction.type()) && is_label_type(truth.type()));
  const std::int64_t depth = std::max(slices_at_once(prediction), slices_at_once(truth));
  const auto length = static_cast<std::size_t>(size.x);
  Row true_row(length), predicted_row(length), label_row(length);
  PairCounter counter;
  progress.begin("bodies", size.z, WorkUnit::slices);
  for (std::int64_t begin = 0; begin < size.z; begin += depth) {
    progress.check();
    const Box box = slab(size, begin, std::min(begin + depth, size.z));
    const AnyVolume predicted = prediction.read(box), true_bodies = truth.read(box);
    const AnyVolume true_labels = labels != nullptr ? labels->read(box) : AnyVolume();
    for (std::int64_t z = 0; z < box.size().z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        read_row(true_bodies.view(), y, z, true_row);
        read_row(predicted.view(), y, z, predicted_row);
        if (labels != nullptr) {
          read_row(true_labels.view(), y, z, label_row);
        }
        counter.add(true_row, predicted_row, labels != nullptr ? &label_row : nullptr);
      }
    }
    progress.advance(box.size().z);
  }
  progress.end();
  return counter.overlaps();
}

InstanceScores scores_of(const InstanceOverlaps& overlaps) {
  InstanceScores scores;
  scores.truth_bodies = std::ssize(overlaps.truth);
  scores.predicted_bodies = std::ssize(overlaps.predicted);
  const std::vector<Candidate> matches = matches_of(overlaps);
  double sum = 0;
  for (std::size_t i = 0; i < match_percents.size(); ++i) {
    scores.matches[i] =
        match_scores(matches, match_percents[i], static_cast<double>(scores.truth_bodies),
                     static_cast<double>(scores.predicted_bodies));
    sum += scores.matches[i].average_precision;
  }
  scores.average_precision = sum / match_percents.size();
  set_panoptic_quality(matches, scores);
  set_groups(overlaps, scores);
  return scores;
}

Json to_json(const InstanceScores& scores) {
  Json matches = Json::array();
  for (const MatchScores& of_percent : scores.matches) {
    matches.push_back(to_json(of_percent));
  }
  return {{"truth_bodies", scores.truth_bodies},
          {"predicted_bodies", scores.predicted_bodies},
          {"count_error", scores.predicted_bodies - scores.truth_bodies},
          {"matches", std::move(matches)},
          {"ap50", number_or_null(scores.matches[0].average_precision)},
          {"ap75", number_or_null(scores.matches[5].average_precision)},
          {"average_precision", number_or_null(scores.average_precision)},
          {"panoptic_quality", number_or_null(scores.panoptic_quality)},
          {"segmentation_quality", number_or_null(scores.segmentation_quality)},
          {"merged", to_json(scores.merged, "predicted", "truth")},
          {"split", to_json(scores.split, "truth", "predicted")}};
}

}  // namespace fossilct
