// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "data/phantom.h"
#include "data/random.h"

namespace fossilct::phantom {

// What lies at a point of an animal.
struct ShapePoint {
  int chamber = -1;  // -1 = outside the body
  bool wall = false;
};

// A test or carapace as a solid in its own frame, in voxels, its middle at the origin: inside the
// closed outline every point is either wall or the lumen of a chamber; apertures and pores are
// lumen.
class FossilShape {
 public:
  virtual ~FossilShape() = default;
  virtual ShapePoint at(const Vector3& p_voxels) const = 0;

  double length_voxels = 0;  // longest extent
  double radius_voxels = 0;  // of a sphere around the origin that holds the body
  double wall_voxels = 0;    // see PhantomFossil
  int chambers = 1;
};

// A wall thinner than this would break up into specks at the scan's resolution.
inline constexpr double thinnest_wall_voxels = 1.8;

// An individual of the kind: its proportions are drawn from `random`, its length is given.
std::unique_ptr<FossilShape> make_shape(FossilKind kind, double length_voxels, Random& random);

std::unique_ptr<FossilShape> make_planispiral(double length_voxels, Random& random);
std::unique_ptr<FossilShape> make_trochospiral(double length_voxels, Random& random);
std::unique_ptr<FossilShape> make_biserial(double length_voxels, Random& random);
std::unique_ptr<FossilShape> make_milioline(double length_voxels, Random& random);
std::unique_ptr<FossilShape> make_ostracod(double length_voxels, Random& random);
std::unique_ptr<FossilShape> make_radiolarian(double length_voxels, Random& random);
std::unique_ptr<FossilShape> make_diatom(double length_voxels, Random& random);

// Points spread evenly over the unit sphere (Fibonacci lattice).
std::vector<Vector3> points_on_sphere(std::int64_t count);

}  // namespace fossilct::phantom
