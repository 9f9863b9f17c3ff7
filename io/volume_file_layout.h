// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/sha256.h"

namespace fossilct::volume_file {

// Names inside the volume file, used by its writer and its reader; docs/volume-file.md explains
// them.
inline constexpr std::int64_t schema = 1;
inline constexpr const char* schema_attribute = "fossilct_schema";
inline constexpr const char* version_attribute = "fossilct_version";
inline constexpr const char* kind_attribute = "kind";
inline constexpr const char* unit_attribute = "unit";
inline constexpr const char* element_size_attribute = "element_size_um";
inline constexpr const char* axis_order_attribute = "axis_order";
inline constexpr const char* statistics_attribute = "statistics";
inline constexpr const char* classes_attribute = "classes";
inline constexpr const char* slice_step_attribute = "slice_step";
inline constexpr const char* first_slice_attribute = "first_slice";
inline constexpr const char* projections_attribute = "projections";
inline constexpr const char* provenance_attribute = "provenance";
inline constexpr const char* texts_digest_attribute = "texts_sha256";
inline constexpr const char* manifest_dataset = "/source_manifest";
inline constexpr const char* vtk_group = "/VTKHDF";
inline constexpr const char* point_data_group = "/VTKHDF/PointData";
inline constexpr const char* data_link = "/data";
inline constexpr const char* levels_group = "/levels";
// Half as long along each axis until the longest has at most this many voxels.
inline constexpr std::int64_t smallest_level = 64;

// HDF5 has no checksum for attributes as long as these may be.
inline std::string digest_of_texts(const std::string& provenance, const std::string& statistics,
                                   const std::string& classes) {
  return sha256_of(provenance + "\n" + statistics + "\n" + classes);
}

inline std::string level_path(std::int64_t level) {
  return level == 0 ? data_link : std::string(levels_group) + "/" + std::to_string(level);
}

}  // namespace fossilct::volume_file
