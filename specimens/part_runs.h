// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "volumes/volume.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `specimens`: the voxels of the bodies that a component was split into, kept in a file
// without a name until their ids are known.
class PartRuns {
 public:
  // Voxels x_begin <= x < x_end of row (y, z) of the scan.
  struct Run {
    std::int32_t x_begin = 0;
    std::int32_t x_end = 0;
    std::int32_t y = 0;
    std::int32_t z = 0;
  };

  // `folder` takes the file, which the system removes when the process ends, however it ends.
  // Throws Error{file}.
  explicit PartRuns(const std::filesystem::path& folder);
  ~PartRuns();
  PartRuns(const PartRuns&) = delete;
  PartRuns& operator=(const PartRuns&) = delete;

  // Keeps the voxels of `parts` (a crop whose first voxel is `begin` in the scan) that are `value`,
  // and returns the number they are asked for by: 0, 1 ... May be called from several threads.
  // Throws Error{file} where the disk is full.
  std::size_t add(const VolumeView<const std::uint32_t>& parts, std::uint32_t value,
                  const Index3& begin);
  std::vector<Run> read(std::size_t part) const;
  std::int64_t z_begin(std::size_t part) const { return places_[part].z_begin; }
  std::int64_t z_end(std::size_t part) const { return places_[part].z_end; }
  std::size_t count() const { return places_.size(); }

 private:
  struct Place {
    std::int64_t offset = 0;
    std::int64_t runs = 0;
    std::int64_t z_begin = 0;
    std::int64_t z_end = 0;
  };

  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::mutex mutex_;
  std::int64_t end_ = 0;
  std::vector<Place> places_;
};

// `ids` (u32) with the voxels of each part that has an id (not 0) set to it; to be read upwards.
// Memory: the runs of the parts that the slab read last meets. Both must outlive what is returned.
std::unique_ptr<VolumeSource> with_parts(std::unique_ptr<VolumeSource> ids, const PartRuns& parts,
                                         std::vector<std::uint32_t> id_of_part);

}  // namespace fossilct
