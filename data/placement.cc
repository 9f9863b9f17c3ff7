// SPDX-License-Identifier: Apache-2.0
#include "data/placement.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/threads.h"
#include "data/exact_math.h"

namespace fossilct::phantom {

namespace {

constexpr int tries = 400;
constexpr std::int64_t batch = 32;         // fossils grown before they are placed
constexpr std::int64_t least_voxels = 20;  // of a body that border or drill have cut
constexpr std::int64_t apart = 2;          // bodies within this reach of one another touch

// An animal, dead but not yet buried.
struct Specimen {
  FossilKind kind;
  GrownFossil grown;
  BodyRuns body;  // as grown, its box's corner in the middle of the cube at the origin
  bool may_be_cut = false;
  bool wants_partner = false;
};

// Where a specimen could lie, its voxels outside plug and scan taken off.
struct Clipped {
  BodyRuns body;
  bool by_plug = false;
  std::int64_t voxels = 0;
};

class Placer {
 public:
  Placer(const PhantomOptions& options, const Plug& plug, Progress& progress)
      : options_(options),
        plug_(plug),
        progress_(progress),
        bed_(options.size.z),
        lots_(mix(options.seed ^ 41)) {}

  FossilBed run();

 private:
  std::vector<FossilKind> kinds_in_order();
  Specimen raise(std::int64_t index, FossilKind kind) const;
  void bury(const Specimen& specimen);
  std::optional<Clipped> free_place(const Specimen& specimen, bool cut_allowed);
  std::optional<Clipped> place_beside(const Specimen& specimen, std::size_t partner,
                                      bool cut_allowed);
  std::optional<Clipped> any_partner(const Specimen& specimen, std::size_t& partner);
  Index3 random_shift(const Specimen& specimen, bool cut_allowed);
  bool inside(const BodyRuns& body) const;
  Clipped clip(const Specimen& specimen, const Index3& shift) const;
  void add(const Specimen& specimen, Clipped place, std::size_t partner);

  const PhantomOptions& options_;
  const Plug& plug_;
  Progress& progress_;
  FossilBed bed_;
  Random lots_;
};

// By how much a copy of the specimen's body was shifted.
Index3 shift_of(const BodyRuns& body, const Specimen& specimen) {
  const Index3& to = body.box().begin;
  const Index3& from = specimen.body.box().begin;
  return {to.x - from.x, to.y - from.y, to.z - from.z};
}

PhantomFossil truth_of(const GrownFossil& grown, FossilKind kind, const Clipped& place) {
  PhantomFossil truth;
  truth.kind = kind;
  truth.box = place.body.box();
  truth.length_voxels = grown.length_voxels;
  truth.wall_thickness_voxels = grown.wall_voxels;
  truth.chambers = grown.chambers;
  truth.chambers_resolved = grown.chambers_resolved;
  truth.broken = grown.broken;
  truth.cut_by_plug = place.by_plug;
  return truth;
}

// What can be counted: sizes, centre, infill, contact with the border of the scan. Sums are of
// integers, so their order does not matter.
void measure(const BodyRuns& body, const Size3& size, PhantomFossil& truth) {
  std::array<std::int64_t, 4> of_tissue{};
  Index3 doubled_sum;
  body.for_each_run([&](std::int64_t y, std::int64_t z, const BodyRuns::Run& run) {
    const std::int64_t count = run.end - run.begin;
    of_tissue[static_cast<std::size_t>(run.tissue)] += count;
    doubled_sum.x += count * (run.begin + run.end - 1);
    doubled_sum.y += count * 2 * y;
    doubled_sum.z += count * 2 * z;
  });
  truth.wall_voxels = of_tissue[1];
  truth.voxels = of_tissue[1] + of_tissue[2] + of_tissue[3];
  truth.infill = of_tissue[3] == 0 ? "empty" : of_tissue[2] == 0 ? "filled" : "partial";
  const double divisor = 2 * static_cast<double>(truth.voxels);
  truth.centre = {static_cast<double>(doubled_sum.x) / divisor,
                  static_cast<double>(doubled_sum.y) / divisor,
                  static_cast<double>(doubled_sum.z) / divisor};
  const Box& box = body.box();
  truth.cut_by_volume = box.begin.x == 0 || box.begin.y == 0 || box.begin.z == 0 ||
                        box.end.x == size.x || box.end.y == size.y || box.end.z == size.z;
}

FossilBed Placer::run() {
  const std::vector<FossilKind> kinds = kinds_in_order();
  progress_.begin("placing fossils", options_.fossils, WorkUnit::items);
  const auto pairs = options_.touching ? (options_.fossils + 2) / 4 : options_.fossils / 20;
  for (std::int64_t first = 0; first < options_.fossils; first += batch) {
    std::vector<Specimen> specimens(
        static_cast<std::size_t>(std::min(batch, options_.fossils - first)));
    parallel_for(static_cast<std::int64_t>(specimens.size()), options_.threads,
                 [&](std::int64_t i) {
                   progress_.check();
                   Specimen& specimen = specimens[static_cast<std::size_t>(i)];
                   const std::int64_t index = first + i;
                   specimen = raise(index, kinds[static_cast<std::size_t>(index)]);
                   specimen.wants_partner = index % 2 == 1 && index / 2 < pairs;
                 });
    for (const Specimen& specimen : specimens) {
      progress_.check();
      bury(specimen);
      progress_.advance(1);
    }
  }
  progress_.end();
  return std::move(bed_);
}

// Each kind in turn, then shuffled (Fisher and Yates).
std::vector<FossilKind> Placer::kinds_in_order() {
  const auto& pool = options_.kinds.empty() ? all_fossil_kinds() : options_.kinds;
  std::vector<FossilKind> kinds(static_cast<std::size_t>(options_.fossils));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    kinds[i] = pool[i % pool.size()];
  }
  for (std::size_t i = kinds.size(); i > 1; --i) {
    std::swap(kinds[i - 1],
              kinds[static_cast<std::size_t>(lots_.integer(0, static_cast<std::int64_t>(i) - 1))]);
  }
  return kinds;
}

Specimen Placer::raise(std::int64_t index, FossilKind kind) const {
  Random random(hash(options_.seed, index, 42));
  const double largest = largest_length_voxels(options_);
  // A lattice or areolae need more voxels than a plain wall before they can be seen.
  const bool fine = kind == FossilKind::radiolarian || kind == FossilKind::diatom;
  const double length = largest * random.uniform(fine ? 0.62 : 0.5, 1);
  const auto shape = make_shape(kind, length, random);
  const Fate fate = draw_fate(options_.infill, random);
  Specimen specimen{kind, grow(*shape, fate), {}, random.chance(0.15)};
  specimen.body = BodyRuns(specimen.grown.tissue.view(), {0, 0, 0});
  return specimen;
}

void Placer::bury(const Specimen& specimen) {
  std::size_t partner = no_fossil;
  std::optional<Clipped> place;
  if (specimen.wants_partner) {
    place = any_partner(specimen, partner);
  } else {
    place = free_place(specimen, specimen.may_be_cut);
    if (!place && !specimen.may_be_cut) {
      place = free_place(specimen, true);
    }
  }
  if (!place) {
    throw option_error("--fossils", std::to_string(options_.fossils) + " do not fit: room for " +
                                        std::to_string(bed_.fossils().size()) +
                                        " was found; make --size larger, or --fossils or "
                                        "--fossil-size-um smaller");
  }
  add(specimen, std::move(*place), partner);
}

// Uniform over the places where the middle of the cube lies in the plug; one that may be cut is
// sent to the wall of the plug or to the end of the scan.
Index3 Placer::random_shift(const Specimen& specimen, bool cut_allowed) {
  const Size3& cube = specimen.grown.tissue.size();
  const double r = plug_.radius_voxels() * std::sqrt(lots_.uniform(cut_allowed ? 0.5 : 0, 1));
  const CosSin a = cos_sin_of_turns(lots_.uniform());
  double z = lots_.uniform() * static_cast<double>(options_.size.z);
  if (cut_allowed && lots_.chance(0.5)) {
    z = lots_.chance(0.5) ? lots_.uniform() * 8
                          : static_cast<double>(options_.size.z) - lots_.uniform() * 8;
  }
  const auto shift = [](double middle, std::int64_t edge) {
    return static_cast<std::int64_t>(std::floor(middle + 0.5)) - edge / 2;
  };
  return {shift(plug_.axis_x() + r * a.cos, cube.x), shift(plug_.axis_y() + r * a.sin, cube.y),
          shift(z, cube.z)};
}

// A voxel of rock on all sides.
bool Placer::inside(const BodyRuns& body) const {
  const Box inner{{1, 1, 1}, {options_.size.x - 1, options_.size.y - 1, options_.size.z - 1}};
  if (!inner.contains(body.box())) {
    return false;
  }
  bool all = true;
  body.for_each_run([&](std::int64_t y, std::int64_t, const BodyRuns::Run& run) {
    all = all && plug_.holds_deep(run.begin, y) && plug_.holds_deep(run.end - 1, y);
  });
  return all;
}

Clipped Placer::clip(const Specimen& specimen, const Index3& shift) const {
  Volume<std::uint8_t> tissue = specimen.grown.tissue.clone();
  const auto view = tissue.view();
  const Box scan = whole(options_.size);
  Clipped result;
  specimen.body.for_each_run([&](std::int64_t y, std::int64_t z, const BodyRuns::Run& run) {
    for (std::int64_t x = run.begin; x < run.end; ++x) {
      const Index3 p{x + shift.x, y + shift.y, z + shift.z};
      const bool in_scan = scan.contains({p, {p.x + 1, p.y + 1, p.z + 1}});
      const bool in_plug = plug_.contains(p.x, p.y, p.z);
      result.by_plug = result.by_plug || (in_scan && !in_plug);
      if (!in_scan || !in_plug) {
        view(x, y, z) = static_cast<std::uint8_t>(Tissue::none);
      }
    }
  });
  result.voxels = keep_largest_piece(view);
  result.body = BodyRuns(view, shift);
  return result;
}

std::optional<Clipped> Placer::free_place(const Specimen& specimen, bool cut_allowed) {
  for (int i = 0; i < tries; ++i) {
    const Index3 shift = random_shift(specimen, cut_allowed);
    const BodyRuns body = specimen.body.shifted(shift);
    if (inside(body) && !bed_.crowded(body, apart, no_fossil)) {
      return Clipped{body, false, body.voxels()};
    }
    if (cut_allowed && !bed_.crowded(body, apart, no_fossil)) {
      Clipped clipped = clip(specimen, shift);
      // While there are tries left, hold out for a piece worth finding.
      const std::int64_t wanted = i < tries / 2 ? specimen.body.voxels() * 3 / 10 : least_voxels;
      if (clipped.voxels >= wanted) {
        return clipped;
      }
    }
  }
  return std::nullopt;
}

// Comes from afar towards the partner until one step more would make the bodies overlap. A step is
// at most one voxel along each axis, so the bodies are 26-adjacent there.
std::optional<Clipped> Placer::place_beside(const Specimen& specimen, std::size_t partner,
                                            bool cut_allowed) {
  const BodyRuns& other = bed_.fossils()[partner].body;
  const Vector3& centre = bed_.fossils()[partner].truth.centre;
  const Vector3 u = lots_.direction();
  const std::int64_t half_cube = specimen.grown.tissue.size().x / 2;
  const auto half = static_cast<double>(half_cube);
  const auto reach = [](const Box& box) {
    const Size3 s = box.size();
    return length({static_cast<double>(s.x), static_cast<double>(s.y), static_cast<double>(s.z)});
  };
  std::optional<BodyRuns> last;
  for (double d = reach(other.box()) + half + 2; d > 0; d -= 1) {
    const auto shift = [&](double middle, double direction) {
      return static_cast<std::int64_t>(std::floor(middle + direction * d - half + 0.5));
    };
    BodyRuns body =
        specimen.body.shifted({shift(centre.x, u.x), shift(centre.y, u.y), shift(centre.z, u.z)});
    if (within_reach(body, other, 0)) {
      break;
    }
    last = std::move(body);
  }
  if (!last || bed_.crowded(*last, apart, partner)) {
    return std::nullopt;
  }
  if (inside(*last)) {
    return Clipped{*last, false, last->voxels()};
  }
  if (!cut_allowed) {
    return std::nullopt;
  }
  Clipped clipped = clip(specimen, shift_of(*last, specimen));
  const bool stays = clipped.voxels >= least_voxels && within_reach(clipped.body, other, 1);
  return stays ? std::optional(std::move(clipped)) : std::nullopt;
}

// The fossil before this one, or where that lies badly, any that is still alone.
std::optional<Clipped> Placer::any_partner(const Specimen& specimen, std::size_t& partner) {
  const auto& placed = bed_.fossils();
  for (std::size_t back = 1; back <= placed.size(); ++back) {
    partner = placed.size() - back;
    if (!placed[partner].truth.touches.empty()) {
      continue;
    }
    for (int i = 0; i < tries / 10; ++i) {
      // In a scan thinner than its fossils there is no place that keeps one whole.
      if (auto place = place_beside(specimen, partner, i >= tries / 20)) {
        return place;
      }
    }
  }
  return std::nullopt;
}

void Placer::add(const Specimen& specimen, Clipped place, std::size_t partner) {
  PhantomFossil truth = truth_of(specimen.grown, specimen.kind, place);
  truth.id = static_cast<std::uint32_t>(bed_.fossils().size() + 1);
  measure(place.body, options_.size, truth);
  if (partner != no_fossil) {
    PhantomFossil& other = bed_.fossils()[partner].truth;
    truth.touches.push_back(other.id);
    other.touches.push_back(truth.id);
  }
  bed_.add({std::move(place.body), std::move(truth)});
}

}  // namespace

double largest_length_voxels(const PhantomOptions& options) {
  if (options.fossil_size_um > 0) {
    return options.fossil_size_um / options.spacing_um;
  }
  const double plug_diameter = 0.94 * static_cast<double>(std::min(options.size.x, options.size.y));
  const double by_depth = 0.5 * static_cast<double>(options.size.z);
  return std::min(std::max(24.0, std::min(plug_diameter / 4, by_depth)), 0.6 * plug_diameter);
}

FossilBed lay_down_fossils(const PhantomOptions& options, const Plug& plug, Progress& progress) {
  return Placer(options, plug, progress).run();
}

}  // namespace fossilct::phantom
