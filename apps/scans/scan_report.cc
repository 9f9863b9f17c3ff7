// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/scan_report.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace fossilct {

namespace {

constexpr double um_per_mm = 1000;

std::string short_number(double value) {
  std::array<char, 40> text{};
  // Adding zero turns -0 into 0.
  std::snprintf(text.data(), text.size(), "%.6g", value + 0.0);
  return text.data();
}

std::string triple(double x, double y, double z) {
  return short_number(x) + " x " + short_number(y) + " x " + short_number(z);
}

Json to_json(const Vector3& v) { return Json::array({v.x, v.y, v.z}); }

Vector3 extent(const Grid& grid) {
  return {static_cast<double>(grid.size.x) * grid.spacing_um.x,
          static_cast<double>(grid.size.y) * grid.spacing_um.y,
          static_cast<double>(grid.size.z) * grid.spacing_um.z};
}

std::int64_t byte_count(const Grid& grid, PixelType type) {
  return voxel_count(grid.size) * static_cast<std::int64_t>(bytes_of(type));
}

std::string direction_text(const Matrix3& m) {
  if (m == identity_direction) {
    return {};
  }
  std::string text;
  for (std::size_t column = 0; column < 3; ++column) {
    text += std::string(column == 0 ? "" : "; ") + std::string(1, "xyz"[column]) + " axis (" +
            short_number(m[column]) + ", " + short_number(m[3 + column]) + ", " +
            short_number(m[6 + column]) + ")";
  }
  return text;
}

std::string origin_text(const Grid& grid) {
  if (grid.origin_um == Vector3{}) {
    return {};
  }
  return short_number(grid.origin_um.x) + ", " + short_number(grid.origin_um.y) + ", " +
         short_number(grid.origin_um.z) + " " + grid.unit();
}

}  // namespace

std::string size_text(const Size3& size) {
  return std::to_string(size.x) + " x " + std::to_string(size.y) + " x " + std::to_string(size.z);
}

std::string spacing_text(const Grid& grid) {
  const Vector3& s = grid.spacing_um;
  if (!grid.spacing_known) {
    return "not known";
  }
  return (s.x == s.y && s.y == s.z
              ? format_number(s.x)
              : format_number(s.x) + " x " + format_number(s.y) + " x " + format_number(s.z)) +
         " um";
}

std::string physical_size_text(const Grid& grid) {
  if (!grid.spacing_known) {
    return {};
  }
  const Vector3 um = extent(grid);
  return triple(um.x / um_per_mm, um.y / um_per_mm, um.z / um_per_mm) + " mm";
}

std::string range_text(const VolumeStatistics& statistics) {
  if (statistics.finite_count == 0) {
    return "no finite voxel";
  }
  return short_number(statistics.minimum) + " to " + short_number(statistics.maximum) + ", mean " +
         short_number(statistics.mean) + ", deviation " + short_number(statistics.deviation);
}

Facts volume_facts(const Grid& grid, PixelType type, VolumeKind kind) {
  const auto bytes = static_cast<double>(byte_count(grid, type));
  return {{"size", size_text(grid.size) + " voxels, " + format_bytes(bytes)},
          {"voxel size", spacing_text(grid)},
          {"physical size", physical_size_text(grid)},
          {"origin", origin_text(grid)},
          {"direction", direction_text(grid.direction)},
          {"type", std::string(name_of(type)) +
                       (kind == VolumeKind::labels ? ", labels" : ", intensities")}};
}

Json volume_json(const Grid& grid, PixelType type, VolumeKind kind) {
  const Vector3 um = extent(grid);
  Json json = {{"size", {grid.size.x, grid.size.y, grid.size.z}},
               {"type", std::string(name_of(type))},
               {"kind", kind == VolumeKind::labels ? "labels" : "intensity"},
               {"bytes", byte_count(grid, type)},
               {"spacing_known", grid.spacing_known}};
  // Where the voxel size is not known the lengths are voxels, and have no place under such names.
  if (grid.spacing_known) {
    json["spacing_um"] = to_json(grid.spacing_um);
    json["physical_size_mm"] = {um.x / um_per_mm, um.y / um_per_mm, um.z / um_per_mm};
    json["origin_um"] = to_json(grid.origin_um);
  } else {
    json["spacing_um"] = nullptr;
  }
  json["direction"] = grid.direction;
  return json;
}

void report_notices(const ScanDescription& description, Progress& progress) {
  for (const std::string& notice : description.notices) {
    // Radiographs look like a volume and are none: that must be seen even with --quiet.
    if (description.projections) {
      progress.warning(notice);
    } else {
      progress.notice(notice);
    }
  }
}

void finish(VolumeSink& sink, Progress& progress) {
  progress.check();
  progress.begin("flush to the disk", 1, WorkUnit::items);
  sink.finish();
  progress.advance(1);
  progress.end();
}

void report_not_finite(const VolumeStatistics& statistics, Progress& progress) {
  if (statistics.nan_count == 0 && statistics.infinite_count == 0) {
    return;
  }
  progress.warning("found " + counted(statistics.nan_count, "NaN voxel") + " and " +
                   counted(statistics.infinite_count, "infinite voxel") +
                   ", which are kept; --replace-nan sets such voxels to the scan's minimum");
}

}  // namespace fossilct
