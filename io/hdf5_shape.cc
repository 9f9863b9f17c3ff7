// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_shape.h"

#include "io/hdf5_choice.h"

namespace fossilct::hdf5 {

namespace {

bool is_boolean(hid_t type) { return H5Tget_class(type) == H5T_ENUM && H5Tget_size(type) == 1; }

std::string name_of_class(H5T_class_t kind) {
  switch (kind) {
    case H5T_STRING:
      return "string";
    case H5T_COMPOUND:
      return "compound";
    case H5T_ENUM:
      return "enumeration";
    case H5T_BITFIELD:
      return "bit field";
    case H5T_OPAQUE:
      return "opaque";
    case H5T_REFERENCE:
      return "reference";
    case H5T_VLEN:
      return "variable length";
    case H5T_ARRAY:
      return "array";
    default:
      return "unknown type";
  }
}

}  // namespace

std::optional<PixelType> element_type(hid_t dataset) {
  const Handle type(H5Dget_type(dataset));
  return is_boolean(type) ? PixelType::u8 : pixel_type_of_dataset(dataset);
}

Handle memory_type(hid_t dataset, PixelType type) {
  Handle stored(H5Dget_type(dataset));
  return is_boolean(stored) ? std::move(stored) : Handle(H5Tcopy(native_type(type)));
}

std::string type_text(hid_t dataset) {
  const Handle type(H5Dget_type(dataset));
  const std::string bits = std::to_string(8 * H5Tget_size(type));
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
    case H5T_FLOAT:
      return "float" + bits;
    default:
      return is_boolean(type) ? "bool" : name_of_class(H5Tget_class(type));
  }
}

std::string shape_text(const std::vector<hsize_t>& extent) {
  std::string text;
  for (const hsize_t length : extent) {
    text += (text.empty() ? "" : " x ") + std::to_string(length);
  }
  return text.empty() ? "scalar" : text;
}

std::string shape_and_type(hid_t dataset) {
  return shape_text(extent_of(dataset)) + ", " + type_text(dataset);
}

std::optional<std::array<std::size_t, 3>> volume_axes(const std::vector<hsize_t>& extent) {
  std::size_t begin = 0;
  std::size_t end = extent.size();
  while (end - begin > 3 && extent[end - 1] == 1) {
    --end;
  }
  while (end - begin > 3 && extent[begin] == 1) {
    ++begin;
  }
  if (end - begin != 3) {
    return std::nullopt;
  }
  return std::array{begin, begin + 1, begin + 2};
}

}  // namespace fossilct::hdf5
