// SPDX-License-Identifier: Apache-2.0
#include "render/reduction.h"

#include <vtkGenericCell.h>
#include <vtkStaticCellLocator.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <tuple>

#include "render/quadric.h"
#include "render/vector_math.h"
#include "render/vtk_mesh.h"

namespace fossilct {
namespace {

using Id = std::uint32_t;
constexpr Id none = std::numeric_limits<Id>::max();

// A collapse that may be done, with what the ends were when it was weighed.
struct Candidate {
  double error2 = 0;
  Id a = none;
  Id b = none;
  Id changes = 0;  // of both ends
  friend bool operator>(const Candidate& l, const Candidate& r) {
    return std::tie(l.error2, l.a, l.b) > std::tie(r.error2, r.a, r.b);
  }
};

class Reducer {
 public:
  // `fixed`: points that stay as they are, in order.
  Reducer(const TriangleMesh& mesh, double most_error_um, const std::vector<Id>& fixed)
      : triangles_(mesh.triangles), most_error2_(most_error_um * most_error_um) {
    std::transform(mesh.points_um.begin(), mesh.points_um.end(), std::back_inserter(points_),
                   to_vector);
    quadrics_.resize(points_.size());
    changes_.resize(points_.size());
    mark_.resize(points_.size());
    around_.resize(points_.size());
    fixed_.resize(points_.size());
    for (const Id point : fixed) {
      fixed_[point] = true;
    }
    for (Id t = 0; t < triangles_.size(); ++t) {
      add_triangle(t);
    }
    alive_ = static_cast<std::int64_t>(triangles_.size());
    for (Id a = 0; a < points_.size(); ++a) {
      push_edges_of(a, true);
    }
  }

  void run(std::int64_t triangles) {
    while (alive_ > triangles && !queue_.empty()) {
      const Candidate next = queue_.top();
      queue_.pop();
      if (changes_[next.a] + changes_[next.b] == next.changes && !around_[next.a].empty() &&
          !around_[next.b].empty()) {
        try_collapse(next);
      }
    }
  }

  double largest_error() const { return std::sqrt(largest_error2_); }

  void write(TriangleMesh& mesh) const {
    std::vector<Id> new_from_old(points_.size(), none);
    mesh.points_um.clear();
    mesh.triangles.clear();
    mesh.normals.clear();
    for (const auto& triangle : triangles_) {
      if (triangle[0] == none) {
        continue;
      }
      auto& written = mesh.triangles.emplace_back();
      for (std::size_t k = 0; k < 3; ++k) {
        Id& id = new_from_old[triangle[k]];
        if (id == none) {
          id = static_cast<Id>(mesh.points_um.size());
          mesh.points_um.push_back(to_point(points_[triangle[k]]));
        }
        written[k] = id;
      }
    }
  }

 private:
  Vector3 normal_of(const std::array<Id, 3>& t) const {
    return cross(points_[t[1]] - points_[t[0]], points_[t[2]] - points_[t[0]]);
  }

  void add_triangle(Id t) {
    const Vector3 normal = normal_of(triangles_[t]);
    const double size = length(normal);
    for (const Id corner : triangles_[t]) {
      around_[corner].push_back(t);
      if (size > 0) {
        quadrics_[corner] += Quadric(1 / size * normal, points_[corner]);
      }
    }
  }

  Vector3 place_for(Id a, Id b, double& error2) const {
    Quadric sum = quadrics_[a];
    sum += quadrics_[b];
    const Vector3 middle = 0.5 * (points_[a] + points_[b]);
    const Vector3 edge = points_[b] - points_[a];
    Vector3 best = middle;
    error2 = sum.at(middle);
    const auto consider = [&](const Vector3& p) {
      if (sum.at(p) < error2) {
        best = p;
        error2 = sum.at(p);
      }
    };
    consider(points_[a]);
    consider(points_[b]);
    // A place far off is one that nearly parallel planes make up.
    const auto lowest = sum.lowest();
    if (lowest && dot(*lowest - middle, *lowest - middle) <= dot(edge, edge)) {
      consider(*lowest);
    }
    return best;
  }

  // Each edge once: from its lower end, or (after a change) from `a`.
  void push_edges_of(Id a, bool from_lower_end) {
    for (const Id t : around_[a]) {
      const auto& triangle = triangles_[t];
      const std::size_t k = triangle[0] == a ? 0 : triangle[1] == a ? 1 : 2;
      const Id b = triangle[(k + 1) % 3];  // in a closed mesh every neighbour follows `a` once
      if (from_lower_end && b < a) {
        continue;
      }
      if (fixed_[a] || fixed_[b]) {
        continue;
      }
      Candidate candidate{0, std::min(a, b), std::max(a, b), changes_[a] + changes_[b]};
      place_for(candidate.a, candidate.b, candidate.error2);
      if (candidate.error2 <= most_error2_) {
        queue_.push(candidate);
      }
    }
  }

  bool has(const std::array<Id, 3>& triangle, Id point) const {
    return triangle[0] == point || triangle[1] == point || triangle[2] == point;
  }

  // The link condition, and that the two common neighbours keep three triangles.
  bool keeps_manifold(Id a, Id b) {
    ++stamp_;
    for (const Id t : around_[a]) {
      for (const Id corner : triangles_[t]) {
        mark_[corner] = stamp_;
      }
    }
    int common = 0;
    for (const Id t : around_[b]) {
      for (const Id corner : triangles_[t]) {
        if (corner != a && corner != b && mark_[corner] == stamp_) {
          mark_[corner] = 0;
          ++common;
          if (around_[corner].size() <= 3) {
            return false;
          }
        }
      }
    }
    return common == 2;
  }

  // Whether a triangle around `moved` that stays would turn over, or become a sliver.
  bool turns_over(Id moved, Id other, const Vector3& place) const {
    for (const Id t : around_[moved]) {
      std::array<Vector3, 3> corner;
      const auto& triangle = triangles_[t];
      if (has(triangle, other)) {
        continue;
      }
      for (std::size_t k = 0; k < 3; ++k) {
        corner[k] = triangle[k] == moved ? place : points_[triangle[k]];
      }
      const Vector3 before = normal_of(triangle);
      const Vector3 after = cross(corner[1] - corner[0], corner[2] - corner[0]);
      constexpr double least_cosine = 0.3;
      if (dot(before, after) <= least_cosine * length(before) * length(after)) {
        return true;
      }
      const Vector3 across = corner[2] - corner[1];
      const double longest2 =
          std::max({dot(across, across), dot(corner[1] - corner[0], corner[1] - corner[0]),
                    dot(corner[2] - corner[0], corner[2] - corner[0])});
      if (length(after) < 0.02 * longest2) {
        return true;
      }
    }
    return false;
  }

  void try_collapse(const Candidate& candidate) {
    const auto [error2, a, b, changes] = candidate;
    double same_error2 = 0;
    const Vector3 place = place_for(a, b, same_error2);
    if (!keeps_manifold(a, b) || turns_over(a, b, place) || turns_over(b, a, place)) {
      return;
    }
    largest_error2_ = std::max(largest_error2_, error2);
    points_[a] = place;
    quadrics_[a] += quadrics_[b];
    for (const Id t : around_[b]) {
      take_over(t, a, b);
    }
    around_[b].clear();
    ++changes_[a];
    push_edges_of(a, false);
  }

  // A triangle around `b` goes to `a`, or away where it has both.
  void take_over(Id t, Id a, Id b) {
    auto& triangle = triangles_[t];
    if (has(triangle, a)) {
      for (const Id corner : triangle) {
        if (corner != b) {
          std::erase(around_[corner], t);
        }
      }
      triangle.fill(none);
      --alive_;
      return;
    }
    std::replace(triangle.begin(), triangle.end(), b, a);
    around_[a].push_back(t);
  }

  std::vector<std::array<Id, 3>> triangles_;  // `none` where it is gone
  double most_error2_;
  double largest_error2_ = 0;
  std::vector<Vector3> points_;
  std::vector<Quadric> quadrics_;
  std::vector<Id> changes_;
  std::vector<Id> mark_;
  Id stamp_ = 0;
  std::vector<std::vector<Id>> around_;  // triangles at each point
  std::vector<bool> fixed_;
  std::int64_t alive_ = 0;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

// Adds the points of `mesh` that lie farther than `error_um` from the surface of `reduced`.
bool add_far_points(const TriangleMesh& mesh, const TriangleMesh& reduced, double error_um,
                    std::vector<Id>& far) {
  const auto data = polydata_of(reduced);
  const auto locator = vtkSmartPointer<vtkStaticCellLocator>::New();
  locator->SetDataSet(data);
  locator->BuildLocator();
  const auto cell = vtkSmartPointer<vtkGenericCell>::New();
  const std::size_t before = far.size();
  for (Id id = 0; id < mesh.points_um.size(); ++id) {
    const auto& p = mesh.points_um[id];
    const std::array<double, 3> point = {p[0], p[1], p[2]};
    std::array<double, 3> closest{};
    vtkIdType triangle = 0;
    int part = 0;
    double distance2 = 0;
    locator->FindClosestPoint(point.data(), closest.data(), cell, triangle, part, distance2);
    if (distance2 > error_um * error_um) {
      far.push_back(id);
    }
  }
  return far.size() > before;
}

}  // namespace

double reduce(TriangleMesh& mesh, double error_um, std::int64_t triangles) {
  const TriangleMesh whole = mesh;
  std::vector<Id> fixed;
  double largest_error = 0;
  do {
    Reducer reducer(whole, error_um, fixed);
    reducer.run(triangles);
    reducer.write(mesh);
    largest_error = reducer.largest_error();
  } while (add_far_points(whole, mesh, error_um, fixed));
  return largest_error;
}

}  // namespace fossilct
