// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_scores.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "classify/taxon_figures.h"

namespace fossilct {

namespace {

void check(const std::vector<JudgedSpecimen>& specimens, int taxa,
           const TaxonScoreOptions& options) {
  if (options.bins < 1 || options.bins > 100 || options.draws < 0) {
    throw Error(ErrorKind::option, "scores of taxa: expected 1 to 100 bins and 0 draws or more");
  }
  for (std::size_t i = 0; i < specimens.size(); ++i) {
    const auto& [truth, answer] = specimens[i];
    const std::string which = "specimen " + std::to_string(i + 1);
    if (truth < 0 || truth >= taxa) {
      throw Error(ErrorKind::format, which + ": its taxon is none of the model's");
    }
    const auto expected = static_cast<std::size_t>(taxa);
    const bool has_votes = !answer.votes.empty();
    if (answer.scores.size() != expected || (has_votes && answer.votes.size() != expected)) {
      throw Error(ErrorKind::format, which + " has " + std::to_string(answer.scores.size()) +
                                         " scores, not " + std::to_string(taxa));
    }
    if (!std::all_of(answer.scores.begin(), answer.scores.end(),
                     [](double score) { return std::isfinite(score); })) {
      throw Error(ErrorKind::format, which + " has a score that is no number");
    }
  }
}

// All numbers of the figures, in one order.
template <typename Figures>
auto numbers_of(Figures& figures) {
  std::vector<decltype(&figures.accuracy)> numbers;
  for (const auto& [name, field] : score_fields) {
    numbers.push_back(&(figures.*field));
  }
  const auto add = [&numbers](auto& of_class) {
    for (const auto& [name, field] : class_fields) {
      numbers.push_back(&(of_class.*field));
    }
  };
  add(figures.macro);
  add(figures.weighted);
  for (auto& taxon : figures.by_taxon) {
    add(taxon);
  }
  return numbers;
}

std::vector<std::vector<std::size_t>> specimens_by_taxon(
    const std::vector<JudgedSpecimen>& specimens, int taxa) {
  std::vector<std::vector<std::size_t>> groups(static_cast<std::size_t>(taxa));
  for (std::size_t i = 0; i < specimens.size(); ++i) {
    groups[static_cast<std::size_t>(specimens[i].truth)].push_back(i);
  }
  return groups;
}

// How often each specimen is drawn.
std::vector<int> drawn_weights(const std::vector<std::vector<std::size_t>>& groups,
                               std::size_t specimens, std::uint64_t state) {
  std::vector<int> weights(specimens, 0);
  HashStream random(state);
  for (const std::vector<std::size_t>& group : groups) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::int64_t drawn = random.below(static_cast<std::int64_t>(group.size()));
      ++weights[group[static_cast<std::size_t>(drawn)]];
    }
  }
  return weights;
}

// Linear between the values, as numpy's; of the numbers among them.
double percentile(std::vector<double> values, double share) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

void add_intervals(const JudgedTable& table, const std::vector<std::vector<std::size_t>>& groups,
                   TaxonScores& scores) {
  const auto specimens = static_cast<std::size_t>(scores.specimens);
  const auto draws = static_cast<std::size_t>(specimens == 0 ? 0 : scores.options.draws);
  scores.low.by_taxon.resize(groups.size());
  scores.high.by_taxon.resize(groups.size());
  const std::vector<double*> lows = numbers_of(scores.low);
  const std::vector<double*> highs = numbers_of(scores.high);
  std::vector<std::vector<double>> values(lows.size(), std::vector<double>(draws));
  parallel_for(static_cast<std::int64_t>(draws), scores.options.threads, [&](std::int64_t draw) {
    const std::vector<int> weights =
        drawn_weights(groups, specimens, hash(scores.options.seed, draw));
    const ScoreFigures figures = table.figures(weights);
    const std::vector<const double*> numbers = numbers_of(figures);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      values[i][static_cast<std::size_t>(draw)] = *numbers[i];
    }
  });
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double low = percentile(values[i], 0.025);
    const double high = percentile(values[i], 0.975);
    if (low < high) {
      *lows[i] = low;
      *highs[i] = high;
    }
  }
  table.put_share_intervals(scores.low, scores.high);
}

RocCurve mean_curve(const std::vector<RocCurve>& curves) {
  constexpr int steps = 100;
  RocCurve mean;
  const auto known = std::count_if(curves.begin(), curves.end(), [](const RocCurve& curve) {
    return !curve.false_positive_rate.empty();
  });
  for (int step = 0; known > 0 && step <= steps; ++step) {
    const double rate = static_cast<double>(step) / steps;
    double sum = 0;
    for (const RocCurve& curve : curves) {
      sum += curve.false_positive_rate.empty() ? 0 : rate_at(curve, rate);
    }
    mean.false_positive_rate.push_back(rate);
    mean.true_positive_rate.push_back(sum / static_cast<double>(known));
  }
  return mean;
}

Json json_of(double value, double low, double high) {
  const auto number = [](double one) { return std::isnan(one) ? Json() : Json(one); };
  return {{"value", number(value)}, {"low", number(low)}, {"high", number(high)}};
}

Json json_of(const ClassFigures& value, const ClassFigures& low, const ClassFigures& high) {
  Json json = Json::object();
  for (const auto& [name, field] : class_fields) {
    json[std::string(name)] = json_of(value.*field, low.*field, high.*field);
  }
  return json;
}

Json matrix_json(const std::vector<std::int64_t>& counts, std::size_t taxa) {
  Json rows = Json::array();
  for (std::size_t truth = 0; truth < taxa; ++truth) {
    const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(truth * taxa);
    rows.push_back(std::vector<std::int64_t>(begin, begin + static_cast<std::ptrdiff_t>(taxa)));
  }
  return rows;
}

}  // namespace

TaxonScores score_taxa(const std::vector<JudgedSpecimen>& specimens, int taxa,
                       const TaxonScoreOptions& options) {
  check(specimens, taxa, options);
  const JudgedTable table(specimens, taxa, options);
  TaxonScores scores;
  scores.options = options;
  scores.specimens = static_cast<std::int64_t>(specimens.size());
  scores.confusion = table.confusion(table.all());
  scores.sure_confusion = table.confusion(table.sure());
  for (const std::int64_t count : scores.sure_confusion) {
    scores.sure += count;
  }
  scores.figures = table.figures(table.all());
  scores.reliability = table.reliability(table.all());
  for (const RankedScores& ranked : table.ranked()) {
    scores.roc.push_back(ranked.curve());
  }
  scores.micro_roc = table.ranked_pairs().curve();
  scores.macro_roc = mean_curve(scores.roc);
  add_intervals(table, specimens_by_taxon(specimens, taxa), scores);
  return scores;
}

Json to_json(const TaxonScores& scores, const std::vector<std::string>& taxa) {
  Json json;
  json["specimens"] = scores.specimens;
  json["threshold"] = scores.options.threshold;
  json["sure"] = scores.sure;
  for (const auto& [name, field] : score_fields) {
    json[std::string(name)] = json_of(scores.figures.*field, scores.low.*field, scores.high.*field);
  }
  json["macro"] = json_of(scores.figures.macro, scores.low.macro, scores.high.macro);
  json["weighted"] = json_of(scores.figures.weighted, scores.low.weighted, scores.high.weighted);
  Json& by_taxon = json["taxa"] = Json::array();
  for (std::size_t taxon = 0; taxon < taxa.size(); ++taxon) {
    Json one = {{"taxon", taxa[taxon]}};
    one.update(json_of(scores.figures.by_taxon[taxon], scores.low.by_taxon[taxon],
                       scores.high.by_taxon[taxon]));
    by_taxon.push_back(one);
  }
  json["confusion"] = matrix_json(scores.confusion, taxa.size());
  return json;
}

}  // namespace fossilct
