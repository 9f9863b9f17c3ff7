// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "volumes/volume.h"

namespace fossilct {

// Private to `specimens`: the basins of a body's depth map and the seams where they meet.

struct Basin {
  double peak_um = 0;  // depth of its deepest voxel
  std::int64_t voxels = 0;
};

struct Seam {
  double saddle_um = 0;  // of the pairs of voxels across it, the depth of the deepest
  // Sum of the faces of voxels across it, each as long as its area and towards the basin of the
  // larger number: as long as a flat seam's area however that lies to the axes.
  Vector3 area_um2;
  double area() const;
};

class SeamGraph {
 public:
  // Of basins 1 .. count, depths in um. Voxels are neighbours by 26. The outermost are outside, and
  // the sizes equal (assert).
  SeamGraph(const VolumeView<const std::uint32_t>& basins, const VolumeView<const float>& depth_um,
            const Vector3& spacing_um, std::size_t count);

  // How much of a seam it is; one below 1 is none.
  using Strength = std::function<double(const Seam&, const Basin&, const Basin&)>;
  // Unites basins across the weakest seam (of equals, that of the lowest numbers) as long as one is
  // none. Returns, by basin, that which it has become a part of (0: 0). Leaves the graph united.
  std::vector<std::uint32_t> unite_across_weak(const Strength& strength);

 private:
  using Pair = std::pair<std::uint32_t, std::uint32_t>;  // the lower number first
  void add_contact(std::uint32_t from, std::uint32_t to, double saddle_um, const Vector3& area_um2);
  void unite(std::uint32_t kept, std::uint32_t gone);

  std::vector<Basin> basins_;
  std::vector<std::set<std::uint32_t>> neighbours_;
  std::map<Pair, Seam> seams_;
};

}  // namespace fossilct
