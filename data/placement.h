// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "data/fossil_body.h"
#include "data/phantom.h"
#include "data/rock_matrix.h"

namespace fossilct::phantom {

struct PlacedFossil {
  BodyRuns body;
  PhantomFossil truth;
};

// The fossils of a core, found by their depth.
class FossilBed {
 public:
  explicit FossilBed(std::int64_t depth);
  void add(PlacedFossil fossil);
  const std::vector<PlacedFossil>& fossils() const { return fossils_; }
  std::vector<PlacedFossil>& fossils() { return fossils_; }
  // Indices of those that may have voxels in slices [z_begin, z_end), each once, ascending.
  std::vector<std::size_t> between(std::int64_t z_begin, std::int64_t z_end) const;
  // Whether a fossil other than `except` has a voxel within `reach` of one of `body`.
  bool crowded(const BodyRuns& body, std::int64_t reach, std::size_t except) const;

 private:
  std::vector<PlacedFossil> fossils_;
  std::vector<std::vector<std::size_t>> blocks_;  // by z / block_slices
};
inline constexpr std::size_t no_fossil = static_cast<std::size_t>(-1);

// Length of the largest fossil for options that leave it open; `options.check()` has passed.
double largest_length_voxels(const PhantomOptions& options);

// Grows the fossils, in batches on options.threads threads, and finds each a place; ids, contacts
// and all other truth set. Counts them as the stage "placing fossils" of `progress`. Throws
// Error{option} where there is no room, Cancelled.
FossilBed lay_down_fossils(const PhantomOptions& options, const Plug& plug, Progress& progress);

}  // namespace fossilct::phantom
