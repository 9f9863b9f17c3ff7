// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/fossils/fossil_ids.h"
#include "base/json.h"
#include "base/progress.h"
#include "io/open_scan.h"
#include "specimens/body_crop.h"
#include "specimens/catalogue.h"
#include "volumes/volume.h"

namespace fossilct {

// What can't be asked for is not there.
bool is_there(const std::filesystem::path& path);

// Whether the path is a catalogue of fossils, by what lies in it.
bool is_catalogue(const std::filesystem::path& path);

// The fossils of these ids, in their order, or all; rejected ones too. Throws Error{option} of
// --ids as ids_in().
std::vector<CatalogueEntry> chosen_fossils(const Catalogue& catalogue,
                                           const std::vector<IdRange>& ids);

// A crop's labels: 1 in the mask's body, 1 wall and 2 lumen in the tissue.
struct CropLabels {
  Grid grid;
  Volume<std::uint8_t> labels;
};

// A fossil whose files could not be read: the others go on without it.
struct FailedFossil {
  std::uint32_t id = 0;
  std::string why;  // begins with the file's name
};
// Warns of the first few, and how many more there are.
void warn_of_failed(const std::vector<FailedFossil>& failed, Progress& progress);
Json to_json(const std::vector<FailedFossil>& failed);
// "2 fossils, whose files can't be read"; empty where there are none.
std::string failed_text(const std::vector<FailedFossil>& failed);

// Reads what `extract` cut out of the scan; the catalogue must outlive it. Functions may be called
// from several threads and throw Error{file} and Error{format} as open_scan(), and Error{format}
// for a crop that does not lie on the scan's voxels, where its header says.
class CropReader {
 public:
  explicit CropReader(const Catalogue& catalogue);

  bool has_mask(std::uint32_t id) const;
  // At 1 / downsample of the resolution (a power of two), by majority.
  CropLabels mask(std::uint32_t id, std::int64_t downsample = 1) const;
  bool has_wall(std::uint32_t id) const;
  CropLabels wall(std::uint32_t id) const;
  // The mask, and the scan's intensities where they were kept, of its size; begin and at_scan_face
  // stay empty.
  BodyCrop body(std::uint32_t id) const;

 private:
  std::filesystem::path path_of(std::uint32_t id, const std::string& suffix) const;
  std::unique_ptr<VolumeSource> open(std::uint32_t id, const std::string& suffix,
                                     OpenOptions options) const;
  CropLabels labels(std::uint32_t id, const std::string& suffix, std::int64_t downsample = 1) const;

  const Catalogue& catalogue_;
  Grid scan_;
};

}  // namespace fossilct
