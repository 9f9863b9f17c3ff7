// SPDX-License-Identifier: Apache-2.0
#include "data/phantom.h"

#include <algorithm>
#include <cassert>

#include "base/threads.h"
#include "data/beam.h"
#include "data/placement.h"
#include "data/random.h"
#include "data/rock_matrix.h"

namespace fossilct {

using phantom::BodyRuns;
using phantom::Tissue;

namespace {

// Makes the options whole before anything is built from them.
const PhantomOptions& checked(const PhantomOptions& options) {
  options.check();
  return options;
}

// Four grains fit into the length of a large fossil.
double grain_voxels(const PhantomOptions& options) {
  return std::max(4.0, 0.24 * phantom::largest_length_voxels(options));
}

std::vector<PhantomFossil> truths_of(const phantom::FossilBed& bed) {
  std::vector<PhantomFossil> truths;
  for (const auto& fossil : bed.fossils()) {
    truths.push_back(fossil.truth);
  }
  return truths;
}

}  // namespace

struct Phantom::Impl {
  Impl(const PhantomOptions& given, Progress& progress)
      : options(checked(given)),
        plug(options.size, options.seed),
        rock(options.seed, grain_voxels(options), 1 + options.contrast),
        beam(options, plug),
        bed(phantom::lay_down_fossils(options, plug, progress)),
        truths(truths_of(bed)),
        wall_texture(mix(options.seed ^ 51), 6) {}

  void paint_labels(std::int64_t z_begin, PhantomSlab& slab) const;
  void ideal_slice(std::int64_t z, std::span<float> brightness) const;
  void paint_fossil(const BodyRuns& body, std::int64_t z, std::span<float> brightness) const;

  PhantomOptions options;
  phantom::Plug plug;
  phantom::RockMatrix rock;
  phantom::Beam beam;
  phantom::FossilBed bed;
  std::vector<PhantomFossil> truths;
  phantom::ValueNoise wall_texture;
};

void Phantom::Impl::paint_labels(std::int64_t z_begin, PhantomSlab& slab) const {
  const std::int64_t z_end = z_begin + slab.ids.size().z;
  for (const std::size_t i : bed.between(z_begin, z_end)) {
    const auto& [body, truth] = bed.fossils()[i];
    for (std::int64_t z = std::max(z_begin, body.box().begin.z);
         z < std::min(z_end, body.box().end.z); ++z) {
      for (std::int64_t y = body.box().begin.y; y < body.box().end.y; ++y) {
        for (const BodyRuns::Run& run : body.row(y, z)) {
          const std::int64_t k = z - z_begin;
          const std::uint8_t tissue = run.tissue == Tissue::wall ? 1 : 2;
          std::fill_n(slab.labels.view().row(y, k) + run.begin, run.end - run.begin, 1);
          std::fill_n(slab.walls.view().row(y, k) + run.begin, run.end - run.begin, tissue);
          std::fill_n(slab.ids.view().row(y, k) + run.begin, run.end - run.begin, truth.id);
        }
      }
    }
  }
}

void Phantom::Impl::ideal_slice(std::int64_t z, std::span<float> brightness) const {
  rock.render_slice(z, options.size.x, brightness);
  for (const std::size_t i : bed.between(z, z + 1)) {
    paint_fossil(bed.fossils()[i].body, z, brightness);
  }
  for (std::int64_t y = 0; y < options.size.y; ++y) {
    for (std::int64_t x = 0; x < options.size.x; ++x) {
      if (!plug.contains(x, y, z)) {
        brightness[static_cast<std::size_t>(y * options.size.x + x)] = 0;
      }
    }
  }
}

void Phantom::Impl::paint_fossil(const BodyRuns& body, std::int64_t z,
                                 std::span<float> brightness) const {
  const auto wall = static_cast<float>(1 + options.contrast);
  for (std::int64_t y = body.box().begin.y; y < body.box().end.y; ++y) {
    for (const BodyRuns::Run& run : body.row(y, z)) {
      const float base = run.tissue == Tissue::wall    ? wall
                         : run.tissue == Tissue::empty ? phantom::pore_brightness
                                                       : phantom::cement_brightness - 0.06F;
      for (std::int64_t x = run.begin; x < run.end; ++x) {
        const Vector3 p{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
        const float texture =
            run.tissue == Tissue::empty ? 0 : 0.06F * static_cast<float>(wall_texture.at(p));
        brightness[static_cast<std::size_t>(y * options.size.x + x)] = base + texture;
      }
    }
  }
}

Phantom::Phantom(const PhantomOptions& options) {
  Progress silent;
  impl_ = std::make_unique<Impl>(options, silent);
}
Phantom::Phantom(const PhantomOptions& options, Progress& progress)
    : impl_(std::make_unique<Impl>(options, progress)) {}
Phantom::~Phantom() = default;
Phantom::Phantom(Phantom&&) noexcept = default;
Phantom& Phantom::operator=(Phantom&&) noexcept = default;

const PhantomOptions& Phantom::options() const { return impl_->options; }
const std::vector<PhantomFossil>& Phantom::fossils() const { return impl_->truths; }

Grid Phantom::grid() const {
  const double s = options().spacing_um;
  Grid grid;
  grid.size = options().size;
  grid.spacing_um = {s, s, s};
  return grid;
}

PhantomSlab Phantom::render(std::int64_t z_begin, std::int64_t z_end, bool with_scan) const {
  const Size3& size = options().size;
  assert(0 <= z_begin && z_begin < z_end && z_end <= size.z);
  const Size3 slab_size{size.x, size.y, z_end - z_begin};
  PhantomSlab slab;
  slab.labels = Volume<std::uint8_t>(slab_size);
  slab.walls = Volume<std::uint8_t>(slab_size);
  slab.ids = Volume<std::uint32_t>(slab_size);
  impl_->paint_labels(z_begin, slab);
  if (with_scan) {
    slab.scan = Volume<std::uint16_t>::uninitialised(slab_size);
    impl_->beam.expose(
        z_begin, z_end,
        [this](std::int64_t z, std::span<float> slice) { impl_->ideal_slice(z, slice); },
        slab.scan.view());
  }
  return slab;
}

}  // namespace fossilct
