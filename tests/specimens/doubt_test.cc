// SPDX-License-Identifier: Apache-2.0
#include "specimens/doubt.h"

#include <doctest/doctest.h>

namespace fossilct {
namespace {

CatalogueEntry ball(std::uint32_t id, double diameter) {
  CatalogueEntry entry;
  entry.specimen.id = id;
  entry.specimen.class_value = 1;
  entry.specimen.voxels = 1000;
  entry.specimen.measurements = {{"equivalent_diameter", diameter, ""}};
  return entry;
}

TEST_CASE("doubts come together as chances, the largest first, of equals the smaller id") {
  std::vector entries = {ball(1, 10), ball(2, 10), ball(3, 10), ball(4, 10)};
  entries[1].specimen.truncated = true;
  entries[1].specimen.fragment = true;
  entries[2].specimen.measurements.push_back({"uncertainty_mean", 0.9, ""});
  entries[3].specimen.split = true;
  const auto queue = review_queue(entries);
  REQUIRE(queue.size() == 4);
  CHECK(queue[0].id == 3);
  CHECK(queue[0].doubt == doctest::Approx(0.9));
  CHECK(queue[1].id == 2);
  CHECK(queue[1].doubt == doctest::Approx(1 - 0.5 * 0.7));
  CHECK(queue[1].reasons == std::vector<std::string>{"fragment", "cut by the border"});
  CHECK(queue[2].id == 4);
  CHECK(queue[3].doubt == 0);
  CHECK(queue[3].reasons.empty());
}

TEST_CASE("a doubt of 0 is told by an uncertainty that was measured; else nothing is told") {
  std::vector entries = {ball(1, 10), ball(2, 10), ball(3, 10)};
  entries[1].specimen.measurements.push_back({"uncertainty_mean", 0.0, ""});
  entries[2].specimen.measurements.push_back({"uncertainty_mean", std::nullopt, "not given"});
  const auto queue = review_queue(entries);
  CHECK(!queue[0].is_told);
  CHECK(queue[1].is_told);
  CHECK(!queue[2].is_told);
  entries[0].specimen.fragment = true;
  CHECK(review_queue(entries)[0].is_told);
}

TEST_CASE("a model that is unsure makes a fossil doubtful, unless a person named it") {
  std::vector entries = {ball(1, 10), ball(2, 10), ball(3, 10), ball(4, 10)};
  for (CatalogueEntry& entry : entries) {
    entry.taxon_by = TaxonBy::model;
    entry.classification.emplace();
    entry.classification->best = {{"ruber", 0.9}};
    entry.classification->is_sure = true;
  }
  entries[1].classification->best = {{"ruber", 0.55}};
  entries[1].classification->is_sure = false;
  entries[2] = entries[1];
  entries[2].specimen.id = 3;
  entries[2].taxon_by = TaxonBy::person;
  entries[3].classification->novelty = 1.2;
  const auto queue = review_queue(entries);
  CHECK(queue[0].id == 4);
  CHECK(queue[0].doubt == doctest::Approx(0.5));
  CHECK(queue[0].reasons == std::vector<std::string>{"like nothing that its model knows"});
  CHECK(queue[1].id == 2);
  CHECK(queue[1].doubt == doctest::Approx(0.45));
  CHECK(queue[1].reasons == std::vector<std::string>{"taxon unsure (ruber 0.55)"});
  CHECK(queue[2].id == 1);
  CHECK(queue[2].is_told);
  CHECK(queue[2].doubt == 0);
  CHECK(queue[3].doubt == 0);
  CHECK_FALSE(queue[3].is_told);
}

TEST_CASE("decided ones are not asked for") {
  std::vector entries = {ball(1, 10), ball(2, 10), ball(3, 10)};
  entries[0].verdict = Verdict::accepted;
  entries[1].verdict = Verdict::rejected;
  const auto queue = review_queue(entries);
  REQUIRE(queue.size() == 1);
  CHECK(queue[0].id == 3);
}

TEST_CASE("an odd size is one far from its kind, which must be known") {
  std::vector<CatalogueEntry> entries;
  for (std::uint32_t id = 1; id <= 9; ++id) {
    entries.push_back(ball(id, 10 + 0.1 * id));
  }
  entries.push_back(ball(10, 40));
  auto queue = review_queue(entries);
  CHECK(queue[0].id == 10);
  CHECK(queue[0].reasons == std::vector<std::string>{"larger than its kind"});
  CHECK(queue[1].doubt == 0);
  entries[9].specimen.class_value = 2;  // the only one of its class
  queue = review_queue(entries);
  CHECK(queue[0].doubt == 0);
}

}  // namespace
}  // namespace fossilct
