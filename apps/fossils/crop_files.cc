// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/crop_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "apps/scans/placed_volume.h"
#include "base/error.h"
#include "base/text.h"
#include "io/export.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr std::array product_folders = {"meshes", "views"};
constexpr std::size_t digits_of_ids = std::numeric_limits<std::uint32_t>::digits10 + 1;

ScanDescription description_of(const Grid& grid, PixelType type, VolumeKind kind) {
  ScanDescription description;
  description.grid = grid;
  description.type = type;
  description.kind = kind;
  return description;
}

template <typename T>
T of_type(float value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    // Values come from a scan of this type; means of a reduced crop lie between them.
    const double rounded = std::nearbyint(static_cast<double>(value));
    return static_cast<T>(std::clamp(rounded, static_cast<double>(std::numeric_limits<T>::min()),
                                     static_cast<double>(std::numeric_limits<T>::max())));
  }
}

NrrdKeys keys_of(const std::string& name, const BodyCrop& crop) {
  const Index3& b = crop.begin;
  std::string fossil = parse_integer(name) ? name : "";
  fossil.resize(digits_of_ids, ' ');
  return {{fossil_key, fossil},
          {begin_key, std::to_string(b.x) + "," + std::to_string(b.y) + "," + std::to_string(b.z)}};
}

void write_grey(const fs::path& path, const BodyCrop& crop, const NrrdKeys& keys,
                PixelType scan_type) {
  const std::int64_t voxels = voxel_count(crop.grid.size);
  const bool gaps = std::any_of(crop.grey.data(), crop.grey.data() + voxels,
                                [](float value) { return std::isnan(value); });
  const PixelType type = gaps && is_integer(scan_type) ? PixelType::f32 : scan_type;
  AnyVolume grey(type, crop.grid.size);
  dispatch(type, [&]<typename T>(std::type_identity<T>) {
    std::transform(crop.grey.data(), crop.grey.data() + voxels, grey.view().as<T>().data(),
                   of_type<T>);
  });
  write_nrrd(path, description_of(crop.grid, type, VolumeKind::intensity), grey.view(), keys);
}

void write_labels(const fs::path& path, const Grid& grid, const NrrdKeys& keys,
                  const Volume<std::uint8_t>& labels) {
  write_nrrd(path, description_of(grid, PixelType::u8, VolumeKind::labels), labels.view(), keys);
}

}  // namespace

void write_crop_files(const CropPath& path_of, const std::string& name, const BodyCrop& crop,
                      const Volume<std::uint8_t>& tissue, PixelType scan_type) {
  const NrrdKeys keys = keys_of(name, crop);
  if (voxel_count(crop.grey.size()) > 0) {
    write_grey(path_of(name + ".nrrd"), crop, keys, scan_type);
  }
  Volume<std::uint8_t> mask = Volume<std::uint8_t>::uninitialised(crop.grid.size);
  std::transform(crop.mask.data(), crop.mask.data() + voxel_count(crop.grid.size), mask.data(),
                 [](std::uint8_t m) { return m == mask_body ? std::uint8_t{1} : std::uint8_t{0}; });
  write_labels(path_of(name + "_mask.nrrd"), crop.grid, keys, mask);
  if (voxel_count(tissue.size()) > 0) {
    write_labels(path_of(name + "_wall.nrrd"), crop.grid, keys, tissue);
  }
}

void name_crop_files(const fs::path& crops, const std::string& from, std::uint32_t id) {
  const std::string name = std::to_string(id);
  for (const char* suffix : crop_suffixes) {
    const fs::path old_path = crops / (from + suffix);
    std::error_code error;
    if (!fs::exists(old_path, error)) {
      continue;
    }
    rewrite_nrrd_key(old_path, fossil_key, name);
    fs::rename(old_path, crops / (name + suffix), error);
    if (error) {
      throw file_code_error(old_path, "can't rename", error);
    }
  }
}

std::optional<std::uint32_t> fossil_of_product(const fs::path& file) {
  if (std::ranges::find(product_folders, file.parent_path().string()) == product_folders.end()) {
    return std::nullopt;
  }
  const std::string name = file.filename().string();
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  const auto id = parse_integer(name.substr(0, digits));
  const bool is_named_so =
      id && digits < name.size() && (name[digits] == '_' || name[digits] == '.');
  return is_named_so ? std::optional(static_cast<std::uint32_t>(*id)) : std::nullopt;
}

std::vector<std::string> products_of(const fs::path& folder, std::uint32_t id) {
  std::vector<std::string> names;
  for (const char* products : product_folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / products, error)) {
      const fs::path name = products / entry.path().filename();
      if (fossil_of_product(name) == id) {
        names.push_back(name.string());
      }
    }
  }
  return names;
}

}  // namespace fossilct
