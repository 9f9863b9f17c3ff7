// SPDX-License-Identifier: Apache-2.0
#include "train/augment.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"

namespace fossilct {
namespace {

constexpr std::int64_t bilinear = 0, nearest = 1;  // of at::grid_sampler_2d
constexpr std::int64_t reflected = 2;

// One sample: C,H,W and H,W.
struct Sample {
  at::Tensor image, labels;
};

class Augmenter {
 public:
  Augmenter(const Augmentation& options, std::uint64_t seed)
      : o_(options), random_(seed), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

  Sample operator()(Sample sample) {
    turn(sample);
    deform(sample);
    sample.image = relit(sample.image);
    sample.image = degraded(sample.image);
    return sample;
  }

 private:
  // Mirrors and quarter turns, exact.
  void turn(Sample& sample) {
    if (random_.chance(o_.flip)) {
      sample = {sample.image.flip(2), sample.labels.flip(1)};
    }
    if (random_.chance(o_.flip_rows)) {
      sample = {sample.image.flip(1), sample.labels.flip(0)};
    }
    if (random_.chance(o_.quarter_turn)) {
      const bool square = sample.labels.size(0) == sample.labels.size(1);
      const std::int64_t turns = square ? 1 + random_.below(3) : 2;
      sample = {sample.image.rot90(turns, {1, 2}), sample.labels.rot90(turns, {0, 1})};
    }
  }

  // Rotation, zoom, perspective and elastic deformation in one resampling.
  void deform(Sample& sample) {
    const bool rotate = random_.chance(o_.rotate), zoom = random_.chance(o_.zoom),
               warp = random_.chance(o_.warp), elastic = random_.chance(o_.elastic);
    const double turn =
        random_.uniform(-o_.rotate_degrees, o_.rotate_degrees) * std::numbers::pi / 180;
    const double factor = std::exp(random_.uniform(std::log(o_.zoom_low), std::log(o_.zoom_high)));
    const std::uint64_t rest = random_.bits();
    if (!rotate && !zoom && !warp && !elastic) {
      return;
    }
    HashStream random(rest);
    const auto height = static_cast<double>(sample.labels.size(0));
    const auto width = static_cast<double>(sample.labels.size(1));
    at::Tensor grid = similarity(sample, rotate ? turn : 0, zoom ? factor : 1);
    if (warp) {
      const double a = random.uniform(-o_.warp_share, o_.warp_share);
      const double b = random.uniform(-o_.warp_share, o_.warp_share);
      const at::Tensor w = 1 + a * grid.select(3, 0) + b * grid.select(3, 1);
      grid = grid / w.unsqueeze(3) * (1 + std::abs(a) + std::abs(b));
    }
    if (elastic) {
      const double pixels = random.uniform(0, o_.elastic_pixels);
      grid = grid + displacement(sample) *
                        at::tensor({2 * pixels / width, 2 * pixels / height}).to(grid.options());
    }
    const at::Tensor labels = sample.labels.to(at::kFloat).unsqueeze(0).unsqueeze(0);
    sample.image =
        at::grid_sampler_2d(sample.image.unsqueeze(0), grid, bilinear, reflected, false)[0];
    sample.labels =
        at::grid_sampler_2d(labels, grid, nearest, reflected, false)[0][0].to(at::kByte);
  }

  // Where each pixel comes from, 1,H,W,2 as grid_sampler has it; without squeezing an image that is
  // no square.
  static at::Tensor similarity(const Sample& sample, double turn, double zoom) {
    const auto height = static_cast<double>(sample.labels.size(0));
    const auto width = static_cast<double>(sample.labels.size(1));
    const double c = std::cos(turn) / zoom, s = std::sin(turn) / zoom;
    const at::Tensor theta =
        at::tensor({c, -s * height / width, 0.0, s * width / height, c, 0.0}, at::kFloat)
            .reshape({1, 2, 3})
            .to(sample.image.device());
    return at::affine_grid_generator(theta, {1, 1, sample.labels.size(0), sample.labels.size(1)},
                                     false);
  }

  // A smooth field of deviation 1, 1,H,W,2.
  at::Tensor displacement(const Sample& sample) {
    const auto nodes = [&](std::int64_t pixels) {
      return 2 + static_cast<std::int64_t>(static_cast<double>(pixels) / o_.elastic_grid);
    };
    const std::int64_t height = sample.labels.size(0), width = sample.labels.size(1);
    const at::Tensor field = normal({1, 2, nodes(height), nodes(width)}, sample.image);
    return at::upsample_bicubic2d(field, {height, width}, true).permute({0, 2, 3, 1});
  }

  // Changes of the intensities themselves.
  at::Tensor relit(at::Tensor image) {
    const double gain = std::exp(
        random_.uniform(std::log(o_.contrast_low + 1e-6), std::log(o_.contrast_high + 1e-6)));
    const double shift = random_.uniform(-o_.brightness_shift, o_.brightness_shift);
    const double power = std::exp(random_.uniform(std::log(o_.gamma_low), std::log(o_.gamma_high)));
    if (random_.chance(o_.contrast)) {
      image = image * gain;
    }
    if (random_.chance(o_.brightness)) {
      image = image + shift;
    }
    if (random_.chance(o_.gamma)) {
      const at::Tensor low = image.min(), range = (image.max() - low).clamp_min(1e-6);
      image = ((image - low) / range).clamp(0, 1).pow(power) * range + low;
    }
    if (random_.chance(o_.stretch)) {
      // Its slope is 1 + strength cos: nowhere negative.
      const double strength = random_.uniform(-o_.stretch_strength, o_.stretch_strength);
      const double frequency = random_.uniform(0.3, 1.5);
      const double phase = random_.uniform(0, 2 * std::numbers::pi);
      image = image + (strength / frequency) * (image * frequency + phase).sin();
    }
    return image;
  }

  // What scanner and reconstruction add.
  at::Tensor degraded(at::Tensor image) {
    const bool rings = random_.chance(o_.rings), cupping = random_.chance(o_.cupping);
    if (rings || cupping) {
      const at::Tensor radius = radii(image);
      if (rings) {
        const double deviation = random_.uniform(0, o_.rings_deviation);
        const auto most = static_cast<std::int64_t>(radius.max().item<double>()) + 2;
        image = image + deviation * normal({most}, image).index({radius.to(at::kLong)});
      }
      if (cupping) {
        const double depth = random_.uniform(-o_.cupping_depth, o_.cupping_depth);
        image = image + depth * (radius / radius.max().clamp_min(1)).square();
      }
    }
    if (random_.chance(o_.blur)) {
      image = blurred(image, random_.uniform(0.3, o_.blur_sigma));
    }
    if (random_.chance(o_.noise)) {
      const double deviation = random_.uniform(0, o_.noise_deviation);
      at::Tensor noise = normal(image.sizes(), image);
      if (random_.chance(0.5)) {
        noise = blurred(noise, random_.uniform(0.4, 1.0));
        noise = noise / noise.std().clamp_min(1e-6);
      }
      image = image + deviation * noise;
    }
    return image;
  }

  // Distance of each pixel from a place in or near the image, H,W.
  at::Tensor radii(const at::Tensor& image) {
    const auto height = static_cast<double>(image.size(1)),
               width = static_cast<double>(image.size(2));
    const double row = random_.uniform(-0.5, 1.5) * height;
    const double column = random_.uniform(-0.5, 1.5) * width;
    const at::Tensor y = at::arange(image.size(1), image.options()) - row;
    const at::Tensor x = at::arange(image.size(2), image.options()) - column;
    return (y.square().unsqueeze(1) + x.square().unsqueeze(0)).sqrt();
  }

  static at::Tensor blurred(const at::Tensor& image, double sigma) {
    const auto reach = static_cast<std::int64_t>(std::ceil(3 * sigma));
    if (reach >= image.size(1) || reach >= image.size(2)) {
      return image;  // nothing would be left of it
    }
    at::Tensor kernel =
        at::arange(-reach, reach + 1, image.options()).square() / (-2 * sigma * sigma);
    kernel = kernel.softmax(0);
    const at::Tensor planes =
        at::reflection_pad2d(image.unsqueeze(1), {reach, reach, reach, reach});
    const at::Tensor rows = at::conv2d(planes, kernel.reshape({1, 1, -1, 1}));
    return at::conv2d(rows, kernel.reshape({1, 1, 1, -1})).squeeze(1);
  }

  // Drawn on the CPU wherever the image is: the same on every device.
  at::Tensor normal(at::IntArrayRef sizes, const at::Tensor& like) {
    return at::randn(sizes, generator_, at::TensorOptions(at::kFloat)).to(like.device());
  }

  const Augmentation& o_;
  HashStream random_;
  at::Generator generator_;
};

}  // namespace

LabelledImages augmented(const LabelledImages& batch, const Augmentation& options,
                         std::uint64_t seed) {
  std::vector<at::Tensor> images, labels;
  for (std::int64_t i = 0; i < batch.images.size(0); ++i) {
    Augmenter augmenter(options, hash(seed, i));
    const Sample sample = augmenter({batch.images[i], batch.labels[i]});
    images.push_back(sample.image);
    labels.push_back(sample.labels);
  }
  return {at::stack(images), at::stack(labels)};
}

}  // namespace fossilct
