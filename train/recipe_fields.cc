// SPDX-License-Identifier: Apache-2.0
#include "train/recipe_fields.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

// The JSON value that a path of names and numbers leads to.
Json& value_at(Json& json, std::string_view path) {
  Json* at = &json;
  for (const std::string& name : split(path, '.')) {
    std::vector<std::string> names;
    if (at->is_object()) {
      for (const auto& item : at->items()) {
        names.push_back(item.key());
      }
    } else if (at->is_array()) {
      for (std::size_t i = 0; i < at->size(); ++i) {
        names.push_back(std::to_string(i));
      }
    }
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const auto meant = at->is_object() ? closest_match(name, names) : std::nullopt;
      std::string all;
      for (const std::string& known : names) {
        all += (all.empty() ? "" : ", ") + known;
      }
      throw option_error("--set", "'" + std::string(path) + "': the recipe has no '" + name + "'" +
                                      (meant           ? "; did you mean " + *meant + "?"
                                       : names.empty() ? " there"
                                                       : "; it has " + all));
    }
    at = at->is_array() ? &(*at)[static_cast<std::size_t>(found - names.begin())] : &(*at)[name];
  }
  return *at;
}

}  // namespace

Json with_assignment(Json recipe, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw option_error("--set", "'" + printable(assignment) +
                                    "': expected FIELD=VALUE, as stages.1.batch=4 or ema=0");
  }
  const std::string text(assignment.substr(equals + 1));
  const Json value = try_parse_json(text);
  value_at(recipe, assignment.substr(0, equals)) = value.is_discarded() ? Json(text) : value;
  return recipe;
}

void require(bool holds, const std::string& field, const Json& value, const std::string& expected) {
  if (!holds) {
    throw option_error(field, printable(json_text(value)) + ": expected " + expected);
  }
}

}  // namespace fossilct
