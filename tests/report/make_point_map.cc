// SPDX-License-Identifier: Apache-2.0
// make_point_map FILE [POINTS [GROUPS]]: writes a map of groups of points, to look at.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "made_up_picture.h"
#include "report/images.h"
#include "report/point_map.h"

namespace {

// A grey disc.
std::string disc(int radius) {
  fossilct::test::Picture picture(32, 32);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      picture.set(x, y, std::hypot(x - 15.5, y - 15.5) < radius ? 200 : 20);
    }
  }
  return fossilct::data_uri("image/png", fossilct::test::png_of(picture));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace fossilct;
  if (argc < 2) {
    std::cerr << "make_point_map FILE [POINTS [GROUPS]]\n";
    return 2;
  }
  const int points = argc > 2 ? std::atoi(argv[2]) : 600;
  const int groups = argc > 3 ? std::atoi(argv[3]) : 9;
  PointMap map;
  map.title = "Map of 600 specimens <made up>";
  map.subtitle = "fossilct embed";
  map.facts = {{"model", "forams.safetensors"}, {"pictures", "photographs/"}};
  map.footer = "This page is one file and fetches nothing.";
  for (int g = 0; g < groups; ++g) {
    map.groups.push_back({"taxon " + std::to_string(g + 1)});
  }
  map.layouts = {{"t-SNE", "Near means alike; distances between groups mean little.", {}},
                 {"UMAP", "Near means alike.", {}}};
  for (int i = 0; i < points; ++i) {
    MapPoint point = {.name = "well7:" + std::to_string(i)};
    const int group = i % (groups + 1);
    if (group < groups) {
      point.group = static_cast<std::size_t>(group);
      point.remark = "score 0.9";
    }
    if (i % 2 == 0) {
      point.thumbnail = disc(6 + i % 9);
    }
    // A sunflower of each group.
    const double angle = 2.4 * i;
    const double radius = 0.1 * std::sqrt(i);
    for (MapLayout& layout : map.layouts) {
      const double turn = layout.name == "UMAP" ? 0.8 : 0;
      layout.places.push_back({4 * std::cos(group + turn) + radius * std::cos(angle),
                               3 * std::sin(group + turn) + radius * std::sin(angle)});
    }
    map.points.push_back(point);
  }
  std::ofstream(argv[1], std::ios::binary) << point_map_html(map);
  return 0;
}
