// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_evaluation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "example_taxa.h"

namespace fossilct {

namespace {

const std::vector<std::string> model_taxa = {"bulloides", "ruber"};

// Specimens known as `known` (places in `names`), a picture each.
ImageSet specimens_known_as(const std::vector<std::string>& names,
                            const std::vector<std::optional<int>>& known) {
  ImageSet set = test::example_images(1, static_cast<int>(known.size()));
  set.taxa = names;
  for (std::size_t i = 0; i < known.size(); ++i) {
    set.specimens[i].taxon = known[i];
  }
  return set;
}

TaxonAnswer answer(double score_of_bulloides) {
  return {.scores = {score_of_bulloides, 1 - score_of_bulloides}};
}

bool mentions(const std::vector<std::string>& notices, const std::string& part) {
  return std::any_of(notices.begin(), notices.end(), [&](const std::string& notice) {
    return notice.find(part) != std::string::npos;
  });
}

std::string refusal(const ImageSet& set, const std::vector<std::optional<TaxonAnswer>>& answers) {
  try {
    evaluate_answers({set, model_taxa, answers}, {});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("answers are judged where the taxon is known, by the model's names") {
  // The set sorts other names than the model, writes one with a capital, and has one more.
  const ImageSet set =
      specimens_known_as({"Ruber", "bulloides", "menardii"}, {1, 1, 0, 0, std::nullopt, 1, 2, 2});
  std::vector<std::optional<TaxonAnswer>> answers = {
      answer(0.9),  answer(0.3), answer(0.05),
      answer(0.4),  answer(0.9), {},  // held back from nobody: no answer
      answer(0.95), answer(0.6)};
  const TaxonEvaluation evaluation = evaluate_answers({set, model_taxa, answers}, {});
  CHECK(evaluation.scores.specimens == 4);
  // Rows are truth, columns answers: bulloides, ruber.
  CHECK(evaluation.scores.confusion == std::vector<std::int64_t>{1, 1, 0, 2});
  CHECK(evaluation.scores.sure == 2);
  CHECK(accuracy_text(evaluation.scores).starts_with("3 of 4 specimens right, 75%"));
  CHECK(judged_specimens({set, model_taxa, answers}).size() == 4);
  CHECK(taxon_shares_text(evaluation).find("1 of 2 specimens right; the answer 1 time") !=
        std::string::npos);
}

TEST_CASE("specimens of taxa that the model does not know are told beside the figures") {
  const ImageSet set = specimens_known_as({"menardii", "ruber"}, {0, 0, 0, 1});
  const std::vector<std::optional<TaxonAnswer>> answers = {answer(0.95), answer(0.6), answer(0.5),
                                                           answer(0.1)};
  const TaxonEvaluation evaluation = evaluate_answers({set, model_taxa, answers}, {});
  CHECK(evaluation.foreign.taxa == std::vector<std::string>{"menardii"});
  CHECK(evaluation.foreign.specimens == 3);
  CHECK(evaluation.foreign.unsure == 2);
  CHECK(evaluation.scores.figures.accuracy == 1);
  CHECK(mentions(evaluation.report.notices, "It is unsure of 2 of them, and gives a wrong name"));
  CHECK(mentions(evaluation.report.notices, "One taxon has fewer than 10 specimens"));
  CHECK(to_json(evaluation)["unknown_to_model"]["unsure"] == 2);
}

TEST_CASE("the page has pictures of what is wrong or unsure, and of nothing else") {
  const ImageSet set = specimens_known_as({"bulloides", "ruber"}, {0, 0, 0, 1});
  std::vector<std::optional<TaxonAnswer>> answers = {answer(0.95), answer(0.7), answer(0.95),
                                                     answer(0.95)};
  answers[2]->novelty = 1.5;  // like nothing seen
  const TaxonEvaluation evaluation = evaluate_answers({set, model_taxa, answers}, {});
  const std::vector<EvaluatedSpecimen>& shown = evaluation.report.specimens;
  REQUIRE(shown.size() == 4);
  CHECK(shown[0].thumbnail.empty());
  for (const std::size_t i : {1, 2, 3}) {
    CAPTURE(i);
    CHECK(shown[i].thumbnail.starts_with("data:image/png"));
  }
  CHECK(shown[1].name == set.specimens[1].name);
}

TEST_CASE("what can't be judged is refused with what was found") {
  const std::vector<std::optional<TaxonAnswer>> answers = {answer(0.9), answer(0.2)};
  CHECK(refusal(specimens_known_as({"ruber"}, {std::nullopt, std::nullopt}), answers)
            .find("no specimen's taxon is known") != std::string::npos);
  CHECK(refusal(specimens_known_as({"menardii"}, {0, 0}), answers)
            .find("none of the known taxa (menardii) is one of the model's (bulloides, ruber)") !=
        std::string::npos);
}

}  // namespace fossilct
