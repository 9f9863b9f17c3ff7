// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_map.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/text.h"
#include "example_taxa.h"

namespace fossilct {

namespace {

struct Example {
  ImageSet set = test::example_images(3, 12);
  std::vector<TaxonAnswer> answers;
  FeaturePoints features = {2, {}};

  Example() {
    for (std::size_t i = 0; i < set.specimens.size(); ++i) {
      answers.emplace_back().scores = {0.05, 0.9, 0.05};
      features.values.insert(features.values.end(), {static_cast<float>(i), 0.5F});
    }
    set.specimens[0].taxon.reset();
    set.specimens[1].taxon.reset();
    answers[1].scores = {0.4, 0.3, 0.3};
    set.specimens[2].name = "a,\"b\"";
  }
};

TaxonMap mapped(const Example& example) {
  Progress progress;
  return map_specimens(example.features, {.iterations = 50}, {.epochs = 20}, progress);
}

}  // namespace

TEST_CASE("a map of specimens: groups are known taxa, then sure answers") {
  const Example example;
  const TaxonMap map = mapped(example);
  const PointMap page = taxon_map_page(
      {.set = example.set, .taxa = example.set.taxa, .answers = example.answers}, map);
  REQUIRE(page.points.size() == 12);
  REQUIRE(page.points[0].group.has_value());
  CHECK(page.groups[*page.points[0].group].name == example.set.taxa[1] + " (model)");
  CHECK_FALSE(page.points[1].group.has_value());
  CHECK(page.points[1].remark.starts_with("model, unsure: "));
  REQUIRE(page.points[2].group.has_value());
  CHECK(page.groups[*page.points[2].group].name ==
        example.set.taxa[static_cast<std::size_t>(*example.set.specimens[2].taxon)]);
  CHECK(page.layouts[0].places == map.tsne);
  CHECK(page.points[5].thumbnail.starts_with("data:image/png"));
  CHECK(map.tsne_trustworthiness > 0.5);
}

TEST_CASE("a map of specimens as CSV") {
  const Example example;
  const TaxonMap map = mapped(example);
  const std::string csv = taxon_map_csv(
      {.set = example.set, .taxa = example.set.taxa, .answers = example.answers}, map);
  const std::vector<std::string> lines = split(csv, '\n');
  REQUIRE(lines.size() == 14);  // a head, twelve, and the end of the last line
  CHECK(lines[3].starts_with("\"a,\"\"b\"\"\",slide 2,"));
  CHECK(split(lines[1], ',').size() == 9);
}

TEST_CASE("a map of few specimens has no trustworthiness") {
  Progress progress;
  const TaxonMap map = map_specimens({1, {1, 2, 4}}, {.iterations = 10}, {.epochs = 5}, progress);
  CHECK(std::isnan(map.umap_trustworthiness));
}

}  // namespace fossilct
