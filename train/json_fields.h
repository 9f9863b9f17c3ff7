// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

// A struct's fields are listed once, in a function template visit_fields(self, visit) that calls
// visit(name, field) for each; these two visitors write and read them. Private to `train`.
namespace fossilct {

struct FieldWriter {
  Json json = Json::object();

  template <typename T>
  void operator()(const char* name, const T& value) {
    json[name] = value;
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    json[name] = value ? Json(*value) : Json();
  }
};

// Every field must be there and no other: a typing error in a recipe must not pass in silence.
// Throws Error{format} naming the field behind `where` ("stages.1.").
class FieldReader {
 public:
  FieldReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) {
      throw Error(ErrorKind::format,
                  where_ + ": expected an object, found " + printable(json.dump()));
    }
  }

  template <typename T>
  void operator()(const char* name, T& value) {
    const Json& found = field(name);
    try {
      read(found, value);
    } catch (const Json::exception&) {
      throw Error(ErrorKind::format, where_ + name + ": " + printable(found.dump()) +
                                         " is of another type than " +
                                         printable(Json(FieldReader::shown(value)).dump()));
    }
  }

  // After the last field.
  void refuse_others() const {
    for (const auto& item : json_.items()) {
      if (known_names_.contains(item.key())) {
        continue;
      }
      const std::vector<std::string> names(known_names_.begin(), known_names_.end());
      const auto meant = closest_match(item.key(), names);
      throw Error(ErrorKind::format, "there is no field " + where_ + printable(item.key()) +
                                         (meant ? "; did you mean " + where_ + *meant + "?" : ""));
    }
  }

  // The JSON of a field that needs more than a conversion.
  const Json& field(const char* name) {
    known_names_.insert(name);
    const auto found = json_.find(name);
    if (found == json_.end()) {
      refuse_others_so_far(name);
    }
    return *found;
  }
  const std::string& where() const { return where_; }

 private:
  template <typename T>
  static void read(const Json& json, T& value) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (!json.is_number_integer()) {
        throw Json::type_error::create(302, "no whole number", &json);
      }
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!json.is_number()) {
        throw Json::type_error::create(302, "no number", &json);
      }
    }
    json.get_to(value);
  }
  template <typename T>
  static void read(const Json& json, std::optional<T>& value) {
    value = json.is_null() ? std::nullopt : std::optional<T>(json.get<T>());
  }
  template <typename T>
  static const T& shown(const T& value) {
    return value;
  }
  template <typename T>
  static Json shown(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
  }

  [[noreturn]] void refuse_others_so_far(const char* missing) const {
    throw Error(ErrorKind::format, "field " + where_ + missing + " is missing");
  }

  const Json& json_;
  std::string where_;
  std::set<std::string> known_names_;
};

template <typename T>
Json written_fields(const T& value) {
  FieldWriter writer;
  visit_fields(value, writer);
  return std::move(writer.json);
}

template <typename T>
T read_fields(const Json& json, const std::string& where) {
  T value;
  FieldReader reader(json, where);
  visit_fields(value, reader);
  reader.refuse_others();
  return value;
}

}  // namespace fossilct
