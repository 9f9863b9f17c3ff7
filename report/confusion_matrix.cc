// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>

#include "base/text.h"
#include "report/html_parts.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

// With more classes the counts do not fit beneath the shares.
constexpr std::size_t most_roomy_classes = 8;

struct Row {
  std::span<const std::int64_t> counts;
  std::int64_t total = 0;
};

Row row_of(const Confusion& confusion, std::size_t truth) {
  const std::size_t classes = confusion.names.size();
  Row row = {std::span(confusion.counts).subspan(truth * classes, classes), 0};
  for (const std::int64_t count : row.counts) {
    row.total += count;
  }
  return row;
}

// Roots, so that an error of 1 % is seen beside hits of 99 %.
std::string cell_style(double share) {
  constexpr double deepest = 0.85;
  return "--depth:" + coordinate(std::sqrt(share) * deepest);
}

std::string share_text(std::int64_t count, std::int64_t total) {
  if (total == 0) {
    return no_number_text;
  }
  const double percent = 100 * static_cast<double>(count) / static_cast<double>(total);
  return count > 0 && percent < 0.05 ? "< 0.1" : decimal_text(percent, 1);
}

Markup cell(const Confusion& confusion, const Row& row, std::size_t truth, std::size_t predicted) {
  const std::int64_t count = row.counts[predicted];
  const double share =
      row.total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(row.total);
  const std::string told = format_count(count) + " " + confusion.unit + " of " + confusion.names[truth] +
                           " taken for " + confusion.names[predicted];
  Markup content = text(share_text(count, row.total));
  if (confusion.names.size() <= most_roomy_classes) {
    content += element("small", text(format_count(count)));
  }
  std::string style_class = truth == predicted ? "hit" : "error";
  style_class += share > 0.45 ? " deep" : "";
  style_class += count == 0 ? " none" : "";
  return element("td", {{"class", style_class}, {"style", cell_style(share)}, {"title", told}},
                 content);
}

Markup heading(const Confusion& confusion) {
  Markup names = element("th", {{"class", "corner"}}, text("truth ↓ prediction →"));
  for (const std::string& name : confusion.names) {
    names += element("th", {{"scope", "col"}}, element("span", text(name)));
  }
  return element("thead", element("tr", names + element("th", {{"scope", "col"}},
                                                        element("span", text(confusion.unit)))));
}

}  // namespace

Markup confusion_matrix(const Confusion& confusion) {
  const std::size_t classes = confusion.names.size();
  assert(confusion.counts.size() == classes * classes);
  Markup rows;
  for (std::size_t truth = 0; truth < classes; ++truth) {
    const Row row = row_of(confusion, truth);
    Markup cells = element("th", {{"scope", "row"}}, text(confusion.names[truth]));
    for (std::size_t predicted = 0; predicted < classes; ++predicted) {
      cells += cell(confusion, row, truth, predicted);
    }
    rows +=
        element("tr", cells + element("td", {{"class", "total"}}, text(format_count(row.total))));
  }
  const std::string style_class = classes <= most_roomy_classes ? "confusion" : "confusion crowded";
  return element(
      "div", {{"class", "scroll"}},
      element("table", {{"class", style_class}}, heading(confusion) + element("tbody", rows)));
}

}  // namespace fossilct
