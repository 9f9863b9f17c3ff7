// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/journal.h"
#include "base/json.h"
#include "base/progress.h"
#include "segment/axis.h"
#include "volumes/grid.h"

namespace fossilct {

// Slices begin <= slice < end along an axis: what is predicted, put on the disk and never done
// again.
struct AxisSlab {
  Axis axis = Axis::z;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t slices() const { return end - begin; }
};

// All slices along the axes, the axes in the order given, in slabs whose voxels of `voxel_bytes`
// and planes of a byte a voxel take at most `most_bytes` each, and at least one slice.
std::vector<AxisSlab> plan_slabs(const Size3& size, const std::vector<Axis>& axes,
                                 std::int64_t voxel_bytes, int planes, std::int64_t most_bytes);
// Its voxels in the volume, with `context` slices more on each side where there are.
Box box_of(const AxisSlab& slab, std::int64_t context, const Size3& size);

// A folder of finished slabs: one file a slab, [plane][slice][row][column], a byte each, and a
// journal. A slab is there whole or not at all, whatever the process dies of; it is entered once it
// is on the disk.
class SlabStore {
 public:
  // Makes the folder, or goes on with one. `begun_with` is all that the bytes depend on, by names
  // that a person understands. Slabs whose files are damaged or gone are forgotten, with a warning.
  // Throws Error{file} where another store with finished slabs is there, naming what differs with
  // both values, and for a folder that holds anything else.
  // Cost: a pass over the files that are there.
  SlabStore(std::filesystem::path folder, const Size3& size, std::vector<AxisSlab> slabs,
            int planes, const Json& begun_with, Progress& progress);

  const Size3& size() const { return size_; }
  const std::vector<AxisSlab>& slabs() const { return slabs_; }
  int planes() const { return planes_; }
  bool empty() const { return digests_.empty(); }
  bool has(std::size_t slab) const { return digests_.contains(name_of(slabs_[slab])); }

  // planes[plane][slice][row][column] of slab `slab`. Throws Error{file}; the slab then counts as
  // not there.
  void put(std::size_t slab, std::span<const std::uint8_t> planes);

  static std::string name_of(const AxisSlab& slab);  // "y-000128"
  std::filesystem::path file_of(const AxisSlab& slab) const;

 private:
  void open_journal();
  void require_same(const Json& begun_with) const;
  void forget_damaged(Progress& progress);

  std::filesystem::path folder_;
  Size3 size_;
  std::vector<AxisSlab> slabs_;
  int planes_;
  std::map<std::string, std::string> digests_;  // by name
  Json begun_with_;                             // as the journal has it; null: not begun
  std::unique_ptr<Journal> journal_;
};

bool is_slab_store(const std::filesystem::path& folder);
// What its slabs were begun with; null where none is finished. Throws as the store.
Json slabs_begun_with(const std::filesystem::path& folder);
// Removes a store's own files, and the folder where nothing else is left in it; nothing where there
// is no store. Throws Error{file} where that fails.
void remove_slab_store(const std::filesystem::path& folder);

// Says that from now on outputs are made of the finished slabs, so that those that are there when
// the process dies are known for its own.
void begin_outputs(const std::filesystem::path& folder);
bool outputs_were_begun(const std::filesystem::path& folder);

// sums[z][y][x] += the bytes of plane `plane` of the slabs of every axis, over the voxels of `box`.
// All slabs must be there. Cost: some 2 ns a voxel and axis. Throws Error{file|format}.
void add_plane(const SlabStore& store, int plane, const Box& box, std::span<std::uint16_t> sums);

}  // namespace fossilct
