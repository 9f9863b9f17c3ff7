// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/fossil_ids.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

std::uint32_t parse_id(const std::string& option, std::string_view text) {
  const auto id = parse_integer(trim(text));
  if (!id || *id < 1 || *id >= std::numeric_limits<std::uint32_t>::max()) {
    throw option_error(option, "'" + printable(text) +
                                   "' is no id of a fossil; expected a whole number from 1 up");
  }
  return static_cast<std::uint32_t>(*id);
}

std::vector<IdRange> parse_ids(const std::string& option, const std::string& text) {
  std::vector<IdRange> ranges;
  for (const std::string& part : split(text, ',')) {
    const std::size_t dash = part.find('-', 1);  // one before the digits is a sign
    const std::uint32_t first = parse_id(option, part.substr(0, dash));
    const std::uint32_t last =
        dash == std::string::npos ? first : parse_id(option, part.substr(dash + 1));
    if (last < first) {
      throw option_error(option, "'" + printable(part) + "' is no range of ids");
    }
    ranges.push_back({first, last});
  }
  return ranges;
}

std::vector<std::uint32_t> ids_in(const std::vector<IdRange>& ranges, const Catalogue& catalogue,
                                  const std::string& option) {
  const std::vector<std::uint32_t> known = catalogue.ids();
  std::vector<std::uint32_t> ids;
  std::unordered_set<std::uint32_t> taken;
  for (const IdRange& range : ranges) {
    const auto begin = std::ranges::lower_bound(known, range.first);
    const auto end = std::ranges::upper_bound(known, range.last);
    if (begin == end) {
      catalogue.entry(range.first, option);  // says which there are
    }
    std::copy_if(begin, end, std::back_inserter(ids),
                 [&taken](std::uint32_t id) { return taken.insert(id).second; });
  }
  return ids;
}

}  // namespace fossilct
