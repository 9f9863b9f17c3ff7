// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/fossil_crops.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "apps/cli/facts.h"
#include "apps/scans/placed_volume.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/open_scan.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// A header has no checksum, but says twice where the crop lies, and its steps are those of the
// scan. `grid` may be of fewer, larger voxels.
bool is_in_place(const fs::path& path, const Grid& grid, const Grid& scan) {
  constexpr double most_offset = 0.01;  // voxels
  const NrrdKeys keys = read_nrrd_keys(path);
  const auto key = keys.find(begin_key);
  if (key == keys.end()) {
    return true;  // saved in place by another program, which keeps no keys of ours
  }
  const std::vector<std::string> words = split(key->second, ',');
  if (words.size() != 3) {
    return false;
  }
  const double reduction = std::round(grid.spacing_um.x / scan.spacing_um.x);
  const Vector3 first = scan.index_from_physical(grid.origin_um);
  const Vector3 end = scan.index_from_physical(
      grid.physical_from_index({static_cast<double>(grid.size.x), static_cast<double>(grid.size.y),
                                static_cast<double>(grid.size.z)}));
  const auto fits = [&](const std::string& word, double from, double to, std::int64_t size) {
    const double said = static_cast<double>(parse_integer(trim(word)).value_or(-1));
    return said >= 0 && std::abs(from - (reduction - 1) / 2 - said) < most_offset &&
           std::abs(to - from - static_cast<double>(size) * reduction) < most_offset;
  };
  return reduction >= 1 && fits(words[0], first.x, end.x, grid.size.x) &&
         fits(words[1], first.y, end.y, grid.size.y) && fits(words[2], first.z, end.z, grid.size.z);
}

}  // namespace

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_catalogue(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == ".fossils" || path.filename() == "catalogue.sqlite" ||
         path.parent_path().extension() == ".fossils" ||
         fs::exists(path / "catalogue.sqlite", ignored);
}

std::vector<CatalogueEntry> chosen_fossils(const Catalogue& catalogue,
                                           const std::vector<IdRange>& ids) {
  if (ids.empty()) {
    return catalogue.entries();
  }
  std::vector<CatalogueEntry> chosen;
  for (const std::uint32_t id : ids_in(ids, catalogue, "--ids")) {
    chosen.push_back(catalogue.entry(id, "--ids"));
  }
  return chosen;
}

void warn_of_failed(const std::vector<FailedFossil>& failed, Progress& progress) {
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(most, failed.size()); ++i) {
    progress.warning("fossil " + std::to_string(failed[i].id) +
                     " fails, the others go on: " + failed[i].why);
  }
  if (failed.size() > most) {
    progress.warning("so do " + std::to_string(failed.size() - most) + " more");
  }
}

Json to_json(const std::vector<FailedFossil>& failed) {
  Json list = Json::array();
  for (const FailedFossil& one : failed) {
    list.push_back({{"id", one.id}, {"why", one.why}});
  }
  return list;
}

std::string failed_text(const std::vector<FailedFossil>& failed) {
  return failed.empty() ? ""
                        : counted(static_cast<std::int64_t>(failed.size()), "fossil") +
                              ", whose files can't be read";
}

CropReader::CropReader(const Catalogue& catalogue)
    : catalogue_(catalogue), scan_(catalogue.scan().grid) {}

fs::path CropReader::path_of(std::uint32_t id, const std::string& suffix) const {
  return catalogue_.path_of("crops/" + std::to_string(id) + suffix);
}

std::unique_ptr<VolumeSource> CropReader::open(std::uint32_t id, const std::string& suffix,
                                               OpenOptions options) const {
  const fs::path path = path_of(id, suffix);
  options.spacing.unknown = !scan_.spacing_known;
  Progress silent;
  auto source = open_scan(path, options, silent);
  if (scan_.spacing_known && !is_in_place(path, source->grid(), scan_)) {
    throw format_error(path,
                       "does not say in one way where in the scan it lies; it is damaged, or was "
                       "changed by another program: run `fossilct extract` again");
  }
  return source;
}

CropLabels CropReader::labels(std::uint32_t id, const std::string& suffix,
                              std::int64_t downsample) const {
  OpenOptions options;
  options.downsample = downsample;
  options.labels = true;
  options.type = PixelType::u8;
  const auto source = open(id, suffix, options);
  CropLabels crop = {source->grid(), Volume<std::uint8_t>::uninitialised(source->grid().size)};
  source->read(whole(crop.grid.size), crop.labels.view());
  return crop;
}

bool CropReader::has_mask(std::uint32_t id) const { return is_there(path_of(id, "_mask.nrrd")); }

CropLabels CropReader::mask(std::uint32_t id, std::int64_t downsample) const {
  return labels(id, "_mask.nrrd", downsample);
}

bool CropReader::has_wall(std::uint32_t id) const { return is_there(path_of(id, "_wall.nrrd")); }

CropLabels CropReader::wall(std::uint32_t id) const { return labels(id, "_wall.nrrd"); }

BodyCrop CropReader::body(std::uint32_t id) const {
  CropLabels found = mask(id);
  BodyCrop crop;
  crop.grid = found.grid;
  crop.mask = std::move(found.labels);
  const fs::path grey = path_of(id, ".nrrd");
  if (is_there(grey)) {
    const auto source = convert(open(id, ".nrrd", {}), PixelType::f32, std::nullopt);
    if (source->grid().size != crop.grid.size) {
      throw format_error(grey, "its size is " + size_text(source->grid().size) +
                                   " voxels, that of its mask " + size_text(crop.grid.size));
    }
    crop.grey = Volume<float>::uninitialised(source->grid().size);
    source->read(whole(crop.grid.size), crop.grey.view());
  }
  return crop;
}

}  // namespace fossilct
