// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_augment.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <numbers>

#include "base/random.h"

namespace fossilct {

namespace {

// What one picture meets.
struct Draw {
  // The place in the picture, from -1 to 1 along both axes, that a pixel of the result shows:
  // a00 x + a01 y + a02, a10 x + a11 y + a12.
  std::array<float, 6> affine{};
  float gain = 1;
  float gamma = 1;
  float contrast = 1;
  float saturation = 1;
};

double one_of(const std::vector<double>& values, HashStream& stream) {
  // Drawn in any case: what follows does not depend on it.
  const std::int64_t drawn = stream.below(std::max<std::int64_t>(1, std::ssize(values)));
  return values.empty() ? 1 : values[static_cast<std::size_t>(drawn)];
}

Draw drawn(const TaxonAugmentation& augmentation, std::uint64_t seed) {
  HashStream stream(seed);
  Draw draw;
  double degrees = stream.uniform(-augmentation.rotate_degrees, augmentation.rotate_degrees);
  const std::int64_t quarters = stream.below(4);
  const bool flipped = stream.chance(0.5) && augmentation.flip;
  const double area = stream.uniform(augmentation.crop, 1);
  const double right = stream.uniform(-1, 1);
  const double down = stream.uniform(-1, 1);
  degrees += augmentation.quarter_turns ? 90.0 * static_cast<double>(quarters) : 0;
  const double side = std::sqrt(area);
  const double scale = side / one_of(augmentation.zooms, stream);
  const double angle = degrees * std::numbers::pi / 180;
  const double mirror = flipped ? -1 : 1;
  draw.affine = {static_cast<float>(scale * std::cos(angle) * mirror),
                 static_cast<float>(-scale * std::sin(angle)),
                 static_cast<float>(right * (1 - side)),
                 static_cast<float>(scale * std::sin(angle) * mirror),
                 static_cast<float>(scale * std::cos(angle)),
                 static_cast<float>(down * (1 - side))};
  const auto around_one = [&](double share) { return 1 + stream.uniform(-share, share); };
  draw.gain =
      static_cast<float>(one_of(augmentation.gains, stream) * around_one(augmentation.brightness));
  draw.gamma = static_cast<float>(one_of(augmentation.gammas, stream));
  draw.contrast = static_cast<float>(around_one(augmentation.contrast));
  draw.saturation = static_cast<float>(around_one(augmentation.saturation));
  return draw;
}

bool is_still(const std::array<float, 6>& affine) {
  return affine == std::array<float, 6>{1, 0, 0, 0, 1, 0};
}

// One number a picture, N,1,1,1.
template <typename Field>
at::Tensor column(const std::vector<Draw>& draws, Field field) {
  std::vector<float> values;
  for (const Draw& draw : draws) {
    values.push_back(draw.*field);
  }
  return at::tensor(values).view({-1, 1, 1, 1});
}

at::Tensor moved(const at::Tensor& images, const std::vector<Draw>& draws) {
  std::vector<float> numbers;
  bool still = true;
  for (const Draw& draw : draws) {
    numbers.insert(numbers.end(), draw.affine.begin(), draw.affine.end());
    still = still && is_still(draw.affine);
  }
  if (still) {
    return images;
  }
  const at::Tensor theta = at::tensor(numbers).view({-1, 2, 3}).to(images.device());
  constexpr std::int64_t bilinear = 0, nearest_edge = 1;
  const at::Tensor grid = at::affine_grid_generator(theta, images.sizes(), false);
  return at::grid_sampler(images, grid, bilinear, nearest_edge, false);
}

at::Tensor blended(const at::Tensor& images, const at::Tensor& towards, const at::Tensor& share) {
  return towards + (images - towards) * share.to(images.device());
}

}  // namespace

at::Tensor changed_pictures(const at::Tensor& images, const TaxonAugmentation& augmentation,
                            const std::vector<std::uint64_t>& seeds) {
  std::vector<Draw> draws;
  for (const std::uint64_t seed : seeds) {
    draws.push_back(drawn(augmentation, seed));
  }
  at::Tensor out = moved(images, draws);
  if (!augmentation.gammas.empty()) {
    out = out.clamp(0, 1).pow(column(draws, &Draw::gamma).to(out.device()));
  }
  out = out * column(draws, &Draw::gain).to(out.device());
  if (augmentation.contrast > 0) {
    out = blended(out, out.mean({1, 2, 3}, true), column(draws, &Draw::contrast));
  }
  if (augmentation.saturation > 0 && images.size(1) == 3) {
    out = blended(out, out.mean({1}, true), column(draws, &Draw::saturation));
  }
  return out.clamp(0, 1);
}

at::Tensor network_pictures(const at::Tensor& images, PictureScaling scaling) {
  constexpr double least_deviation = 1.0 / 255;
  switch (scaling) {
    case PictureScaling::standard: {
      const at::Tensor mean = images.mean({1, 2, 3}, true);
      const at::Tensor deviation = (images - mean).square().mean({1, 2, 3}, true).sqrt();
      return (images - mean) / (deviation + least_deviation);
    }
    case PictureScaling::imagenet: {
      // Of red, green and blue over all of its pictures; of a grey one their means.
      const bool colour = images.size(1) == 3;
      const at::Tensor mean = colour ? at::tensor({0.485F, 0.456F, 0.406F}) : at::tensor({0.449F});
      const at::Tensor deviation =
          colour ? at::tensor({0.229F, 0.224F, 0.225F}) : at::tensor({0.226F});
      return (images - mean.view({1, -1, 1, 1}).to(images.device())) /
             deviation.view({1, -1, 1, 1}).to(images.device());
    }
    default:
      return images;
  }
}

}  // namespace fossilct
