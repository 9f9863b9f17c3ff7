// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// Ids of fossils as they are typed. Both throw Error{option} that shows the form.
std::uint32_t parse_id(const std::string& option, std::string_view text);
// "3", "3,5" or "3-7,9", each id once in the order given; a range of at most a million.
std::vector<std::uint32_t> parse_ids(const std::string& option, const std::string& text);

}  // namespace fossilct
