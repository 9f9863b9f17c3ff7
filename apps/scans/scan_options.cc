// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/scan_options.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "volumes/class_colours.h"

namespace fossilct {

namespace {

constexpr std::int64_t largest_factor = 64;
constexpr std::string_view axes = "xyz";

std::string quoted(const std::string& text) { return "'" + text + "'"; }

// "low:high" as two texts; nothing where there is not exactly one colon.
std::optional<std::pair<std::string, std::string>> split_range(const std::string& text) {
  const std::vector<std::string> ends = split(text, ':');
  if (ends.size() != 2) {
    return std::nullopt;
  }
  return std::pair{ends[0], ends[1]};
}

std::int64_t parse_factor(const std::string& text) {
  const auto factor = parse_integer(text);
  if (!factor || *factor < 1 || *factor > largest_factor || (*factor & (*factor - 1)) != 0) {
    throw option_error("--downsample", quoted(text) + " is none of 1, 2, 4, 8, 16, 32, 64");
  }
  return *factor;
}

PixelType parse_type(const std::string& text) {
  const auto type = pixel_type_from_name(text);
  if (!type) {
    throw option_error("--type", quoted(text) + " is none of u8, i8, u16, i16, u32, i32, f32, f64");
  }
  return *type;
}

SpacingUnit parse_unit(const std::string& text) {
  const auto unit = spacing_unit_from_name(text);
  if (unit != SpacingUnit::micrometre && unit != SpacingUnit::millimetre) {
    throw option_error("--spacing-unit", quoted(text) + " is neither um nor mm");
  }
  return *unit;
}

double parse_percent(const std::string& text) {
  const auto percent =
      text.ends_with('%') ? parse_double(text.substr(0, text.size() - 1)) : std::optional<double>();
  if (!percent || !(*percent >= 0 && *percent <= 100)) {
    throw option_error("--window", quoted(text) + " is not a percentile from 0% to 100%");
  }
  return *percent;
}

double parse_intensity(const std::string& text) {
  const auto value = parse_double(text);
  if (!value || !std::isfinite(*value)) {
    throw option_error("--window", quoted(text) + " is not a number; expected low:high as " +
                                       "1200:38000, or percentiles as 1%:99.5%");
  }
  return *value;
}

void require_rising(double low, double high, const std::string& text) {
  if (!(low < high)) {
    throw option_error("--window", quoted(text) + ": the low end must be below the high end");
  }
}

std::optional<std::array<std::uint8_t, 3>> parse_colour(const std::string& text) {
  const bool hex = text.size() == 7 && text.front() == '#' &&
                   text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
  if (!hex) {
    return std::nullopt;
  }
  const auto rgb = static_cast<std::uint32_t>(std::stoul(text.substr(1), nullptr, 16));
  return std::array{static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8),
                    static_cast<std::uint8_t>(rgb)};
}

std::string axes_text(const Reorientation& reorientation) {
  std::string text;
  for (const int axis : reorientation.axis_of_new) {
    text += axes[static_cast<std::size_t>(axis)];
  }
  return text;
}

std::string flip_text(const Reorientation& reorientation) {
  std::string text;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    text += reorientation.flip[axis] ? std::string(1, axes[axis]) : "";
  }
  return text;
}

std::string box_text(const Box& box) {
  const auto range = [](std::int64_t begin, std::int64_t end) {
    return std::to_string(begin) + ":" + std::to_string(end);
  };
  return range(box.begin.x, box.end.x) + "," + range(box.begin.y, box.end.y) + "," +
         range(box.begin.z, box.end.z);
}

std::string raw_text(const RawLayout& raw) {
  const std::string size = std::to_string(raw.size.x) + "x" + std::to_string(raw.size.y) + "x" +
                           std::to_string(raw.size.z);
  return size + ":" + std::string(name_of(raw.type)) + (raw.big_endian ? "be" : "le") + ":" +
         std::to_string(raw.offset);
}

// HDF5 takes a path with or without the root before it.
std::string dataset_path(const std::string& dataset) {
  return (std::filesystem::path("/") / dataset).lexically_normal().string();
}

}  // namespace

void declare_spacing_options(OptionSet& options, SpacingOptions& spacing) {
  options.parsed(
      "spacing-um", "X[,Y,Z]",
      [&spacing](const std::string& text) { spacing.spacing_um = parse_spacing_um(text); },
      "Voxel size in micrometres: 0.71, or 0.71,0.71,1.4. Outdoes the file");
  options.parsed(
      "spacing-unit", "UNIT",
      [&spacing](const std::string& text) { spacing.unit = parse_unit(text); },
      "Unit of the voxel size that the file states: um or mm. Outdoes the file");
  options.flag("spacing-unknown", &spacing.unknown,
               "Go on in voxels where the file states no voxel size; every output then says so");
}

void declare_reading_options(OptionSet& options, OpenOptions& open) {
  options.section("Voxel size");
  declare_spacing_options(options, open.spacing);
  options.section("Reading");
  options.parsed(
      "raw", "LAYOUT", [&open](const std::string& text) { open.raw = parse_raw_layout(text); },
      "The file has no header: width x height x depth:type[:bytes to skip], as "
      "1024x1024x1000:u16le:512");
  options.text("dataset", "PATH", &open.dataset,
               "HDF5: the dataset to read; without it the usual places are tried");
  options.flag("allow-gaps", &open.allow_gaps,
               "Folder: read it although slice numbers are missing");
  options.path("colour-map", "FILE", &open.colour_map,
               "Labels from colours: lines of `#rrggbb value name`");
  options.path("scratch", "FOLDER", &open.scratch,
               "Where a file that can't be read in pieces is unpacked; without it TMPDIR or /tmp");
  options.integer("level", "N", &open.level, 0, 30,
                  "Volume file: the resolution to read, 0 = full, 1 = half ...");
}

void declare_kind_option(OptionSet& options, OpenOptions& open) {
  options.flag("labels", &open.labels, "The voxels are labels; they are never interpolated");
}

void declare_changing_options(OptionSet& options, OpenOptions& open) {
  options.section("Changes, in this order");
  options.parsed(
      "permute", "AXES",
      [&open](const std::string& text) { open.reorientation.axis_of_new = parse_permute(text); },
      "Old axes that become x, y and z: zyx swaps x and z");
  options.parsed(
      "flip", "AXES",
      [&open](const std::string& text) { open.reorientation.flip = parse_flip(text); },
      "Axes to mirror: z, or xy ...");
  options.parsed(
      "roi", "X0:X1,Y0:Y1,Z0:Z1", [&open](const std::string& text) { open.roi = parse_roi(text); },
      "Only these voxels, counted from 0, the end not included");
  options.parsed(
      "downsample", "FACTOR",
      [&open](const std::string& text) { open.downsample = parse_factor(text); },
      "1/FACTOR of the resolution: 1, 2, 4 ... 64", std::to_string(open.downsample));
  options.flag("replace-nan", &open.replace_nan,
               "Voxels that are NaN or infinite become the scan's minimum");
  options.parsed(
      "type", "TYPE", [&open](const std::string& text) { open.type = parse_type(text); },
      "Type to convert to: u8, i8, u16, i16, u32, i32, f32, f64; without it the type is kept");
  options.parsed(
      "window", "LOW:HIGH", [&open](const std::string& text) { parse_window(text, open); },
      "Intensities mapped onto the whole range of the type, 0 to 1 for f32 and f64: values, as "
      "1200:38000, or percentiles out of 0.1, 0.5, 1, 5, 25, 50, 75, 95, 99, 99.5, 99.9, as "
      "1%:99.5% (costs one pass more); without it values are kept and clamped");
}

void check_scan_options(const OpenOptions& open) {
  const SpacingOptions& spacing = open.spacing;
  if (spacing.spacing_um && (spacing.unknown || spacing.unit)) {
    throw option_error("--spacing-um",
                       std::string("excludes ") +
                           (spacing.unknown ? "--spacing-unknown" : "--spacing-unit") +
                           "; give one of them");
  }
  const bool window = open.window || open.window_percentiles;
  if (window && open.labels) {
    throw option_error("--window", "excludes --labels: labels are never rescaled");
  }
  if (!open.colour_map.empty() && !open.labels) {
    throw option_error("--colour-map", "needs --labels");
  }
}

Json voxels_read(const OpenOptions& open) {
  const auto ends = [](double low, double high) {
    return format_number(low) + ":" + format_number(high);
  };
  std::string window = open.window ? ends(open.window->low, open.window->high) : "";
  if (open.window_percentiles) {
    window = ends(open.window_percentiles->first, open.window_percentiles->second) + " percent";
  }
  return {{"--raw", open.raw ? raw_text(*open.raw) : ""},
          {"--dataset", open.dataset.empty() ? "" : dataset_path(open.dataset)},
          {"--allow-gaps", open.allow_gaps},
          {"--level", open.level},
          {"--permute", axes_text(open.reorientation)},
          {"--flip", flip_text(open.reorientation)},
          {"--roi", open.roi ? box_text(*open.roi) : ""},
          {"--downsample", open.downsample},
          {"--replace-nan", open.replace_nan},
          {"--type", open.type ? std::string(name_of(*open.type)) : ""},
          {"--window", window}};
}

Box parse_roi(const std::string& text) {
  const std::vector<std::string> parts = split(text, ',');
  std::array<std::int64_t, 3> begin{};
  std::array<std::int64_t, 3> end{};
  bool good = parts.size() == 3;
  for (std::size_t axis = 0; good && axis < 3; ++axis) {
    const auto range = split_range(parts[axis]);
    const auto low = range ? parse_integer(range->first) : std::nullopt;
    const auto high = range ? parse_integer(range->second) : std::nullopt;
    good = low && high && *low >= 0 && *low < *high;
    begin[axis] = low.value_or(0);
    end[axis] = high.value_or(0);
  }
  if (!good) {
    throw option_error("--roi", quoted(text) +
                                    " is not of the form x0:x1,y0:y1,z0:z1 with whole numbers and "
                                    "each beginning below its end, as 0:256,0:256,100:200");
  }
  return {{begin[0], begin[1], begin[2]}, {end[0], end[1], end[2]}};
}

std::array<bool, 3> parse_flip(const std::string& text) {
  std::array<bool, 3> flip{};
  for (const char letter : text) {
    const std::size_t axis = axes.find(letter);
    if (axis == std::string_view::npos || flip[axis]) {
      throw option_error("--flip", quoted(text) + ": expected one or more of x, y, z, each once");
    }
    flip[axis] = true;
  }
  if (text.empty()) {
    throw option_error("--flip", "'': expected one or more of x, y, z, each once");
  }
  return flip;
}

std::array<int, 3> parse_permute(const std::string& text) {
  std::string sorted = text;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != axes) {
    throw option_error("--permute", quoted(text) + ": expected x, y and z in any order, as zyx");
  }
  std::array<int, 3> axis_of_new{};
  std::transform(text.begin(), text.end(), axis_of_new.begin(),
                 [](char letter) { return static_cast<int>(axes.find(letter)); });
  return axis_of_new;
}

void parse_window(const std::string& text, OpenOptions& open) {
  const auto range = split_range(text);
  if (!range) {
    throw option_error("--window",
                       quoted(text) + " is not of the form low:high, as 1200:38000 or 1%:99.5%");
  }
  if (text.find('%') == std::string::npos) {
    const Window window{parse_intensity(range->first), parse_intensity(range->second)};
    require_rising(window.low, window.high, text);
    open.window = window;
  } else {
    const std::pair percentiles{parse_percent(range->first), parse_percent(range->second)};
    require_rising(percentiles.first, percentiles.second, text);
    open.window_percentiles = percentiles;
  }
}

LabelClass parse_label_class(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t hash = text.rfind(":#");
  const auto value = parse_integer(std::string_view(text).substr(0, equals));
  LabelClass result;
  bool good = equals != std::string::npos && value && *value >= 0 && *value <= 0xffffffff;
  if (good) {
    result.value = *value;
    result.name = text.substr(equals + 1, hash == std::string::npos ? hash : hash - equals - 1);
    result.colour = own_class_colour(*value);
    if (hash != std::string::npos) {
      const auto colour = parse_colour(text.substr(hash + 1));
      good = colour.has_value();
      result.colour = colour.value_or(result.colour);
    }
  }
  if (!good || result.name.empty()) {
    throw option_error("--class", quoted(text) +
                                      " is not of the form value=name or value=name:#rrggbb, as "
                                      "1=fossil:#e8a33d");
  }
  return result;
}

std::optional<std::int64_t> parse_ignored_label(const std::string& text) {
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  const auto value = parse_integer(text);
  if (text != "none" && (!value || *value < 0 || *value > most)) {
    throw option_error("--ignore", quoted(text) + " is neither a label value nor the word none");
  }
  return value;
}

Size3 parse_size(const std::string& option, const std::string& text) {
  std::vector<std::string> parts = split(text, text.find('x') == std::string::npos ? ',' : 'x');
  if (parts.size() == 1) {
    parts.assign(3, parts.front());
  }
  std::array<std::int64_t, 3> size{};
  bool good = parts.size() == 3;
  for (std::size_t axis = 0; good && axis < 3; ++axis) {
    const auto voxels = parse_integer(parts[axis]);
    good = voxels && *voxels > 0;
    size[axis] = voxels.value_or(0);
  }
  if (!good) {
    throw option_error(option, quoted(text) + " is no size in voxels; expected one positive " +
                                   "number, as 256, or three, as 256x256x128");
  }
  return {size[0], size[1], size[2]};
}

}  // namespace fossilct
