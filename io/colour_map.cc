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

// `#` begins a colour, and a comment where the word is none: too short for one, or not hexadecimal.
bool is_hash_comment(std::string_view line) {
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  constexpr std::size_t least_for_a_colour = 4;  // a slip of "#rrggbb" is not passed over
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  return word.starts_with('#') && (word.size() < least_for_a_colour ||
                                   word.find_first_not_of(hex, 1) != std::string_view::npos);
}

std::string_view without_comment(std::string_view line) {
  line = line.substr(0, line.find(';'));
  line = trim(line.substr(0, line.find("//")));
  return is_hash_comment(line) ? std::string_view() : line;
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
                         printable(colour_word) + " " + printable(value_word) +
                         "`; a comment begins with #, ; or //");
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

// The most frequent colours; background first, which is black wherever there is black.
std::vector<std::uint32_t> colours_for_example(const std::vector<ColourCount>& counts) {
  std::vector<std::uint32_t> colours;
  for (const ColourCount& count : counts) {
    if (count.colour == 0) {
      colours.insert(colours.begin(), 0);
    } else {
      colours.push_back(count.colour);
    }
  }
  colours.resize(std::min(colours.size(), colours_in_example));
  return colours;
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
    text += "  " + colour_text(counts[i].colour) + "  " + format_count(counts[i].pixels) +
            (counts[i].pixels == 1 ? " pixel\n" : " pixels\n");
  }
  if (counts.size() > listed) {
    text += "  and " + format_count(static_cast<std::int64_t>(counts.size() - listed)) +
            " more colours\n";
  }
  text += "A colour map is a text file with a line for every colour of every slice, like\n";
  const std::vector<std::uint32_t> colours = colours_for_example(counts);
  for (std::size_t i = 0; i < colours.size(); ++i) {
    text += "  " + colour_text(colours[i]) + " " + std::to_string(i) +
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
