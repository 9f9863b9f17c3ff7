// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "data/placement.h"

namespace fossilct::phantom {

namespace {

constexpr std::int64_t block_slices = 32;

}  // namespace

FossilBed::FossilBed(std::int64_t depth)
    : blocks_(static_cast<std::size_t>(depth / block_slices + 1)) {}

void FossilBed::add(PlacedFossil fossil) {
  const Box& box = fossil.body.box();
  for (std::int64_t b = box.begin.z / block_slices; b <= (box.end.z - 1) / block_slices; ++b) {
    blocks_[static_cast<std::size_t>(b)].push_back(fossils_.size());
  }
  fossils_.push_back(std::move(fossil));
}

std::vector<std::size_t> FossilBed::between(std::int64_t z_begin, std::int64_t z_end) const {
  std::vector<std::size_t> found;
  const auto last = static_cast<std::int64_t>(blocks_.size()) - 1;
  for (std::int64_t b = std::max<std::int64_t>(0, z_begin) / block_slices;
       b <= std::min(last, (z_end - 1) / block_slices); ++b) {
    const auto& block = blocks_[static_cast<std::size_t>(b)];
    found.insert(found.end(), block.begin(), block.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool FossilBed::crowded(const BodyRuns& body, std::int64_t reach, std::size_t except) const {
  const auto near = between(body.box().begin.z - reach, body.box().end.z + reach);
  return std::any_of(near.begin(), near.end(), [&](std::size_t i) {
    return i != except && within_reach(body, fossils_[i].body, reach);
  });
}

}  // namespace fossilct::phantom
