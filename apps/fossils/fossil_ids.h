// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "specimens/catalogue.h"

namespace fossilct {

// Ids of fossils as they are typed: "3", "3,5" or "3-7,9". The ids of a range are those of it that
// the catalogue has, so that one may be given across what was retired.
struct IdRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // in it
};

// Both throw Error{option} that shows the form.
std::uint32_t parse_id(const std::string& option, std::string_view text);
std::vector<IdRange> parse_ids(const std::string& option, const std::string& text);

// Each id once, in the order given. Throws Error{option} for a single one that is not there, as
// Catalogue::entry(), and for a range that has none.
std::vector<std::uint32_t> ids_in(const std::vector<IdRange>& ranges, const Catalogue& catalogue,
                                  const std::string& option);

}  // namespace fossilct
