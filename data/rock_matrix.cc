// SPDX-License-Identifier: Apache-2.0
#include "data/rock_matrix.h"

#include <algorithm>
#include <cmath>

#include "data/exact_math.h"
#include "data/random.h"

namespace fossilct::phantom {

namespace {

// Grains reach at most this many lattice cells from the cell that they belong to.
constexpr std::int64_t reach_cells = 2;

}  // namespace

Plug::Plug(const Size3& size, std::uint64_t seed)
    : axis_x_(static_cast<double>(size.x - 1) / 2),
      axis_y_(static_cast<double>(size.y - 1) / 2),
      radius_(0.47 * static_cast<double>(std::min(size.x, size.y))),
      roughness_(mix(seed ^ 11), 5) {}

bool Plug::contains(std::int64_t x, std::int64_t y, std::int64_t z) const {
  const double dx = static_cast<double>(x) - axis_x_;
  const double dy = static_cast<double>(y) - axis_y_;
  const double r = std::sqrt(dx * dx + dy * dy);
  if (std::abs(r - radius_) > 1.2) {
    return r < radius_;
  }
  const Vector3 p{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
  return r < radius_ + 1.2 * roughness_.at(p);
}

struct RockMatrix::Grain {
  Vector3 centre;
  Matrix3 axes;
  Vector3 radii;
  float brightness;
  float laminae;   // strength of concentric layers
  float priority;  // voxels by which it pushes its neighbours aside
};

// The two grains whose surfaces are nearest to a voxel, in voxels, negative inside.
struct RockMatrix::Nearest {
  float first = 1e3F;
  float second = 1e3F;
  float brightness = 1;
  float laminae = 0;
};

RockMatrix::RockMatrix(std::uint64_t seed, double grain_voxels, double wall_brightness)
    : seed_(mix(seed ^ 21)),
      grain_voxels_(grain_voxels),
      wall_brightness_(wall_brightness),
      outline_(mix(seed ^ 22), 0.35 * grain_voxels),
      openness_(mix(seed ^ 23), 2.6 * grain_voxels),
      coarse_texture_(mix(seed ^ 24), std::max(2.0, 0.3 * grain_voxels)),
      fine_texture_(mix(seed ^ 25), std::max(1.3, 0.1 * grain_voxels)) {}

RockMatrix::Grain RockMatrix::grain_of_cell(std::int64_t i, std::int64_t j, std::int64_t k) const {
  HashStream draw(hash(seed_, i, j, k));
  Grain grain;
  const auto place = [&](std::int64_t index) {
    return (static_cast<double>(index) + draw.uniform(0, 1)) * grain_voxels_;
  };
  grain.centre = {place(i), place(j), place(k)};
  grain.axes = draw.rotation();
  const double r = draw.uniform(0.5, 0.84) * grain_voxels_;
  grain.radii = {r, r * draw.uniform(0.7, 1), r * draw.uniform(0.6, 0.95)};
  grain.brightness = static_cast<float>(draw.uniform(0.84, 1.02));
  grain.laminae = draw.uniform(0, 1) < 0.25 ? 0.07F : 0;
  grain.priority = 0;
  const double lot = draw.uniform(0, 1);
  if (lot < 0.035) {  // a crystal or an echinoderm plate
    grain.brightness = static_cast<float>(wall_brightness_ * draw.uniform(0.94, 1.06));
    grain.priority = static_cast<float>(0.2 * grain_voxels_);
    grain.laminae = 0;
  } else if (lot < 0.055) {  // a fragment of a mollusc shell
    grain.radii = {1.5 * grain_voxels_, draw.uniform(0.7, 1.2) * grain_voxels_,
                   std::max(1.2, 0.14 * grain_voxels_)};
    grain.brightness = static_cast<float>(wall_brightness_ * draw.uniform(0.88, 1));
    grain.priority = static_cast<float>(0.25 * grain_voxels_);
    grain.laminae = 0;
  }
  return grain;
}

void RockMatrix::splat(const Grain& grain, std::int64_t z, std::int64_t width,
                       std::vector<Nearest>& nearest) const {
  const double around = 0.3 * grain_voxels_;
  const double reach = std::max({grain.radii.x, grain.radii.y, grain.radii.z}) + around;
  const double dz = static_cast<double>(z) - grain.centre.z;
  if (std::abs(dz) >= reach) {
    return;
  }
  const double across = std::sqrt(reach * reach - dz * dz);
  const auto height = static_cast<std::int64_t>(nearest.size()) / width;
  const auto first = [](double v) {
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(v)));
  };
  const auto last = [](double v, std::int64_t size) {
    return std::min(size - 1, static_cast<std::int64_t>(std::floor(v)));
  };
  const std::int64_t x_last = last(grain.centre.x + across, width);
  const std::int64_t y_last = last(grain.centre.y + across, height);
  for (std::int64_t y = first(grain.centre.y - across); y <= y_last; ++y) {
    for (std::int64_t x = first(grain.centre.x - across); x <= x_last; ++x) {
      const Vector3 d{static_cast<double>(x) - grain.centre.x,
                      static_cast<double>(y) - grain.centre.y, dz};
      const auto f =
          static_cast<float>(distance_to_ellipsoid(transposed_times(grain.axes, d), grain.radii)) -
          grain.priority;
      Nearest& best = nearest[static_cast<std::size_t>(y * width + x)];
      if (f < best.first) {
        best = {f, best.first, grain.brightness, grain.laminae};
      } else if (f < best.second) {
        best.second = f;
      }
    }
  }
}

std::vector<RockMatrix::Nearest> RockMatrix::nearest_grains(std::int64_t z, std::int64_t width,
                                                            std::int64_t height) const {
  std::vector<Nearest> nearest(static_cast<std::size_t>(width * height));
  const auto cell = [&](std::int64_t v) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(v) / grain_voxels_));
  };
  for (std::int64_t k = cell(z) - reach_cells; k <= cell(z) + reach_cells; ++k) {
    for (std::int64_t j = -reach_cells; j <= cell(height) + reach_cells; ++j) {
      for (std::int64_t i = -reach_cells; i <= cell(width) + reach_cells; ++i) {
        splat(grain_of_cell(i, j, k), z, width, nearest);
      }
    }
  }
  return nearest;
}

float RockMatrix::brightness_at(const Nearest& nearest, float openness) const {
  const auto unit = static_cast<float>(grain_voxels_);
  if (nearest.first < 0) {
    const float layer = nearest.first / unit * 9;
    const float phase = layer - std::floor(layer);
    const float lamina = nearest.laminae * (4 * std::abs(phase - 0.5F) - 1);
    const bool contact = nearest.second - nearest.first < 0.06F * unit && nearest.second < 0;
    return nearest.brightness + lamina - (contact ? 0.06F : 0);
  }
  // The rim grows inwards from the grains until, in tight rock, nothing is left to fill.
  const float rim = unit * std::max(0.03F, 0.13F - 0.34F * openness);
  if (nearest.first < rim) {
    return cement_brightness;
  }
  return openness > -0.1F ? pore_brightness : 0.9F;
}

void RockMatrix::render_slice(std::int64_t z, std::int64_t width,
                              std::span<float> brightness) const {
  const auto height = static_cast<std::int64_t>(brightness.size()) / width;
  const auto depth = static_cast<double>(z);
  std::vector<Nearest> nearest = nearest_grains(z, width, height);
  const auto columns = static_cast<std::size_t>(width);
  std::vector<float> outline(columns);
  std::vector<float> openness(columns);
  std::vector<float> texture(columns);
  for (std::int64_t y = 0; y < height; ++y) {
    const auto row = static_cast<double>(y);
    std::fill(outline.begin(), outline.end(), 0.0F);
    std::fill(openness.begin(), openness.end(), 0.0F);
    std::fill(texture.begin(), texture.end(), 0.0F);
    outline_.add_row(row, depth, static_cast<float>(0.11 * grain_voxels_), outline);
    openness_.add_row(row, depth, 1, openness);
    coarse_texture_.add_row(row, depth, 0.05F, texture);
    fine_texture_.add_row(row, depth, 0.07F, texture);
    for (std::size_t x = 0; x < columns; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * columns + x;
      nearest[i].first += outline[x];
      const float value = brightness_at(nearest[i], openness[x]);
      brightness[i] = value > 0.5F ? value + texture[x] : value;
    }
  }
}

}  // namespace fossilct::phantom
