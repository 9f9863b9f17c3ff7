// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "render/triangle_mesh.h"
#include "view/fossil_list.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Labels, or ids, without a catalogue: each value is shown as one body. Values and boxes are those
// of the coarsest level that has a few million voxels, so that volumes of any size open at once; a
// value that is gone there is not listed. Not safe for calls from several threads at once.
class ViewedLabels {
 public:
  // From the finest level down. `grid` is that of the scan, whose voxels these are.
  ViewedLabels(std::vector<std::unique_ptr<VolumeSource>> levels, const Grid& grid);

  // The file's classes; where it names none, one a value up to some dozens of values, else one.
  const std::vector<ViewedClass>& classes() const { return classes_; }
  const std::vector<ViewedFossil>& bodies() const { return bodies_; }
  // Of all voxels of a value, from a level at which its box is small enough; throws Error.
  TriangleMesh mesh(std::uint32_t value, bool fine);

 private:
  struct Found {
    Box box;  // in voxels of the level
    std::int64_t voxels = 0;
  };
  std::map<std::uint32_t, Found> find(std::int64_t level);
  void name_classes(const std::map<std::uint32_t, Found>& found);
  std::size_t class_of(std::uint32_t value) const;

  std::vector<std::unique_ptr<VolumeSource>> levels_;
  Grid grid_;
  std::vector<ViewedClass> classes_;
  std::vector<ViewedFossil> bodies_;
};

}  // namespace fossilct
