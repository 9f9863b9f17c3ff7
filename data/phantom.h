// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "volumes/grid.h"
#include "volumes/volume.h"
#include "volumes/volume_sink.h"

namespace fossilct {

// The microfossils a phantom is made of; data/README.md shows what each looks like.
//   planispiral   foraminifer coiled in one plane (as Nonion)
//   trochospiral  foraminifer of few inflated chambers coiled in a low cone (as Globigerina)
//   biserial      foraminifer of two alternating rows of chambers (as Textularia)
//   milioline     foraminifer of half-coil chambers, 144 degrees apart (as Quinqueloculina)
//   ostracod      two bean-shaped valves, the left one larger
//   radiolarian   two lattice spheres one in the other, bars and spines (as Actinomma)
//   diatom        centric frustule: two valves with areolae, girdle bands (as Coscinodiscus)
enum class FossilKind : std::uint8_t {
  planispiral,
  trochospiral,
  biserial,
  milioline,
  ostracod,
  radiolarian,
  diatom
};
std::string_view name_of(FossilKind kind);
const std::vector<FossilKind>& all_fossil_kinds();
// Accepts the names above; nothing for any other.
std::optional<FossilKind> fossil_kind_from_name(std::string_view name);

// What core to make. Brightness is measured from air = 0 to the mean of solid rock = 1.
struct PhantomOptions {
  Size3 size{256, 256, 256};  // --size: voxels, x and y 32 to 65536, z 1 and up
  double spacing_um = 4;      // --spacing-um: voxel edge, finite and > 0
  std::int64_t fossils = 40;  // --fossils: 0 to 100000
  // --fossil-size-um: length of the largest fossil, at least 16 voxels and at most 0.6 of the
  // plug's diameter; the smallest is half as long. The rock's grains scale with it. 0: a quarter
  // of the plug's diameter, less in a scan of less depth, never under 24 voxels.
  double fossil_size_um = 0;
  std::uint64_t seed = 1;  // --seed: another seed is another core
  double noise = 0.06;     // --noise: standard deviation in solid rock, 0 to 1
  double contrast = 0.35;  // --contrast: test walls above the rock, 0 to 2
  double rings = 0.015;    // --rings: standard deviation of the ring artefacts, 0 to 1
  double cupping = 0.06;   // --cupping: share by which the axis is darker than the rim, 0 to 0.9
  std::string infill = "mixed";   // --infill: chambers are "empty", "filled", or "mixed"
  bool touching = false;          // --touching: half of the fossils touch another; else one in ten
  std::vector<FossilKind> kinds;  // --kinds: those to place, in turn; empty = all
  int threads = 1;                // changes no voxel

  // Throws Error{option} that names the option, the value and the range.
  void check() const;
};

// One fossil as it lies in the core: a row of the truth. All of it holds for the voxels that are
// rendered: after breaking, drilling and the border of the scan.
struct PhantomFossil {
  std::uint32_t id = 0;  // 1 ... fossils, the value in the instance volume
  FossilKind kind = FossilKind::planispiral;
  Box box;                  // smallest box around the body
  Vector3 centre;           // centre of mass of the body's voxels, in voxels (index coordinates)
  std::int64_t voxels = 0;  // of the body: walls, chambers, closed apertures
  std::int64_t wall_voxels = 0;
  double length_voxels = 0;  // longest extent the animal had, before any loss
  double wall_thickness_voxels =
      0;                // thickness of the last chamber's wall, the valve or the lattice
  int chambers = 0;     // the animal had (1 for an ostracod or a diatom, 2 for the radiolarian)
  // Those of them that the scan can show: their lumen, as rendered (before a cut), holds a ball of
  // two voxels' radius. The first ones of a small foraminifer do not.
  int chambers_resolved = 0;
  std::string infill;   // "empty", "filled" (all lumen is cement) or "partial"
  bool broken = false;  // a part was lost before burial
  bool cut_by_volume = false;  // a body voxel lies on an outer face of the scan
  bool cut_by_plug = false;    // the core drill took a part
  std::vector<std::uint32_t>
      touches;  // ids of fossils with a body voxel 26-adjacent to one of ours

  bool whole() const { return !broken && !cut_by_volume && !cut_by_plug; }
};

// Slices [z_begin, z_end) of all volumes of a phantom, each of size (size.x, size.y, depth).
struct PhantomSlab {
  Volume<std::uint16_t> scan;   // air about 3000, rock about 22000
  Volume<std::uint8_t> labels;  // 1 = body of a fossil with its chambers, 0 = all else
  Volume<std::uint8_t> walls;   // 1 = wall, 2 = lumen (empty or filled), 0 = no fossil
  Volume<std::uint32_t> ids;    // PhantomFossil::id, 0 = no fossil
};

// A synthetic rock core with known microfossils: carbonate grains, cement and pores in a drilled
// plug whose axis is z, air around it; blur, noise, rings and cupping of the scanner on top. The
// voxels depend on the options only (not on threads, slabs or the machine: data/README.md says
// how).
class Phantom {
 public:
  // Grows all fossils and finds a place for each: bodies never overlap, and are at least three
  // voxels apart or 26-adjacent. Memory: about 40 kB a fossil of 50 voxels length, growing with
  // its surface; none for the rock. Throws Error{option} for options that check() refuses, and when
  // there is no room for so many fossils (says how many found one). Cost: seconds for large
  // fossils; `progress` counts them as they find their places.
  explicit Phantom(const PhantomOptions& options);
  // Throws Cancelled too.
  Phantom(const PhantomOptions& options, Progress& progress);
  ~Phantom();
  Phantom(Phantom&&) noexcept;
  Phantom& operator=(Phantom&&) noexcept;

  const PhantomOptions& options() const;
  Grid grid() const;
  const std::vector<PhantomFossil>& fossils() const;  // element i has id i + 1

  // Same voxels however the scan is divided into slabs; may be called from several threads. Cost:
  // about 0.25 us a voxel on one core, plus a halo of 6 slices a call for the scan. Needs 0 <=
  // z_begin < z_end <= size.z (assert). With `with_scan` false, scan stays empty and the call costs
  // hardly more than clearing the memory.
  PhantomSlab render(std::int64_t z_begin, std::int64_t z_end, bool with_scan = true) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Where the volumes go; null = not wanted. Types u16, u8, u8, u32 and the phantom's size (assert).
struct PhantomSinks {
  VolumeSink* scan = nullptr;
  VolumeSink* labels = nullptr;
  VolumeSink* walls = nullptr;
  VolumeSink* ids = nullptr;
};

// Renders slab by slab into the sinks; does not call finish(). Progress counts the slices of stage
// "phantom". Memory: one slab, of the largest preferred_slab() of the sinks but at least 16 slices.
// Throws what the sinks throw, and Cancelled.
void write_phantom(const Phantom& phantom, const PhantomSinks& sinks, Progress& progress);

// The truth as CSV with a header line, one fossil a line, lengths in voxels and um; the columns are
// listed in data/README.md.
std::string truth_csv(const Phantom& phantom);

}  // namespace fossilct
