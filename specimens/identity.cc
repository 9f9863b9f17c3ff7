// SPDX-License-Identifier: Apache-2.0
#include "specimens/identity.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace fossilct {

std::vector<std::uint32_t> stable_ids(const std::vector<EarlierOverlaps>& bodies,
                                      const std::map<std::uint32_t, std::int64_t>& earlier_voxels,
                                      std::uint32_t highest_given) {
  struct Claim {
    std::int64_t shared;
    std::uint32_t id;
    std::size_t body;
  };
  std::vector<Claim> claims;
  for (std::size_t body = 0; body < bodies.size(); ++body) {
    for (const auto& [id, shared] : bodies[body]) {
      const auto earlier = earlier_voxels.find(id);
      if (earlier != earlier_voxels.end() && 2 * shared >= earlier->second) {
        claims.push_back({shared, id, body});
      }
    }
  }
  std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tuple(-a.shared, a.id, a.body) < std::tuple(-b.shared, b.id, b.body);
  });
  std::vector<std::uint32_t> ids(bodies.size(), 0);
  std::set<std::uint32_t> taken;
  for (const Claim& claim : claims) {
    if (ids[claim.body] == 0 && taken.insert(claim.id).second) {
      ids[claim.body] = claim.id;
    }
  }
  for (std::uint32_t& id : ids) {
    id = id != 0 ? id : ++highest_given;
  }
  return ids;
}

}  // namespace fossilct
