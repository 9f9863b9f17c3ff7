// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "report/markup.h"

namespace fossilct {

struct PageSection {
  std::string title;
  Markup content;
};

// A page that is one file: no script, nothing fetched from elsewhere; light and dark as the
// reader's screen is, for a telephone, a laptop and A4.
struct HtmlPage {
  std::string title;
  std::string subtitle = {};
  Markup summary = {};  // the first screen, before the list of contents
  std::vector<PageSection> sections = {};
  std::string footer = {};  // who wrote it
};
// The whole file. The same page always gives the same bytes.
std::string html_text(const HtmlPage& page);

}  // namespace fossilct
