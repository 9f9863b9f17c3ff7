// SPDX-License-Identifier: Apache-2.0
#include "data/beam.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/threads.h"
#include "data/random.h"

namespace fossilct::phantom {

namespace {

constexpr float air_level = 3000;
constexpr float rock_step = 19000;

// Weights from the middle outwards.
using Kernel = std::array<float, 3>;
constexpr Kernel optics = {0.56997F, 0.205397F, 0.009618F};
constexpr Kernel reconstruction = {0.76F, 0.12F, 0};
// Standard deviation that is left of white noise after `reconstruction` along three axes.
constexpr float noise_left = 0.47223F;

void blur_row(std::span<const float> in, const Kernel& kernel, std::span<float> out) {
  const auto n = static_cast<std::int64_t>(in.size());
  const auto at = [&](std::int64_t i) {
    return in[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, n - 1))];
  };
  const auto careful = [&](std::int64_t i) {
    out[static_cast<std::size_t>(i)] = kernel[0] * at(i) + kernel[1] * (at(i - 1) + at(i + 1)) +
                                       kernel[2] * (at(i - 2) + at(i + 2));
  };
  careful(0);
  careful(1);
  const float* const p = in.data();
  float* const q = out.data();
  for (std::int64_t i = 2; i < n - 2; ++i) {
    q[i] = kernel[0] * p[i] + kernel[1] * (p[i - 1] + p[i + 1]) + kernel[2] * (p[i - 2] + p[i + 2]);
  }
  careful(n - 2);
  careful(n - 1);
}

// out = the five images or rows weighted, the middle one third.
void weigh(const std::array<const float*, 5>& in, const Kernel& kernel, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = kernel[0] * in[2][i] + kernel[1] * (in[1][i] + in[3][i]) +
             kernel[2] * (in[0][i] + in[4][i]);
  }
}

void blur_in_plane(std::vector<float>& image, std::int64_t width, const Kernel& kernel) {
  const auto columns = static_cast<std::size_t>(width);
  const auto height = static_cast<std::int64_t>(image.size() / columns);
  std::vector<float> rows(image.size());
  for (std::size_t i = 0; i < image.size(); i += columns) {
    blur_row(std::span(image).subspan(i, columns), kernel, std::span(rows).subspan(i, columns));
  }
  for (std::int64_t y = 0; y < height; ++y) {
    std::array<const float*, 5> in{};
    for (std::int64_t k = -2; k <= 2; ++k) {
      const std::int64_t row = std::clamp<std::int64_t>(y + k, 0, height - 1);
      in[static_cast<std::size_t>(k + 2)] = rows.data() + row * width;
    }
    weigh(in, kernel, std::span(image).subspan(static_cast<std::size_t>(y * width), columns));
  }
}

// Consecutive slices of the scan; beyond its ends the outermost one is repeated.
class Slices {
 public:
  Slices(std::int64_t z_begin, std::int64_t z_end, std::int64_t depth)
      : begin_(std::max<std::int64_t>(0, z_begin)),
        images_(static_cast<std::size_t>(std::min(depth, z_end) - begin_)),
        depth_(depth) {}
  std::int64_t begin() const { return begin_; }
  std::int64_t count() const { return static_cast<std::int64_t>(images_.size()); }
  std::vector<float>& at(std::int64_t z) {
    return images_[static_cast<std::size_t>(std::clamp<std::int64_t>(z, 0, depth_ - 1) - begin_)];
  }
  // A kernel without outer weights needs no slice there, and there may be none.
  void blur_across(std::int64_t z, const Kernel& kernel, std::span<float> out) {
    std::array<const float*, 5> in{};
    for (std::int64_t k = -2; k <= 2; ++k) {
      const std::int64_t from = kernel[2] > 0 ? k : std::clamp<std::int64_t>(k, -1, 1);
      in[static_cast<std::size_t>(k + 2)] = at(z + from).data();
    }
    weigh(in, kernel, out);
  }

 private:
  std::int64_t begin_;
  std::vector<std::vector<float>> images_;
  std::int64_t depth_;
};

}  // namespace

Beam::Beam(const PhantomOptions& options, const Plug& plug)
    : size_(options.size),
      seed_(mix(options.seed ^ 31)),
      noise_(static_cast<float>(options.noise)),
      cupping_(static_cast<float>(options.cupping)),
      rings_(static_cast<float>(options.rings)),
      threads_(options.threads),
      plug_x_(plug.axis_x()),
      plug_y_(plug.axis_y()),
      plug_radius_(plug.radius_voxels()) {}

void Beam::expose(std::int64_t z_begin, std::int64_t z_end,
                  const std::function<void(std::int64_t, std::span<float>)>& slice_of,
                  const VolumeView<std::uint16_t>& scan) const {
  const auto pixels = static_cast<std::size_t>(size_.x * size_.y);
  Slices ideal(z_begin - halo, z_end + halo, size_.z);
  parallel_for(ideal.count(), threads_, [&](std::int64_t i) {
    Image& image = ideal.at(ideal.begin() + i);
    image.resize(pixels);
    slice_of(ideal.begin() + i, image);
    blur_in_plane(image, size_.x, optics);
  });
  Slices seen(z_begin - 1, z_end + 1, size_.z);
  parallel_for(seen.count(), threads_, [&](std::int64_t i) {
    Image& image = seen.at(seen.begin() + i);
    image.resize(pixels);
    ideal.blur_across(seen.begin() + i, optics, image);
    add_noise(seen.begin() + i, image);
    blur_in_plane(image, size_.x, reconstruction);
  });
  parallel_for(z_end - z_begin, threads_, [&](std::int64_t i) {
    Image image(pixels);
    seen.blur_across(z_begin + i, reconstruction, image);
    digitise(z_begin + i, image, {scan.row(0, i), pixels});
  });
}

void Beam::add_noise(std::int64_t z, Image& image) const {
  const float strength = noise_ / noise_left;
  for (std::int64_t y = 0; y < size_.y; ++y) {
    const std::uint64_t row_bits = hash(seed_, y, z);
    float* const row = image.data() + y * size_.x;
    for (std::int64_t x = 0; x < size_.x; ++x) {
      const float variance = 0.4F + 0.6F * std::max(0.0F, row[x]);
      row[x] += strength * std::sqrt(variance) *
                normal(mix(row_bits + static_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15U));
    }
  }
}

// A detector's faulty columns: weak ones everywhere, a few strong ones, each changing slowly from
// row to row of the detector (slice to slice).
std::vector<float> Beam::ring_profile(std::int64_t z) const {
  const auto count = static_cast<std::size_t>(size_.x + size_.y);
  std::vector<float> profile(count);
  for (std::size_t r = 0; r < count; ++r) {
    const auto radius = static_cast<std::int64_t>(r);
    const bool strong = unit_interval(hash(seed_, radius, -1)) < 0.06;
    // Weights that give the mixture of weak and strong rings a standard deviation of about 1.
    const float weight = strong ? 3.4F : 0.62F;
    const double slow = ValueNoise(hash(seed_, radius, -2), 24).at({0, 0, static_cast<double>(z)});
    profile[r] = rings_ * weight *
                 (0.8F * normal(hash(seed_, radius, -3)) + 1.2F * static_cast<float>(slow));
  }
  return profile;
}

void Beam::digitise(std::int64_t z, const Image& image, std::span<std::uint16_t> out) const {
  const std::vector<float> profile = ring_profile(z);
  for (std::int64_t y = 0; y < size_.y; ++y) {
    const double dy = static_cast<double>(y) - plug_y_;
    for (std::int64_t x = 0; x < size_.x; ++x) {
      const auto i = static_cast<std::size_t>(y * size_.x + x);
      const double dx = static_cast<double>(x) - plug_x_;
      const double plug_share = (dx * dx + dy * dy) / (plug_radius_ * plug_radius_);
      const float hardened =
          image[i] * (1 - cupping_ * std::max(0.0F, 1 - static_cast<float>(plug_share)));
      // The axis of rotation lies beside the plug's axis, as on a real stage.
      const double off_x = dx - 3.3;
      const double off_y = dy + 2.1;
      const double r = std::sqrt(off_x * off_x + off_y * off_y);
      const double inner = std::floor(r);
      const auto bin = static_cast<std::size_t>(inner);
      const auto part = static_cast<float>(r - inner);
      const float ring = profile[bin] + part * (profile[bin + 1] - profile[bin]);
      const float level = air_level + rock_step * (hardened + ring) + 0.5F;
      out[i] = static_cast<std::uint16_t>(std::clamp(level, 0.0F, 65535.0F));
    }
  }
}

}  // namespace fossilct::phantom
