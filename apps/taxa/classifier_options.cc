// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/classifier_options.h"

#include <algorithm>
#include <utility>

#include "apps/cli/facts.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

std::vector<std::pair<std::string, std::string>> same_words(const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& word : words) {
    pairs.emplace_back(word, word);
  }
  return pairs;
}

void declare_recipe(OptionSet& options, ClassifierSettings& s) {
  options.section("Recipe");
  options.choice("recipe", &s.recipe, same_words(taxon_recipe_names()),
                 "For few specimens; or as Marchant, Johansen or Liu and others trained");
  options.parsed(
      "network", "NAME",
      [&s](const std::string& text) {
        const std::vector<std::string>& known = known_encoders();
        if (std::find(known.begin(), known.end(), text) == known.end()) {
          const auto meant = closest_match(text, known);
          throw option_error("--network", "'" + printable(text) + "' is none that is known" +
                                              (meant ? "; did you mean " + *meant + "?" : ""));
        }
        s.encoder = text;
      },
      "base-cyclic, resnet-cyclic, resnet18 ..., vgg16 ...; else as the recipe says");
  options.repeated(
      "set", "FIELD=VALUE", [&s](const std::string& text) { s.assignments.push_back(text); },
      "Any field of the recipe, as phases.0.epochs=200");
  options.path("weights", "FILE", &s.weights,
               "Begin with these weights of the convolutions (.pth of torchvision or timm, "
               ".safetensors)");
  options.flag("print-recipe", &s.print_recipe, "Print the recipe with all that is given, and end");
  options.path("grid", "FILE", &s.grid,
               "Compare recipes and end: lines FIELD = VALUE | VALUE ..., each cross-validated");
}

void declare_test(OptionSet& options, ClassifierSettings& s) {
  options.section("Test: specimens, never single pictures, are held back");
  options.integer("folds", "N", &s.folds, 0, 1000,
                  "Cross-validate in N parts, then train on all; 0: hold one part back");
  options.number("validate-share", "X", &s.validation_share, 0.05, 0.5,
                 "Share of the specimens that is held back, without --folds");
}

}  // namespace

void declare_classifier_options(OptionSet& options, ClassifierSettings& settings) {
  declare_image_set_options(options, settings.images);
  declare_image_form_options(options, settings.images);
  options.section("Output");
  options.path("output,o", "FILE", &settings.output,
               "The model, NAME.safetensors; NAME.specimens.csv beside it has the test's answers");
  options.path(
      "report", "FILE", &settings.report,
      "The page of the test, for any browser; NAME.report.html beside the model otherwise");
  options.flag("overwrite", &settings.overwrite, "Replace outputs that exist");
  declare_recipe(options, settings);
  declare_test(options, settings);
  declare_machine_options(options, settings.machine,
                          "Another seed draws other numbers, and parts the specimens otherwise");
}

TaxonRecipe effective_taxon_recipe(const ClassifierSettings& settings) {
  TaxonRecipe recipe = taxon_recipe_named(settings.recipe);
  if (!settings.encoder.empty()) {
    const std::string encoder = settings.encoder;
    if (encoder.starts_with("vgg") || has_cyclic_blocks(encoder)) {
      recipe.cyclic = false;  // of a resnet alone
    }
    recipe = with_setting(recipe, "encoder=" + encoder);
  }
  for (const std::string& assignment : settings.assignments) {
    recipe = with_setting(recipe, assignment);
  }
  check(recipe);
  return recipe;
}

std::string taxon_recipe_text(const TaxonRecipe& recipe) {
  std::string network = recipe.encoder;
  if (has_cyclic_blocks(recipe.encoder)) {
    network += ", " + counted(recipe.filters, "filter");
  } else {
    network += (recipe.cyclic ? ", cyclic" : "") +
               (recipe.head.empty() ? std::string() : ", head " + recipe.head);
  }
  Facts facts = {
      {"recipe", recipe.name}, {"network", network}, {"batches", counted(recipe.batch, "picture")}};
  for (std::size_t i = 0; i < recipe.phases.size(); ++i) {
    const TaxonPhase& phase = recipe.phases[i];
    std::string text =
        counted(phase.epochs, "epoch") + " at most, rate " + format_rounded(phase.rate);
    if (phase.frozen_share > 0) {
      text += phase.frozen_share == 1 ? ", the convolutions at rest"
                                      : ", the first " + format_rounded(100 * phase.frozen_share) +
                                            "% of the convolutions at rest";
    }
    facts.emplace_back("phase " + std::to_string(i + 1), text);
  }
  return facts_text(facts);
}

}  // namespace fossilct
