// SPDX-License-Identifier: Apache-2.0
#include "train/loss.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "segment/scores.h"
#include "train/json_fields.h"

namespace fossilct {
namespace {

constexpr std::array<std::pair<std::string_view, LossKind>, 5> kind_names = {{
    {"ce+dice", LossKind::cross_entropy_dice},
    {"ce", LossKind::cross_entropy},
    {"dice", LossKind::dice},
    {"focal", LossKind::focal},
    {"tversky", LossKind::tversky},
}};
constexpr double overlap_smoothing = 1;
constexpr double most_focal_gamma = 10;

// Logits and labels in the forms the losses need. Ignored pixels carry class 0 and count 0.
struct Batch {
  at::Tensor log_probabilities;  // N,K,H,W fp32
  at::Tensor classes;            // N,1,H,W int64
  at::Tensor counted;            // N,1,H,W fp32, 0 or 1
};

Batch batch_of(const at::Tensor& logits, const at::Tensor& labels, int ignore) {
  const at::Tensor classes = labels.to(at::kLong).unsqueeze(1);
  const at::Tensor ignored = classes.eq(ignore);
  return {at::log_softmax(logits.to(at::kFloat), 1), classes.masked_fill(ignored, 0),
          ignored.logical_not().to(at::kFloat)};
}

at::Tensor weights_of(const Batch& batch, const LossOptions& options) {
  if (options.class_weights.empty()) {
    return batch.counted;
  }
  const at::Tensor weights =
      at::tensor(options.class_weights, at::kDouble).to(batch.counted.options());
  return batch.counted * at::embedding(weights.unsqueeze(1), batch.classes).squeeze(-1);
}

at::Tensor cross_entropy(const Batch& batch, const LossOptions& options, double gamma) {
  const at::Tensor log_p = batch.log_probabilities.gather(1, batch.classes);
  const at::Tensor weights = weights_of(batch, options);
  const at::Tensor focus = gamma == 0 ? -log_p : -log_p * (1 - log_p.exp()).clamp_min(0).pow(gamma);
  // A batch without a counted pixel has the weight 0: its loss is 0, not NaN.
  return (focus * weights).sum() / weights.sum().clamp_min(1e-12);
}

// Sums over the batch a class: probability on the class's own pixels, on others', and what it
// lacks.
struct Overlap {
  at::Tensor hits, false_positives, false_negatives;  // K
};

Overlap overlap_of(const Batch& batch) {
  const at::Tensor p = batch.log_probabilities.exp() * batch.counted;
  const at::Tensor truth = at::zeros_like(p).scatter_(1, batch.classes, 1).mul(batch.counted);
  const std::array<std::int64_t, 3> all_pixels = {0, 2, 3};
  const at::Tensor hits = (p * truth).sum(all_pixels);
  return {hits, p.sum(all_pixels) - hits, truth.sum(all_pixels) - hits};
}

// 1 - mean over the foreground of (TP + s) / (TP + alpha FP + beta FN + s); 0 for an empty batch.
at::Tensor overlap_loss(const Batch& batch, double alpha, double beta, double smoothing) {
  const Overlap o = overlap_of(batch);
  const at::Tensor index = (o.hits + smoothing) / (o.hits + alpha * o.false_positives +
                                                   beta * o.false_negatives + smoothing);
  const at::Tensor loss = 1 - index.narrow(0, 1, index.size(0) - 1).mean();
  return loss * batch.counted.sum().clamp_max(1);
}

at::Tensor dice(const Batch& batch) { return overlap_loss(batch, 0.5, 0.5, overlap_smoothing / 2); }

void check_range(const char* option, double value, double least, double most) {
  if (!(value >= least && value <= most)) {
    throw option_error(option, "is " + std::to_string(value) + "; it may be " +
                                   std::to_string(least) + " to " + std::to_string(most));
  }
}

}  // namespace

LossKind loss_kind_from_name(std::string_view option, std::string_view name) {
  for (const auto& [known, kind] : kind_names) {
    if (known == name) {
      return kind;
    }
  }
  throw option_error(
      option, "is '" + std::string(name) + "'; it may be ce+dice, ce, dice, focal or tversky");
}

std::string name_of(LossKind kind) {
  for (const auto& [name, known] : kind_names) {
    if (known == kind) {
      return std::string(name);
    }
  }
  return {};
}

// Found by the visitors' templates, so not in the unnamed namespace.
template <FieldsOf<LossOptions> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit.as(
      "kind", self.kind, [](LossKind kind) { return name_of(kind); },
      [](const Json& json, const std::string& where) {
        return loss_kind_from_name(where, json.get<std::string>());
      });
  visit("class_weights", self.class_weights);
  visit("focal_gamma", self.focal_gamma);
  visit("tversky_alpha", self.tversky_alpha);
  visit("tversky_beta", self.tversky_beta);
}

Json to_json(const LossOptions& options) { return written_fields(options); }

LossOptions loss_options_from_json(const Json& json) {
  return read_fields<LossOptions>(json, "loss.");
}

at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options) {
  const Batch batch = batch_of(logits, labels, ignored_label);
  switch (options.kind) {
    case LossKind::cross_entropy:
      return cross_entropy(batch, options, 0);
    case LossKind::focal:
      return cross_entropy(batch, options, options.focal_gamma);
    case LossKind::dice:
      return dice(batch);
    case LossKind::tversky:
      return overlap_loss(batch, options.tversky_alpha, options.tversky_beta, overlap_smoothing);
    case LossKind::cross_entropy_dice:
      break;
  }
  return cross_entropy(batch, options, 0) + dice(batch);
}

void check(const LossOptions& options, int classes) {
  if (!options.class_weights.empty() &&
      options.class_weights.size() != static_cast<std::size_t>(classes)) {
    throw option_error("--class-weights", "has " + std::to_string(options.class_weights.size()) +
                                              " values; there are " + std::to_string(classes) +
                                              " classes");
  }
  double sum = options.class_weights.empty() ? 1 : 0;
  for (const double weight : options.class_weights) {
    check_range("--class-weights", weight, 0, 1e6);
    sum += weight;
  }
  if (sum == 0) {
    throw option_error("--class-weights", "are all 0; at least one must be above");
  }
  check_range("loss.focal_gamma", options.focal_gamma, 0, most_focal_gamma);
  check_range("loss.tversky_alpha", options.tversky_alpha, 1e-3, 1e3);
  check_range("loss.tversky_beta", options.tversky_beta, 1e-3, 1e3);
  if (classes < 2) {
    throw option_error("--loss", "needs at least two classes, background and one more");
  }
}

std::vector<double> balancing_weights(std::span<const std::int64_t> counts) {
  std::vector<std::int64_t> present;
  std::copy_if(counts.begin(), counts.end(), std::back_inserter(present),
               [](std::int64_t count) { return count > 0; });
  if (present.empty()) {
    return std::vector<double>(counts.size(), 1);
  }
  std::sort(present.begin(), present.end());
  const std::size_t half = present.size() / 2;
  const double median = present.size() % 2 == 1
                            ? static_cast<double>(present[half])
                            : static_cast<double>(present[half - 1] + present[half]) / 2;
  std::vector<double> weights;
  for (const std::int64_t count : counts) {
    weights.push_back(count > 0 ? std::sqrt(median / static_cast<double>(count)) : 0);
  }
  return weights;
}

}  // namespace fossilct
