// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "export_foreign_readers.h"
#include "io/export.h"

namespace fossilct::test {

namespace fs = std::filesystem;

inline constexpr std::array all_types = {PixelType::u8,  PixelType::i8,  PixelType::u16,
                                         PixelType::i16, PixelType::u32, PixelType::i32,
                                         PixelType::f32, PixelType::f64};

struct ContainerCase {
  ExportFormat format;
  std::string name;
  std::function<ForeignScan(const fs::path&)> read;
  double um_per_unit;
};

inline const std::vector<ContainerCase>& containers() {
  static const std::vector<ContainerCase> cases = {
      {ExportFormat::tiff, "scan.tif", read_tiff, 1},
      {ExportFormat::tiff_folder, "scan", read_tiff_folder, 1},
      {ExportFormat::nrrd, "scan.nrrd", read_nrrd, 1},
      {ExportFormat::metaimage, "scan.mha", read_metaimage, 1000},
      {ExportFormat::nifti, "scan.nii", read_nifti, 1},
      {ExportFormat::nifti, "scan.nii.gz", read_nifti, 1}};
  return cases;
}

// Any bytes are voxels of any type; they must come back bit for bit, NaN payloads too.
inline AnyVolume random_volume(PixelType type, const Size3& size) {
  AnyVolume volume(type, size);
  std::mt19937 random(7);
  std::byte* bytes = volume.view().data();
  std::generate_n(bytes, static_cast<std::size_t>(voxel_count(size)) * bytes_of(type),
                  [&] { return static_cast<std::byte>(random() & 0xff); });
  return volume;
}

// Turned about z by 0.3 rad; left-handed where `mirrored`.
inline Matrix3 turned(bool mirrored) {
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  const double m = mirrored ? -1 : 1;
  return {c, -s * m, 0, s, c * m, 0, 0, 0, 1};
}

inline ScanDescription describe(PixelType type, const Size3& size) {
  ScanDescription description;
  description.grid.size = size;
  description.grid.spacing_um = {0.71, 0.65432100001, 1.4};
  description.type = type;
  return description;
}

inline void write(const fs::path& path, ExportFormat format, const ScanDescription& description,
                  const AnyConstView& voxels, std::int64_t slab_slices) {
  const auto sink = make_export_sink(path, format, description, IfExists::refuse, 2);
  const Size3& size = description.grid.size;
  for (std::int64_t z = 0; z < size.z; z += slab_slices) {
    sink->write(voxels.part(slab(size, z, std::min(z + slab_slices, size.z))));
  }
  sink->finish();
}

inline bool same_voxels(const AnyVolume& a, const AnyVolume& b) {
  return a.type() == b.type() && a.size() == b.size() &&
         std::memcmp(a.view().data(), b.view().data(),
                     static_cast<std::size_t>(voxel_count(a.size())) * bytes_of(a.type())) == 0;
}

inline bool near(const Vector3& a, const Vector3& b, double relative) {
  const auto close = [&](double x, double y) {
    return std::abs(x - y) <= relative * std::max(1.0, std::abs(y));
  };
  return close(a.x, b.x) && close(a.y, b.y) && close(a.z, b.z);
}

}  // namespace fossilct::test
