// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/label_volumes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

// Cosine of the angle between axes that are the same.
constexpr double same_direction = 0.999;

std::array<double, 3> axes_of(const Vector3& v) { return {v.x, v.y, v.z}; }

std::string owned_by(const std::string& what) { return what + (what.ends_with('s') ? "'" : "'s"); }

void require_same_spacing(const SpokenOf& labels, const SpokenOf& scan) {
  const Grid& a = labels.description.grid;
  const Grid& b = scan.description.grid;
  Vector3 spacing = a.spacing_um;
  spacing.z = a.size.z != b.size.z ? b.spacing_um.z : spacing.z;
  if (a.spacing_known && b.spacing_known && spacing_ratio(spacing, b.spacing_um) > same_spacing) {
    throw Error(ErrorKind::format,
                labels.name + ": " + owned_by(labels.what) + " voxels are " + spacing_text(a) +
                    ", those of " + scan.what + " " + scan.name + " " + spacing_text(b) +
                    "; are they of the same scan? If so, --spacing-um tells the size of both");
  }
}

// Of the angle between an axis of both.
double cosine_of(const Matrix3& a, const Matrix3& b, std::size_t column) {
  double cosine = 0;
  for (std::size_t row = 0; row < 3; ++row) {
    cosine += a[3 * row + column] * b[3 * row + column];
  }
  return cosine;
}

std::string axes_text(const Matrix3& d) {
  std::string text;
  for (std::size_t column = 0; column < 3; ++column) {
    text += (column == 0 ? "x (" : column == 1 ? "), y (" : "), z (");
    for (std::size_t row = 0; row < 3; ++row) {
      text += (row == 0 ? "" : " ") + format_rounded(d[3 * row + column]);
    }
  }
  return text + ")";
}

// Whether files of this format tell how their axes lie.
bool tells_direction(const ScanDescription& description) {
  const std::string& format = description.format;
  return format == "volume file" || format == "DICOM series" || format.starts_with("NRRD") ||
         format.starts_with("MetaImage") || format.starts_with("NIfTI");
}

void require_same_direction(const SpokenOf& labels, const SpokenOf& scan) {
  if (!tells_direction(labels.description) || !tells_direction(scan.description)) {
    return;
  }
  const Matrix3& a = labels.description.grid.direction;
  const Matrix3& b = scan.description.grid.direction;
  for (std::size_t column = 0; column < 3; ++column) {
    if (cosine_of(a, b, column) < same_direction) {
      throw Error(ErrorKind::format,
                  labels.name + ": " + owned_by(labels.what) + " axes lie as " + axes_text(a) +
                      ", those of " + scan.what + " " + scan.name + " as " + axes_text(b) +
                      "; turn one of them (`fossilct import --permute, --flip`) and write it in "
                      "the orientation of the other");
    }
  }
}

// Where the first voxel of `a` lies in voxels of `b`.
std::array<double, 3> offset_of(const Grid& a, const Grid& b) {
  return axes_of(b.index_from_physical(a.origin_um));
}

bool tells_origin(const ScanDescription& description) {
  const Vector3& origin = description.grid.origin_um;
  return description.format == "volume file" ||
         (tells_direction(description) && (origin.x != 0 || origin.y != 0 || origin.z != 0));
}

std::string place_text(const Grid& grid) {
  const Vector3& o = grid.origin_um;
  return "(" + format_rounded(o.x) + ", " + format_rounded(o.y) + ", " + format_rounded(o.z) +
         ") um";
}

void require_same_origin(const SpokenOf& labels, const SpokenOf& scan) {
  const Grid& a = labels.description.grid;
  const Grid& b = scan.description.grid;
  if (!a.spacing_known || !b.spacing_known || !tells_origin(labels.description) ||
      !tells_origin(scan.description)) {
    return;
  }
  const std::array<double, 3> offset = offset_of(a, b);
  for (std::size_t axis = 0; axis < (a.size.z == b.size.z ? 3 : 2); ++axis) {
    if (std::abs(offset[axis]) > most_offset) {
      throw Error(ErrorKind::format,
                  labels.name + ": " + owned_by(labels.what) + " first voxel lies at " +
                      place_text(a) + ", that of " + scan.what + " " + scan.name + " at " +
                      place_text(b) +
                      "; expected the same place: is one of them of another part of the scan?");
    }
  }
}

}  // namespace

std::unique_ptr<VolumeSource> open_label_volume(const std::filesystem::path& path,
                                                OpenOptions options, Progress& progress) {
  options.labels = true;
  options.spacing.unknown = true;
  options.advise_gaps = false;  // slices pushed together are no longer those of the scan
  auto source = open_scan(path, options, progress);
  std::vector<std::string>& notices = source->mutable_description().notices;
  std::erase_if(notices, [](const std::string& notice) {
    return notice.find("the voxel size is not known") != std::string::npos;
  });
  report_notices(source->description(), progress);
  return source;
}

bool has_more_values_than(std::size_t most, VolumeSource& labels) {
  constexpr std::int64_t slices = 5;
  std::set<std::int64_t> values;
  const Size3& size = labels.grid().size;
  for (std::int64_t i = 0; i < slices; ++i) {
    const std::int64_t z = (2 * i + 1) * size.z / (2 * slices);
    const AnyVolume slice = labels.read(slab(size, z, z + 1));
    dispatch(labels.type(), [&]<typename T>(std::type_identity<T>) {
      const T* const begin = slice.view().template as<T>().data();
      const T* const end = begin + voxel_count(slice.view().size());
      for (const T* at = begin; at != end && values.size() <= most; ++at) {
        if (*at != T{0} && (at == begin || *at != at[-1])) {
          values.insert(static_cast<std::int64_t>(*at));
        }
      }
    });
  }
  return values.size() > most;
}

std::string many_values_text(const std::filesystem::path& path) {
  return path.string() + ": holds more than " + std::to_string(most_values_of_labels) +
         " different values, where a class has one: is it the scan, or ids of single bodies?";
}

double spacing_ratio(const Vector3& a, const Vector3& b) {
  double ratio = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double r = axes_of(a)[axis] / axes_of(b)[axis];
    ratio = std::max({ratio, r, 1 / r});
  }
  return ratio;
}

bool same_place(const Grid& a, const Grid& b) {
  bool same = spacing_ratio(a.spacing_um, b.spacing_um) < same_spacing;
  const std::array<double, 3> offset = offset_of(a, b);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    same = same && cosine_of(a.direction, b.direction, axis) >= same_direction &&
           std::abs(offset[axis]) <= most_offset;
  }
  return same;
}

void require_same_place(const SpokenOf& labels, const SpokenOf& scan) {
  require_same_spacing(labels, scan);
  require_same_direction(labels, scan);
  require_same_origin(labels, scan);
}

}  // namespace fossilct
