// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/text.h"

namespace fossilct {

// "1, 2, 7"; of more than `most` those: "1, 2 and 5 more".
inline std::string listed(const std::vector<std::uint32_t>& ids,
                          std::size_t most = std::numeric_limits<std::size_t>::max()) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, ids.size()); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(ids[i]);
  }
  if (ids.size() > most) {
    text += " and " + format_count(static_cast<std::int64_t>(ids.size() - most)) + " more";
  }
  return text;
}

}  // namespace fossilct
