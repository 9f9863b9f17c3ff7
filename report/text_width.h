// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`: how much room words take in a plot.

#include <string>
#include <string_view>

namespace fossilct {

inline constexpr double plot_font_size = 12;

// In units of the plot, at plot_font_size: the widths of the characters of DejaVu Sans, which is
// wider than the other faces that browsers take for system-ui. Bold letters are a tenth wider.
double text_width(std::string_view text);

// The text where it fits into that width, else its beginning and an ellipsis.
std::string fitted(const std::string& text, double width);

}  // namespace fossilct
