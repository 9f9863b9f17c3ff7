// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_handle.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/error.h"

namespace fossilct::hdf5 {

namespace {

herr_t keep_deepest(unsigned int, const H5E_error2_t* error, void* text) {
  *static_cast<std::string*>(text) = error->desc != nullptr ? error->desc : "";
  return 0;
}

// "... errno = 28, error message = 'No space left on device', buf = ..." -> the reason alone.
std::string system_reason_in(const std::string& text) {
  constexpr std::string_view mark = "error message = '";
  const std::size_t begin = text.find(mark);
  if (begin == std::string::npos) {
    return text;
  }
  const std::size_t first = begin + mark.size();
  return text.substr(first, text.find('\'', first) - first);
}

// The fixed-length string type that VTK 9.1 and h5py both read.
Handle string_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, length == 0 ? 1 : length);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  return type;
}

template <typename T>
void write_array(hid_t object, const char* name, hid_t type, const std::vector<T>& values) {
  const hsize_t count = values.size();
  const Handle space(count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr));
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid() || H5Awrite(attribute, type, values.data()) < 0) {
    throw Error(ErrorKind::file,
                std::string("can't write the attribute ") + name + ": " + last_error());
  }
}

[[noreturn]] void fail_to_read(hid_t object, const char* name) {
  const std::string reason = last_error();
  std::string path(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_name(object, nullptr, 0))),
                   '\0');
  H5Fget_name(object, path.data(), path.size() + 1);
  throw format_error(path, std::string("its attribute ") + name + " can't be read (" + reason +
                               "); the file is damaged: copy it again");
}

// What is there and can't be read is not taken for absent: HDF5 guards attributes by checksums, and
// labels whose kind is lost would pass for intensities.
Handle open_attribute(hid_t object, const char* name) {
  if (H5Iis_valid(object) <= 0) {
    return {};
  }
  const htri_t exists = H5Aexists(object, name);
  if (exists == 0) {
    return {};
  }
  Handle attribute(exists > 0 ? H5Aopen(object, name, H5P_DEFAULT) : H5I_INVALID_HID);
  if (!attribute.valid()) {
    fail_to_read(object, name);
  }
  return attribute;
}

}  // namespace

std::string last_error() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned int n, const H5E_error2_t* e, void* out) -> herr_t {
        return n == 0 ? keep_deepest(n, e, out) : 0;
      },
      &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "unknown HDF5 error" : system_reason_in(text);
}

void quiet() {
  // What a full disk kept from being closed, HDF5 closes again when the program ends, and crashes.
  // Handles close what they hold; it is to be left at that, which must be said before all else.
  [[maybe_unused]] static const herr_t left = H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view action) {
  const std::string cannot = "can't " + std::string(action);
  const std::string reason = last_error();
  if (reason == std::generic_category().message(ENOSPC)) {
    throw file_code_error(path, cannot, {ENOSPC, std::generic_category()});
  }
  throw file_error(path, cannot + ": " + reason);
}

}  // namespace

Handle require_handle(hid_t result, const std::filesystem::path& path, std::string_view action) {
  if (result < 0) {
    fail(path, action);
  }
  return Handle(result);
}

void require_ok(herr_t result, const std::filesystem::path& path, std::string_view action) {
  if (result < 0) {
    fail(path, action);
  }
}

Handle open_file(const std::filesystem::path& path) {
  quiet();
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file.valid()) {
    throw format_error(path, "can't be opened as HDF5 (" + last_error() +
                                 "); it is damaged, cut short, or still being written");
  }
  return file;
}

std::optional<PixelType> pixel_type_of_dataset(hid_t dataset) {
  const Handle type(H5Dget_type(dataset));
  const std::size_t bytes = H5Tget_size(type);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_FLOAT) {
    return bytes == 4   ? std::optional(PixelType::f32)
           : bytes == 8 ? std::optional(PixelType::f64)
                        : std::nullopt;
  }
  if (kind != H5T_INTEGER) {
    return std::nullopt;
  }
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (bytes) {
    case 1:
      return is_signed ? PixelType::i8 : PixelType::u8;
    case 2:
      return is_signed ? PixelType::i16 : PixelType::u16;
    case 4:
      return is_signed ? PixelType::i32 : PixelType::u32;
    default:
      return std::nullopt;
  }
}

hid_t native_type(PixelType type) {
  switch (type) {
    case PixelType::u8:
      return H5T_NATIVE_UINT8;
    case PixelType::i8:
      return H5T_NATIVE_INT8;
    case PixelType::u16:
      return H5T_NATIVE_UINT16;
    case PixelType::i16:
      return H5T_NATIVE_INT16;
    case PixelType::u32:
      return H5T_NATIVE_UINT32;
    case PixelType::i32:
      return H5T_NATIVE_INT32;
    case PixelType::f32:
      return H5T_NATIVE_FLOAT;
    case PixelType::f64:
      return H5T_NATIVE_DOUBLE;
  }
  return H5I_INVALID_HID;
}

std::vector<hsize_t> extent_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset));
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> extent(rank > 0 ? static_cast<std::size_t>(rank) : 0);
  if (!extent.empty()) {
    H5Sget_simple_extent_dims(space, extent.data(), nullptr);
  }
  return extent;
}

void write_attribute(hid_t object, const char* name, const std::vector<double>& values) {
  write_array(object, name, H5T_NATIVE_DOUBLE, values);
}

void write_attribute(hid_t object, const char* name, const std::vector<std::int64_t>& values) {
  write_array(object, name, H5T_NATIVE_INT64, values);
}

void write_attribute(hid_t object, const char* name, std::string_view text) {
  const Handle type = string_type(text.size());
  const Handle space(H5Screate(H5S_SCALAR));
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
  const std::string padded = text.empty() ? std::string(1, '\0') : std::string(text);
  if (!attribute.valid() || H5Awrite(attribute, type, padded.data()) < 0) {
    throw Error(ErrorKind::file,
                std::string("can't write the attribute ") + name + ": " + last_error());
  }
}

std::optional<std::vector<double>> read_numbers(hid_t object, const char* name) {
  const Handle attribute = open_attribute(object, name);
  if (!attribute.valid()) {
    return std::nullopt;
  }
  const Handle type(H5Aget_type(attribute));
  const H5T_class_t kind = H5Tget_class(type);
  const Handle space(H5Aget_space(attribute));
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  constexpr hssize_t most = 1 << 16;
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || count < 1 || count > most) {
    return std::nullopt;
  }
  std::vector<double> values(static_cast<std::size_t>(count));
  if (H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()) < 0) {
    fail_to_read(object, name);
  }
  return values;
}

std::optional<std::string> read_text(hid_t object, const char* name) {
  const Handle attribute = open_attribute(object, name);
  if (!attribute.valid()) {
    return std::nullopt;
  }
  const Handle type(H5Aget_type(attribute));
  const Handle space(H5Aget_space(attribute));
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    return std::nullopt;
  }
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    const Handle memory(H5Tget_native_type(type, H5T_DIR_DEFAULT));
    if (H5Aread(attribute, memory, &text) < 0) {
      fail_to_read(object, name);
    }
    if (text == nullptr) {
      return std::nullopt;
    }
    std::string result(text);
    H5free_memory(text);
    return result;
  }
  constexpr std::size_t most_bytes = std::size_t{64} << 20;
  if (H5Tget_size(type) > most_bytes) {
    return std::nullopt;
  }
  std::string result(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, result.data()) < 0) {
    fail_to_read(object, name);
  }
  result.resize(std::min(result.size(), result.find('\0')));
  return result;
}

}  // namespace fossilct::hdf5
