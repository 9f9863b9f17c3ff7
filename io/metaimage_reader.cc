// SPDX-License-Identifier: Apache-2.0

// The header is read by MetaIO (ITK's copy), the voxels by ourselves: ITK reads a compressed or
// detached file whole.
#include <metaImage.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "io/container.h"
#include "io/header_text.h"
#include "io/inflate_stream.h"
#include "io/raw_voxels.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t longest_header = 1 << 16;
// MetaIO copies lines and lists into arrays of fixed length, of which these stay well clear.
constexpr std::size_t longest_line = 500;
constexpr std::int64_t most_axes = 4;
constexpr std::int64_t most_voxels_an_axis = 2147483647;  // MetaIO keeps sizes as int

// MetaIO tells its troubles on the terminal; ours are exceptions.
class QuietStreams {
 public:
  QuietStreams() : cout_(std::cout.rdbuf(sink_.rdbuf())), cerr_(std::cerr.rdbuf(sink_.rdbuf())) {}
  ~QuietStreams() {
    std::cout.rdbuf(cout_);
    std::cerr.rdbuf(cerr_);
  }
  QuietStreams(const QuietStreams&) = delete;
  QuietStreams& operator=(const QuietStreams&) = delete;

 private:
  std::ostringstream sink_;
  std::streambuf* cout_;
  std::streambuf* cerr_;
};

// The lines before the data, which `ElementDataFile` ends.
struct HeaderText {
  std::map<std::string, std::string> fields;  // by name in lower case
  std::int64_t end = 0;

  bool has(const std::string& name) const { return fields.contains(name); }
  std::string get(const std::string& name) const { return has(name) ? fields.at(name) : ""; }
};

HeaderText read_text(const fs::path& path) {
  const std::string text = read_beginning(path, longest_header);
  HeaderText header;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    const std::size_t equals = line.find('=');
    begin = std::min(end + 1, text.size());
    if (line.size() > longest_line) {
      break;
    }
    if (equals == std::string_view::npos) {
      continue;
    }
    const std::string name = lower(trim(line.substr(0, equals)));
    header.fields.emplace(name, std::string(trim(line.substr(equals + 1))));
    if (name == "elementdatafile") {
      header.end = static_cast<std::int64_t>(begin);
      return header;
    }
  }
  throw format_error(path,
                     "its MetaImage header has no line 'ElementDataFile = ...' where one is "
                     "expected; it is cut off or damaged");
}

// What MetaIO would take without a check, or overflow on.
void require_sane(const HeaderText& text, const fs::path& path) {
  const auto axes = parse_integer(text.get("ndims"));
  if (!axes || *axes < 2 || *axes > most_axes) {
    throw format_error(path, "its MetaImage header has 'NDims = " + text.get("ndims") +
                                 "'; expected 3 (or 2, or 4 with one time)");
  }
  const std::vector<std::string> sizes = words(text.get("dimsize"));
  const bool sound = std::all_of(sizes.begin(), sizes.end(), [](const std::string& word) {
    const auto size = parse_integer(word);
    return size && *size >= 1 && *size <= most_voxels_an_axis;
  });
  if (!sound || static_cast<std::int64_t>(sizes.size()) != *axes) {
    throw format_error(path, "its MetaImage header has 'DimSize = " + text.get("dimsize") +
                                 "'; expected " + std::to_string(*axes) +
                                 " whole numbers from 1 to 2147483647");
  }
}

void read_header(const fs::path& path, MetaImage& image) {
  const QuietStreams quiet;
  bool read = false;
  try {
    read = image.Read(path.c_str(), false);
  } catch (const std::exception&) {
    read = false;
  }
  if (!read) {
    throw format_error(path,
                       "its MetaImage header can't be read; expected at least NDims, DimSize, "
                       "ElementType and ElementDataFile");
  }
}

PixelType type_of(const MetaImage& image, const HeaderText& text, const fs::path& path) {
  switch (image.ElementType()) {
    case MET_CHAR:
      return PixelType::i8;
    case MET_UCHAR:
      return PixelType::u8;
    case MET_SHORT:
      return PixelType::i16;
    case MET_USHORT:
      return PixelType::u16;
    case MET_INT:
    case MET_LONG:  // four bytes in MetaIO, whatever the machine
      return PixelType::i32;
    case MET_UINT:
    case MET_ULONG:
      return PixelType::u32;
    case MET_FLOAT:
      return PixelType::f32;
    case MET_DOUBLE:
      return PixelType::f64;
    default:
      throw format_error(path,
                         "its MetaImage header has 'ElementType = " + text.get("elementtype") +
                             "'; expected integers of 8, 16 or 32 bits, float or double");
  }
}

Size3 size_of(const MetaImage& image, const HeaderText& text, const fs::path& path) {
  const bool has_times = image.NDims() == 4 && image.DimSize(3) != 1;
  if (has_times || image.ElementNumberOfChannels() != 1) {
    throw format_error(path, "holds DimSize = " + text.get("dimsize") + " with " +
                                 std::to_string(image.ElementNumberOfChannels()) +
                                 " channels; expected a volume of 3 axes with one value a voxel");
  }
  return {image.DimSize(0), image.DimSize(1), image.NDims() > 2 ? image.DimSize(2) : 1};
}

fs::path data_file_of(const HeaderText& text, const fs::path& path) {
  const std::string name = text.get("elementdatafile");
  if (lower(name) == "local") {
    return path;
  }
  if (lower(name).starts_with("list") || name.find('%') != std::string::npos) {
    throw format_error(path, "its data are spread over several files ('ElementDataFile = " + name +
                                 "'); join them into one first");
  }
  fs::path data = path.parent_path() / name;
  std::error_code ignored;
  if (!fs::is_regular_file(data, ignored)) {
    throw file_error(data,
                     "is missing; " + path.filename().string() + " says the voxels are there");
  }
  return data;
}

// HeaderSize counts from the beginning of the data file; -1 says that the voxels are its end.
std::int64_t data_offset(const MetaImage& image, const RawLayout& layout, const fs::path& data,
                         std::int64_t after_header) {
  if (image.HeaderSize() > 0) {
    return image.HeaderSize();
  }
  std::int64_t needed = static_cast<std::int64_t>(bytes_of(layout.type));
  const bool overflows = __builtin_mul_overflow(needed, layout.size.x, &needed) ||
                         __builtin_mul_overflow(needed, layout.size.y, &needed) ||
                         __builtin_mul_overflow(needed, layout.size.z, &needed);
  if (image.HeaderSize() < 0 && !overflows) {
    return std::max(after_header, FileDescriptor(data).size() - needed);
  }
  return after_header;
}

SpacingUnit unit_of(const MetaImage& image) {
  switch (image.DistanceUnits()) {
    case MET_DISTANCE_UNITS_UM:
      return SpacingUnit::micrometre;
    case MET_DISTANCE_UNITS_MM:
      return SpacingUnit::millimetre;
    case MET_DISTANCE_UNITS_CM:
      return SpacingUnit::centimetre;
    default:
      return SpacingUnit::millimetre_by_convention;
  }
}

FoundSpacing spacing_of(const MetaImage& image, const HeaderText& text) {
  const std::string field = text.has("elementspacing") ? "elementspacing" : "elementsize";
  if (!text.has(field)) {
    return {{}, SpacingUnit::none, false, "no ElementSpacing in the MetaImage header"};
  }
  FoundSpacing found;
  std::string values;
  for (int axis = 0; axis < std::min(3, image.NDims()); ++axis) {
    found.value[static_cast<std::size_t>(axis)] = image.ElementSpacing(axis);
    values += " " + format_rounded(image.ElementSpacing(axis));
  }
  found.unit = unit_of(image);
  found.found = (field == "elementsize" ? "ElementSize =" : "ElementSpacing =") + values +
                (text.has("distanceunits") ? ", DistanceUnits = " + text.get("distanceunits") : "");
  return found;
}

void read_place(const MetaImage& image, Grid& grid) {
  if (image.NDims() < 3) {
    return;
  }
  grid.origin_um = {image.Offset(0), image.Offset(1), image.Offset(2)};
  const auto axes = static_cast<std::size_t>(image.NDims());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t row = 0; row < 3; ++row) {
      // Row `axis` of the file's matrix is the direction of that axis.
      grid.direction[3 * row + axis] = image.TransformMatrix()[axes * axis + row];
    }
  }
}

}  // namespace

Container open_metaimage(const fs::path& path, const OpenOptions& /*options*/,
                         Progress& /*progress*/) {
  const HeaderText text = read_text(path);
  require_sane(text, path);
  MetaImage image;
  read_header(path, image);
  if (!image.BinaryData()) {
    throw format_error(path, "its voxels are text (BinaryData = False); convert it to binary data");
  }
  RawLayout layout{size_of(image, text, path), type_of(image, text, path),
                   image.BinaryDataByteOrderMSB(), 0};
  const fs::path data = data_file_of(text, path);
  ScanDescription description;
  description.format = image.CompressedData() ? "MetaImage (compressed)" : "MetaImage";
  description.files = {path};
  if (data != path) {
    description.files.push_back(data);
  }
  read_place(image, description.grid);
  const std::int64_t after_header = data == path ? text.end : 0;
  if (image.CompressedData()) {
    const std::int64_t begin = image.HeaderSize() > 0 ? image.HeaderSize() : after_header;
    return {open_inflated_voxels(data, begin, layout, std::move(description)),
            spacing_of(image, text), false};
  }
  layout.offset = data_offset(image, layout, data, after_header);
  return {open_raw_voxels(data, layout, std::move(description)), spacing_of(image, text), false};
}

}  // namespace fossilct
