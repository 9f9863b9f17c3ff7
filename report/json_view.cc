// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "report/html_parts.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

bool is_scalar(const Json& json) { return !json.is_object() && !json.is_array(); }

bool all_scalars(const Json& list) { return std::all_of(list.begin(), list.end(), is_scalar); }

bool all_objects(const Json& list) {
  return !list.empty() &&
         std::all_of(list.begin(), list.end(), [](const Json& one) { return one.is_object(); });
}

std::string scalar_text(const Json& json) {
  if (json.is_string()) {
    return json.get<std::string>();
  }
  if (json.is_null()) {
    return no_number_text;
  }
  if (json.is_boolean()) {
    return json.get<bool>() ? "yes" : "no";
  }
  // The text to copy has all the digits.
  return json.is_number_float() ? format_rounded(json.get<double>()) : json_text(json);
}

std::string list_text(const Json& list) {
  std::string result;
  for (const Json& one : list) {
    result += (result.empty() ? "" : ", ") + scalar_text(one);
  }
  return result.empty() ? no_number_text : result;
}

// What can be said in one line, else nothing.
bool is_line(const Json& json) { return is_scalar(json) || (json.is_array() && all_scalars(json)); }

std::string line_of(const Json& json) {
  return json.is_array() ? list_text(json) : scalar_text(json);
}

// "use_frozen_layers" as words.
std::string words_of(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

// An object as {"outer inner", line} pairs, so that it makes one row of a table.
void flatten(const Json& json, const std::string& prefix, KeyValues& row) {
  for (const auto& [key, value] : json.items()) {
    const std::string name = prefix + words_of(key);
    if (value.is_object()) {
      flatten(value, name + " ", row);
    } else {
      row.emplace_back(name, is_line(value) ? line_of(value) : json_text(value));
    }
  }
}

const std::string* find(const KeyValues& row, const std::string& key) {
  const auto found =
      std::find_if(row.begin(), row.end(), [&](const auto& pair) { return pair.first == key; });
  return found == row.end() ? nullptr : &found->second;
}

bool all_numbers(const std::vector<KeyValues>& rows, const std::string& key) {
  return std::all_of(rows.begin(), rows.end(), [&](const KeyValues& row) {
    const std::string* value = find(row, key);
    return value == nullptr || *value == no_number_text || parse_double(*value);
  });
}

std::vector<std::string> keys_of(const std::vector<KeyValues>& rows) {
  std::vector<std::string> keys;
  for (const KeyValues& row : rows) {
    for (const auto& [key, value] : row) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        keys.push_back(key);
      }
    }
  }
  return keys;
}

Cell cell_of(const std::vector<KeyValues>& rows, const KeyValues& row, const std::string& key) {
  const std::string* value = find(row, key);
  Cell cell = text_cell(value == nullptr ? no_number_text : *value);
  cell.is_number = all_numbers(rows, key);
  return cell;
}

bool has_long_text(const std::vector<KeyValues>& objects) {
  constexpr std::size_t most_bytes = 40;
  return std::ranges::any_of(objects, [](const KeyValues& object) {
    return std::ranges::any_of(object,
                               [](const auto& pair) { return pair.second.size() > most_bytes; });
  });
}

// Objects as rows; where they have many names, as columns headed by their places from 0, or, with
// values too long for columns, one after the other.
Markup table_of_objects(const Json& list) {
  constexpr std::size_t most_columns = 6;
  std::vector<KeyValues> objects;
  for (const Json& one : list) {
    flatten(one, "", objects.emplace_back());
  }
  const std::vector<std::string> keys = keys_of(objects);
  Table result;
  if (keys.size() <= std::max(most_columns, objects.size())) {
    for (const std::string& key : keys) {
      result.columns.push_back({key, ""});
    }
    for (const KeyValues& object : objects) {
      std::vector<Cell>& row = result.rows.emplace_back();
      for (const std::string& key : keys) {
        row.push_back(cell_of(objects, object, key));
      }
    }
    return table(result);
  }
  if (has_long_text(objects)) {
    Markup items;
    for (const Json& one : list) {
      items += element("li", json_view(one));
    }
    return element("ol", items);
  }
  result.columns.push_back({"", ""});
  for (std::size_t i = 0; i < objects.size(); ++i) {
    result.columns.push_back({std::to_string(i), ""});
  }
  for (const std::string& key : keys) {
    std::vector<Cell>& row = result.rows.emplace_back(1, text_cell(key));
    for (const KeyValues& object : objects) {
      row.push_back(cell_of(objects, object, key));
      row.back().is_number = false;
    }
  }
  return table(result);
}

Markup value_view(const Json& json) {
  if (is_line(json)) {
    return text(line_of(json));
  }
  if (json.is_object()) {
    return json_view(json);
  }
  if (all_objects(json)) {
    return table_of_objects(json);
  }
  return text(json_text(json));
}

}  // namespace

Markup json_view(const Json& json) {
  if (!json.is_object()) {
    return value_view(json);
  }
  Markup rows;
  for (const auto& [key, value] : json.items()) {
    // On paper what is nested gets the whole width.
    const Attributes nested = is_line(value) ? Attributes{} : Attributes{{"class", "nested"}};
    rows += element("dt", text(words_of(key))) + element("dd", nested, value_view(value));
  }
  return element("dl", rows);
}

}  // namespace fossilct
