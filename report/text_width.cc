// SPDX-License-Identifier: Apache-2.0
#include "report/text_width.h"

#include <array>

namespace fossilct {

namespace {

struct WidthOf {
  std::string_view characters;
  double width;  // in ems
};
constexpr std::array<WidthOf, 8> widths = {{{"ijlI", 0.29},
                                            {" .,:;|'/", 0.33},
                                            {"ftr()[]-", 0.4},
                                            {"csz", 0.54},
                                            {"0123456789vxy_", 0.63},
                                            {"ABCDEFGHJKLNOPQRSTUVXYZ", 0.75},
                                            {"mMw%", 0.93},
                                            {"W@", 1.0}}};
constexpr double usual_letter = 0.62;

// Of the character that begins with this byte. Beyond Latin, Greek and the signs of numbers letters
// may be as wide as they are high; three and four bytes begin with 0xe0 and more.
double width_of(unsigned char first) {
  if (first >= 0xe3) {
    return 1.0;
  }
  if (first >= 0x80) {
    return 0.75;
  }
  for (const WidthOf& each : widths) {
    if (each.characters.find(static_cast<char>(first)) != std::string_view::npos) {
      return each.width;
    }
  }
  return usual_letter;
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

}  // namespace

double text_width(std::string_view text) {
  double ems = 0;
  for (const char c : text) {
    ems += begins_character(c) ? width_of(static_cast<unsigned char>(c)) : 0;
  }
  return ems * plot_font_size;
}

std::string fitted(const std::string& text, double width) {
  if (text_width(text) <= width) {
    return text;
  }
  const double room = width - text_width("…");
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size() && text_width(text.substr(0, at)) <= room; ++at) {
    end = begins_character(text[at]) ? at : end;
  }
  while (end > 0 && text[end - 1] == ' ') {
    --end;
  }
  return text.substr(0, end) + "…";
}

}  // namespace fossilct
