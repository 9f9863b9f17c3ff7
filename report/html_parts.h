// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "report/markup.h"

namespace fossilct {

// Pieces of a page; what is std::string is plain text and escaped.

Markup paragraph(const std::string& plain);
Markup lead_paragraph(const std::string& plain);  // larger: what the page has to say

// A cell of a table. Numbers stand at the right and are written with so many decimals; NaN is a
// dash.
struct Cell {
  std::string text;
  bool is_number = false;
  bool is_missing = false;
  bool is_strong = false;
  // Where a click on it leads: a file by its path from the page's folder; empty: nowhere.
  std::string link = {};
};
Cell text_cell(std::string text);
Cell number_cell(double value, int decimals);
Cell count_cell(std::int64_t count);

struct Column {
  std::string title;        // with the unit
  std::string explanation;  // under the pointer; may be empty
};
struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // a cell a column
  // Stands under the table where a number is missing: "– : the class is neither there nor ...".
  std::string missing_means = {};
};
Markup table(const Table& table);

// `plain` as a link to a file, by its path from the page's folder (relative_url).
Markup file_link(const std::string& path, const std::string& plain);

using KeyValues = std::vector<std::pair<std::string, std::string>>;
Markup key_values(const KeyValues& list);

// Big numbers of a first screen: what, the number, a word on it.
struct Headline {
  std::string what;
  std::string value;
  std::string remark;
};
Markup headlines(const std::vector<Headline>& list);

enum class NoticeKind { information, warning };
Markup notice(NoticeKind kind, const std::string& plain);

// With a title in bold before the caption.
Markup figure(const Markup& content, const std::string& title, const std::string& caption = {});
// Figures side by side where there is room; `smallest_width` in CSS pixels.
Markup figure_grid(const std::vector<Markup>& figures, int smallest_width);
// Plots (svg_plot.h), each at its own size.
Markup plot_grid(const std::vector<Markup>& figures);

// Shut until someone opens it; printed shut.
Markup folded(const std::string& title, const Markup& content);

// Any JSON for a reader: objects as names and values, lists of objects as tables, lists of scalars
// in a line. Null is a dash.
Markup json_view(const Json& json);
// The same JSON as text, to be copied.
Markup json_block(const Json& json);

// How often each class was taken for which.
struct Confusion {
  std::vector<std::string> names;
  std::vector<std::int64_t> counts;  // [truth][prediction]
  std::string unit = "voxels";       // what is counted, in the plural
};
// Shares of the rows in colour, with the counts beneath (under the pointer where the classes are
// many); a row without any has dashes. Asserts counts of names squared.
Markup confusion_matrix(const Confusion& confusion);

}  // namespace fossilct
