// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/safetensors_header.h"

#include <limits>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace fossilct {
namespace {

constexpr std::size_t most_numbers = 64;  // dimensions of a tensor; LibTorch has no more

// Receives the parser's events. A frame is where in the header it stands; the format has no others.
class HeaderReader : public Json::json_sax_t {
 public:
  SafetensorsHeader take() {
    if (frame_ != Frame::finished) {
      fail("it ends too early");
    }
    return std::move(header_);
  }

  bool start_object(std::size_t /*elements*/) override {
    if (frame_ == Frame::outside) {
      frame_ = Frame::names;
    } else if (frame_ == Frame::names) {
      frame_ = name_ == "__metadata__" ? Frame::metadata : Frame::tensor;
      if (frame_ == Frame::tensor) {
        header_.entries.push_back({name_, {}, {}, {}});
      }
    } else {
      fail(where() + " holds an object where none is expected");
    }
    fields_.clear();
    return true;
  }

  bool end_object() override {
    if (frame_ == Frame::tensor && fields_.size() != 3) {
      fail(where() + " lacks one of dtype, shape, data_offsets");
    }
    frame_ = frame_ == Frame::names ? Frame::finished : Frame::names;
    return true;
  }

  bool key(string_t& key) override {
    if (frame_ == Frame::names) {
      name_ = key;
      if (!names_.insert(key).second) {
        fail("the name '" + printable(key) + "' is given twice");
      }
      return true;
    }
    field_ = key;
    if (!fields_.insert(key).second) {
      fail(where() + " gives '" + printable(key) + "' twice");
    }
    if (frame_ == Frame::tensor && key != "dtype" && key != "shape" && key != "data_offsets") {
      fail(where() + " has the unknown field '" + printable(key) + "'");
    }
    return true;
  }

  bool string(string_t& value) override {
    if (frame_ == Frame::metadata) {
      header_.metadata[field_] = value;
    } else if (frame_ == Frame::tensor && field_ == "dtype") {
      header_.entries.back().type = value;
    } else {
      fail(where() + " holds the text '" + printable(value) + "' where none is expected");
    }
    return true;
  }

  bool start_array(std::size_t /*elements*/) override {
    if (frame_ != Frame::tensor || field_ == "dtype") {
      fail(where() + " holds an array where none is expected");
    }
    frame_ = Frame::numbers;
    return true;
  }
  bool end_array() override {
    frame_ = Frame::tensor;
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (frame_ != Frame::numbers || value > std::numeric_limits<std::int64_t>::max()) {
      return unexpected(std::to_string(value));
    }
    SafetensorsEntry& entry = header_.entries.back();
    std::vector<std::int64_t>& numbers = field_ == "shape" ? entry.shape : entry.offsets;
    if (numbers.size() == most_numbers) {
      fail(where() + " gives more than " + std::to_string(most_numbers) + " numbers as " + field_);
    }
    numbers.push_back(static_cast<std::int64_t>(value));
    return true;
  }
  bool number_integer(number_integer_t value) override { return unexpected(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return unexpected(printable(text));
  }
  bool null() override { return unexpected("null"); }
  bool boolean(bool value) override { return unexpected(value ? "true" : "false"); }
  bool binary(binary_t& /*value*/) override { return unexpected("binary data"); }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const Json::exception& error) override {
    fail("it is no JSON at its byte " + std::to_string(position) + " (" +
         printable(error.what(), 200) + ")");
  }

 private:
  // In a tensor's `shape` and `data_offsets` stand numbers.
  enum class Frame { outside, names, metadata, tensor, numbers, finished };

  std::string where() const {
    return name_.empty() ? "it" : "the entry '" + printable(name_) + "'";
  }

  [[noreturn]] static void fail(const std::string& what) {
    throw Error(ErrorKind::format, "the safetensors header is damaged: " + what);
  }

  bool unexpected(const std::string& value) const {
    fail(where() + " holds " + value + " where " +
         (frame_ == Frame::numbers ? "a count of at least 0" : "something else") + " is expected");
  }

  SafetensorsHeader header_;
  Frame frame_ = Frame::outside;
  std::string name_;
  std::string field_;
  std::set<std::string> names_;
  std::set<std::string> fields_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json) {
  HeaderReader reader;
  Json::sax_parse(json.begin(), json.end(), &reader);
  return reader.take();
}

}  // namespace fossilct
