// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "specimens/catalogue.h"
#include "volumes/volume.h"
#include "volumes/volume_source.h"

namespace fossilct {

// How probable the class of a catalogue's fossils is in each voxel, as `fossilct segment
// --probabilities` wrote it: a file a class.
class FossilProbabilities {
 public:
  // `given` is what --probabilities took: files, or CLASS=FILE. Without CLASS= a file is of the
  // class that its name ends in (NAME.probability-CLASS.h5), or of the catalogue's only one. Throws
  // Error{option} of --probabilities for a class that the catalogue has not, two files of one, and
  // a file whose class can't be told; Error{format} for a volume of another grid than the scan's,
  // for labels, and for types that are neither 8 bits (255 = 1) nor floating point.
  FossilProbabilities(const std::vector<std::string>& given, const Catalogue& catalogue,
                      int threads, Progress& progress);

  // In 1/255, of the voxels of a crop of the scan; empty where no file is of the class. Throws
  // Error{format} for values that are not in 0..1. May be called from several threads.
  Volume<std::uint8_t> of(const std::string& class_name, const Grid& crop);

  // [{"class": ..., "file": ...}]
  const Json& to_json() const { return json_; }

 private:
  std::unique_ptr<VolumeSource> opened(const std::string& file, int threads,
                                       Progress& progress) const;

  Grid scan_;
  std::map<std::string, std::unique_ptr<VolumeSource>> of_class_;
  std::mutex reading_;
  Json json_ = Json::array();
};

// Whether a probability knows nothing of a body: most of its voxels (1 in `mask`) are below 0.5.
bool contradicts(VolumeView<const std::uint8_t> probability, VolumeView<const std::uint8_t> mask);

}  // namespace fossilct
