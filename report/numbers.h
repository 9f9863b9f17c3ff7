// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fossilct {

// Numbers for people: a proper minus sign, commas between thousands, "–" for NaN, "∞". The same in
// every locale.

inline constexpr const char* no_number_text = "–";

// At most four significant digits: "0.25", "1,500", "2·10⁻⁵".
std::string number_text(double value);
// Always so many decimals: "0.900".
std::string decimal_text(double value, int decimals);
// "2·10⁻⁵", "10³"; `value` is finite and not 0.
std::string power_text(double value);
// Whether a number of that magnitude is easier to read as power_text().
bool reads_better_as_power(double magnitude);

}  // namespace fossilct
