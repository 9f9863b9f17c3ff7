// SPDX-License-Identifier: Apache-2.0
#include "specimens/eigensystem.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fossilct {
namespace {

// Turns rows and columns p and q of `a` so that a[p][q] becomes 0, and the columns of `v` with
// them.
void rotate(Matrix3& a, Matrix3& v, std::size_t p, std::size_t q) {
  const double off = a[3 * p + q];
  if (off == 0) {
    return;
  }
  const double theta = (a[4 * q] - a[4 * p]) / (2 * off);
  const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
  const double c = 1 / std::hypot(t, 1.0);
  const double s = t * c;
  for (std::size_t k = 0; k < 3; ++k) {
    const std::pair columns(a[3 * k + p], a[3 * k + q]);
    a[3 * k + p] = c * columns.first - s * columns.second;
    a[3 * k + q] = s * columns.first + c * columns.second;
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const std::pair rows(a[3 * p + k], a[3 * q + k]);
    a[3 * p + k] = c * rows.first - s * rows.second;
    a[3 * q + k] = s * rows.first + c * rows.second;
    const std::pair columns(v[3 * k + p], v[3 * k + q]);
    v[3 * k + p] = c * columns.first - s * columns.second;
    v[3 * k + q] = s * columns.first + c * columns.second;
  }
}

// An axis has no sign of its own: its largest component is made positive.
Vector3 with_fixed_sign(const Vector3& a) {
  double largest = a.x;
  for (const double other : {a.y, a.z}) {
    // A hair's breadth of preference for the earlier axis keeps ties from flipping with rounding.
    if (std::abs(other) > std::abs(largest) * (1 + 1e-9)) {
      largest = other;
    }
  }
  return largest < 0 ? -1.0 * a : a;
}

}  // namespace

Eigensystem eigensystem(Matrix3 a) {
  Matrix3 v = identity_direction;
  // Jacobi's method converges quadratically: ten sweeps are far more than 3 x 3 ever needs.
  for (int sweep = 0; sweep < 10; ++sweep) {
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  std::array<std::size_t, 3> order = {0, 1, 2};
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return a[4 * i] > a[4 * j]; });
  Eigensystem result;
  for (std::size_t k = 0; k < 3; ++k) {
    const std::size_t from = order[k];
    result.values[k] = a[4 * from];
    result.vectors[k] = with_fixed_sign({v[from], v[3 + from], v[6 + from]});
  }
  result.vectors[2] = cross(result.vectors[0], result.vectors[1]);
  return result;
}

}  // namespace fossilct
