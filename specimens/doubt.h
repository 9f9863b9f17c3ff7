// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "specimens/catalogue.h"

namespace fossilct {

// Reasons that are properties of the specimen.
inline constexpr const char* reason_fragment = "fragment";
inline constexpr const char* reason_split = "separated from another";
inline constexpr const char* reason_truncated = "cut by the border";

// Why a person should look at a fossil.
struct Doubt {
  std::uint32_t id = 0;
  double doubt = 0;  // 0 to 1
  bool is_told =
      false;  // whether anything told it: an uncertainty was measured, or a reason is there
  std::vector<std::string> reasons;
};

// The undecided fossils, the most doubtful first (of equals the smaller id). Each reason counts as
// a chance that something is wrong, and the doubt is that of any: 1 - product of (1 - chance).
//   measurement `uncertainty_mean` (0 to 1)    its value; a reason from 0.1 up
//   fragment 0.5, separated from another 0.4, cut by the border 0.3
//   a taxon model's answer, where no person gave a name: like nothing that the model knows 0.5;
//     else, where it is unsure, 1 - its first score
//   size                                       1 - 2 / z for z above 3, where z is the distance of
//     log(equivalent diameter) from its median in robust deviations (1.4826 times the median
//     absolute deviation, at least 0.05), among the fossils of its class that count and are not
//     truncated; of fewer than 8 nothing is said. Without `equivalent_diameter` the cube root of
//     the voxels stands for it.
std::vector<Doubt> review_queue(std::span<const CatalogueEntry> entries);

}  // namespace fossilct
