// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/html_parts.h"
#include "report/svg_plot.h"

namespace fossilct {

// Points in a plane to be looked at one by one, in one or more arrangements. Plain values; every
// std::string is plain text from anywhere, and harmless whatever it holds.

struct MapGroup {
  std::string name;
  PlotColour colour = {};  // else one that colour-blind people tell apart; marks differ too
};

struct MapPoint {
  std::string name;
  std::string remark = {};                // under the pointer, below the group
  std::optional<std::size_t> group = {};  // place in PointMap::groups; nothing: none
  std::string thumbnail = {};             // URI of a small square picture; may be empty
};

struct MapLayout {
  std::string name;                           // "t-SNE"
  std::string explanation;                    // below the map
  std::vector<std::array<double, 2>> places;  // one a point, finite
};

struct PointMap {
  std::string title;
  std::string subtitle = {};
  std::vector<MapGroup> groups = {};
  std::vector<MapPoint> points = {};
  std::vector<MapLayout> layouts = {};  // the first is shown first
  KeyValues facts = {};
  std::string footer = {};
};

// The map as one file that opens offline in any browser of today and fetches nothing: wheel, pinch,
// buttons and keys zoom, a drag moves, the pointer tells what a point is, groups can be hidden,
// pictures shown instead of marks. The same map always gives the same bytes.
// Throws Error{format} where a point's group does not exist or a layout has another number of
// places than there are points.
std::string point_map_html(const PointMap& map);

}  // namespace fossilct
