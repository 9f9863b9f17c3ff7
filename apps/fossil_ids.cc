// SPDX-License-Identifier: Apache-2.0
#include "apps/fossil_ids.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::uint32_t most_ids_of_a_range = 1'000'000;

}  // namespace

std::uint32_t parse_id(const std::string& option, std::string_view text) {
  const auto id = parse_integer(trim(text));
  if (!id || *id < 1 || *id >= std::numeric_limits<std::uint32_t>::max()) {
    throw option_error(option, "'" + printable(text) +
                                   "' is no id of a fossil; expected a whole number from 1 up");
  }
  return static_cast<std::uint32_t>(*id);
}

std::vector<std::uint32_t> parse_ids(const std::string& option, const std::string& text) {
  std::vector<std::uint32_t> ids;
  for (const std::string& part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const std::uint32_t first = parse_id(option, part.substr(0, dash));
    const std::uint32_t last =
        dash == std::string::npos ? first : parse_id(option, part.substr(dash + 1));
    if (last < first || last - first >= most_ids_of_a_range) {
      throw option_error(option, "'" + printable(part) + "' is no range of ids");
    }
    for (std::uint32_t id = first; id <= last; ++id) {
      if (std::ranges::find(ids, id) == ids.end()) {
        ids.push_back(id);
      }
    }
  }
  return ids;
}

}  // namespace fossilct
