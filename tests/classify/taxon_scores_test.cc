// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_scores.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace fossilct {

namespace {

constexpr int taxa = 5;
constexpr double exact = 1e-12;

// The generator of the C standard's example: the reference values below were computed from the same
// numbers in another language.
class Sequence {
 public:
  double next() {
    state_ = (state_ * 1103515245 + 12345) % (std::int64_t{1} << 31);
    return static_cast<double>(state_) / static_cast<double>(std::int64_t{1} << 31);
  }

 private:
  std::int64_t state_ = 12345;
};

// Sixty specimens of five taxa, the last one rare and never found.
std::vector<JudgedSpecimen> hard_specimens() {
  Sequence sequence;
  std::vector<JudgedSpecimen> specimens(60);
  for (auto& [truth, answer] : specimens) {
    const double first = sequence.next();
    truth = static_cast<int>(first * sequence.next() * taxa);
    for (int taxon = 0; taxon < taxa; ++taxon) {
      const double noise = sequence.next();
      answer.scores.push_back(noise * noise + (taxon == truth ? 0.25 : 0.05));
    }
    const double sum = std::accumulate(answer.scores.begin(), answer.scores.end(), 0.0);
    for (double& score : answer.scores) {
      score /= sum;
    }
  }
  return specimens;
}

void check_all(const std::vector<ClassFigures>& figures, double ClassFigures::*field,
               const std::vector<double>& expected) {
  REQUIRE(figures.size() == expected.size());
  for (std::size_t taxon = 0; taxon < expected.size(); ++taxon) {
    CAPTURE(taxon);
    CHECK(figures[taxon].*field == doctest::Approx(expected[taxon]).epsilon(exact));
  }
}

// A specimen of `truth` whose first score is that of `answer`.
JudgedSpecimen judged(int truth, int answer, double score = 0.9) {
  JudgedSpecimen specimen;
  specimen.truth = truth;
  specimen.answer.scores.assign(taxa, (1 - score) / (taxa - 1));
  specimen.answer.scores[static_cast<std::size_t>(answer)] = score;
  return specimen;
}

}  // namespace

TEST_CASE("the calibration error is the gap between score and share, bin by bin") {
  const auto error_of = [](const std::vector<JudgedSpecimen>& specimens) {
    return score_taxa(specimens, 2, {.draws = 0}).figures.calibration_error;
  };
  // Two bins: scores of 0.9 of which half are right, scores of 0.6 which are all right.
  CHECK(error_of({{0, {{0.9, 0.1}}}, {1, {{0.9, 0.1}}}, {0, {{0.6, 0.4}}}, {1, {{0.4, 0.6}}}}) ==
        doctest::Approx(0.5 * 0.4 + 0.5 * 0.4));
  CHECK(error_of({{0, {{1, 0}}}}) == 0);
}

TEST_CASE("an answer stands where its score is high and the specimen is like what is known") {
  TaxonAnswer answer = {{0.1, 0.8, 0.1}, {}, {}, {}, 1.0};
  CHECK(first_taxon(answer.scores) == 1);
  CHECK(first_score(answer) == 0.8);
  CHECK(is_sure(answer, 0.8));
  CHECK_FALSE(is_sure(answer, 0.81));
  answer.novelty = 1.01;
  CHECK(is_like_nothing_seen(answer));
  CHECK_FALSE(is_sure(answer, 0.8));
  answer.novelty.reset();
  CHECK(is_sure(answer, 0.8));
}

// Values of scikit-learn 1.2.1 (numpy 1.24.2) for the same scores.
TEST_CASE("scores of taxa are those of scikit-learn") {
  const TaxonScores scores =
      score_taxa(hard_specimens(), taxa, {.threshold = 0.45, .bins = 15, .draws = 0});
  const ScoreFigures& figures = scores.figures;
  CHECK(scores.confusion == std::vector<std::int64_t>{14, 9, 5, 5, 2, 2, 5, 0, 2, 2, 3, 1, 2,
                                                      2,  1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0});
  const auto near = [](double value) { return doctest::Approx(value).epsilon(exact); };
  CHECK(figures.accuracy == near(0.36666666666666664));
  CHECK(figures.balanced_accuracy == near(0.26535353535353534));
  CHECK(figures.top3 == near(0.8833333333333333));
  CHECK(figures.log_loss == near(1.2890789953589514));
  CHECK(figures.calibration_error == near(0.11818164202663203));
  check_all(figures.by_taxon, &ClassFigures::precision, {0.7, 0.3125, 0.25, 0.1, 0});
  check_all(figures.by_taxon, &ClassFigures::recall,
            {0.4, 0.45454545454545453, 0.2222222222222222, 0.25, 0});
  check_all(figures.by_taxon, &ClassFigures::f1,
            {0.509090909090909, 0.3703703703703703, 0.23529411764705882, 0.14285714285714288, 0});
  check_all(figures.by_taxon, &ClassFigures::auc,
            {0.7794285714285714, 0.7792207792207793, 0.6710239651416122, 0.7366071428571428,
             0.5932203389830508});
  CHECK(figures.macro.precision == near(0.2725));
  CHECK(figures.macro.recall == near(0.26535353535353534));
  CHECK(figures.macro.f1 == near(0.25152250799309617));
  CHECK(figures.macro.auc == near(0.7119001595262313));
  CHECK(figures.weighted.precision == near(0.5097916666666666));
  CHECK(figures.weighted.recall == near(0.36666666666666664));
  CHECK(figures.weighted.f1 == near(0.4096888587084665));
  CHECK(figures.weighted.auc == near(0.7571715528019117));
  CHECK(figures.micro_auc == near(0.7604166666666666));
  CHECK(scores.sure == 17);
  CHECK(figures.coverage == near(17.0 / 60));
  CHECK(figures.sure_accuracy == near(7.0 / 17));
}

// The same version's roc_curve, which drops what lies on a line too.
TEST_CASE("ROC curves have the points of scikit-learn's, and their area") {
  const TaxonScores scores = score_taxa(hard_specimens(), taxa, {.draws = 0});
  const RocCurve& curve = scores.roc[1];
  REQUIRE(curve.false_positive_rate.size() == 21);
  CHECK(curve.false_positive_rate[2] == doctest::Approx(3.0 / 49).epsilon(exact));
  CHECK(curve.true_positive_rate[13] == doctest::Approx(8.0 / 11).epsilon(exact));
  for (std::size_t taxon = 0; taxon < scores.roc.size(); ++taxon) {
    const RocCurve& of_taxon = scores.roc[taxon];
    double area = 0;
    for (std::size_t i = 1; i < of_taxon.false_positive_rate.size(); ++i) {
      area += (of_taxon.false_positive_rate[i] - of_taxon.false_positive_rate[i - 1]) *
              (of_taxon.true_positive_rate[i] + of_taxon.true_positive_rate[i - 1]) / 2;
    }
    CHECK(area == doctest::Approx(scores.figures.by_taxon[taxon].auc).epsilon(exact));
  }
  CHECK(scores.macro_roc.true_positive_rate.back() == 1);
  CHECK(std::is_sorted(scores.macro_roc.true_positive_rate.begin(),
                       scores.macro_roc.true_positive_rate.end()));
}

TEST_CASE("equal scores count by half in the area") {
  const RankedScores ranked({{0.5, 0, true}, {0.5, 1, false}, {0.9, 2, true}, {0.1, 3, false}});
  CHECK(ranked.area({1, 1, 1, 1}) == doctest::Approx(3.5 / 4));
  // Drawn twice, or not at all.
  CHECK(ranked.area({0, 2, 1, 0}) == doctest::Approx(1));
  CHECK(ranked.area({1, 2, 0, 1}) == doctest::Approx(2.0 / 3));
  CHECK(std::isnan(ranked.area({1, 0, 1, 0})));
}

TEST_CASE("a perfect model has perfect scores, and Wilson's interval still doubts it") {
  std::vector<JudgedSpecimen> specimens;
  for (int i = 0; i < 20; ++i) {
    specimens.push_back(judged(i % 2, i % 2));
  }
  const TaxonScores scores = score_taxa(specimens, taxa);
  CHECK(scores.figures.accuracy == 1);
  CHECK(scores.figures.macro.f1 == 1);
  CHECK(scores.figures.macro.auc == 1);
  const auto all_right = [](int count) {  // where Wilson's interval of so many begins
    return doctest::Approx(count / (count + 1.959963984540054 * 1.959963984540054));
  };
  CHECK(scores.low.accuracy == all_right(20));
  CHECK(scores.high.accuracy == doctest::Approx(1));
  CHECK(scores.low.coverage == all_right(20));
  CHECK(scores.low.sure_accuracy == all_right(20));
  CHECK(scores.low.by_taxon[1].recall == all_right(10));
  CHECK(scores.low.by_taxon[1].precision == all_right(10));
  // Drawn anew, all are right again: that is no interval.
  CHECK(std::isnan(scores.low.macro.f1));
  CHECK(std::isnan(scores.high.by_taxon[0].auc));
  // Taxa that are neither there nor answered have no score, and no part in the mean.
  CHECK(std::isnan(scores.figures.by_taxon[4].recall));
  CHECK(std::isnan(scores.figures.by_taxon[4].auc));
  CHECK(scores.roc[4].false_positive_rate.empty());
  CHECK(to_json(scores, {"a", "b", "c", "d", "e"})["taxa"][4]["f1"]["value"].is_null());
}

TEST_CASE(
    "calibration: bins are closed above, and a model that is as sure as it is right has none") {
  std::vector<JudgedSpecimen> specimens;
  for (int i = 0; i < 10; ++i) {
    specimens.push_back(judged(0, i < 8 ? 0 : 1, 0.8));
  }
  const TaxonScores scores = score_taxa(specimens, taxa, {.threshold = 0.8, .bins = 5, .draws = 0});
  CHECK(scores.figures.calibration_error == doctest::Approx(0).epsilon(exact));
  CHECK(scores.reliability[3].specimens == 10);
  CHECK(scores.reliability[3].accuracy == doctest::Approx(0.8));
  CHECK(scores.sure == 10);  // at the threshold is sure
  specimens[0].answer.novelty = 1.2;
  CHECK(score_taxa(specimens, taxa, {.threshold = 0.8, .draws = 0}).sure == 9);
}

TEST_CASE("the vote of the passes is judged where there is one") {
  std::vector<JudgedSpecimen> specimens = {judged(0, 1), judged(1, 1), judged(2, 2)};
  CHECK(std::isnan(score_taxa(specimens, taxa, {.draws = 0}).figures.vote_accuracy));
  specimens[0].answer.votes = {0.7, 0.3, 0, 0, 0};
  specimens[1].answer.votes = {0.6, 0.4, 0, 0, 0};
  CHECK(score_taxa(specimens, taxa, {.draws = 0}).figures.vote_accuracy == 0.5);
}

TEST_CASE("bootstrap: intervals depend on the seed alone, and are as wide as the binomial's") {
  std::vector<JudgedSpecimen> specimens;
  for (int i = 0; i < 100; ++i) {
    specimens.push_back(judged(0, i < 70 ? 0 : 1));
  }
  const TaxonScores one = score_taxa(specimens, taxa, {.seed = 3, .threads = 1});
  const TaxonScores two = score_taxa(specimens, taxa, {.seed = 3, .threads = 2});
  CHECK(one.low.balanced_accuracy == two.low.balanced_accuracy);
  CHECK(one.high.weighted.f1 == two.high.weighted.f1);
  const double deviation = std::sqrt(0.7 * 0.3 / 100);
  CHECK(one.low.balanced_accuracy == doctest::Approx(0.7 - 1.96 * deviation).epsilon(0.03));
  CHECK(one.high.balanced_accuracy == doctest::Approx(0.7 + 1.96 * deviation).epsilon(0.03));
}

TEST_CASE("bootstrap: draws keep the number of each taxon") {
  std::vector<JudgedSpecimen> specimens = {judged(0, 0), judged(0, 0), judged(1, 0), judged(1, 0)};
  const TaxonScores scores = score_taxa(specimens, taxa);
  CHECK(scores.figures.balanced_accuracy == 0.5);
  CHECK(std::isnan(scores.low.balanced_accuracy));  // 0.5 in every draw
}

// How often the 95% interval holds the true accuracy of a model that is right in 80 of 100 cases.
TEST_CASE("bootstrap: the interval holds the truth in about 95 of 100 studies") {
  constexpr int studies = 200;
  int held = 0;
  for (int study = 0; study < studies; ++study) {
    HashStream random(hash(11, study));
    std::vector<JudgedSpecimen> specimens;
    for (int i = 0; i < 100; ++i) {
      specimens.push_back(judged(i % 3, random.chance(0.8) ? i % 3 : 4));
    }
    const TaxonScores scores = score_taxa(specimens, taxa, {.draws = 200});
    const bool holds = scores.low.balanced_accuracy <= 0.8 && 0.8 <= scores.high.balanced_accuracy;
    held += holds ? 1 : 0;
  }
  CHECK(held >= 0.89 * studies);
  CHECK(held <= 0.99 * studies);
}

TEST_CASE("scores that contradict the model are refused") {
  std::vector<JudgedSpecimen> specimens = {judged(0, 0)};
  SUBCASE("truth") { specimens[0].truth = taxa; }
  SUBCASE("number") { specimens[0].answer.scores.pop_back(); }
  SUBCASE("no number") { specimens[0].answer.scores[0] = std::nan(""); }
  SUBCASE("votes") { specimens[0].answer.votes = {1}; }
  CHECK_THROWS_AS(score_taxa(specimens, taxa), Error);
}

}  // namespace fossilct
