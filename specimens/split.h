// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "filters/components.h"
#include "volumes/volume.h"

namespace fossilct {

// none: bodies stay as they are. automatic ("auto"): they come apart at necks. always: wherever the
// way through them narrows by --split-depth, chambers that bulge included.
enum class SplitMode { none, automatic, always };
std::string_view name_of(SplitMode mode);
// Accepts "none", "auto", "always"; nothing for any other.
std::optional<SplitMode> split_mode_from_name(std::string_view name);

struct SplitOptions {
  SplitMode mode = SplitMode::automatic;  // --split
  // --split-depth: on the way from one part to the other, how much nearer its narrowest place lies
  // to the surface than the middle of the part that is less deep, as a share of the latter's depth.
  // 0.05 to 0.95; a smaller one gives more parts.
  double depth = 0.3;
  Connectivity connectivity = Connectivity::corners;  // along which basins are flooded

  // Throws Error{option} that names the option, the value and the range.
  void check() const;
};

struct BodyParts {
  Volume<std::uint32_t> parts;  // of the mask's size: 0 outside, 1 .. count in raster order of
                                // first voxels; each voxel of the mask is in one
  int count = 0;                // 0 for an empty mask
};

// The fossils in a body (a connected component on its own box; not 0 is inside), where several
// touch. Beyond the box counts as outside, also where the box ends at a face of the scan: a cut
// fossil is as deep as what is left of it.
// 1. A hollow body becomes solid: all is filled that a ball rolling in from outside can't reach,
// its
//    radius 0.15 of half the narrowest side of the box (filters/closing.h); so a test of which only
//    the wall is there does not fall into its chambers. A body is hollow where this gains it a
//    quarter or more; others keep their outlines, and their holes are filled.
// 2. Depth below the surface (exact, anisotropic); its peaks that rise by half a voxel, or by 3% of
//    the greatest depth where that is more; their watershed (filters/watershed.h). With one peak
//    the body is one fossil.
// 3. Seams between basins that are none are undone, the weakest first. A seam is one where the
// depth
//    falls by `depth` towards it and (in automatic) which is a neck: the disc of its area has at
//    most 0.42 times the radius of the ball of the smaller part's volume (0.6 where the body was
//    closed, which fills the bay around a neck), and the smaller part at least 3% of the larger
//    one's volume.
// Parts of a body that was sealed may be of several pieces. Ties go by raster order. Cost: some
// 0.15 s of one processor for a million voxels of box (docs/accuracy.md). Memory: some 40 bytes a
// voxel of the box. Throws check()'s; asserts a positive spacing and less than 2^32 voxels.
BodyParts split_body(const VolumeView<const std::uint8_t>& mask, const Vector3& spacing_um,
                     const SplitOptions& options);

}  // namespace fossilct
