// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/fossil_crops.h"

#include <algorithm>

#include "apps/cli/facts.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "io/open_scan.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

std::unique_ptr<VolumeSource> open_crop(const fs::path& path, bool spacing_known,
                                        const OpenOptions& reading) {
  OpenOptions options = reading;
  options.spacing.unknown = !spacing_known;
  Progress silent;
  return open_scan(path, options, silent);
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
    : catalogue_(catalogue), spacing_known_(catalogue.scan().grid.spacing_known) {}

fs::path CropReader::path_of(std::uint32_t id, const std::string& suffix) const {
  return catalogue_.path_of("crops/" + std::to_string(id) + suffix);
}

CropLabels CropReader::labels(std::uint32_t id, const std::string& suffix,
                              std::int64_t downsample) const {
  OpenOptions options;
  options.downsample = downsample;
  options.labels = true;
  options.type = PixelType::u8;
  const auto source = open_crop(path_of(id, suffix), spacing_known_, options);
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
    const auto source = convert(open_crop(grey, spacing_known_, {}), PixelType::f32, std::nullopt);
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
