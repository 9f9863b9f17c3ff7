// SPDX-License-Identifier: Apache-2.0
#include "report/html_parts.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/text.h"
#include "report/numbers.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

Markup cell_element(const Cell& cell) {
  std::string style_class = cell.is_number ? "number" : "";
  style_class += cell.is_missing ? " missing" : "";
  style_class += cell.is_strong ? " strong" : "";
  const Attributes attributes =
      style_class.empty() ? Attributes{} : Attributes{{"class", std::string(trim(style_class))}};
  return element("td", attributes,
                 cell.link.empty() ? text(cell.text) : file_link(cell.link, cell.text));
}

// A column is one of numbers where its first cell is.
Markup heading_row(const Table& table) {
  Markup row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    Attributes attributes = {{"scope", "col"}};
    if (!table.rows.empty() && table.rows.front().at(i).is_number) {
      attributes.emplace_back("class", "number");
    }
    const Column& column = table.columns[i];
    if (!column.explanation.empty()) {
      attributes.emplace_back("title", column.explanation);
    }
    row += element("th", attributes, text(column.title));
  }
  return element("thead", element("tr", row));
}

Markup scrolling(const Markup& wide) { return element("div", {{"class", "scroll"}}, wide); }

}  // namespace

Markup paragraph(const std::string& plain) { return element("p", text(plain)); }

Markup lead_paragraph(const std::string& plain) {
  return element("p", {{"class", "lead"}}, text(plain));
}

Cell text_cell(std::string text) { return {.text = std::move(text)}; }

Cell number_cell(double value, int decimals) {
  return {
      .text = decimal_text(value, decimals), .is_number = true, .is_missing = std::isnan(value)};
}

Cell count_cell(std::int64_t count) { return {.text = format_count(count), .is_number = true}; }

Markup table(const Table& table) {
  Markup body;
  bool any_missing = false;
  for (const std::vector<Cell>& row : table.rows) {
    assert(row.size() == table.columns.size());
    Markup cells;
    for (const Cell& cell : row) {
      cells += cell_element(cell);
      any_missing = any_missing || cell.is_missing;
    }
    body += element("tr", cells);
  }
  Markup result = scrolling(element("table", heading_row(table) + element("tbody", body)));
  if (any_missing && !table.missing_means.empty()) {
    result += element("p", {{"class", "note"}},
                      text(std::string(no_number_text) + " : " + table.missing_means));
  }
  return result;
}

Markup file_link(const std::string& path, const std::string& plain) {
  return element("a", {{"href", relative_url(path)}}, text(plain));
}

Markup key_values(const KeyValues& list) {
  Markup rows;
  for (const auto& [key, value] : list) {
    rows += element("dt", text(key)) + element("dd", text(value));
  }
  return list.empty() ? Markup{} : element("dl", rows);
}

Markup headlines(const std::vector<Headline>& list) {
  Markup result;
  for (const Headline& headline : list) {
    result += element("div", {{"class", "headline"}},
                      element("div", {{"class", "what"}}, text(headline.what)) +
                          element("div", {{"class", "value"}}, text(headline.value)) +
                          element("div", {{"class", "remark"}}, text(headline.remark)));
  }
  return element("div", {{"class", "headlines"}}, result);
}

Markup notice(NoticeKind kind, const std::string& plain) {
  const bool is_warning = kind == NoticeKind::warning;
  return element("div", {{"class", is_warning ? "notice warning" : "notice"}, {"role", "note"}},
                 element("strong", text(is_warning ? "Mind: " : "Note: ")) + text(plain));
}

Markup figure(const Markup& content, const std::string& title, const std::string& caption) {
  Markup words;
  if (!title.empty()) {
    words += element("strong", text(title)) + text(caption.empty() ? "" : " ");
  }
  words += text(caption);
  return element("figure",
                 content + (words.text.empty() ? Markup{} : element("figcaption", words)));
}

Markup figure_grid(const std::vector<Markup>& figures, int smallest_width) {
  Markup all;
  for (const Markup& one : figures) {
    all += one;
  }
  return element(
      "div", {{"class", "grid"}, {"style", "--smallest:" + std::to_string(smallest_width) + "px"}},
      all);
}

Markup plot_grid(const std::vector<Markup>& figures) {
  return figure_grid(figures, static_cast<int>(plot_width));
}

Markup folded(const std::string& title, const Markup& content) {
  return element("details", element("summary", text(title)) + content);
}

Markup json_block(const Json& json) {
  // Text that is no UTF-8 must not end the report.
  return element("pre", text(json_text(json, 2)));
}

}  // namespace fossilct
