// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace fossilct {

enum class LossKind { cross_entropy_dice, cross_entropy, dice, focal, tversky };
// "ce+dice", "ce", "dice", "focal", "tversky". Throws Error{option} for another.
LossKind loss_kind_from_name(std::string_view option, std::string_view name);
std::string name_of(LossKind kind);

struct LossOptions {
  LossKind kind = LossKind::cross_entropy_dice;
  // Of the cross entropies, one a class; empty: all 1.
  std::vector<double> class_weights = {};
  double focal_gamma = 2;      // 0 to 10; 0 is cross entropy
  double tversky_alpha = 0.3;  // weight of false positives, above 0
  double tversky_beta = 0.7;   // of false negatives, above 0; 0.5 and 0.5 are Dice
};
Json to_json(const LossOptions& options);
LossOptions loss_options_from_json(const Json& json);  // throws Error{format}

// The loss of a batch, a scalar that gradients flow from. logits: N,K,H,W of any floating type (the
// loss is computed in fp32); labels: N,H,W, uint8 or int64, on the same device; only pixels whose
// label is not ignored count. A batch without any gives 0, with gradients 0.
//   cross entropy: -sum w[y] log p[y] / sum w[y]
//   Dice:          1 - mean over classes 1 .. K-1 of (2 sum p t + 1) / (sum p + sum t + 1), sums
//   over
//                  the whole batch (nnU-Net's batch Dice, Isensee et al. 2021; background left out)
//   focal:         -sum w[y] (1 - p[y])^gamma log p[y] / sum w[y]   (Lin et al. 2017, eq. 5)
//   Tversky:       1 - mean of (TP + 1) / (TP + alpha FP + beta FN + 1)   (Salehi et al. 2017, eq.
//   3)
// With K = 1 there is no foreground class: Dice and Tversky are refused by check().
at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options);

// Throws Error{option} for weights of another number than `classes`, or values out of range.
void check(const LossOptions& options, int classes);

// Weights that raise rare classes: the square root of median frequency over frequency, so that one
// voxel in a thousand weighs some ten times, not a thousand; a class that does not occur gets 0.
// `counts`: labelled voxels of each class.
std::vector<double> balancing_weights(std::span<const std::int64_t> counts);

}  // namespace fossilct
