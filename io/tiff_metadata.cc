// SPDX-License-Identifier: Apache-2.0
#include "io/tiff_metadata.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "io/ome_xml.h"

namespace fossilct {

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

// The tag is a ratio that libtiff hands over as float: seven digits are what it can promise.
double size_from_resolution(double pixels_per_unit) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", 1 / pixels_per_unit);
  return parse_double(text).value_or(1 / pixels_per_unit);
}

std::optional<double> size_of_pixel(double pixels_per_unit) {
  if (!(pixels_per_unit > 0)) {
    return std::nullopt;
  }
  return size_from_resolution(pixels_per_unit);
}

std::string resolution_text(const TiffPage& page) {
  char text[96];
  std::snprintf(text, sizeof text, "XResolution %.7g, YResolution %.7g", page.x_resolution,
                page.y_resolution);
  return text;
}

FoundSpacing spacing_from_tags(const TiffPage& page) {
  FoundSpacing spacing;
  if (page.x_resolution <= 0 && page.y_resolution <= 0) {
    spacing.found = "no XResolution tag in the TIFF";
    return spacing;
  }
  spacing.value = {size_of_pixel(page.x_resolution), size_of_pixel(page.y_resolution),
                   std::nullopt};
  spacing.found = resolution_text(page);
  switch (page.resolution_unit) {
    case 2:
      spacing.unit = SpacingUnit::inch;
      spacing.from_resolution_tag = true;
      spacing.found += " pixels per inch";
      break;
    case 3:
      spacing.unit = SpacingUnit::centimetre;
      spacing.from_resolution_tag = true;
      spacing.found += " pixels per cm";
      break;
    default:
      spacing.found += ", ResolutionUnit none";
  }
  spacing.found += "; a TIFF slice tells no distance along z";
  return spacing;
}

Fields imagej_fields(const std::string& description) {
  Fields fields;
  for (const std::string& line : split(description, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) {
      fields[std::string(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
    }
  }
  return fields;
}

std::int64_t count_of(const Fields& fields, std::string_view key, std::int64_t fallback) {
  const auto field = fields.find(key);
  return field == fields.end() ? fallback : parse_integer(field->second).value_or(fallback);
}

// ImageJ writes the micro sign as an escape of its own.
std::string imagej_unit(const Fields& fields) {
  const auto field = fields.find("unit");
  std::string unit = field == fields.end() ? "" : field->second;
  const std::size_t escape = unit.find("\\u00B5");
  return escape == std::string::npos ? unit : unit.replace(escape, 6, "\u00b5");
}

// Our own exports state the spacing once more in full, since the resolution tags hold seven digits.
// It is believed only where the tags, which other programs keep true, say the same.
void take_exact_spacing(const Fields& fields, FoundSpacing& spacing) {
  const auto line = fields.find(exact_spacing_key);
  if (line == fields.end() || spacing.unit != SpacingUnit::micrometre) {
    return;
  }
  spacing.one_is_meant = true;
  const std::vector<std::string> numbers = split(line->second, ',');
  for (std::size_t axis = 0; axis < std::min<std::size_t>(3, numbers.size()); ++axis) {
    const std::optional<double> exact = parse_double(numbers[axis]);
    std::optional<double>& value = spacing.value[axis];
    constexpr double digits_of_tags = 1e-6;
    if (exact && value && std::abs(*exact - *value) <= digits_of_tags * *value) {
      value = exact;
    }
  }
}

FoundSpacing imagej_spacing(const TiffPage& page, const Fields& fields) {
  const std::string unit = imagej_unit(fields);
  FoundSpacing spacing = spacing_from_tags(page);
  spacing.plane_apart = true;
  const std::optional<SpacingUnit> known = spacing_unit_from_name(unit);
  if (!unit.empty()) {
    spacing.unit = known.value_or(SpacingUnit::none);
    // In inches ImageJ hands on the dots per inch of the image that it opened.
    spacing.from_resolution_tag = known == SpacingUnit::inch;
    spacing.found = resolution_text(page) + " pixels per unit, ImageJ unit=" + unit;
    if (!known) {
      spacing.found += " (no unit of length)";
    }
  }
  const auto z = fields.find("spacing");
  if (z != fields.end()) {
    spacing.value[2] = parse_double(z->second);
    spacing.found += ", spacing=" + z->second;
  } else {
    spacing.found += ", no spacing= along z";
  }
  take_exact_spacing(fields, spacing);
  return spacing;
}

[[noreturn]] void fail_dimensions(const std::string& name, std::int64_t channels,
                                  std::int64_t slices, std::int64_t frames) {
  const bool mislabelled = slices == 1 && (channels == 1 || frames == 1);
  throw format_error(
      name, "holds " + std::to_string(channels) + " channels, " + std::to_string(slices) +
                " slices and " + std::to_string(frames) +
                " time points; expected one channel and one time point: " +
                (mislabelled ? "if they are the slices of a scan, say so in Fiji (Image > "
                               "Properties: slices) and save it anew"
                             : "split it (in Fiji: Image > Duplicate) and give one of the parts"));
}

void take_imagej(const TiffPage& page, const std::string& name, TiffMetadata& metadata) {
  const Fields fields = imagej_fields(page.description);
  const std::int64_t images = count_of(fields, "images", 1);
  const std::int64_t channels = count_of(fields, "channels", 1);
  const std::int64_t frames = count_of(fields, "frames", 1);
  const std::int64_t slices = count_of(fields, "slices", frames > 1 || channels > 1 ? 1 : images);
  if (channels > 1 || frames > 1) {
    fail_dimensions(name, channels, slices, frames);
  }
  if (images < 1) {
    throw format_error(name, "its ImageJ description says images=" + std::to_string(images));
  }
  metadata.format = "ImageJ TIFF";
  metadata.slices = images;
  metadata.slices_may_follow = true;
  metadata.spacing = imagej_spacing(page, fields);
}

// One unit for the three axes is what FoundSpacing can hold; z follows x where it differs by a
// known factor.
FoundSpacing ome_spacing(const OmePixels& pixels) {
  FoundSpacing spacing;
  constexpr std::array<const char*, 3> names = {"PhysicalSizeX ", "PhysicalSizeY ",
                                                "PhysicalSizeZ "};
  std::array<SpacingUnit, 3> units{};
  spacing.found = "OME-XML:";
  for (std::size_t axis = 0; axis < 3; ++axis) {
    units[axis] = spacing_unit_from_name(pixels.unit[axis]).value_or(SpacingUnit::none);
    spacing.found += axis == 0 ? " " : ", ";
    spacing.found += names[axis];
    spacing.found += pixels.physical_size[axis]
                         ? format_rounded(*pixels.physical_size[axis]) + " " + pixels.unit[axis]
                         : "absent";
  }
  spacing.unit = units[0];
  for (std::size_t axis = 0; axis < 3; ++axis) {
    spacing.value[axis] = pixels.physical_size[axis];
    if (units[axis] == units[0] || !spacing.value[axis]) {
      continue;
    }
    if (units[axis] == SpacingUnit::none || units[0] == SpacingUnit::none) {
      spacing.unit = SpacingUnit::none;
      continue;
    }
    *spacing.value[axis] *= um_per(units[axis]) / um_per(units[0]);
  }
  return spacing;
}

void take_ome(const TiffPage& page, const std::string& name, TiffMetadata& metadata) {
  const std::optional<OmePixels> pixels = parse_ome_xml(page.description);
  if (!pixels) {
    metadata.notices.push_back(name + ": its OME-XML can't be parsed and is left aside");
    metadata.spacing = spacing_from_tags(page);
    return;
  }
  const std::int64_t channels =
      pixels->size_c == page.shape.channels && !page.palette ? 1 : pixels->size_c;
  if (channels > 1 || pixels->size_t > 1) {
    fail_dimensions(name, channels, pixels->size_z, pixels->size_t);
  }
  if (pixels->images > 1) {
    throw format_error(name, "holds " + std::to_string(pixels->images) +
                                 " OME images; expected one: save the one you want as a file of "
                                 "its own");
  }
  metadata.format = "OME-TIFF";
  metadata.slices = pixels->size_z;
  metadata.spacing = ome_spacing(*pixels);
}

// tifffile notes the shape of the array it wrote, {"shape": [160, 256, 256], "truncated": true}.
void take_tifffile(const TiffPage& page, TiffMetadata& metadata) {
  const Json json = try_parse_json(page.description);
  if (json.is_discarded() || !json.is_object() || !json.contains("truncated") ||
      !json.contains("shape") || !json["shape"].is_array()) {
    return;
  }
  double values = 1;
  for (const Json& extent : json["shape"]) {
    values *= extent.is_number_unsigned() ? extent.get<double>() : 0;
  }
  const double slices = values / static_cast<double>(page.shape.width) /
                        static_cast<double>(page.shape.height) / page.shape.channels;
  if (slices > 1 && slices < 1e9) {
    metadata.slices = static_cast<std::int64_t>(slices);
    metadata.slices_may_follow = true;
  }
}

}  // namespace

TiffMetadata tiff_metadata(const TiffPage& first, const std::string& name) {
  TiffMetadata metadata;
  if (first.description.starts_with("ImageJ=")) {
    take_imagej(first, name, metadata);
  } else if (looks_like_ome_xml(first.description)) {
    take_ome(first, name, metadata);
  } else {
    metadata.spacing = spacing_from_tags(first);
    take_tifffile(first, metadata);
  }
  if (first.min_is_white) {
    metadata.notices.push_back(name +
                               ": its values are marked as white = 0 (MinIsWhite); they are kept "
                               "as they are, so dense matter may be dark");
  }
  return metadata;
}

}  // namespace fossilct
