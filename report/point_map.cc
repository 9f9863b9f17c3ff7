// SPDX-License-Identifier: Apache-2.0
#include "report/point_map.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "report/page_files.h"
#include "report/page_style.h"
#include "report/report_parts.h"

namespace fossilct {

namespace {

void check(const PointMap& map) {
  for (const MapPoint& point : map.points) {
    if (point.group && *point.group >= map.groups.size()) {
      throw Error(ErrorKind::format, "map: '" + point.name + "' is of a group that does not exist");
    }
  }
  for (const MapLayout& layout : map.layouts) {
    if (layout.places.size() != map.points.size()) {
      throw Error(ErrorKind::format, "map: " + layout.name + " has " +
                                         std::to_string(layout.places.size()) + " places for " +
                                         std::to_string(map.points.size()) + " points");
    }
  }
}

// Places in hundred thousandths of the map's larger side: shorter than numbers with decimals.
Json places_of(const MapLayout& layout) {
  constexpr double steps = 100'000;
  std::array<double, 2> low = {0, 0};
  double side = 0;
  for (std::size_t axis = 0; axis < 2 && !layout.places.empty(); ++axis) {
    const auto [least, most] =
        std::minmax_element(layout.places.begin(), layout.places.end(),
                            [axis](const auto& a, const auto& b) { return a[axis] < b[axis]; });
    low[axis] = (*least)[axis];
    side = std::max(side, (*most)[axis] - low[axis]);
  }
  Json places = Json::array();
  for (const std::array<double, 2>& place : layout.places) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      places.push_back(side > 0 ? std::llround((place[axis] - low[axis]) / side * steps) : 0);
    }
  }
  return places;
}

// Lists of one entry a point: shorter than an object a point.
Json data_of(const PointMap& map) {
  Json data = {{"groups", Json::array()}, {"layouts", Json::array()},
               {"names", Json::array()},  {"remarks", Json::array()},
               {"group", Json::array()},  {"thumbnails", Json::array()}};
  for (std::size_t i = 0; i < map.groups.size(); ++i) {
    const auto colour = map.groups[i].colour.value_or(palette_colour(i));
    data["groups"].push_back({{"name", map.groups[i].name}, {"colour", hex_colour(colour)}});
  }
  for (const MapPoint& point : map.points) {
    data["names"].push_back(point.name);
    data["remarks"].push_back(point.remark);
    data["group"].push_back(point.group ? static_cast<int>(*point.group) : -1);
    data["thumbnails"].push_back(point.thumbnail);
  }
  for (const MapLayout& layout : map.layouts) {
    data["layouts"].push_back({{"name", layout.name},
                               {"explanation", layout.explanation},
                               {"places", places_of(layout)}});
  }
  return data;
}

Markup head_of(const PointMap& map) {
  return element(
      "head",
      empty_element("meta", {{"charset", "utf-8"}}) +
          empty_element("meta", {{"http-equiv", "Content-Security-Policy"},
                                 {"content",
                                  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
                                  "script-src 'unsafe-inline'"}}) +
          empty_element(
              "meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
          empty_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
          element("title", text(map.title)) +
          element("style", Markup{page_style() + std::string(page_file("map.css"))}));
}

Markup body_of(const PointMap& map) {
  const std::string count = format_count(static_cast<std::int64_t>(map.points.size()));
  return element("header", element("h1", text(map.title)) +
                               element("p", {{"class", "subtitle"}}, text(map.subtitle))) +
         element("div", {{"id", "map"}, {"data-count", count}},
                 element("noscript", paragraph("The map of " + count +
                                               " points needs JavaScript, which is shut off."))) +
         key_values(map.facts) + element("footer", text(map.footer));
}

}  // namespace

std::string point_map_html(const PointMap& map) {
  check(map);
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">" + head_of(map).text + "\n<body>" +
                     element("main", body_of(map)).text +
                     "\n<script type=\"application/json\" id=\"map-data\">" +
                     script_json(data_of(map)) + "</script>\n<script>\n";
  page += page_file("map.js");
  return page + "</script>\n</body></html>\n";
}

}  // namespace fossilct
