// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "volumes/any_view.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Where a volume is written, slab by slab from z = 0 upwards. The output appears under its name in
// finish(); a sink destroyed before that leaves nothing behind.
class VolumeSink {
 public:
  VolumeSink(Grid grid, PixelType type) : grid_(grid), type_(type) {}
  VolumeSink(const VolumeSink&) = delete;
  VolumeSink& operator=(const VolumeSink&) = delete;
  virtual ~VolumeSink() = default;

  const Grid& grid() const { return grid_; }
  PixelType type() const { return type_; }
  std::int64_t next_slice() const { return next_slice_; }
  // Slabs of this many slices (the last one excepted) are written without a copy.
  virtual std::int64_t preferred_slab() const { return 1; }

  // The next slab.size().z slices; full width and height, the sink's type (assert). Throws
  // Error{file} (disk full, ...).
  void write(const AnyConstView& slab);
  // All slices must have been written (assert).
  void finish();

 private:
  virtual void write_slab(std::int64_t z_begin, const AnyConstView& slab) = 0;
  virtual void finish_output() = 0;

  Grid grid_;
  PixelType type_;
  std::int64_t next_slice_ = 0;
};

}  // namespace fossilct
