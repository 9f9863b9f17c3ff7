// SPDX-License-Identifier: Apache-2.0
#include "train/recipe.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace fossilct {
namespace {

std::string message_of(const Recipe& recipe, const char* setting) {
  try {
    with_setting(recipe, setting);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::option);
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("recipes survive JSON and are valid") {
  for (const char* name : {"default", "quick", "tune", "paper"}) {
    const Recipe recipe = recipe_named(name);
    CHECK_NOTHROW(check(recipe));
    const Json json = to_json(recipe);
    CHECK(to_json(recipe_from_json(parse_json(json_text(json)))) == json);
  }
  CHECK_THROWS_AS(recipe_named("quickly"), Error);
}

TEST_CASE("the paper's recipe is its table") {
  const Recipe paper = recipe_named("paper");
  CHECK(paper.encoder == "resnet34");
  CHECK(paper.decoder == "pixelshuffle");
  CHECK(paper.context == 0);
  CHECK(paper.channels() == 3);
  CHECK(paper.normalisation == Normalisation::imagenet);
  CHECK(paper.weight_decay == 1e-2);
  REQUIRE(paper.stages.size() == 3);
  struct Row {
    int resolution, batch, frozen_epochs;
    double rate, frozen_start, first, last, start;
  };
  const Row rows[] = {{4, 5, 5, 2e-4, 0.9, 2e-4 / 400, 2e-4 / 4, 0.8},
                      {2, 1, 5, 1e-3, 0.8, 1e-6, 1e-3 / 10, 0.3},
                      {1, 1, 3, 2e-5, 0.8, 1e-6, 2e-5 / 10, 0.3}};
  for (std::size_t i = 0; i < 3; ++i) {
    const Stage& stage = paper.stages[i];
    CHECK(stage.resolution == rows[i].resolution);
    CHECK(stage.batch == rows[i].batch);
    CHECK(stage.crop == 0);
    CHECK(stage.frozen.epochs == rows[i].frozen_epochs);
    CHECK(stage.frozen.start_share == rows[i].frozen_start);
    CHECK(stage.frozen.rates->back() == doctest::Approx(rows[i].rate));
    CHECK(stage.unfrozen.epochs == 10);
    CHECK(stage.unfrozen.start_share == rows[i].start);
    CHECK(stage.unfrozen.rates->front() == doctest::Approx(rows[i].first));
    CHECK(stage.unfrozen.rates->back() == doctest::Approx(rows[i].last));
    CHECK((*stage.unfrozen.rates)[1] == doctest::Approx(std::sqrt(rows[i].first * rows[i].last)));
  }
}

TEST_CASE("any value can be set") {
  const Recipe recipe = recipe_named("default");
  CHECK(with_setting(recipe, "stages.1.batch=3").stages[1].batch == 3);
  CHECK(with_setting(recipe, "ema=0").ema == 0);
  CHECK(name_of(with_setting(recipe, "axes=zx").axes) == "zx");
  CHECK(with_setting(recipe, "augmentation.noise=0.25").augmentation.noise == 0.25);
  CHECK(with_setting(recipe, "loss.kind=focal").loss.kind == LossKind::focal);
  CHECK_FALSE(with_setting(recipe, "stages.0.unfrozen.rates=null").stages[0].unfrozen.rates);
  CHECK(with_setting(recipe, "stages.0.unfrozen.rates=[1e-5,1e-4,1e-3]")
            .stages[0]
            .unfrozen.rates->at(1) == 1e-4);
}

TEST_CASE("a wrong setting says what is there") {
  const Recipe recipe = recipe_named("default");
  CHECK(contains(message_of(recipe, "stages.1.bach=3"), "did you mean batch?"));
  CHECK(contains(message_of(recipe, "stages.9.batch=3"), "it has 0, 1, 2"));
  CHECK(contains(message_of(recipe, "ema=fast"), "another type"));
  CHECK(contains(message_of(recipe, "ema=1.5"), "0 (none) to below 1"));
  CHECK(contains(message_of(recipe, "stages.0.batch=1.5"), "another type"));
  for (const char* setting :
       {"stages.0.unfrozen.epochs=4294967297", "stages.0.batch=18446744073709551615",
        "stages.0.unfrozen.rates=[1e-3,1e-3]", "stages.0.unfrozen.rates=[1,1,1,1]",
        "stages={\"a\":{}}", "axes=5", "loss.kind=3"}) {
    CAPTURE(setting);
    CHECK(contains(message_of(recipe, setting), "another type"));
  }
  CHECK(contains(message_of(recipe, "stages.0.resolution=3"), "1, 2, 4 or 8"));
  CHECK(contains(message_of(recipe, "encoder=resnet19"), "resnet18"));
  CHECK(contains(message_of(recipe, "ema"), "FIELD=VALUE"));
  CHECK(contains(message_of(recipe, "augmentation.zoom_low=3"), "zoom_high"));
}

TEST_CASE("a recipe with a field too few or too many is refused") {
  Json json = to_json(recipe_named("quick"));
  json["momentum"] = 0.9;
  CHECK_THROWS_AS(recipe_from_json(json), Error);
  json.erase("momentum");
  CHECK_NOTHROW(recipe_from_json(json));
  json["stages"][0].erase("batch");
  CHECK_THROWS_AS(recipe_from_json(json), Error);
}

}  // namespace
}  // namespace fossilct
