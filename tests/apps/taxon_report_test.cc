// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_report.h"

#include <doctest/doctest.h>

#include "apps/taxa/thumbnails.h"
#include "example_taxa.h"

namespace fossilct {

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

EvaluatedSpecimen specimen(const std::string& name, int truth, double score_of_first) {
  EvaluatedSpecimen one;
  one.name = name;
  one.judged.truth = truth;
  one.judged.answer.scores = {score_of_first, 1 - score_of_first};
  return one;
}

// Three right ones, one of them unsure, and a wrong one of which the model is sure.
TaxonReport small_report() {
  TaxonReport report;
  report.title = "Evaluation of m.safetensors";
  report.judged_how = "None of them was trained on.";
  report.taxa = {"ruber", "<bulloides>"};
  report.specimens = {specimen("a", 0, 0.95), specimen("b", 0, 0.6), specimen("c", 1, 0.1),
                      specimen("d", 1, 0.9)};
  report.notices = {"few specimens"};
  return report;
}

std::string page_of(const TaxonReport& report) {
  return taxon_report(report, score_taxa(judged_of(report), static_cast<int>(report.taxa.size())));
}

}  // namespace

TEST_CASE("the first screen says how good the model is, and beside what") {
  TaxonReport report = small_report();
  report.fold_accuracies = {0.5, 1};
  const std::string html = page_of(report);
  CHECK(holds(html, "Of 4 specimens of 2 taxa the model names 75.0% rightly"));
  CHECK(holds(html, "what most are would be right in 50.0%"));
  CHECK(
      holds(html, "It is sure of 75.0% of them (score of 0.80 and above), and of these 66.7% are"));
  CHECK(holds(html, "None of them was trained on."));
  CHECK(html.find("few specimens") < html.find("<section"));
  CHECK(holds(html, "0.750 ± 0.354 (0.500, 1.000)"));
  // Of two taxa all are among the first three.
  CHECK_FALSE(holds(html, "among the first three"));
  CHECK(html == page_of(report));
}

TEST_CASE("wrong and doubtful specimens are shown with what they were taken for") {
  TaxonReport report = small_report();
  report.specimens[3].judged.answer.novelty = 1.4;
  const std::string html = page_of(report);
  CHECK(holds(html, "&lt;bulloides&gt;, taken for ruber (0.90); like nothing seen (1.4)"));
  CHECK(holds(html, "ruber, score 0.60"));
  CHECK_FALSE(holds(html, "<bulloides>"));
  CHECK_FALSE(holds(html, "under dropout"));
}

TEST_CASE("passes of Monte-Carlo dropout become histograms") {
  TaxonReport report = small_report();
  report.specimens[1].judged.answer.passes = {{0.7, 0.3}, {0.4, 0.6}, {0.7, 0.3}};
  report.specimens[1].judged.answer.deviations = {0.14, 0.14};
  report.specimens[1].judged.answer.votes = {2.0 / 3, 1.0 / 3};
  const std::string html = page_of(report);
  CHECK(holds(html, "Doubtful specimens under dropout"));
  CHECK(holds(html, "ruber 0.60 ± 0.14, 67% of the votes"));
}

TEST_CASE("nothing to judge is said") {
  TaxonReport report = small_report();
  report.specimens.clear();
  const std::string html = page_of(report);
  CHECK(holds(html, "There is no specimen whose taxon is known"));
  CHECK_FALSE(holds(html, "nan"));
}

TEST_CASE("thumbnails are small pictures of the first view") {
  const ImageSet set = test::example_images(3, 4);
  const std::vector<std::string> uris = thumbnail_uris(set, 16);
  REQUIRE(uris.size() == 4);
  CHECK(uris[0].starts_with("data:image/png;base64,"));
  CHECK(uris[0].size() < thumbnail_uri(set, set.images[0], 64).size());
  CHECK(uris[2] == thumbnail_uri(set, set.images[2], 16));
}

}  // namespace fossilct
