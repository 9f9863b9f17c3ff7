// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: not installed, the only header that includes HDF5.

#include <hdf5.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "volumes/pixel_type.h"

namespace fossilct::hdf5 {

// Owns one identifier of the library and closes it with the right function for its kind.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  ~Handle() { close(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor)
  bool valid() const { return id_ >= 0; }
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }
  void close() {
    if (id_ >= 0) {
      H5Idec_ref(std::exchange(id_, H5I_INVALID_HID));
    }
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

// The deepest message on HDF5's error stack, which is then cleared ("No space left on device").
std::string last_error();

// Silences the library's own printing to stderr; call before the first use in each thread.
void quiet();

// Throws Error{file}: "PATH: can't ACTION: reason" where `result` is negative.
Handle require_handle(hid_t result, const std::filesystem::path& path, std::string_view action);
void require_ok(herr_t result, const std::filesystem::path& path, std::string_view action);

// Read-only; the file may be open elsewhere. Throws Error{file|format}.
Handle open_file(const std::filesystem::path& path);

// The pixel type of a dataset's element type, whatever its byte order; nothing for others
// (compound, string, 64-bit integer, half float ...).
std::optional<PixelType> pixel_type_of_dataset(hid_t dataset);
hid_t native_type(PixelType type);
std::vector<hsize_t> extent_of(hid_t dataset);

// Attributes of any object; reading gives nothing where there is none of that name or kind, and
// throws Error{format} that names the file for one that is damaged.
void write_attribute(hid_t object, const char* name, const std::vector<double>& values);
void write_attribute(hid_t object, const char* name, const std::vector<std::int64_t>& values);
void write_attribute(hid_t object, const char* name, std::string_view text);
std::optional<std::vector<double>> read_numbers(hid_t object, const char* name);
std::optional<std::string> read_text(hid_t object, const char* name);

}  // namespace fossilct::hdf5
