// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/viewed_volumes.h"

#include <algorithm>
#include <utility>

#include "apps/fossils/fossil_crops.h"
#include "apps/pictures/viewed_labels.h"
#include "apps/pictures/viewed_meshes.h"
#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/volume_file.h"
#include "volumes/block_cache.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;
using Levels = std::vector<std::unique_ptr<VolumeSource>>;

constexpr std::int64_t most_bytes_without_levels = std::int64_t{1} << 30;
constexpr double low_percent = 0.5;
constexpr double high_percent = 99.5;

// All resolutions that the file holds.
template <typename Open>
Levels levels_of(const fs::path& path, Open&& open) {
  Levels levels;
  levels.push_back(open(0));
  const std::int64_t count = levels.front()->description().levels;
  if (count == 1 && decoded_bytes(*levels.front()) > most_bytes_without_levels) {
    throw format_error(
        path, "is " + format_bytes(static_cast<double>(decoded_bytes(*levels.front()))) +
                  " and holds no smaller levels, which a viewer needs beyond 1 GB; make a volume "
                  "file of it: fossilct import");
  }
  for (std::int64_t level = 1; level < count; ++level) {
    levels.push_back(open(level));
  }
  return levels;
}

Levels scan_levels(const fs::path& path, const OpenOptions& options, Progress& progress) {
  return levels_of(path, [&](std::int64_t level) {
    OpenOptions open = options;
    open.level = level;
    return open_scan(path, open, progress);
  });
}

void require_intensities(const fs::path& path, const ScanDescription& description) {
  if (description.kind == VolumeKind::labels) {
    throw format_error(path, "these are labels; name the scan first: fossilct view SCAN LABELS");
  }
}

void require_size(const fs::path& path, const Size3& size, const std::string& other,
                  const Size3& expected) {
  if (size != expected) {
    throw format_error(path, "its size is " + size_text(size) + " voxels, that of " + other + " " +
                                 size_text(expected));
  }
}

std::optional<GreyWindow> window_of(const ScanDescription& description) {
  if (!description.statistics) {
    return std::nullopt;
  }
  const GreyWindow window = {description.statistics->percentile(low_percent),
                             description.statistics->percentile(high_percent)};
  return window.width() > 0 ? std::optional(window) : std::nullopt;
}

void take_scan(Viewing& viewing, Levels levels) {
  viewing.window = window_of(levels.front()->description());
  viewing.scan_levels = std::move(levels);
}

void add_its_scan(Viewing& viewing, const ScanRecord& record, const fs::path& given,
                  const OpenOptions& options, Progress& progress) {
  const fs::path path = given.empty() ? fs::path(record.path) : given;
  try {
    OpenOptions open = options;
    // Its voxel size is the catalogue's.
    open.spacing.unknown = !open.spacing.spacing_um && !open.spacing.unit;
    Levels levels = scan_levels(path, open, progress);
    require_intensities(path, levels.front()->description());
    require_size(path, levels.front()->grid().size, "the catalogue's scan", record.grid.size);
    take_scan(viewing, std::move(levels));
  } catch (const Error& error) {
    if (!given.empty()) {
      throw;
    }
    viewing.notices.push_back(
        "The slices show the fossils alone, without the scan (--scan SCAN "
        "names it): " +
        std::string(error.what()));
  }
}

void add_ids(Viewing& viewing, const Catalogue& catalogue, int threads) {
  const fs::path path = catalogue.path_of("instances.h5");
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    viewing.notices.push_back("No instances.h5 is in the catalogue: the slices show no outlines.");
    return;
  }
  Levels levels =
      levels_of(path, [&](std::int64_t level) { return open_volume_file(path, level, threads); });
  require_size(path, levels.front()->grid().size, "the catalogue's scan", viewing.grid.size);
  viewing.id_levels = std::move(levels);
}

}  // namespace

Viewing viewed_catalogue(const Catalogue& catalogue, const fs::path& scan, const OpenOptions& open,
                         Progress& progress) {
  const ScanRecord record = catalogue.scan();
  Viewing viewing;
  viewing.title = record.name;
  viewing.grid = record.grid;
  viewing.has_catalogue = true;
  viewing.classes = viewed_classes(catalogue.classes());
  viewing.fossils = viewed_fossils(catalogue);
  viewing.mesh_of = catalogue_meshes(catalogue.folder());
  add_its_scan(viewing, record, scan, open, progress);
  add_ids(viewing, catalogue, open.threads);
  if (viewing.fossils.empty()) {
    viewing.notices.push_back("This catalogue holds no fossil.");
  }
  const std::vector<Signature> signatures = catalogue.signatures();
  if (!signatures.empty() && signatures.back().holds) {
    viewing.notices.push_back("Signed by " + signatures.back().person + " on " +
                              signatures.back().time + ": any decision voids the signature.");
  }
  return viewing;
}

Viewing viewed_scan(const fs::path& scan, const fs::path& labels, const OpenOptions& open,
                    Progress& progress) {
  Levels levels = scan_levels(scan, open, progress);
  require_intensities(scan, levels.front()->description());
  Viewing viewing;
  viewing.title = scan.stem().string();
  viewing.grid = levels.front()->grid();
  take_scan(viewing, std::move(levels));
  if (labels.empty()) {
    return viewing;
  }
  const auto open_labels = [&](std::int64_t level) {
    OpenOptions options = open;
    options.level = level;
    return open_label_volume(labels, options, progress);
  };
  viewing.id_levels = levels_of(labels, open_labels);
  require_size(labels, viewing.id_levels.front()->grid().size, "the scan", viewing.grid.size);
  // Sources of their own: those above belong to the window's reader.
  std::shared_ptr<ViewedLabels> viewed =
      std::make_shared<ViewedLabels>(levels_of(labels, open_labels), viewing.grid);
  viewing.classes = viewed->classes();
  viewing.fossils = viewed->bodies();
  viewing.mesh_of = [viewed](std::uint32_t value, bool fine) { return viewed->mesh(value, fine); };
  return viewing;
}

}  // namespace fossilct
