// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace fossilct {

// Voxels that a body shares with each body of an earlier extraction, by that one's id.
using EarlierOverlaps = std::map<std::uint32_t, std::int64_t>;

// The ids of newly found bodies, in their order. A body keeps the id of an earlier one (with the
// voxels `earlier_voxels`) where it holds at least half of that one's voxels; where several could,
// each gets the one it shares most with (of equals the smaller id), and an id goes to one body
// only, that with most of it (of equals the first). All others get ids above `highest_given`, in
// order.
std::vector<std::uint32_t> stable_ids(const std::vector<EarlierOverlaps>& bodies,
                                      const std::map<std::uint32_t, std::int64_t>& earlier_voxels,
                                      std::uint32_t highest_given);

}  // namespace fossilct
