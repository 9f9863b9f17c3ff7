// SPDX-License-Identifier: Apache-2.0
// The four foraminifera. Each grows by the logarithmic rule: every chamber is the one before it,
// turned by a fixed angle and enlarged by a fixed factor (Raup 1966; Berger 1969).
#include "data/chambered_shape.h"

namespace fossilct::phantom {

namespace {

double power(double base, std::int64_t exponent) {
  double result = 1;
  for (std::int64_t i = 0; i < exponent; ++i) {
    result *= base;
  }
  return result;
}

// Columns: outwards, onwards along the coil (leaning back by `lean_turns`), along the axis.
Matrix3 coil_axes(double turns, double lean_turns) {
  const CosSin a = cos_sin_of_turns(turns + lean_turns);
  return {a.cos, -a.sin, 0, a.sin, a.cos, 0, 0, 0, 1};
}

Chamber proloculus(double radius, const Vector3& first_foramen) {
  return {{0, 0, 0}, identity_direction, {radius, radius, radius}, first_foramen, radius / 3};
}

}  // namespace

std::unique_ptr<FossilShape> make_planispiral(double length_voxels, Random& random) {
  const std::int64_t per_whorl = random.integer(8, 11);
  const std::int64_t count = per_whorl * 5 / 2 + random.integer(0, 4);
  const double growth = 1 + random.uniform(0.58, 0.76) / static_cast<double>(per_whorl);
  const double step = 1 / static_cast<double>(per_whorl);
  const double per_turn = power(growth, per_whorl);
  const double half_height = 1.3 * (per_turn - 1) / (per_turn + 1);
  const double half_width = half_height * random.uniform(0.85, 1.5);
  std::vector<Chamber> grown = {proloculus(0.62, {0.55, 0, 0})};
  for (std::int64_t i = 0; i < count; ++i) {
    const double turns = step * static_cast<double>(i);
    const double r = power(growth, i);
    const CosSin a = cos_sin_of_turns(turns);
    const CosSin front = cos_sin_of_turns(turns + step * 0.55);
    const double base = r * (1 - 0.5 * half_height);
    grown.push_back({{r * a.cos, r * a.sin, 0},
                     coil_axes(turns, -0.05),
                     {half_height * r, 0.74 * 2 * pi * step * r, half_width * r},
                     {base * front.cos, base * front.sin, 0},
                     0.3 * half_height * r});
  }
  return std::make_unique<ChamberedShape>(std::move(grown), length_voxels,
                                          random.uniform(0.2, 0.3));
}

std::unique_ptr<FossilShape> make_trochospiral(double length_voxels, Random& random) {
  const double per_whorl = random.uniform(4, 5);
  const double growth = random.uniform(1.13, 1.2);
  const double rise = random.uniform(0.35, 0.65);
  const double roundness = random.uniform(0.72, 0.82);
  const std::int64_t count = random.integer(12, 15);
  std::vector<Chamber> grown = {proloculus(0.7, {0.6, 0, 0})};
  for (std::int64_t i = 0; i < count; ++i) {
    const double turns = static_cast<double>(i) / per_whorl;
    const double r = power(growth, i);
    const CosSin a = cos_sin_of_turns(turns);
    const Vector3 centre{r * a.cos, r * a.sin, rise * r};
    const double radius = roundness * r;
    // Interiomarginal, umbilical: on the side of the axis that the cone opens to.
    const Vector3 foramen = centre + radius * Vector3{-0.75 * a.cos, -0.75 * a.sin, 0.6};
    grown.push_back(
        {centre, coil_axes(turns, 0), {radius, radius, 0.92 * radius}, foramen, 0.42 * radius});
  }
  return std::make_unique<ChamberedShape>(std::move(grown), length_voxels,
                                          random.uniform(0.14, 0.2));
}

std::unique_ptr<FossilShape> make_biserial(double length_voxels, Random& random) {
  const std::int64_t count = random.integer(12, 16);
  const double growth = random.uniform(1.08, 1.125);
  const double flatness = random.uniform(0.55, 0.8);
  const double droop = random.uniform(0.03, 0.07);
  std::vector<Chamber> grown = {proloculus(0.62, {0, 0, 0.6})};
  double z = 0.35;
  for (std::int64_t i = 0; i < count; ++i) {
    const double r = power(growth, i);
    const double side = i % 2 == 0 ? 1 : -1;
    const CosSin tilt = cos_sin_of_turns(-side * droop);
    const Vector3 centre{side * 0.52 * r, 0, z};
    // A low arch on the inner edge of the last face, towards the other row.
    const Vector3 foramen = centre + r * Vector3{-side * 0.42, 0, 0.4};
    grown.push_back({centre,
                     {tilt.cos, 0, tilt.sin, 0, 1, 0, -tilt.sin, 0, tilt.cos},
                     {0.72 * r, flatness * r, 0.56 * r},
                     foramen,
                     0.22 * r});
    z += 0.43 * r;
  }
  return std::make_unique<ChamberedShape>(std::move(grown), length_voxels,
                                          random.uniform(0.18, 0.27));
}

std::unique_ptr<FossilShape> make_milioline(double length_voxels, Random& random) {
  const std::int64_t count = random.integer(10, 13);
  const double growth = random.uniform(1.17, 1.23);
  const double slenderness = random.uniform(1.35, 1.75);
  std::vector<Chamber> grown = {proloculus(0.55, {0, 0, 0.5})};
  for (std::int64_t i = 0; i < count; ++i) {
    // Each chamber is half a coil long, pole to pole, and lies two fifths of a turn further on.
    const double turns = 0.4 * static_cast<double>(i);
    const double r = power(growth, i);
    const double end = i % 2 == 0 ? 1 : -1;
    const CosSin a = cos_sin_of_turns(turns);
    const Vector3 centre{0.6 * r * a.cos, 0.6 * r * a.sin, end * 0.08 * r};
    const Vector3 pole{0, 0, centre.z + end * 0.95 * slenderness * r};
    grown.push_back({centre,
                     coil_axes(turns, 0),
                     {0.5 * r, 0.95 * r, slenderness * r},
                     pole,
                     0.3 * r,
                     0.5 / (slenderness * slenderness * r)});
  }
  return std::make_unique<ChamberedShape>(std::move(grown), length_voxels,
                                          random.uniform(0.24, 0.32));
}

}  // namespace fossilct::phantom
