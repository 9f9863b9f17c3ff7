// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "data/phantom.h"
#include "data/rock_matrix.h"

namespace fossilct::phantom {

// What scanner and reconstruction make of the core, slice by slice: blur of the optics (Gaussian,
// sigma 0.7 voxels), noise whose variance has a part from counting photons (Poisson, in its normal
// limit) and a part that reconstruction spreads evenly, a second, weaker blur that ties the noise
// of neighbours together, beam hardening (the axis darker than the rim) and rings around an axis of
// rotation that lies beside the plug's. Deterministic, any slab alone.
class Beam {
 public:
  Beam(const PhantomOptions& options, const Plug& plug);

  // Slices the optics blur takes from above and below, and all together.
  static constexpr std::int64_t halo = 3;

  // `slice_of(z)` fills one slice of ideal brightness, for 0 <= z < size.z; it is called once for
  // each z in the slab and its halo, from up to options.threads threads. Beyond the first and last
  // slice of the scan the core goes on unchanged.
  void expose(std::int64_t z_begin, std::int64_t z_end,
              const std::function<void(std::int64_t z, std::span<float>)>& slice_of,
              const VolumeView<std::uint16_t>& scan) const;

 private:
  using Image = std::vector<float>;
  void add_noise(std::int64_t z, Image& image) const;
  std::vector<float> ring_profile(std::int64_t z) const;
  void digitise(std::int64_t z, const Image& image, std::span<std::uint16_t> out) const;

  Size3 size_;
  std::uint64_t seed_;
  float noise_;
  float cupping_;
  float rings_;
  int threads_;
  double plug_x_;
  double plug_y_;
  double plug_radius_;
};

}  // namespace fossilct::phantom
