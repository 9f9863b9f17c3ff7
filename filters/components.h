// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "volumes/any_view.h"
#include "volumes/volume.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Which voxels are neighbours: the 6 that share a face, the 18 that share a face or an edge, the 26
// that share a face, an edge or a corner.
enum class Connectivity { faces = 6, edges = 18, corners = 26 };

struct ComponentOptions {
  Connectivity connectivity = Connectivity::corners;
  std::vector<std::uint32_t> classes{};  // the values that are foreground; empty: all but 0
  // Neighbours of different classes belong to one component. Otherwise only those of the same
  // value.
  bool together = false;
  int threads = 1;
  std::int64_t slab_slices = 0;  // labelled at once by a thread; 0: some 2 million voxels
  std::uint32_t most_pieces = 0xffff'ffff;  // more are refused: see find_components
};

// A largest set of foreground voxels that are joined by neighbours.
struct Component {
  std::int64_t voxels = 0;
  Box box;                      // the smallest that holds it
  Index3 first;                 // its first voxel in raster order: least z, then y, then x
  std::uint32_t value = 0;      // of the first voxel
  bool touches_border = false;  // has a voxel in an outermost slice, row or column of the volume

  friend bool operator==(const Component&, const Component&) = default;
};

// How a volume is cut along z: read `read` slices at once, each of them labelled in slabs of
// `slab`.
struct SlabPlan {
  std::int64_t slab = 1;
  std::int64_t read = 1;
};

// The components of a volume, in raster order of their first voxels: that with id k is
// list[k - 1], whatever the slabs and threads.
struct Components {
  std::vector<Component> list;

  // For component_values, which finds them again: how, and the id of every piece that began in a
  // slab without touching an earlier one, in the order of their beginning.
  ComponentOptions options;
  SlabPlan plan;
  std::vector<std::uint32_t> id_of_piece;
};

// Connected components of labels (u8, u16, u32; assert) of any size, in one pass from z = 0 upwards
// that is the stage `stage`. Exact: slabs are labelled by themselves, on several threads, and
// joined in order. Throws Error{format} beyond most_pieces, at most 2^32 - 1, components or pieces
// of some, and for slices of 2^32 voxels or more; Cancelled; what the source throws. Cost: some 3
// ns a voxel on one thread for thresholded rock (bench/README.md). Memory: 100 to 200 bytes a
// component and 4 a piece (a branch of a component that a slab begins below, and that an upper one
// joins); the slices read at once (16 MB, or one preferred slab where that is more); and 16 bytes a
// run of equal voxels along x in the slabs being labelled.
Components find_components(VolumeSource& labels, const ComponentOptions& options,
                           std::string_view stage, Progress& progress);

// The same labels (read once more), every voxel of component `id` with value_of(id), others 0; u8,
// u16 or u32 (assert), which value_of must keep to. value_of is called once for each component,
// here. To be read upwards: what lies below the box asked for is labelled again where it was not
// just read, and a box below the last begins at z = 0. A read throws Error{format} where the labels
// are found to have changed. Cost: as find_components, and the writing. Memory: the same, without
// the components.
std::unique_ptr<VolumeSource> component_values(
    std::unique_ptr<VolumeSource> labels, const Components& components, PixelType type,
    const std::function<std::uint32_t(std::uint32_t id)>& value_of);

// The same with ids themselves, u32.
std::unique_ptr<VolumeSource> component_ids(std::unique_ptr<VolumeSource> labels,
                                            const Components& components);

// All of it at once for labels in memory (u8, u16, u32; assert).
struct LabelledVolume {
  std::vector<Component> components;
  Volume<std::uint32_t> ids;
};
LabelledVolume label_components(const AnyConstView& labels, const ComponentOptions& options = {});

}  // namespace fossilct
