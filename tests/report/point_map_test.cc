// SPDX-License-Identifier: Apache-2.0
#include "report/point_map.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/json.h"

namespace fossilct {

namespace {

PointMap small_map() {
  PointMap map;
  map.title = "A <map>";
  map.groups = {{"ruber"}, {"</script><b>"}};
  map.points = {{"a", "", 0, ""}, {"<!--b", "", 1, ""}, {"c", "", std::nullopt, ""}};
  map.layouts = {{"t-SNE", "", {{-1, 5}, {3, 5}, {1, 6}}}};
  return map;
}

Json data_in(const std::string& html) {
  const std::string begin = "id=\"map-data\">";
  const std::size_t from = html.find(begin) + begin.size();
  return parse_json(html.substr(from, html.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a point map holds its points, and names can't leave the data") {
  const std::string html = point_map_html(small_map());
  const Json data = data_in(html);
  CHECK(data["names"] == Json{"a", "<!--b", "c"});
  CHECK(data["group"] == Json{0, 1, -1});
  CHECK(data["groups"][1]["name"] == "</script><b>");
  // One scale for both axes.
  CHECK(data["layouts"][0]["places"] == Json{0, 0, 100000, 0, 50000, 25000});
  CHECK(html.find("<b>") == std::string::npos);
  CHECK(html.find("A &lt;map&gt;") != std::string::npos);
  CHECK(html == point_map_html(small_map()));
}

TEST_CASE("point maps of nothing, and of points in one place") {
  PointMap map = small_map();
  map.layouts[0].places.assign(3, {7, 7});
  CHECK(data_in(point_map_html(map))["layouts"][0]["places"] == Json{0, 0, 0, 0, 0, 0});
  CHECK(data_in(point_map_html({}))["names"].empty());
}

TEST_CASE("point maps that contradict themselves are refused") {
  PointMap map = small_map();
  SUBCASE("group") { map.points[0].group = 2; }
  SUBCASE("places") { map.layouts[0].places.pop_back(); }
  CHECK_THROWS_AS(point_map_html(map), Error);
}

}  // namespace fossilct
