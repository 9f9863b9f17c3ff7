// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "io/container.h"

namespace fossilct::test {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What a reader wants its user to know, a line each.
inline std::string all_notices(const Container& container) {
  std::string text;
  for (const std::string& line : container.source->description().notices) {
    text += line + "\n";
  }
  return text;
}

}  // namespace fossilct::test
