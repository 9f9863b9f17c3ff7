// SPDX-License-Identifier: Apache-2.0
#include "filters/slide_particles.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {

namespace {

struct Disc {
  double x = 0;
  double y = 0;
  double radius = 0;
  double grey = 0.8;
  bool holds(double px, double py) const { return std::hypot(px - x, py - y) <= radius; }
};

// Discs on ground(x, y), with some noise that is the same in every run.
template <typename Ground>
Volume<float> slide(const std::vector<Disc>& discs, Ground&& ground) {
  Volume<float> picture({400, 300, 1});
  std::uint32_t state = 7;
  for (std::int64_t y = 0; y < 300; ++y) {
    for (std::int64_t x = 0; x < 400; ++x) {
      state = state * 1664525U + 1013904223U;
      const double noise = 0.04 * (static_cast<double>(state >> 8U) / 16777216.0 - 0.5);
      double value = ground(static_cast<double>(x), static_cast<double>(y));
      for (const Disc& disc : discs) {
        value = disc.holds(static_cast<double>(x), static_cast<double>(y)) ? disc.grey : value;
      }
      picture(x, y, 0) = static_cast<float>(value + noise);
    }
  }
  return picture;
}

const auto dark = [](double, double) { return 0.1; };

}  // namespace

TEST_CASE("particles are found where they are, as large as they are") {
  const std::vector<Disc> discs = {{100, 80, 30}, {300.5, 200.25, 45}};
  const SlideParticles found = find_slide_particles(slide(discs, dark).view());
  REQUIRE(found.particles.size() == 2);
  CHECK(found.threshold == doctest::Approx(0.45).epsilon(0.3));
  for (std::size_t i = 0; i < 2; ++i) {
    const SlideParticle& particle = found.particles[i];
    CHECK(particle.fault == ParticleFault::none);
    CHECK(particle.centre_x == doctest::Approx(discs[i].x).epsilon(0.003));
    CHECK(particle.centre_y == doctest::Approx(discs[i].y).epsilon(0.003));
    CHECK(static_cast<double>(particle.pixels) ==
          doctest::Approx(std::numbers::pi * discs[i].radius * discs[i].radius).epsilon(0.03));
    CHECK(std::abs(particle.largest_radius - discs[i].radius) < 1.5);
    CHECK(particle.solidity > 0.95);
  }
}

TEST_CASE("small, touching and cut ones are refused, each for its reason") {
  const Volume<float> picture = slide({{60, 60, 12},  // 450 pixels
                                       {150, 100, 30},
                                       {205, 100, 30},  // an L of three
                                       {150, 155, 30},
                                       {395, 200, 40},  // leaves the picture
                                       {270, 220, 35}},
                                      dark);
  SlideOptions options;
  const SlideParticles found = find_slide_particles(picture.view(), options);
  REQUIRE(found.particles.size() == 4);
  std::vector<ParticleFault> faults;
  for (const SlideParticle& particle : found.particles) {
    faults.push_back(particle.fault);
  }
  CHECK(faults == std::vector{ParticleFault::too_small, ParticleFault::too_concave,
                              ParticleFault::cut_by_border, ParticleFault::none});
  options.fewest_pixels = 100;
  options.least_solidity = 0.5;
  CHECK(find_slide_particles(picture.view(), options).particles[1].fault == ParticleFault::none);
}

TEST_CASE("a hole in a particle is of it, a thread beside it is not") {
  const Volume<float> picture = slide(
      {{200, 150, 50}, {200, 150, 15, 0.1}},
      [](double x, double y) { return std::abs(y - 150) < 1.5 && x > 30 && x < 200 ? 0.8 : 0.1; });
  SlideOptions options;
  options.sigma_pixels = 0.5;
  options.opening_radius_pixels = 4;
  const SlideParticles found = find_slide_particles(picture.view(), options);
  REQUIRE(found.particles.size() == 1);
  CHECK(static_cast<double>(found.particles[0].pixels) ==
        doctest::Approx(std::numbers::pi * 2500).epsilon(0.02));
}

TEST_CASE("dark ones on bright ground; a fixed threshold") {
  const Volume<float> picture = slide({{200, 150, 50, 0.3}}, [](double, double) { return 0.9; });
  SlideOptions options;
  options.dark_particles = true;
  CHECK(find_slide_particles(picture.view(), options).particles.size() == 1);
  options.threshold_by = SlideThreshold::fixed;
  options.threshold = 0.6;
  CHECK(find_slide_particles(picture.view(), options).particles.size() == 1);
  options.threshold = 0.2;
  CHECK(find_slide_particles(picture.view(), options).particles.empty());
}

TEST_CASE("on unevenly lit ground the model of it finds both darker and brighter ones") {
  const auto uneven = [](double x, double) { return 0.2 + 0.5 * x / 400; };
  const Volume<float> picture = slide({{70, 70, 20, 0.7}, {330, 230, 20, 0.1}}, uneven);
  SlideOptions options;
  options.threshold_by = SlideThreshold::background;
  options.fewest_pixels = 500;
  const SlideParticles found = find_slide_particles(picture.view(), options);
  REQUIRE(found.particles.size() == 2);
  CHECK(found.particles[0].centre_x == doctest::Approx(70).epsilon(0.02));
  CHECK(found.particles[1].centre_x == doctest::Approx(330).epsilon(0.02));
}

TEST_CASE("crops are squares about the centre of mass") {
  SlideParticle particle;
  particle.centre_x = 100;
  particle.centre_y = 80;
  particle.largest_radius = 30;
  const SlideCrop own = crop_of(particle, 0);
  CHECK(own.edge == 66);
  CHECK(std::abs(static_cast<double>(own.begin_x) + 32.5 - 100) <= 0.5);
  const SlideCrop fixed = crop_of(particle, 224);
  CHECK(fixed.edge == 224);
  CHECK(std::abs(static_cast<double>(fixed.begin_y) + 111.5 - 80) <= 0.5);
}

TEST_CASE("an empty slide and options out of range are said") {
  const Volume<float> flat({50, 50, 1});
  CHECK(test::message_of<Error>([&] { find_slide_particles(flat.view()); }).find("one grey") !=
        std::string::npos);
  SlideOptions options;
  options.sigma_pixels = 51;
  CHECK(test::message_of<Error>([&] {
          find_slide_particles(flat.view(), options);
        }).find("--sigma: 51 is out of range: 0 to 50") != std::string::npos);
}

}  // namespace fossilct
