// SPDX-License-Identifier: Apache-2.0
#include "render/mesh_check.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "base/text.h"

namespace fossilct {
namespace {

// For a corner of a triangle: the two corners that follow it.
struct Wedge {
  std::uint32_t next = 0;
  std::uint32_t last = 0;
};

// The wedges at each point, in one array.
class Wedges {
 public:
  explicit Wedges(const TriangleMesh& mesh) : begin_(mesh.points_um.size() + 1) {
    for (const auto& triangle : mesh.triangles) {
      for (const std::uint32_t corner : triangle) {
        ++begin_[corner + 1];
      }
    }
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    wedges_.resize(begin_.back());
    std::vector<std::size_t> place(begin_.begin(), begin_.end() - 1);
    for (const auto& [a, b, c] : mesh.triangles) {
      wedges_[place[a]++] = {b, c};
      wedges_[place[b]++] = {c, a};
      wedges_[place[c]++] = {a, b};
    }
  }

  std::size_t points() const { return begin_.size() - 1; }
  std::span<const Wedge> at(std::size_t point) const {
    return {wedges_.data() + begin_[point], begin_[point + 1] - begin_[point]};
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<Wedge> wedges_;
};

// Edges from the point that are not run along exactly once each way.
std::int64_t open_edges(std::span<const Wedge> wedges) {
  std::int64_t faults = 0;
  for (const Wedge& wedge : wedges) {
    const auto out = std::count_if(wedges.begin(), wedges.end(),
                                   [&](const Wedge& w) { return w.next == wedge.next; });
    const auto in = std::count_if(wedges.begin(), wedges.end(),
                                  [&](const Wedge& w) { return w.last == wedge.next; });
    faults += out != 1 || in != 1 ? 1 : 0;
  }
  return faults;
}

// Whether the wedges of a point without open edges follow each other round in one turn.
bool is_one_fan(std::span<const Wedge> wedges) {
  if (wedges.empty()) {
    return false;
  }
  std::size_t steps = 0;
  std::uint32_t at = wedges.front().next;
  do {
    const auto found = std::find_if(wedges.begin(), wedges.end(),
                                    [at](const Wedge& wedge) { return wedge.next == at; });
    at = found->last;
    ++steps;
  } while (at != wedges.front().next);
  return steps == wedges.size();
}

std::int64_t count_shells(const Wedges& wedges) {
  std::vector<char> seen(wedges.points(), 0);
  std::vector<std::uint32_t> front;
  std::int64_t shells = 0;
  for (std::size_t seed = 0; seed < wedges.points(); ++seed) {
    if (seen[seed] != 0 || wedges.at(seed).empty()) {
      continue;
    }
    ++shells;
    seen[seed] = 1;
    front.push_back(static_cast<std::uint32_t>(seed));
    while (!front.empty()) {
      const std::uint32_t point = front.back();
      front.pop_back();
      for (const Wedge& wedge : wedges.at(point)) {
        for (const std::uint32_t next : {wedge.next, wedge.last}) {
          if (seen[next] == 0) {
            seen[next] = 1;
            front.push_back(next);
          }
        }
      }
    }
  }
  return shells;
}

std::string describe(std::int64_t open, std::int64_t pinched, const MeshCheck& check) {
  if (open > 0) {
    return format_count(open) + " edges are not shared by two triangles that face the same way";
  }
  if (pinched > 0) {
    return "around " + format_count(pinched) + " points the triangles do not make one fan";
  }
  return check.outward ? "" : "the triangles do not face outwards";
}

}  // namespace

MeshCheck check_mesh(const TriangleMesh& mesh) {
  const Wedges wedges(mesh);
  std::int64_t open = 0;
  std::int64_t pinched = 0;
  for (std::size_t point = 0; point < wedges.points(); ++point) {
    const std::int64_t open_here = open_edges(wedges.at(point));
    open += open_here;
    pinched += open_here == 0 && !is_one_fan(wedges.at(point)) ? 1 : 0;
  }
  MeshCheck check;
  check.points = static_cast<std::int64_t>(mesh.points_um.size());
  check.triangles = static_cast<std::int64_t>(mesh.triangles.size());
  check.watertight = open == 0;
  check.two_manifold = open == 0 && pinched == 0;
  check.shells = count_shells(wedges);
  check.euler_number = check.points - check.triangles / 2;  // watertight: 3 edges to 2 triangles
  check.volume_um3 = signed_volume(mesh);
  check.area_um2 = surface_area(mesh);
  check.outward = check.volume_um3 > 0;
  check.fault = describe(open, pinched, check);
  return check;
}

}  // namespace fossilct
