// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/raw_voxels.h"

namespace fossilct {

namespace {

Error bad_layout(std::string_view text, const std::string& what) {
  return option_error(
      "--raw", "'" + std::string(text) + "': " + what +
                   "; expected WIDTHxHEIGHTxDEPTH:TYPE, as 1024x1024x1000:u16le, and after another "
                   "colon the bytes to skip at the start, as 512x512x300:f32be:1024");
}

Size3 parse_size(std::string_view text, std::string_view whole_text) {
  const std::vector<std::string> parts = split(lower(text), 'x');
  std::array<std::int64_t, 3> size{};
  if (parts.size() != 3) {
    throw bad_layout(whole_text, "'" + std::string(text) + "' is no size of three numbers");
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto value = parse_integer(trim(parts[axis]));
    if (!value || *value < 1) {
      throw bad_layout(whole_text, "'" + parts[axis] + "' is no number of voxels");
    }
    size[axis] = *value;
  }
  return {size[0], size[1], size[2]};
}

void parse_type(std::string_view text, std::string_view whole_text, RawLayout& layout) {
  const std::string name = lower(trim(text));
  const bool has_order = name.ends_with("le") || name.ends_with("be");
  const auto type =
      pixel_type_from_name(has_order ? std::string_view(name).substr(0, name.size() - 2) : name);
  if (!type) {
    throw bad_layout(whole_text, "'" + std::string(text) +
                                     "' is no type; there are u8, i8, u16, i16, u32, i32, f32 and "
                                     "f64, followed by le or be");
  }
  if (!has_order && bytes_of(*type) > 1) {
    throw bad_layout(whole_text, "the order of bytes is missing; write " + name +
                                     "le (little-endian, as PCs write) or " + name + "be");
  }
  layout.type = *type;
  layout.big_endian = name.ends_with("be");
}

void require_addressable(const RawLayout& layout, std::string_view text) {
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(layout.size.x, layout.size.y, &bytes) ||
      __builtin_mul_overflow(bytes, layout.size.z, &bytes) ||
      __builtin_mul_overflow(bytes, static_cast<std::int64_t>(bytes_of(layout.type)), &bytes) ||
      __builtin_add_overflow(bytes, layout.offset, &bytes)) {
    throw bad_layout(text, "so many voxels fit in no file");
  }
}

std::int64_t end_of(const RawLayout& layout) {
  return layout.offset +
         voxel_count(layout.size) * static_cast<std::int64_t>(bytes_of(layout.type));
}

}  // namespace

RawLayout parse_raw_layout(std::string_view text) {
  const std::vector<std::string> parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    throw bad_layout(text, "found " + std::to_string(parts.size()) + " parts between colons");
  }
  RawLayout layout;
  layout.size = parse_size(parts[0], text);
  parse_type(parts[1], text, layout);
  if (parts.size() == 3) {
    const auto offset = parse_integer(trim(parts[2]));
    if (!offset || *offset < 0) {
      throw bad_layout(text, "'" + parts[2] + "' is no number of bytes to skip");
    }
    layout.offset = *offset;
  }
  require_addressable(layout, text);
  return layout;
}

Container open_raw(const std::filesystem::path& path, const OpenOptions& options,
                   Progress& /*progress*/) {
  if (!options.raw) {
    throw option_error("--raw", path.string() +
                                    " has no header; give its layout, as "
                                    "1024x1024x1000:u16le");
  }
  ScanDescription description;
  description.format = "raw";
  description.files = {path};
  std::error_code ignored;
  const auto present = static_cast<std::int64_t>(std::filesystem::file_size(path, ignored));
  const std::int64_t used = end_of(*options.raw);
  if (!ignored && present > used) {
    description.notices.push_back(path.string() + ": has " + format_count(present) +
                                  " bytes, --raw uses the first " + format_count(used) + "; the " +
                                  format_count(present - used) +
                                  " after them are left out: is the layout right?");
  }
  return {open_raw_voxels(path, *options.raw, std::move(description)),
          {{}, SpacingUnit::none, false, "a raw file has no spacing"},
          false};
}

}  // namespace fossilct
