// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_evaluation.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/cli/facts.h"
#include "apps/taxa/thumbnails.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::int64_t few_specimens = 10;

std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t most = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  return names.size() > most ? text + " ..." : text;
}

// Of a specimen with an answer, the name that it is known by; empty: not known.
std::string known_name(const AnsweredSet& answered, std::size_t specimen) {
  const std::optional<int>& taxon = answered.set.specimens[specimen].taxon;
  return taxon && answered.answers[specimen] ? answered.set.taxa[static_cast<std::size_t>(*taxon)]
                                             : std::string();
}

ForeignSpecimens foreign_specimens(const AnsweredSet& answered, double threshold) {
  ForeignSpecimens foreign;
  std::set<std::string> names;
  for (std::size_t i = 0; i < answered.answers.size(); ++i) {
    const std::string name = known_name(answered, i);
    if (!name.empty() && !taxon_named(answered.taxa, name)) {
      names.insert(name);
      ++foreign.specimens;
      foreign.unsure += is_sure(*answered.answers[i], threshold) ? 0 : 1;
    }
  }
  foreign.taxa.assign(names.begin(), names.end());
  return foreign;
}

void require_judged(const AnsweredSet& answered, const TaxonEvaluation& evaluation) {
  if (!evaluation.report.specimens.empty()) {
    return;
  }
  throw Error(
      ErrorKind::format,
      evaluation.foreign.specimens == 0
          ? "no specimen's taxon is known, so that nothing can be judged: expected a folder "
            "for each taxon, a table with a column class, or a catalogue whose fossils a "
            "person named (fossilct review --taxon)"
          : "none of the known taxa (" + names_text(evaluation.foreign.taxa) +
                ") is one of the model's (" + names_text(answered.taxa) + ")");
}

std::vector<std::int64_t> specimens_by_taxon(const TaxonReport& report) {
  std::vector<std::int64_t> counts(report.taxa.size(), 0);
  for (const EvaluatedSpecimen& specimen : report.specimens) {
    ++counts[static_cast<std::size_t>(specimen.judged.truth)];
  }
  return counts;
}

void add_notices(TaxonEvaluation& evaluation) {
  const ForeignSpecimens& foreign = evaluation.foreign;
  if (foreign.specimens > 0) {
    evaluation.report.notices.push_back(
        counted(foreign.specimens, "specimen") + " of taxa that the model does not know (" +
        names_text(foreign.taxa) +
        ") stand in no figure here: no answer could be right. It is unsure of " +
        std::to_string(foreign.unsure) + " of them" +
        (foreign.unsure < foreign.specimens ? ", and gives a wrong name to the others." : "."));
  }
  const std::vector<std::int64_t> counts = specimens_by_taxon(evaluation.report);
  const auto few = std::count_if(counts.begin(), counts.end(), [](std::int64_t count) {
    return count > 0 && count < few_specimens;
  });
  if (few > 0) {
    evaluation.report.notices.push_back(
        (few == 1 ? "One taxon has" : std::to_string(few) + " taxa have") + " fewer than " +
        std::to_string(few_specimens) + " specimens: what stands of it by itself says little.");
  }
}

// What the page shows pictures of.
bool is_shown(const EvaluatedSpecimen& specimen, double threshold) {
  const TaxonAnswer& answer = specimen.judged.answer;
  return first_taxon(answer.scores) != specimen.judged.truth || !is_sure(answer, threshold);
}

// The first picture of each specimen of the set.
std::vector<const SpecimenImage*> first_images(const ImageSet& set) {
  std::vector<const SpecimenImage*> first(set.specimens.size(), nullptr);
  for (const SpecimenImage& image : set.images) {
    if (first[image.specimen] == nullptr) {
      first[image.specimen] = &image;
    }
  }
  return first;
}

void add_specimens(const AnsweredSet& answered, double threshold, TaxonReport& report) {
  const std::vector<const SpecimenImage*> images = first_images(answered.set);
  for (std::size_t i = 0; i < answered.answers.size(); ++i) {
    const std::optional<int> truth = taxon_named(answered.taxa, known_name(answered, i));
    if (!truth) {
      continue;
    }
    const ImagedSpecimen& specimen = answered.set.specimens[i];
    EvaluatedSpecimen& one = report.specimens.emplace_back();
    one.name = specimen.name;
    one.sample = specimen.sample;
    one.judged = {*truth, *answered.answers[i]};
    if (is_shown(one, threshold) && images[i] != nullptr) {
      one.thumbnail = thumbnail_uri(answered.set, *images[i]);
    }
  }
}

}  // namespace

std::optional<int> taxon_named(const std::vector<std::string>& taxa, const std::string& name) {
  const auto found =
      std::ranges::find(taxa, lower(name), [](const std::string& taxon) { return lower(taxon); });
  return found == taxa.end() ? std::nullopt : std::optional(static_cast<int>(found - taxa.begin()));
}

std::vector<JudgedSpecimen> judged_specimens(const AnsweredSet& answered) {
  std::vector<JudgedSpecimen> judged;
  for (std::size_t i = 0; i < answered.answers.size(); ++i) {
    if (const auto truth = taxon_named(answered.taxa, known_name(answered, i))) {
      judged.push_back({*truth, *answered.answers[i]});
    }
  }
  return judged;
}

TaxonEvaluation evaluate_answers(const AnsweredSet& answered, const TaxonScoreOptions& options) {
  TaxonEvaluation evaluation;
  evaluation.report.taxa = answered.taxa;
  evaluation.foreign = foreign_specimens(answered, options.threshold);
  add_specimens(answered, options.threshold, evaluation.report);
  require_judged(answered, evaluation);
  evaluation.scores =
      score_taxa(judged_of(evaluation.report), static_cast<int>(answered.taxa.size()), options);
  add_notices(evaluation);
  return evaluation;
}

Json to_json(const TaxonEvaluation& evaluation) {
  Json json = to_json(evaluation.scores, evaluation.report.taxa);
  json["unknown_to_model"] = {{"taxa", evaluation.foreign.taxa},
                              {"specimens", evaluation.foreign.specimens},
                              {"unsure", evaluation.foreign.unsure}};
  return json;
}

std::string accuracy_text(const TaxonScores& scores) {
  const double right = scores.figures.accuracy * static_cast<double>(scores.specimens);
  return std::to_string(std::llround(right)) + " of " + counted(scores.specimens, "specimen") +
         " right, " + percent_text(scores.figures.accuracy) + " (95% interval " +
         percent_text(scores.low.accuracy) + " to " + percent_text(scores.high.accuracy) + ")";
}

std::string taxon_shares_text(const TaxonEvaluation& evaluation) {
  const std::size_t taxa = evaluation.report.taxa.size();
  const std::vector<std::int64_t>& confusion = evaluation.scores.confusion;
  const std::vector<std::int64_t> counts = specimens_by_taxon(evaluation.report);
  Facts facts;
  for (std::size_t k = 0; k < taxa; ++k) {
    std::int64_t answered = 0;
    for (std::size_t truth = 0; truth < taxa; ++truth) {
      answered += confusion[truth * taxa + k];
    }
    if (counts[k] + answered > 0) {
      facts.emplace_back(printable(evaluation.report.taxa[k]),
                         std::to_string(confusion[k * taxa + k]) + " of " +
                             counted(counts[k], "specimen") + " right; the answer " +
                             counted(answered, "time"));
    }
  }
  return facts_text(facts);
}

}  // namespace fossilct
