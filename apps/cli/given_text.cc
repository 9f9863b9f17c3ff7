// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/given_text.h"

#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

void require_text(const std::string& option, const std::string& text, bool lines) {
  std::string shown = text;
  if (lines) {
    std::erase_if(shown, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
  }
  if (printable(shown, shown.size()) != shown) {
    throw option_error(option, "'" + printable(text) +
                                   "' has bytes that are no UTF-8, or control characters; give it "
                                   "as plain text in UTF-8");
  }
}

}  // namespace fossilct
