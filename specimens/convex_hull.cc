// SPDX-License-Identifier: Apache-2.0
#include "specimens/convex_hull.h"

#include <libqhull_r/qhull_ra.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "volumes/vector_math.h"

namespace fossilct {
namespace {

// Qhull writes its complaints to a FILE; without one it takes stderr.
class Complaints {
 public:
  Complaints() : file_(open_memstream(&text_, &size_)) {}
  ~Complaints() {
    std::fclose(file_);
    std::free(text_);
  }
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;
  std::FILE* file() { return file_; }
  std::string text() {
    std::fflush(file_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

struct FreeQhull {
  void operator()(qhT* qhull) const {
    int current = 0;
    int total = 0;
    qh_freeqhull(qhull, !qh_ALL);
    qh_memfreeshort(qhull, &current, &total);
    delete qhull;
  }
};

ConvexHull hull_of(const qhT& qhull) {
  ConvexHull hull;
  std::unordered_map<const vertexT*, std::size_t> places;
  for (const vertexT* v = qhull.vertex_list; v != nullptr && v->next != nullptr; v = v->next) {
    places[v] = hull.vertices.size();
    hull.vertices.push_back({v->point[0], v->point[1], v->point[2]});
  }
  for (const facetT* f = qhull.facet_list; f != nullptr && f->next != nullptr; f = f->next) {
    ConvexHull::Facet facet{{f->normal[0], f->normal[1], f->normal[2]}, -f->offset, {}};
    for (std::size_t k = 0; k < 3; ++k) {
      facet.vertices[k] = places.at(static_cast<const vertexT*>(f->vertices->e[k].p));
    }
    hull.facets.push_back(facet);
  }
  return hull;
}

struct Edge {
  Vector3 from;
  Vector3 along;
  Vector3 left, right;  // the normals of its two facets
  Vector3 pole;         // left x right
};

std::vector<Edge> edges_of(const ConvexHull& hull) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> open;
  std::vector<Edge> edges;
  for (std::size_t f = 0; f < hull.facets.size(); ++f) {
    const auto& corners = hull.facets[f].vertices;
    for (std::size_t k = 0; k < 3; ++k) {
      const auto ends = std::minmax(corners[k], corners[(k + 1) % 3]);
      const auto [place, first] = open.try_emplace(ends, f);
      const Vector3 pole = cross(hull.facets[place->second].normal, hull.facets[f].normal);
      // A diagonal of a flat face is no edge.
      if (!first && dot(pole, pole) > 1e-20) {
        const Vector3& p = hull.vertices[ends.first];
        edges.push_back({p, hull.vertices[ends.second] - p, hull.facets[place->second].normal,
                         hull.facets[f].normal, pole});
      }
    }
  }
  return edges;
}

// Whether parallel planes can hold both edges: on the sphere of directions the arc between the
// normals of one edge crosses that of the other, mirrored.
bool antipodal(const Edge& a, const Edge& b) {
  const double c = -dot(b.left, a.pole);
  const double d = -dot(b.right, a.pole);
  if (c * d >= 0) {
    return false;
  }
  const double e = dot(a.left, b.pole);
  const double f = dot(a.right, b.pole);
  return e * f < 0 && c * f < 0;
}

double extent(const ConvexHull& hull, const Vector3& direction) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Vector3& p : hull.vertices) {
    const double at = dot(p, direction);
    low = std::min(low, at);
    high = std::max(high, at);
  }
  return high - low;
}

double least_width(const ConvexHull& hull) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& facet : hull.facets) {
    least = std::min(least, extent(hull, facet.normal));
  }
  const std::vector<Edge> edges = edges_of(hull);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    for (std::size_t j = i + 1; j < edges.size(); ++j) {
      if (antipodal(edges[i], edges[j])) {
        const Vector3 direction = unit(cross(edges[i].along, edges[j].along));
        // Rounding may take nearly parallel facets for antipodal ones: the extent decides.
        if (std::abs(dot(direction, edges[i].from - edges[j].from)) < least) {
          least = std::min(least, extent(hull, direction));
        }
      }
    }
  }
  return least;
}

// The difference of the two points that lie farthest apart.
Vector3 longest_difference(std::span<const Vector3> points) {
  Vector3 longest;
  double square = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const Vector3 difference = points[j] - points[i];
      const double here = dot(difference, difference);
      if (here > square) {
        square = here;
        longest = difference;
      }
    }
  }
  return longest;
}

}  // namespace

ConvexHull convex_hull(std::span<const Vector3> points) {
  std::vector<coordT> coordinates;
  for (const Vector3& p : points) {
    coordinates.insert(coordinates.end(), {p.x, p.y, p.z});
  }
  Complaints complaints;
  std::unique_ptr<qhT, FreeQhull> qhull(new qhT);
  qh_zero(qhull.get(), complaints.file());
  std::string command = "qhull Qt Pp";
  if (qh_new_qhull(qhull.get(), 3, static_cast<int>(points.size()), coordinates.data(), False,
                   command.data(), nullptr, complaints.file()) != 0) {
    throw Error(ErrorKind::format, "convex hull of " + std::to_string(points.size()) +
                                       " points: Qhull could not make it: " + complaints.text());
  }
  return hull_of(*qhull);
}

ConvexHull stretched(ConvexHull hull, const Vector3& by) {
  for (Vector3& p : hull.vertices) {
    p = scaled(p, by);
  }
  for (auto& facet : hull.facets) {
    facet.normal = unit(scaled(facet.normal, {1 / by.x, 1 / by.y, 1 / by.z}));
    facet.offset = dot(facet.normal, hull.vertices[facet.vertices[0]]);
  }
  return hull;
}

Feret feret(const ConvexHull& hull) {
  const Vector3 longest = longest_difference(hull.vertices);
  const Vector3 direction = unit(longest);
  std::vector<Vector3> shadow;
  for (const Vector3& p : hull.vertices) {
    shadow.push_back(p - dot(p, direction) * direction);
  }
  return {length(longest), least_width(hull), length(longest_difference(shadow))};
}

}  // namespace fossilct
