// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "data/exact_math.h"
#include "data/fossil_shapes.h"

namespace fossilct::phantom {

// One chamber of a foraminifer: a hollow, maybe bent ellipsoid with a round opening (foramen) in
// its wall.
struct Chamber {
  Vector3 centre;
  Matrix3 axes = identity_direction;  // columns: directions of the radii
  Vector3 radii;
  Vector3 foramen;  // place of the opening, on the wall
  double foramen_radius = 0;
  double bend = 0;  // the chamber's middle line is -bend z^2 outwards: it leans in at its ends
};

// A foraminifer: chambers in the order they grew. What an earlier chamber fills, a later one leans
// on: its wall becomes the septum (after the moving-reference growth models of Labaj, Topa, Tyszka
// and Alda 2003). Built in any unit and place; scaled to `length_voxels` and centred here.
// `wall_share` is the wall's thickness as a share of the chamber's smallest radius.
class ChamberedShape : public FossilShape {
 public:
  ChamberedShape(std::vector<Chamber> grown, double length_voxels, double wall_share);
  ShapePoint at(const Vector3& p_voxels) const override;

 private:
  void centre_and_scale(double length);
  void thicken(double wall_share);

  std::vector<Chamber> chambers_;
  std::vector<double> walls_;
  std::vector<double> reach_squared_;  // of each chamber around its centre
};

}  // namespace fossilct::phantom
