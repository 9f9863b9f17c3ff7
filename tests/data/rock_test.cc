// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "data/beam.h"
#include "data/rock_matrix.h"

using namespace fossilct;
using namespace fossilct::phantom;

namespace {

PhantomOptions clean() {
  PhantomOptions options;
  options.size = {64, 64, 9};
  options.noise = 0;
  options.rings = 0;
  options.cupping = 0;
  return options;
}

// A scan of a core that is `brightness` everywhere.
Volume<std::uint16_t> scan_of(const PhantomOptions& options, float brightness) {
  const Plug plug(options.size, options.seed);
  Volume<std::uint16_t> scan(options.size);
  Beam(options, plug)
      .expose(
          0, options.size.z,
          [&](std::int64_t, std::span<float> slice) {
            std::fill(slice.begin(), slice.end(), brightness);
          },
          scan.view());
  return scan;
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments moments(const Volume<std::uint16_t>& scan) {
  double sum = 0;
  double squares = 0;
  const std::int64_t n = voxel_count(scan.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const double v = (scan.data()[i] - 3000.0) / 19000;
    sum += v;
    squares += v * v;
  }
  const double mean = sum / static_cast<double>(n);
  return {mean, std::sqrt(squares / static_cast<double>(n) - mean * mean)};
}

}  // namespace

TEST_CASE("a perfect beam gives air 3000 and rock 22000") {
  CHECK(moments(scan_of(clean(), 0)).mean == doctest::Approx(0).epsilon(0.001));
  const Moments rock = moments(scan_of(clean(), 1));
  CHECK(rock.mean == doctest::Approx(1).epsilon(0.001));
  CHECK(rock.deviation < 1e-4);
}

TEST_CASE("noise has the deviation asked for in rock, and less in air") {
  PhantomOptions options = clean();
  options.noise = 0.1;
  const Moments rock = moments(scan_of(options, 1));
  CHECK(rock.mean == doctest::Approx(1).epsilon(0.005));
  CHECK(rock.deviation == doctest::Approx(0.1).epsilon(0.05));
  CHECK(moments(scan_of(options, 0)).deviation < 0.08);
}

TEST_CASE("rings have about the deviation asked for and turn around one axis") {
  PhantomOptions options = clean();
  options.size = {256, 256, 3};
  options.rings = 0.1;
  const Moments rock = moments(scan_of(options, 1));
  CHECK(rock.deviation > 0.05);
  CHECK(rock.deviation < 0.13);
}

TEST_CASE("cupping darkens the axis by its share") {
  PhantomOptions options = clean();
  options.size = {65, 65, 3};
  options.cupping = 0.2;
  const Volume<std::uint16_t> scan = scan_of(options, 1);
  CHECK((scan(32, 32, 1) - 3000.0) / 19000 == doctest::Approx(0.8).epsilon(0.001));
  CHECK((scan(0, 32, 1) - 3000.0) / 19000 == doctest::Approx(1).epsilon(0.001));
}

TEST_CASE("blur keeps the sum and spreads a point alike along all axes") {
  const PhantomOptions options = clean();
  const Plug plug(options.size, options.seed);
  Volume<std::uint16_t> scan(options.size);
  Beam(options, plug)
      .expose(
          0, options.size.z,
          [&](std::int64_t z, std::span<float> slice) {
            std::fill(slice.begin(), slice.end(), 0.0F);
            slice[32 * 64 + 32] = z == 4 ? 2.0F : 0.0F;
          },
          scan.view());
  double sum = 0;
  for (std::int64_t i = 0; i < voxel_count(options.size); ++i) {
    sum += (scan.data()[i] - 3000.0) / 19000;
  }
  CHECK(sum == doctest::Approx(2).epsilon(0.01));
  CHECK(scan(31, 32, 4) == doctest::Approx(scan(32, 31, 4)).epsilon(1e-4));
  CHECK(scan(31, 32, 4) == doctest::Approx(scan(32, 32, 3)).epsilon(1e-4));
  CHECK(scan(32, 32, 4) > scan(31, 32, 4));
}

TEST_CASE("the plug is a cylinder of 0.47 of the width") {
  const Plug plug({200, 220, 10}, 1);
  std::int64_t voxels = 0;
  for (std::int64_t y = 0; y < 220; ++y) {
    for (std::int64_t x = 0; x < 200; ++x) {
      voxels += plug.contains(x, y, 5) ? 1 : 0;
      CHECK((!plug.holds_deep(x, y) || plug.contains(x, y, 5)));
    }
  }
  CHECK(static_cast<double>(voxels) == doctest::Approx(3.14159 * 94 * 94).epsilon(0.01));
}

// Grains in contact and pores that reach from face to face, not specks: most of the pore space of
// a cube of ten grains belongs to one connected piece.
TEST_CASE("pores and solid both hang together") {
  constexpr std::int64_t n = 80;
  const RockMatrix rock(4, 8, 1.3);
  std::vector<float> brightness(n * n * n);
  for (std::int64_t z = 0; z < n; ++z) {
    rock.render_slice(z, n,
                      std::span(brightness).subspan(static_cast<std::size_t>(z * n * n), n * n));
  }
  const auto share_of_largest = [&](bool pore, double& fraction) {
    std::vector<std::uint8_t> seen(brightness.size());
    std::int64_t largest = 0;
    std::int64_t all = 0;
    for (std::int64_t start = 0; start < n * n * n; ++start) {
      std::vector<std::int64_t> open;
      std::int64_t piece = 0;
      const auto visit = [&](std::int64_t i) {
        const auto k = static_cast<std::size_t>(i);
        if (seen[k] == 0 && (brightness[k] < 0.5F) == pore) {
          seen[k] = 1;
          open.push_back(i);
        }
      };
      visit(start);
      while (!open.empty()) {
        const std::int64_t i = open.back();
        open.pop_back();
        ++piece;
        const std::int64_t x = i % n;
        const std::int64_t y = i / n % n;
        const std::int64_t z = i / n / n;
        if (x > 0) visit(i - 1);
        if (x < n - 1) visit(i + 1);
        if (y > 0) visit(i - n);
        if (y < n - 1) visit(i + n);
        if (z > 0) visit(i - n * n);
        if (z < n - 1) visit(i + n * n);
      }
      largest = std::max(largest, piece);
      all += piece;
    }
    fraction = static_cast<double>(all) / static_cast<double>(n * n * n);
    return static_cast<double>(largest) / static_cast<double>(all);
  };
  double porosity = 0;
  double solidity = 0;
  CHECK(share_of_largest(true, porosity) > 0.5);
  CHECK(share_of_largest(false, solidity) > 0.98);
  CHECK(porosity > 0.03);
  CHECK(porosity < 0.25);
}

TEST_CASE("the mean of solid rock is 1, and some grains are as bright as a test wall") {
  constexpr std::int64_t n = 200;
  const RockMatrix rock(9, 12, 1.35);
  double sum = 0;
  std::int64_t solid = 0;
  std::int64_t bright = 0;
  std::vector<float> slice(n * n);
  for (std::int64_t z = 0; z < 200; z += 20) {
    rock.render_slice(z, n, slice);
    for (const float v : slice) {
      sum += v > 0.5F ? v : 0;
      solid += v > 0.5F ? 1 : 0;
      bright += v > 1.25F ? 1 : 0;
    }
  }
  CHECK(sum / static_cast<double>(solid) == doctest::Approx(1).epsilon(0.05));
  const double bright_share = static_cast<double>(bright) / static_cast<double>(solid);
  CHECK(bright_share > 0.01);
  CHECK(bright_share < 0.2);
}
