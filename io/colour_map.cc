// SPDX-License-Identifier: Apache-2.0
#include "io/colour_map.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::size_t most_colours_listed = 20;
constexpr std::size_t colours_in_example = 4;
// Files of a person's hand; anything larger is not one.
constexpr std::uintmax_t most_file_bytes = 1 << 20;

std::string_view without_comment(std::string_view line) {
  line = line.substr(0, line.find(';'));
  return trim(line.substr(0, line.find("//")));
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

std::optional<std::uint32_t> parse_colour(std::string_view text) {
  std::uint32_t colour = 0;
  if (text.size() != 7 || text[0] != '#') {
    return std::nullopt;
  }
  const auto [stop, code] = std::from_chars(text.data() + 1, text.data() + 7, colour, 16);
  return code == std::errc() && stop == text.data() + 7 ? std::optional(colour) : std::nullopt;
}

std::array<std::uint8_t, 3> channels_of(std::uint32_t colour) {
  return {static_cast<std::uint8_t>(colour >> 16), static_cast<std::uint8_t>(colour >> 8),
          static_cast<std::uint8_t>(colour)};
}

Error line_error(const std::filesystem::path& path, int line, const std::string& what) {
  return format_error(path, "line " + std::to_string(line) + ": " + what);
}

void add_line(ColourMap& map, std::string_view text, const std::filesystem::path& path, int line) {
  const std::string_view colour_word = take_word(text);
  const std::string_view value_word = take_word(text);
  const std::optional<std::uint32_t> colour = parse_colour(colour_word);
  const std::optional<std::int64_t> value = parse_integer(value_word);
  if (!colour || !value || *value < 0 || *value > 255) {
    throw line_error(path, line,
                     "expected `#rrggbb value name` with a value from 0 to 255, found `" +
                         std::string(colour_word) + " " + std::string(value_word) + "`");
  }
  if (!map.colours.emplace(*colour, static_cast<std::uint8_t>(*value)).second) {
    throw line_error(path, line, colour_text(*colour) + " is listed twice");
  }
  const bool known = std::any_of(map.classes.begin(), map.classes.end(),
                                 [&](const LabelClass& c) { return c.value == *value; });
  if (!known) {
    map.classes.push_back({*value, std::string(text), channels_of(*colour)});
  }
}

}  // namespace

ColourMap read_colour_map(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream) {
    throw file_errno_error(path, "can't open the colour map");
  }
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) > most_file_bytes) {
    throw format_error(path, "too large for a colour map, which is lines of `#rrggbb value name`");
  }
  ColourMap map;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string_view text = without_comment(line);
    if (!text.empty()) {
      add_line(map, text, path, number);
    }
  }
  if (map.colours.empty()) {
    throw format_error(path, "a colour map without a line `#rrggbb value name`");
  }
  return map;
}

std::vector<ColourCount> count_colours(const ImageShape& shape, std::span<const std::byte> pixels) {
  std::unordered_map<std::uint32_t, std::int64_t> counts;
  const auto step = static_cast<std::size_t>(shape.channels);
  for (std::size_t i = 0; i + step <= pixels.size(); i += step) {
    ++counts[std::to_integer<std::uint32_t>(pixels[i]) << 16 |
             std::to_integer<std::uint32_t>(pixels[i + 1]) << 8 |
             std::to_integer<std::uint32_t>(pixels[i + 2])];
  }
  std::vector<ColourCount> sorted;
  for (const auto& [colour, count] : counts) {
    sorted.push_back({colour, count});
  }
  std::sort(sorted.begin(), sorted.end(), [](const ColourCount& a, const ColourCount& b) {
    return a.pixels != b.pixels ? a.pixels > b.pixels : a.colour < b.colour;
  });
  return sorted;
}

std::string describe_colours(const std::vector<ColourCount>& counts) {
  std::string text;
  const std::size_t listed = std::min(counts.size(), most_colours_listed);
  for (std::size_t i = 0; i < listed; ++i) {
    text +=
        "  " + colour_text(counts[i].colour) + "  " + format_count(counts[i].pixels) + " pixels\n";
  }
  if (counts.size() > listed) {
    text += "  and " + format_count(static_cast<std::int64_t>(counts.size() - listed)) +
            " more colours\n";
  }
  text += "A colour map for it is a text file like\n";
  for (std::size_t i = 0; i < std::min(counts.size(), colours_in_example); ++i) {
    text += "  " + colour_text(counts[i].colour) + " " + std::to_string(i) +
            (i == 0 ? " background\n" : " class-" + std::to_string(i) + "\n");
  }
  text.pop_back();
  return text;
}

std::string colour_text(std::uint32_t colour) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "#%06x", colour & 0xffffffU);
  return text.data();
}

}  // namespace fossilct
