// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_figures.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace fossilct {

namespace {

constexpr int top = 3;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}
double ratio(std::int64_t part, std::int64_t whole) {
  return ratio(static_cast<double>(part), static_cast<double>(whole));
}

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

// How many scores come before that of the truth; equal ones in the order of the taxa.
int rank_of(const std::vector<double>& scores, std::size_t truth) {
  int before = 0;
  for (std::size_t taxon = 0; taxon < scores.size(); ++taxon) {
    const bool is_earlier = scores[taxon] == scores[truth] && taxon < truth;
    before += scores[taxon] > scores[truth] || is_earlier ? 1 : 0;
  }
  return before;
}

// Bins are open below and closed above.
int bin_of(double score, int bins) {
  return std::clamp(static_cast<int>(std::ceil(score * bins)) - 1, 0, bins - 1);
}

std::vector<RankedScores> ranked_by_taxon(const std::vector<JudgedSpecimen>& specimens,
                                          std::size_t taxa) {
  std::vector<RankedScores> ranked;
  for (std::size_t taxon = 0; taxon < taxa; ++taxon) {
    std::vector<RankedScores::Score> scores;
    for (std::size_t i = 0; i < specimens.size(); ++i) {
      scores.push_back({specimens[i].answer.scores[taxon], i,
                        static_cast<std::size_t>(specimens[i].truth) == taxon});
    }
    ranked.emplace_back(std::move(scores));
  }
  return ranked;
}

RankedScores ranked_together(const std::vector<JudgedSpecimen>& specimens) {
  std::vector<RankedScores::Score> scores;
  for (std::size_t i = 0; i < specimens.size(); ++i) {
    const std::vector<double>& of_specimen = specimens[i].answer.scores;
    for (std::size_t taxon = 0; taxon < of_specimen.size(); ++taxon) {
      scores.push_back(
          {of_specimen[taxon], i, static_cast<std::size_t>(specimens[i].truth) == taxon});
    }
  }
  return RankedScores(std::move(scores));
}

// Row and column sums of a confusion matrix, and its diagonal.
struct Margins {
  std::int64_t hits = 0;
  std::int64_t there = 0;
  std::int64_t answered = 0;
};

std::vector<Margins> margins_of(std::span<const std::int64_t> confusion, std::size_t taxa) {
  std::vector<Margins> margins(taxa);
  for (std::size_t truth = 0; truth < taxa; ++truth) {
    for (std::size_t answer = 0; answer < taxa; ++answer) {
      const std::int64_t count = confusion[truth * taxa + answer];
      margins[truth].there += count;
      margins[answer].answered += count;
      margins[truth].hits += truth == answer ? count : 0;
    }
  }
  return margins;
}

void add_means_of(const std::vector<Margins>& margins, double ClassFigures::*field,
                  ScoreFigures& figures) {
  double sum = 0;
  double weighted_sum = 0;
  std::int64_t taxa = 0;
  std::int64_t specimens = 0;
  for (std::size_t taxon = 0; taxon < margins.size(); ++taxon) {
    const Margins& of = margins[taxon];
    const double value = figures.by_taxon[taxon].*field;
    const bool counts =
        field == &ClassFigures::auc ? !std::isnan(value) : of.there + of.answered > 0;
    if (counts) {
      sum += or_zero(value);
      weighted_sum += static_cast<double>(of.there) * or_zero(value);
      ++taxa;
      specimens += of.there;
    }
  }
  figures.macro.*field = ratio(sum, static_cast<double>(taxa));
  figures.weighted.*field = ratio(weighted_sum, static_cast<double>(specimens));
}

double balanced_accuracy(const std::vector<ClassFigures>& by_taxon) {
  double sum = 0;
  int taxa = 0;
  for (const ClassFigures& one : by_taxon) {
    sum += or_zero(one.recall);
    taxa += std::isnan(one.recall) ? 0 : 1;
  }
  return ratio(sum, taxa);
}

}  // namespace

JudgedTable::Row JudgedTable::row_of(const JudgedSpecimen& specimen,
                                     const TaxonScoreOptions& options) {
  const std::vector<double>& scores = specimen.answer.scores;
  const auto truth = static_cast<std::size_t>(specimen.truth);
  const auto answer = static_cast<std::size_t>(first_taxon(scores));
  const double score = scores[answer];
  // A score of 0 must not make all of the mean infinite: as in scikit-learn.
  const double least = std::numeric_limits<double>::epsilon();
  return {.truth = truth,
          .answer = answer,
          .first_score = score,
          .log_loss = -std::log(std::clamp(scores[truth], least, 1 - least)),
          .in_top3 = rank_of(scores, truth) < top,
          .is_sure = is_sure(specimen.answer, options.threshold),
          .vote = specimen.answer.votes.empty() ? -1 : first_taxon(specimen.answer.votes),
          .bin = bin_of(score, options.bins)};
}

JudgedTable::JudgedTable(const std::vector<JudgedSpecimen>& specimens, int taxa,
                         const TaxonScoreOptions& options)
    : taxa_(static_cast<std::size_t>(taxa)),
      bins_(options.bins),
      ranked_(ranked_by_taxon(specimens, taxa_)),
      ranked_pairs_(ranked_together(specimens)) {
  for (const JudgedSpecimen& specimen : specimens) {
    rows_.push_back(row_of(specimen, options));
  }
}

std::vector<int> JudgedTable::all() const { return std::vector<int>(rows_.size(), 1); }

std::vector<int> JudgedTable::sure() const {
  std::vector<int> weights;
  for (const Row& row : rows_) {
    weights.push_back(row.is_sure ? 1 : 0);
  }
  return weights;
}

std::vector<std::int64_t> JudgedTable::confusion(const std::vector<int>& weights) const {
  std::vector<std::int64_t> counts(taxa_ * taxa_, 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    counts[rows_[i].truth * taxa_ + rows_[i].answer] += weights[i];
  }
  return counts;
}

std::vector<ReliabilityBin> JudgedTable::reliability(const std::vector<int>& weights) const {
  std::vector<ReliabilityBin> bins(static_cast<std::size_t>(bins_));
  std::vector<double> score_sums(bins.size(), 0);
  std::vector<std::int64_t> hits(bins.size(), 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto bin = static_cast<std::size_t>(rows_[i].bin);
    bins[bin].specimens += weights[i];
    score_sums[bin] += weights[i] * rows_[i].first_score;
    hits[bin] += rows_[i].truth == rows_[i].answer ? weights[i] : 0;
  }
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    ReliabilityBin& one = bins[bin];
    one.low = static_cast<double>(bin) / bins_;
    one.high = static_cast<double>(bin + 1) / bins_;
    one.mean_score = ratio(score_sums[bin], static_cast<double>(one.specimens));
    one.accuracy = ratio(hits[bin], one.specimens);
  }
  return bins;
}

JudgedTable::Counts JudgedTable::counts(const std::vector<int>& weights) const {
  Counts counts;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const int weight = weights[i];
    const bool is_right = row.truth == row.answer;
    counts.all += weight;
    counts.right += is_right ? weight : 0;
    counts.in_top3 += row.in_top3 ? weight : 0;
    counts.sure += row.is_sure ? weight : 0;
    counts.sure_right += row.is_sure && is_right ? weight : 0;
    counts.voted += row.vote >= 0 ? weight : 0;
    counts.vote_right += row.vote == static_cast<int>(row.truth) ? weight : 0;
  }
  return counts;
}

void JudgedTable::put_share_intervals(ScoreFigures& low, ScoreFigures& high) const {
  const auto put = [](double& low_end, double& high_end, std::int64_t part, std::int64_t whole) {
    const Share share = share_of(part, whole);
    low_end = share.low;
    high_end = share.high;
  };
  const Counts of = counts(all());
  put(low.accuracy, high.accuracy, of.right, of.all);
  put(low.top3, high.top3, of.in_top3, of.all);
  put(low.vote_accuracy, high.vote_accuracy, of.vote_right, of.voted);
  put(low.coverage, high.coverage, of.sure, of.all);
  put(low.sure_accuracy, high.sure_accuracy, of.sure_right, of.sure);
  const std::vector<Margins> margins = margins_of(confusion(all()), taxa_);
  for (std::size_t k = 0; k < taxa_; ++k) {
    put(low.by_taxon[k].precision, high.by_taxon[k].precision, margins[k].hits,
        margins[k].answered);
    put(low.by_taxon[k].recall, high.by_taxon[k].recall, margins[k].hits, margins[k].there);
  }
}

void JudgedTable::add_plain_figures(const std::vector<int>& weights, ScoreFigures& figures) const {
  const Counts of = counts(weights);
  figures.accuracy = ratio(of.right, of.all);
  figures.top3 = ratio(of.in_top3, of.all);
  figures.vote_accuracy = ratio(of.vote_right, of.voted);
  figures.coverage = ratio(of.sure, of.all);
  figures.sure_accuracy = ratio(of.sure_right, of.sure);
  double log_loss = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    log_loss += weights[i] * rows_[i].log_loss;
  }
  figures.log_loss = ratio(log_loss, static_cast<double>(of.all));
  double gaps = 0;
  for (const ReliabilityBin& bin : reliability(weights)) {
    gaps += static_cast<double>(bin.specimens) * std::abs(or_zero(bin.accuracy - bin.mean_score));
  }
  figures.calibration_error = ratio(gaps, static_cast<double>(of.all));
}

void JudgedTable::add_areas(const std::vector<int>& weights, ScoreFigures& figures) const {
  for (std::size_t taxon = 0; taxon < taxa_; ++taxon) {
    figures.by_taxon[taxon].auc = ranked_[taxon].area(weights);
  }
  figures.micro_auc = ranked_pairs_.area(weights);
}

ScoreFigures JudgedTable::figures(const std::vector<int>& weights) const {
  ScoreFigures figures;
  figures.by_taxon.resize(taxa_);
  add_plain_figures(weights, figures);
  add_areas(weights, figures);
  const std::vector<Margins> margins = margins_of(confusion(weights), taxa_);
  for (std::size_t taxon = 0; taxon < taxa_; ++taxon) {
    const Margins& of = margins[taxon];
    ClassFigures& result = figures.by_taxon[taxon];
    result.precision = ratio(of.hits, of.answered);
    result.recall = ratio(of.hits, of.there);
    result.f1 = ratio(2 * of.hits, of.there + of.answered);
  }
  for (const auto& [name, field] : class_fields) {
    add_means_of(margins, field, figures);
  }
  figures.balanced_accuracy = balanced_accuracy(figures.by_taxon);
  return figures;
}

}  // namespace fossilct
