// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "specimens/specimen.h"

namespace fossilct {

// Sets Specimen::fragment of each: smaller than a quarter of the median volume of its class, and
// less solid than that class's median by more than three robust deviations (1.4826 times the median
// absolute deviation, at least 0.02). Medians are those of the specimens that are not truncated;
// of a class with fewer than 8 of them, and of truncated specimens, nothing is said. Needs the
// measurements "volume" and "solidity".
void mark_fragments(std::vector<Specimen>& specimens);

}  // namespace fossilct
