// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/placed_volume.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

// Where nobody knows the voxel size a file has steps of 1, whatever the grid has.
Grid as_files_have_it(const Grid& grid) {
  if (grid.spacing_known) {
    return grid;
  }
  Grid steps = grid;
  steps.origin_um = {};
  const Vector3 first = steps.index_from_physical(grid.origin_um);
  steps.spacing_um = {1, 1, 1};
  steps.origin_um = steps.physical_from_index(first);
  return steps;
}

bool same_axes(const Grid& a, const Grid& b) {
  bool same = true;
  for (std::size_t i = 0; i < 9; ++i) {
    same = same && std::abs(a.direction[i] - b.direction[i]) < 1e-3;
  }
  return same;
}

std::optional<Index3> begin_of(const NrrdKeys& keys) {
  const auto found = keys.find(begin_key);
  const std::vector<std::string> parts =
      found == keys.end() ? std::vector<std::string>() : split(found->second, ',');
  std::vector<std::int64_t> begin;
  for (const std::string& part : parts) {
    if (const auto value = parse_integer(trim(part))) {
      begin.push_back(*value);
    }
  }
  return begin.size() == 3 ? std::optional(Index3{begin[0], begin[1], begin[2]}) : std::nullopt;
}

std::optional<std::uint32_t> fossil_of(const NrrdKeys& keys) {
  const auto found = keys.find(fossil_key);
  const auto id = found == keys.end() ? std::nullopt : parse_integer(trim(found->second));
  return id && *id > 0 && *id < std::numeric_limits<std::uint32_t>::max()
             ? std::optional(static_cast<std::uint32_t>(*id))
             : std::nullopt;
}

std::optional<Index3> begin_by_origin(const Grid& grid, const Grid& scan) {
  if (!(spacing_ratio(grid.spacing_um, scan.spacing_um) < same_spacing)) {
    return std::nullopt;
  }
  const Vector3 at = scan.index_from_physical(grid.origin_um);
  const Index3 begin = {std::llround(at.x), std::llround(at.y), std::llround(at.z)};
  const double offset = std::max({std::abs(at.x - static_cast<double>(begin.x)),
                                  std::abs(at.y - static_cast<double>(begin.y)),
                                  std::abs(at.z - static_cast<double>(begin.z))});
  return offset <= most_offset ? std::optional(begin) : std::nullopt;
}

// Nothing where the file does not fit, or does not say where it lies.
std::optional<Box> place_of(const Grid& grid, const NrrdKeys& keys, const Grid& scan) {
  if (!same_axes(grid, scan)) {
    return std::nullopt;
  }
  std::optional<Index3> begin;
  if (!grid.spacing_known && grid.origin_um == Vector3{}) {
    begin = grid.size == scan.size ? Index3{} : begin_of(keys);
  } else {
    begin = begin_by_origin(grid, scan);
  }
  if (!begin) {
    return std::nullopt;
  }
  const Box box = moved(whole(grid.size), *begin);
  return whole(scan.size).contains(box) ? std::optional(box) : std::nullopt;
}

std::string grid_text(const Grid& grid) {
  const Vector3& o = grid.origin_um;
  return size_text(grid.size) + " of " + spacing_text(grid) + ", the first at " +
         format_rounded(o.x) + ", " + format_rounded(o.y) + ", " + format_rounded(o.z) + " " +
         grid.unit();
}

Error misfit(const std::filesystem::path& file, const Grid& grid, const Grid& scan) {
  const bool says_nothing = !grid.spacing_known && grid.origin_um == Vector3{};
  return format_error(file, "its voxels are not voxels of the scan: " + grid_text(grid) +
                                (says_nothing ? " (it says neither voxel size nor place)" : "") +
                                "; the scan has " + grid_text(scan) +
                                (same_axes(grid, scan) ? "" : ", and its axes lie otherwise") +
                                "; save it on the grid of the crop, without resampling");
}

// What is said of units and unknown voxel sizes is settled by the place.
void report_other_notices(VolumeSource& source, Progress& progress) {
  std::erase_if(source.mutable_description().notices, [](const std::string& notice) {
    return notice.find("voxel size is not known") != std::string::npos ||
           notice.find("--spacing-u") != std::string::npos;
  });
  report_notices(source.description(), progress);
}

}  // namespace

PlacedVolume open_placed(const std::filesystem::path& file, OpenOptions options, const Grid& scan,
                         Progress& progress) {
  options.advise_gaps = false;  // slices pushed together are no longer those of the scan
  options.spacing.unknown = true;
  const Grid place = as_files_have_it(scan);
  auto source = open_scan(file, options, progress);
  const NrrdKeys keys = read_nrrd_keys(file);
  std::optional<Box> box = place_of(source->grid(), keys, place);
  if (!box) {
    options.spacing.unit = SpacingUnit::micrometre;
    auto in_um = open_scan(file, options, progress);
    box = place_of(in_um->grid(), keys, place);
    const bool nearer = spacing_ratio(in_um->grid().spacing_um, place.spacing_um) <
                        spacing_ratio(source->grid().spacing_um, place.spacing_um);
    if (box || nearer) {
      source = std::move(in_um);
    }
  }
  if (!box) {
    throw misfit(file, source->grid(), place);
  }
  report_other_notices(*source, progress);
  return {std::move(source), *box, fossil_of(keys)};
}

}  // namespace fossilct
