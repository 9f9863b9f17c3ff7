// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_spacing.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "io/hdf5_links.h"

namespace fossilct::hdf5 {

namespace {

using Numbers = std::vector<double>;

std::string numbers_text(const Numbers& values) {
  std::string text;
  for (const double value : values) {
    text += (text.empty() ? "" : ", ") + format_rounded(value);
  }
  return text;
}

std::string parent_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : name.substr(0, slash);
}

// One number, three, or as many as the dataset has axes; as x, y, z.
std::optional<std::array<std::optional<double>, 3>> xyz_of(const Numbers& values,
                                                           const ChosenDataset& chosen) {
  if (values.size() == 1) {
    return std::array<std::optional<double>, 3>{values[0], values[0], values[0]};
  }
  if (values.size() == 3) {
    return std::array<std::optional<double>, 3>{values[2], values[1], values[0]};
  }
  if (values.size() == chosen.extent.size()) {
    const auto& axis = chosen.axis_zyx;
    return std::array<std::optional<double>, 3>{values[axis[2]], values[axis[1]], values[axis[0]]};
  }
  return std::nullopt;
}

std::optional<FoundSpacing> element_size_um(const ChosenDataset& chosen) {
  const auto values = read_numbers(chosen.dataset, "element_size_um");
  const auto xyz = values ? xyz_of(*values, chosen) : std::nullopt;
  if (!xyz) {
    return std::nullopt;
  }
  FoundSpacing found;
  found.value = *xyz;
  found.unit = SpacingUnit::micrometre;
  found.found =
      "attribute element_size_um of " + chosen.name + " (z, y, x): " + numbers_text(*values);
  return found;
}

// The unit and the text it was read from.
std::pair<SpacingUnit, std::string> unit_beside(hid_t dataset, const std::string& attribute) {
  for (const std::string& name :
       {attribute + "_unit", attribute + "_units", std::string("unit"), std::string("units")}) {
    const auto text = read_text(dataset, name.c_str());
    const auto unit = text ? spacing_unit_from_name(*text) : std::nullopt;
    if (unit) {
      return {*unit, *text};
    }
  }
  return {SpacingUnit::none, "no unit"};
}

std::optional<FoundSpacing> plain_attribute(const ChosenDataset& chosen) {
  for (const std::string name : {"spacing", "voxel_size", "pixel_size"}) {
    const auto values = read_numbers(chosen.dataset, name.c_str());
    const auto xyz = values ? xyz_of(*values, chosen) : std::nullopt;
    if (!xyz) {
      continue;
    }
    const auto [unit, unit_text] = unit_beside(chosen.dataset, name);
    FoundSpacing found;
    found.value = *xyz;
    found.unit = unit;
    found.found = "attribute " + name + " of " + chosen.name +
                  " (z, y, x): " + numbers_text(*values) + ", " + unit_text;
    return found;
  }
  return std::nullopt;
}

// A one-dimensional dataset of at most `most` numbers.
std::optional<Numbers> read_line(hid_t file, const std::string& name, hsize_t most) {
  const Handle line = open_object(file, name);
  if (!line.valid() || H5Iget_type(line) != H5I_DATASET || !pixel_type_of_dataset(line)) {
    return std::nullopt;
  }
  const std::vector<hsize_t> extent = extent_of(line);
  if (extent.size() != 1 || extent[0] < 2 || extent[0] > most) {
    return std::nullopt;
  }
  Numbers values(extent[0]);
  if (H5Dread(line, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    H5Eclear2(H5E_DEFAULT);
    return std::nullopt;
  }
  return values;
}

// The distance of evenly spaced positions; they may run downwards.
std::optional<double> even_step(const Numbers& positions) {
  const double step =
      (positions.back() - positions.front()) / static_cast<double>(positions.size() - 1);
  for (std::size_t i = 1; i < positions.size(); ++i) {
    if (!(std::abs(positions[i] - positions[i - 1] - step) <= 1e-3 * std::abs(step))) {
      return std::nullopt;
    }
  }
  return step == 0 ? std::nullopt : std::optional(std::abs(step));
}

// `axes` is an array of names in NeXus; one fixed or variable string each.
std::vector<std::string> read_texts(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) {
    return {};
  }
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Handle type(H5Aget_type(attribute));
  const Handle space(H5Aget_space(attribute));
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (H5Tget_class(type) != H5T_STRING || count < 1 || count > 32) {
    return {};
  }
  std::vector<std::string> texts;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(static_cast<std::size_t>(count));
    const Handle memory(H5Tget_native_type(type, H5T_DIR_DEFAULT));
    if (H5Aread(attribute, memory, pointers.data()) >= 0) {
      for (const char* text : pointers) {
        texts.emplace_back(text == nullptr ? "" : text);
      }
      H5Dvlen_reclaim(memory, space, H5P_DEFAULT, pointers.data());
    }
    return texts;
  }
  const std::size_t length = H5Tget_size(type);
  std::string all(length * static_cast<std::size_t>(count), '\0');
  if (H5Aread(attribute, type, all.data()) >= 0) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const std::string one = all.substr(i * length, length);
      texts.emplace_back(trim(one.substr(0, one.find('\0'))));
    }
  }
  return texts;
}

std::optional<FoundSpacing> nexus_axes(hid_t file, const ChosenDataset& chosen) {
  const std::string parent = parent_of(chosen.name);
  const Handle group = open_object(file, parent);
  const std::vector<std::string> axes =
      group.valid() ? read_texts(group, "axes") : std::vector<std::string>();
  if (chosen.projections || axes.size() != chosen.extent.size()) {
    return std::nullopt;
  }
  FoundSpacing found;
  found.found = "NeXus axes of " + parent + ":";
  for (std::size_t k = 0; k < 3; ++k) {
    const std::size_t axis = chosen.axis_zyx[2 - k];
    const std::string name = (parent == "/" ? "" : parent) + "/" + axes[axis];
    const auto positions = read_line(file, name, chosen.extent[axis]);
    const auto step = positions ? even_step(*positions) : std::nullopt;
    if (!step) {
      return std::nullopt;
    }
    const auto unit_text = read_text(open_object(file, name), "units");
    const auto unit = unit_text ? spacing_unit_from_name(*unit_text) : std::nullopt;
    if (k > 0 && unit.value_or(SpacingUnit::none) != found.unit) {
      return std::nullopt;
    }
    found.unit = unit.value_or(SpacingUnit::none);
    found.value[k] = step;
    found.found +=
        " " + axes[axis] + " every " + format_rounded(*step) + " " + unit_text.value_or("(no unit)");
  }
  return found;
}

FoundSpacing from_xyz(const Numbers& xyz, SpacingUnit unit, const std::string& where) {
  FoundSpacing found;
  found.value = {xyz[0], xyz[1], xyz[2]};
  found.unit = unit;
  found.found = where + " (x, y, z): " + numbers_text(xyz);
  return found;
}

std::optional<FoundSpacing> itk_image(hid_t file, const ChosenDataset& chosen) {
  if (!chosen.name.ends_with("/VoxelData")) {
    return std::nullopt;
  }
  const std::string name = parent_of(chosen.name) + "/Spacing";
  const auto xyz = read_line(file, name, 3);
  return xyz && xyz->size() == 3
             ? std::optional(from_xyz(*xyz, SpacingUnit::millimetre_by_convention, name))
             : std::nullopt;
}

std::optional<FoundSpacing> vtk_image(hid_t file, const ChosenDataset& chosen) {
  if (!chosen.name.starts_with("/VTKHDF/PointData/")) {
    return std::nullopt;
  }
  const auto xyz = read_numbers(open_object(file, "/VTKHDF"), "Spacing");
  return xyz && xyz->size() == 3
             ? std::optional(from_xyz(*xyz, SpacingUnit::none, "attribute Spacing of /VTKHDF"))
             : std::nullopt;
}

}  // namespace

FoundSpacing find_spacing(hid_t file, const ChosenDataset& chosen) {
  if (auto found = element_size_um(chosen)) {
    return *found;
  }
  if (auto found = plain_attribute(chosen)) {
    return *found;
  }
  if (auto found = nexus_axes(file, chosen)) {
    return *found;
  }
  if (auto found = itk_image(file, chosen)) {
    return *found;
  }
  if (auto found = vtk_image(file, chosen)) {
    return *found;
  }
  FoundSpacing none;
  none.found = "no attribute element_size_um, spacing, voxel_size or pixel_size at " + chosen.name +
               ", and no NeXus axes";
  return none;
}

}  // namespace fossilct::hdf5
