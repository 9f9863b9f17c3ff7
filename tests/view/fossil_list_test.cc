// SPDX-License-Identifier: Apache-2.0
#include "view/fossil_list.h"

#include <doctest/doctest.h>

#include "tests/specimens/catalogue_files.h"

using namespace fossilct;

namespace {

const std::vector<ViewedClass> classes = {{1, "miliolid", {}}, {2, "diatom", {}}};

ViewedFossil fossil(std::uint32_t id, std::size_t class_index, double um, double doubt,
                    Verdict verdict = Verdict::undecided) {
  ViewedFossil result;
  result.id = id;
  result.class_index = class_index;
  result.diameter_um = um;
  result.doubt = doubt;
  result.verdict = verdict;
  return result;
}

const double unknown = std::numeric_limits<double>::quiet_NaN();
const std::vector<ViewedFossil> five = {
    fossil(11, 0, 50, 0.1), fossil(12, 1, 20, 0.7), fossil(13, 0, unknown, 0.7),
    fossil(14, 1, 90, 0, Verdict::accepted), fossil(25, 1, 50, 0, Verdict::rejected)};
using List = std::vector<std::size_t>;

List passing(const FossilFilter& filter) {
  return listed_fossils(five, classes, filter, FossilColumn::id, false);
}

}  // namespace

TEST_CASE("each filter lets pass what it says, and all of them together") {
  FossilFilter filter;
  CHECK(passing(filter) == List{0, 1, 2, 3, 4});
  filter.class_index = 1;
  CHECK(passing(filter) == List{1, 3, 4});
  filter.least_um = 30;
  CHECK(passing(filter) == List{3, 4});
  filter.verdict = Verdict::rejected;
  CHECK(passing(filter) == List{4});
  CHECK(passing({.least_doubt = 0.5}) == List{1, 2});
  CHECK(passing({.id_begins = "1"}) == List{0, 1, 2, 3});
  CHECK(passing({.id_begins = "2"}) == List{4});
}

TEST_CASE("bounds of the size hold, and let none pass whose size is not known") {
  CHECK(passing({.least_um = 50, .most_um = 50}) == List{0, 4});
  CHECK(passing({.most_um = 49.9}) == List{1});
}

TEST_CASE("the list is in the order of its column, of equals by id") {
  const auto by = [](FossilColumn column, bool descending) {
    return listed_fossils(five, classes, {}, column, descending);
  };
  CHECK(by(FossilColumn::doubt, true) == List{1, 2, 0, 3, 4});
  CHECK(by(FossilColumn::doubt, false) == List{3, 4, 0, 1, 2});
  CHECK(by(FossilColumn::class_name, false) == List{1, 3, 4, 0, 2});
  CHECK(by(FossilColumn::verdict, false) == List{0, 1, 2, 3, 4});
  CHECK(by(FossilColumn::id, true) == List{4, 3, 2, 1, 0});
  // Unknown sizes come last both ways.
  CHECK(by(FossilColumn::diameter, false) == List{1, 0, 4, 3, 2});
  CHECK(by(FossilColumn::diameter, true) == List{3, 0, 4, 1, 2});
}

TEST_CASE("the next undecided fossil is looked for round the end of the list") {
  const List list = {3, 0, 4, 1};
  CHECK(next_undecided(five, list, -1) == 1);
  CHECK(next_undecided(five, list, 1) == 3);
  CHECK(next_undecided(five, list, 3) == 1);
  CHECK(!next_undecided(five, List{3, 4}, 0));
  CHECK(!next_undecided(five, List{}, -1));
}

TEST_CASE("a class without a colour gets one that no other of the first seven has") {
  const std::vector<LabelClass> labels = {{1, "a", {}}, {2, "b", {9, 8, 7}}, {3, "c", {}}};
  const std::vector<ViewedClass> viewed = viewed_classes(labels);
  CHECK(viewed[1].colour == Colour{9, 8, 7});
  CHECK(viewed[0].colour != viewed[2].colour);
  CHECK(viewed[0].colour != Colour{});
}

TEST_CASE("a catalogue's fossils have their verdict, doubt, measures and place") {
  const test::TemporaryFolder folder;
  Catalogue catalogue = test::make_test_catalogue(folder / "t.fossils", 5);
  {
    Catalogue::Change change(catalogue);
    change.decide({2, DecisionKind::accept, "", "A"});
    change.decide({3, DecisionKind::note, "a pebble?", "A"});
    change.commit();
  }
  const std::vector<ViewedFossil> fossils = viewed_fossils(catalogue);
  REQUIRE(fossils.size() == 5);
  CHECK(fossils[1].verdict == Verdict::accepted);
  CHECK(fossils[1].doubt == 0);
  CHECK(fossils[2].note == "a pebble?");
  CHECK(fossils[2].doubt > 0.3);  // cut by the border, and uncertain
  CHECK(!fossils[2].reasons.empty());
  CHECK(fossils[0].diameter_um == 31.25);
  CHECK(fossils[0].centre == Vector3{14.5, 9.5, 10.5});
  const auto& measures = fossils[0].measures;
  CHECK(measures[1] == std::pair<std::string, std::string>("volume", "16,001 \u00b5m\u00b3"));
  const auto chambers =
      std::ranges::find(measures, "chambers", &std::pair<std::string, std::string>::first);
  REQUIRE(chambers != measures.end());
  CHECK(chambers->second == "not resolvable");
}
