// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/image_names.h"

#include <regex>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

const std::regex& view_suffix() {
  static const std::regex suffix(
      "(.+)_(front|back|left|right|top|bottom|side|dorsal|ventral|umbilical|spiral|edge|lateral|"
      "apertural|cut|projection|section-[a-z]+|"
      "(view|v|l|light|img|image|photo|p|z|angle)-?[0-9]+)",
      std::regex::icase);
  return suffix;
}

}  // namespace

std::optional<std::string> specimen_before_view(const std::string& stem) {
  std::smatch found;
  if (std::regex_match(stem, found, view_suffix())) {
    return found[1].str();
  }
  return std::nullopt;
}

std::optional<std::string> group_in(const std::string& option, const std::string& pattern,
                                    const std::string& stem) {
  try {
    const std::regex expression(pattern);
    if (expression.mark_count() != 1) {
      throw option_error(option, "'" + printable(pattern) + "' has " +
                                     std::to_string(expression.mark_count()) +
                                     " groups in parentheses; expected one, as in '^([0-9]+)_'");
    }
    std::smatch found;
    if (std::regex_search(stem, found, expression) && found[1].length() > 0) {
      return found[1].str();
    }
    return std::nullopt;
  } catch (const std::regex_error& error) {
    throw option_error(option,
                       "'" + printable(pattern) + "' is no regular expression: " + error.what());
  }
}

}  // namespace fossilct
