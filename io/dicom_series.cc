// SPDX-License-Identifier: Apache-2.0
#include "io/dicom_series.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "io/header_text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error) && !entry->path().filename().string().starts_with('.')) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    throw file_code_error(folder, "can't list the folder", error);
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return files;
}

using SeriesByUid = std::map<std::string, std::vector<DicomHeader>>;

struct FolderContent {
  SeriesByUid series;
  std::vector<std::string> strays;   // no DICOM images
  std::vector<std::string> damaged;  // named like DICOM or begun as such, and not readable
};

FolderContent read_headers(const fs::path& folder, const Progress& progress, bool takes_damage) {
  FolderContent content;
  for (const fs::path& file : files_in(folder)) {
    progress.check();
    try {
      if (auto header = read_dicom_header(file)) {
        content.series[header->series_uid].push_back(std::move(*header));
      } else {
        content.strays.push_back(file.filename().string());
      }
    } catch (const Error&) {
      if (!takes_damage) {
        throw;
      }
      content.damaged.push_back(file.filename().string());
    }
  }
  return content;
}

SeriesByUid series_in(const fs::path& folder, const Progress& progress,
                      std::vector<std::string>& notices) {
  auto [series, strays, none] = read_headers(folder, progress, false);
  if (series.empty()) {
    throw format_error(folder, "there is no DICOM image in this folder");
  }
  if (!strays.empty()) {
    notices.push_back("left out, since they are no DICOM images: " + listed(strays));
  }
  return series;
}

std::string describe(const std::string& uid, const std::vector<DicomHeader>& slices) {
  const std::string& words = slices.front().series_description;
  return (uid.empty() ? "(no SeriesInstanceUID)" : uid) +
         (words.empty() ? "" : " \"" + words + "\"") + ": " + std::to_string(slices.size()) +
         (slices.size() == 1 ? " image" : " images") + ", first " +
         slices.front().file.filename().string();
}

std::vector<DicomHeader> choose(SeriesByUid&& series, const fs::path& folder,
                                std::vector<std::string>& notices) {
  std::string all;
  std::vector<std::string> stacks;
  for (const auto& [uid, slices] : series) {
    all += "\n  " + describe(uid, slices);
    if (slices.size() > 1) {
      stacks.push_back(uid);
    }
  }
  if (series.size() == 1) {
    return std::move(series.begin()->second);
  }
  if (stacks.size() != 1) {
    throw format_error(folder, "there are " + std::to_string(series.size()) +
                                   " DICOM series in this folder; give one file of the wanted one "
                                   "instead of the folder:" +
                                   all);
  }
  notices.push_back("took the only series of more than one image; in the folder are:" + all);
  return std::move(series[stacks.front()]);
}

std::vector<DicomHeader> slices_at(const fs::path& path, const Progress& progress,
                                   std::vector<std::string>& notices) {
  if (fs::is_directory(path)) {
    return choose(series_in(path, progress, notices), path, notices);
  }
  const auto header = read_dicom_header(path);
  if (!header) {
    throw format_error(path, "is no DICOM image");
  }
  // Nobody asked for the others; strays are no news to someone who named a file, but a damaged one
  // may be a slice of this series.
  FolderContent content = read_headers(fs::absolute(path).parent_path(), progress, true);
  if (!content.damaged.empty()) {
    notices.push_back(
        "left out, since they are damaged or no DICOM files: " + listed(content.damaged) +
        "; if one of them is a slice of this series, copy it again");
  }
  return std::move(content.series[header->series_uid]);
}

std::string shape(const DicomHeader& header) {
  return std::to_string(header.columns) + " x " + std::to_string(header.rows);
}

void check_image(const DicomHeader& header) {
  if (header.frames != 1) {
    throw format_error(header.file, "holds " + std::to_string(header.frames) +
                                        " frames in one file (multi-frame DICOM), which can't be "
                                        "streamed; write one file a slice (dcm4che: emf2sf), or "
                                        "export it as TIFF");
  }
  if (header.samples != 1 || header.photometric == "PALETTE COLOR") {
    throw format_error(header.file,
                       "is a colour image (" + header.photometric + "); a scan has grey values");
  }
}

double dot(const Vector3& a, const Vector3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

Vector3 cross(const Vector3& a, const Vector3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

std::array<Vector3, 2> axes_of(const DicomHeader& header) {
  return header.orientation.value_or(std::array{Vector3{1, 0, 0}, Vector3{0, 1, 0}});
}

bool same_direction(const DicomHeader& a, const DicomHeader& b) {
  constexpr double cosine = 1 - 1e-6;
  const auto axes_a = axes_of(a);
  const auto axes_b = axes_of(b);
  return dot(axes_a[0], axes_b[0]) >= cosine && dot(axes_a[1], axes_b[1]) >= cosine;
}

bool same_spacing(const DicomHeader& a, const DicomHeader& b) {
  if (!a.spacing_mm || !b.spacing_mm) {
    return a.spacing_mm == b.spacing_mm;
  }
  const auto close = [](double u, double v) { return std::abs(u - v) <= 1e-4 * std::abs(u); };
  return close((*a.spacing_mm)[0], (*b.spacing_mm)[0]) &&
         close((*a.spacing_mm)[1], (*b.spacing_mm)[1]);
}

void check_alike(const std::vector<DicomHeader>& slices) {
  const DicomHeader& first = slices.front();
  const auto& [row, column] = axes_of(first);
  if (std::abs(dot(row, row) - 1) > 1e-3 || std::abs(dot(column, column) - 1) > 1e-3 ||
      std::abs(dot(row, column)) > 1e-3) {
    throw format_error(first.file,
                       "ImageOrientationPatient is not two unit vectors at a right angle");
  }
  const std::string other = "; other than " + first.file.filename().string();
  for (const DicomHeader& slice : slices) {
    check_image(slice);
    if (slice.columns != first.columns || slice.rows != first.rows) {
      throw format_error(slice.file, "is " + shape(slice) + " pixels" + other +
                                         " of the same series, which is " + shape(first));
    }
    if (!same_direction(slice, first) || !same_spacing(slice, first)) {
      throw format_error(slice.file, "has another ImageOrientationPatient or PixelSpacing" + other +
                                         " of the same series: a localiser? Move it out of the "
                                         "folder");
    }
  }
}

void sort_by_number(std::vector<DicomHeader>& slices, std::vector<std::string>& notices) {
  const bool numbered = std::all_of(slices.begin(), slices.end(),
                                    [](const DicomHeader& s) { return s.instance.has_value(); });
  if (numbered) {
    std::stable_sort(slices.begin(), slices.end(), [](const DicomHeader& a, const DicomHeader& b) {
      return *a.instance < *b.instance;
    });
  }
  if (slices.size() > 1) {
    notices.push_back(std::string("the slices carry no ImagePositionPatient; ordered by ") +
                      (numbered ? "InstanceNumber" : "file name"));
  }
}

std::string place(const DicomHeader& slice, double at_mm) {
  return slice.file.filename().string() + " at " + format_rounded(at_mm) + " mm";
}

std::string joined(const std::vector<std::string>& notices) {
  std::string text;
  for (const std::string& notice : notices) {
    text += "; " + notice;
  }
  return text;
}

// The distance of neighbours, from positions along the normal in ascending order.
double check_distances(const std::vector<DicomHeader>& slices, const std::vector<double>& at_mm,
                       const OpenOptions& options, std::vector<std::string>& notices) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < at_mm.size(); ++i) {
    steps.push_back(at_mm[i] - at_mm[i - 1]);
    if (!(steps.back() > 0)) {
      throw format_error(slices[i].file, "lies at the same place as " +
                                             place(slices[i - 1], at_mm[i - 1]) +
                                             "; a folder with the same slices twice, or with "
                                             "several time points, is no volume");
    }
  }
  std::vector<double> sorted = steps;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  const double step = sorted[sorted.size() / 2];
  std::vector<std::string> uneven;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (std::abs(steps[i] - step) > 0.02 * step) {
      uneven.push_back(format_rounded(steps[i]) + " mm between " + place(slices[i], at_mm[i]) +
                       " and " + place(slices[i + 1], at_mm[i + 1]));
    }
  }
  if (uneven.empty()) {
    return step;
  }
  const std::string what =
      "the slices lie " + format_rounded(step) + " mm apart, but " + listed(uneven);
  if (!options.allow_gaps) {
    throw format_error(
        slices.front().file.parent_path(),
        what + "; slices are missing" +
            (options.advise_gaps ? ". --allow-gaps reads them as if none were" : "; add them") +
            joined(notices));
  }
  notices.push_back(what + "; read as if all were " + format_rounded(step) + " mm apart");
  return step;
}

// Sorts; returns the distance along z where positions tell it.
std::optional<double> sort_by_position(std::vector<DicomHeader>& slices, const OpenOptions& options,
                                       std::vector<std::string>& notices) {
  const auto axes = axes_of(slices.front());
  const Vector3 normal = cross(axes[0], axes[1]);
  const auto at_mm = [&](const DicomHeader& slice) { return dot(*slice.position_mm, normal); };
  std::stable_sort(slices.begin(), slices.end(),
                   [&](const DicomHeader& a, const DicomHeader& b) { return at_mm(a) < at_mm(b); });
  std::vector<double> positions;
  std::transform(slices.begin(), slices.end(), std::back_inserter(positions), at_mm);
  if (slices.size() == 1) {
    return std::nullopt;
  }
  return check_distances(slices, positions, options, notices);
}

FoundSpacing spacing_of(const DicomHeader& slice, std::optional<double> step_mm) {
  FoundSpacing spacing;
  if (!slice.spacing_mm) {
    spacing.found = "no PixelSpacing in the DICOM header";
    return spacing;
  }
  const auto& [x, y] = *slice.spacing_mm;
  spacing.unit = SpacingUnit::millimetre;
  spacing.value = {x, y, step_mm};
  spacing.found = "PixelSpacing " + format_rounded(y) + "\\" + format_rounded(x) + " mm; " +
                  (step_mm ? "positions " + format_rounded(*step_mm) + " mm apart"
                           : std::string("no positions that tell the distance of slices"));
  return spacing;
}

Grid grid_of(const std::vector<DicomHeader>& slices) {
  const DicomHeader& first = slices.front();
  Grid grid;
  grid.size = {first.columns, first.rows, static_cast<std::int64_t>(slices.size())};
  grid.origin_um = first.position_mm.value_or(Vector3());
  const auto [x, y] = axes_of(first);
  const Vector3 z = cross(x, y);
  grid.direction = {x.x, y.x, z.x, x.y, y.y, z.y, x.z, y.z, z.z};
  return grid;
}

}  // namespace

DicomSeries read_dicom_series(const fs::path& path, const OpenOptions& options,
                              const Progress& progress) {
  DicomSeries series;
  series.slices = slices_at(path, progress, series.notices);
  check_alike(series.slices);
  const bool placed =
      std::all_of(series.slices.begin(), series.slices.end(),
                  [](const DicomHeader& slice) { return slice.position_mm.has_value(); });
  std::optional<double> step_mm;
  if (placed) {
    step_mm = sort_by_position(series.slices, options, series.notices);
  } else {
    sort_by_number(series.slices, series.notices);
  }
  series.grid = grid_of(series.slices);
  series.spacing = spacing_of(series.slices.front(), step_mm);
  return series;
}

}  // namespace fossilct
