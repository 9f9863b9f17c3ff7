// SPDX-License-Identifier: Apache-2.0
#include "specimens/shape.h"

#include <doctest/doctest.h>

#include <numbers>
#include <random>

#include "specimens/voxel_cells.h"
#include "tests/specimens/bodies.h"

namespace fossilct {
namespace {

using std::numbers::pi;
using test::body;
using test::cuboid;
using test::sphere;

doctest::Approx near(double value, double relative) {
  return doctest::Approx(value).epsilon(relative).scale(0);
}

struct Bias {
  double area = 0, solidity = 0, feret = 0;
};
// Mean over spheres whose centres fall anywhere in a voxel; feret in voxels too much.
Bias sphere_bias(double radius, int count) {
  std::mt19937 random(7);
  const auto place = [&] { return static_cast<double>(random()) / 4294967296.0 - 0.5; };
  Bias bias;
  for (int i = 0; i < count; ++i) {
    const Vector3 centre{place(), place(), place()};
    const auto edge = 2 * static_cast<std::int64_t>(radius) + 5;
    const Shape shape = measure_shape(body(edge, {1, 1, 1}, sphere(radius, centre)));
    bias.area += (shape.surface_area / (4 * pi * radius * radius) - 1) / count;
    bias.solidity += (shape.solidity - 1) / count;
    bias.feret += (shape.feret_maximum - 2 * radius) / count;
  }
  return bias;
}

TEST_CASE("spheres: the surface is within 2% from a radius of 10 voxels, solidity is exactly 1") {
  for (const auto& [radius, count, tolerance] :
       {std::tuple{3.0, 20, 0.05}, {5.0, 20, 0.03}, {10.0, 10, 0.02}, {30.0, 2, 0.01}}) {
    const Bias bias = sphere_bias(radius, count);
    CAPTURE(radius);
    MESSAGE("radius " << radius << ": area " << 100 * bias.area << "%, feret maximum " << bias.feret
                      << " voxels");
    CHECK(std::abs(bias.area) < tolerance);
    CHECK(bias.solidity == 0);
    CHECK(bias.feret > 0);
    CHECK(bias.feret < 1.75);  // the diagonal of a voxel
  }
}

TEST_CASE("an ellipsoid on a grid of unequal spacing, turned: lengths, axes, place") {
  const Vector3 spacing{1, 1.5, 2};
  BodyCrop crop = body(
      61, spacing, [](const Vector3& p) { return std::hypot(p.x / 25, p.y / 20, p.z / 15) < 1; });
  const double c = std::cos(0.5);
  const double s = std::sin(0.5);
  crop.grid.direction = {c, -s, 0, s, c, 0, 0, 0, 1};
  crop.grid.origin_um = {100, 200, 300};
  crop.begin = {7, 8, 9};
  const Shape shape = measure_shape(crop);
  CHECK(shape.volume == near(4 * pi / 3 * 25 * 20 * 15, 0.01));
  // Knud Thomsen's formula, itself within 1.061%, and 2% of the estimate.
  const double q = 1.6075;
  const double area =
      4 * pi * std::pow((std::pow(500, q) + std::pow(375, q) + std::pow(300, q)) / 3, 1 / q);
  CHECK(shape.surface_area == near(area, 0.031));
  CHECK(shape.principal_lengths[0] == near(50, 0.01));
  CHECK(shape.principal_lengths[1] == near(40, 0.01));
  CHECK(shape.principal_lengths[2] == near(30, 0.01));
  CHECK(shape.elongation == near(0.8, 0.01));
  CHECK(shape.flatness == near(0.75, 0.01));
  CHECK(shape.principal_axes[0].x == near(c, 0.01));
  CHECK(shape.principal_axes[0].y == near(s, 0.02));
  CHECK(shape.solidity == 1);
  CHECK(shape.euler_number == 1);
  // Up to a voxel's diagonal, 2.7, too large.
  for (const auto& [found, truth] : {std::pair{shape.feret_maximum, 50.0},
                                     {shape.feret_minimum, 30.0},
                                     {shape.feret_orthogonal, 40.0},
                                     {shape.oriented_lengths[0], 50.0},
                                     {shape.oriented_lengths[2], 30.0}}) {
    CHECK(found > truth - 2.0);
    CHECK(found < truth + 2.7);
  }
  CHECK(shape.centroid_index.x == near(37, 1e-9));
  CHECK(shape.centroid_index.z == near(39, 1e-9));
  const Vector3 middle = crop.grid.physical_from_index({30, 30, 30});
  CHECK(shape.centroid.x == near(middle.x, 1e-9));
  CHECK(shape.centroid.y == near(middle.y, 1e-9));
  CHECK(shape.oriented_centre.y == near(middle.y, 1e-6));
}

TEST_CASE("boxes, down to rods, sheets and one voxel, are exact but for the surface") {
  const Vector3 spacing{2, 3, 5};
  for (const Size3& size : {Size3{1, 1, 1}, {9, 1, 1}, {1, 6, 7}, {12, 5, 4}}) {
    const Vector3 d{static_cast<double>(size.x) * 2, static_cast<double>(size.y) * 3,
                    static_cast<double>(size.z) * 5};
    const Shape shape = measure_shape(cuboid(size, spacing));
    CHECK(shape.volume == near(d.x * d.y * d.z, 1e-12));
    CHECK(shape.feret_maximum == near(std::hypot(d.x, d.y, d.z), 1e-9));
    CHECK(shape.feret_minimum == near(std::min({d.x, d.y, d.z}), 1e-9));
    CHECK(shape.solidity == 1);
    CHECK(shape.euler_number == 1);
    CHECK(shape.box_lengths == d);
    // The variance of a stretch of length d is d^2 / 12.
    CHECK(shape.principal_lengths[0] ==
          near(2 * std::sqrt(5.0 / 12) * std::max({d.x, d.y, d.z}), 1e-9));
  }
}

TEST_CASE("the least width of a regular tetrahedron lies between edges, not at a face") {
  // Corners at every other corner of a cube of 2r: edge-to-edge width 2r, below the height 4r /
  // sqrt(3).
  constexpr double r = 20;
  const Shape shape = measure_shape(body(47, {1, 1, 1}, [](const Vector3& p) {
    return p.x + p.y + p.z <= r && p.x - p.y - p.z <= r && -p.x + p.y - p.z <= r &&
           -p.x - p.y + p.z <= r;
  }));
  CHECK(shape.feret_minimum == near(2 * r + 1, 1e-9));
}

TEST_CASE("Euler number: ring, hollow sphere, two bodies, voxels that touch at a corner") {
  const auto ring = [](const Vector3& p) { return std::hypot(std::hypot(p.x, p.y) - 14, p.z) < 6; };
  const Shape torus = measure_shape(body(45, {1, 1, 1}, ring));
  CHECK(torus.euler_number == 0);
  CHECK(torus.filled_volume == torus.volume);
  CHECK(torus.surface_area == near(4 * pi * pi * 84, 0.04));
  CHECK(torus.solidity < 0.8);
  BodyCrop touching = cuboid({2, 2, 2}, {1, 1, 1});
  touching.mask(4, 4, 4) = mask_body;
  CHECK(measure_shape(touching).euler_number == 1);
  touching.mask(4, 4, 4) = 0;
  touching.mask(5, 5, 5) = mask_body;
  CHECK(measure_shape(touching).euler_number == 2);
}

TEST_CASE("a hollow sphere: cavity filled, both walls in the surface, sphericity of the outside") {
  const Shape shell = measure_shape(body(45, {1, 1, 1}, [](const Vector3& p) {
    const double r = std::hypot(p.x, p.y, p.z);
    return r < 20 && r >= 15;
  }));
  CHECK(shell.euler_number == 2);
  CHECK(shell.filled_volume == near(4 * pi / 3 * 8000, 0.01));
  CHECK(shell.volume == near(4 * pi / 3 * (8000 - 3375), 0.01));
  CHECK(shell.surface_area == near(4 * pi * (400 + 225), 0.02));
  CHECK(shell.sphericity == near(1, 0.02));
}

TEST_CASE("a sphere cut by the scan: the cut face is no surface of the fossil") {
  // Centred on the last slice's outer face: half a sphere.
  BodyCrop crop = body(50, {1, 1, 1}, sphere(20, {0, 0, 25}));
  const double closed = measure_shape(crop).surface_area;
  crop.at_scan_face[5] = true;
  const double open = measure_shape(crop).surface_area;
  CHECK(open == near(2 * pi * 400, 0.02));
  // The closing disc lies along the grid, where 13 directions give 7% too little.
  CHECK(closed - open == near(pi * 400, 0.1));
}

TEST_CASE("mirrored and with axes exchanged, a body measures the same") {
  const auto odd = [](const Vector3& p) {
    return std::hypot(p.x / 12, p.y / 8, p.z / 5) < 1 && p.x + p.y < 9 && p.z - p.y < 6;
  };
  const Shape a = measure_shape(body(31, {1, 1, 1}, odd));
  const Shape b = measure_shape(body(31, {1, 1, 1}, [&](const Vector3& p) {
    return odd({-p.z, p.x, -p.y});
  }));
  CHECK(a.voxels == b.voxels);
  CHECK(a.surface_area == near(b.surface_area, 1e-9));
  CHECK(a.solidity == b.solidity);
  CHECK(a.feret_minimum == near(b.feret_minimum, 1e-9));
  CHECK(a.feret_maximum == near(b.feret_maximum, 1e-9));
  CHECK(a.principal_lengths[1] == near(b.principal_lengths[1], 1e-9));
}

TEST_CASE("the 13 directions share the sphere, whatever the spacing; equal by symmetry on cubes") {
  for (const Vector3& spacing : {Vector3{1, 1, 1}, {1, 1, 4}, {3, 0.5, 1}}) {
    double sum = 0;
    for (const LatticeDirection& direction : lattice_directions(spacing)) {
      sum += direction.share;
    }
    CHECK(sum == near(1, 1e-9));
  }
  // Ohser and Muecklich's weights, 0.04577789 for a half axis.
  CHECK(lattice_directions({1, 1, 1})[0].share == near(2 * 0.04577789, 1e-6));
}

TEST_CASE("every kind of shape has its measurement, in order") {
  std::vector<Measurement> measurements;
  append_measurements(measure_shape(cuboid({3, 3, 3}, {1, 1, 1})), measurements);
  REQUIRE(measurements.size() == shape_kinds().size());
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    CHECK(measurements[i].name == shape_kinds()[i].name);
    CHECK(measurements[i].value.has_value());
  }
}

}  // namespace
}  // namespace fossilct
