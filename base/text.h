// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// Order in which a person lists slices: digits compare as numbers (`s2` before `s10`, any length),
// the rest byte by byte; a strict weak order.
bool natural_less(std::string_view a, std::string_view b);

// The candidate nearest to `typed` by Damerau-Levenshtein distance, when near enough to be a slip
// of the fingers (at most a third of the letters, at least 1): "did you mean".
std::optional<std::string> closest_match(std::string_view typed,
                                         std::span<const std::string> candidates);

// The whole text as one number; nothing where any letter is left over, or out of range.
std::optional<double> parse_double(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);

// For messages: `text` from a file that may hold anything. Bytes that are no printable UTF-8 become
// \n, \t, \r or \xNN; what goes beyond `most_bytes` of the source is cut off and "..." added.
std::string printable(std::string_view text, std::size_t most_bytes = 80);

// "1.3 GB" (decimal units), "2 h 05 min", "1,234,567", shortest decimal that reads back ("0.71").
std::string format_bytes(double bytes);
std::string format_duration(double seconds);
std::string format_count(std::int64_t count);
std::string format_number(double value);
// Six significant digits, without the dust of binary fractions ("0.02", not
// "0.020000000000000004").
std::string format_rounded(double value);
// A share as "97.3%".
std::string percent_text(double share);

}  // namespace fossilct
