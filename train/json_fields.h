// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

// A struct's fields are listed once, in a function template
//   template <FieldsOf<T> Self, typename Visit> static void visit_fields(Self& self, Visit& visit)
// that calls visit(name, field) for each, or visit.as(name, field, write, read) for one that needs
// more than a conversion: write(value) gives its JSON, read(json, where) the value. These two
// visitors write and read them.
namespace fossilct {

// A T or a const T.
template <typename Self, typename T>
concept FieldsOf = std::same_as<std::remove_const_t<Self>, T>;

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
  template <typename T, typename Write, typename Read>
  void as(const char* name, const T& value, const Write& write, const Read&) {
    json[name] = write(value);
  }
};

// Every field must be there and no other: a typing error in a recipe must not pass in silence.
// Throws Error{format} naming the field behind `where` ("stages.1.").
class FieldReader {
 public:
  FieldReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) {
      const std::string what = where_.empty() ? "" : where_.substr(0, where_.size() - 1) + ": ";
      throw Error(ErrorKind::format,
                  what + "expected an object {...}, found " + printable(json_text(json)));
    }
  }

  template <typename T>
  void operator()(const char* name, T& value) {
    const Json& found = field(name);
    const T before = value;
    try {
      read(found, value);
    } catch (const Json::exception&) {
      throw Error(ErrorKind::format, where_ + name + ": " + printable(json_text(found)) +
                                         " is of another type or range than " +
                                         FieldReader::example(before));
    }
  }

  template <typename T, typename Write, typename Read>
  void as(const char* name, T& value, const Write&, const Read& read) {
    const Json& found = field(name);
    try {
      value = read(found, where_ + name);
    } catch (const Json::exception&) {
      throw Error(ErrorKind::format, where_ + name + ": " + printable(json_text(found)) +
                                         " is of another type than expected");
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

 private:
  const Json& field(const char* name) {
    known_names_.insert(name);
    const auto found = json_.find(name);
    if (found == json_.end()) {
      throw Error(ErrorKind::format, "field " + where_ + name + " is missing");
    }
    return *found;
  }

  template <typename T>
  static void read(const Json& json, T& value) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      // Numbers above a std::int64_t's are stored as unsigned ones.
      if (!json.is_number_integer() || !std::in_range<T>(json.get<std::int64_t>()) ||
          (json.is_number_unsigned() && !std::in_range<T>(json.get<std::uint64_t>()))) {
        throw Json::type_error::create(302, "no whole number of this range", &json);
      }
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!json.is_number()) {
        throw Json::type_error::create(302, "no number", &json);
      }
    }
    json.get_to(value);
  }
  template <typename T, std::size_t size>
  static void read(const Json& json, std::array<T, size>& values) {
    if (!json.is_array() || json.size() != size) {
      throw Json::type_error::create(302, "a list of another length", &json);
    }
    for (std::size_t i = 0; i < size; ++i) {
      read(json[i], values[i]);
    }
  }
  template <typename T>
  static void read(const Json& json, std::optional<T>& value) {
    value.reset();
    if (!json.is_null()) {
      read(json, value.emplace());
    }
  }
  // What is expected in its place.
  template <typename T>
  static std::string example(const T& value) {
    return printable(json_text(Json(value)));
  }
  template <typename T>
  static std::string example(const std::optional<T>& value) {
    return FieldReader::example(value.value_or(T{})) + " or null";
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

// A field that is a struct, or a list of them.
template <typename T, typename Visit, FieldsOf<T> Field>
void visit_struct(Visit& visit, const char* name, Field& field) {
  visit.as(name, field, written_fields<T>, [](const Json& json, const std::string& where) {
    return read_fields<T>(json, where + ".");
  });
}
template <typename T, typename Visit, FieldsOf<std::vector<T>> Field>
void visit_list(Visit& visit, const char* name, Field& field) {
  visit.as(
      name, field,
      [](const std::vector<T>& items) {
        Json list = Json::array();
        for (const T& item : items) {
          list.push_back(written_fields(item));
        }
        return list;
      },
      [](const Json& json, const std::string& where) {
        if (!json.is_array()) {
          throw Json::type_error::create(302, "no list", &json);
        }
        std::vector<T> items;
        for (const Json& item : json) {
          items.push_back(read_fields<T>(item, where + "." + std::to_string(items.size()) + "."));
        }
        return items;
      });
}

}  // namespace fossilct
