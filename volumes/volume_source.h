// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "volumes/any_view.h"
#include "volumes/grid.h"
#include "volumes/label_classes.h"
#include "volumes/pixel_type.h"
#include "volumes/statistics.h"

namespace fossilct {

enum class VolumeKind { intensity, labels };

// All that is known of a scan before a voxel of it is read.
struct ScanDescription {
  Grid grid;
  PixelType type = PixelType::u8;
  VolumeKind kind = VolumeKind::intensity;
  std::string format;                        // for people: "TIFF folder", "NRRD", "Xradia TXM"
  std::vector<std::filesystem::path> files;  // what is read, in order; hashed for the provenance
  std::vector<std::string> notices;          // lines a user should read before trusting the scan
  std::vector<LabelClass> classes;           // labels only; may be empty
  // Distance of the file numbers along z when only every n-th slice is there; 1 otherwise. Slices
  // are then not neighbours: no z context in training, no measuring across them.
  std::int64_t slice_step = 1;
  // Numbers of the slices along z where they are not 0, 1, 2 ...: those in a folder's file names.
  std::vector<std::int64_t> slice_numbers;
  bool projections = false;                    // radiographs before reconstruction, not a volume
  std::int64_t levels = 1;                     // resolutions the file holds, 1 = only the full one
  std::optional<VolumeStatistics> statistics;  // where the file has them stored
  Json provenance;                             // of the file itself, null where it keeps none
};

// The number of slice z.
inline std::int64_t slice_number(const ScanDescription& description, std::int64_t z) {
  return description.slice_numbers.empty() ? z
                                           : description.slice_numbers[static_cast<std::size_t>(z)];
}

// A scan as something to read boxes from, whatever the file format and however large. Not safe for
// calls from several threads at once unless a source says so.
class VolumeSource {
 public:
  explicit VolumeSource(ScanDescription description) : description_(std::move(description)) {}
  VolumeSource(const VolumeSource&) = delete;
  VolumeSource& operator=(const VolumeSource&) = delete;
  virtual ~VolumeSource() = default;

  const ScanDescription& description() const { return description_; }
  const Grid& grid() const { return description_.grid; }
  PixelType type() const { return description_.type; }

  // Fills `out` (of the source's type and of box.size()) with the voxels of `box`. Throws
  // Error{file|format} with the file at fault; asserts that the box lies inside the grid.
  void read(const Box& box, const AnyView& out);
  AnyVolume read(const Box& box);

  // How many slices are cheap to read together (a chunk's depth); slabs that begin at a multiple of
  // it are read at full speed.
  virtual std::int64_t preferred_slab() const { return 1; }

  // For open_scan and adaptors, which complete what the container does not say.
  ScanDescription& mutable_description() { return description_; }

 private:
  virtual void read_box(const Box& box, const AnyView& out) = 0;

  ScanDescription description_;
};

// How many slices to read together: full-speed slabs of some `bytes` in all, at least one.
std::int64_t slices_at_once(const VolumeSource& source,
                            std::int64_t bytes = std::int64_t{16} << 20);

}  // namespace fossilct
