// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_tables.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/csv.h"
#include "base/text.h"
#include "specimens/catalogue.h"

namespace fossilct {

namespace {

constexpr std::size_t most_listed = 3;

std::string number(double value) { return format_rounded(value); }
std::string number(const std::optional<double>& value) { return value ? number(*value) : ""; }

}  // namespace

std::vector<RankedTaxon> ranked(const TaxonAnswer& answer, std::size_t most) {
  std::vector<std::size_t> places(answer.scores.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return answer.scores[a] > answer.scores[b];
  });
  places.resize(std::min(most, places.size()));
  std::vector<RankedTaxon> best;
  for (const std::size_t place : places) {
    best.push_back({place, answer.scores[place]});
  }
  return best;
}

std::string answers_csv(const ImageSet& set, const std::vector<std::string>& taxa,
                        const std::vector<std::optional<TaxonAnswer>>& answers, double threshold) {
  std::string csv =
      "specimen,sample,depth_m,known,answer,first,first_score,second,second_score,third,"
      "third_score,deviation,vote,novelty\n";
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      continue;
    }
    const TaxonAnswer& answer = *answers[i];
    const ImagedSpecimen& specimen = set.specimens[i];
    const std::vector<RankedTaxon> best = ranked(answer, most_listed);
    const std::string known =
        specimen.taxon ? set.taxa[static_cast<std::size_t>(*specimen.taxon)] : std::string();
    const std::string given =
        is_sure(answer, threshold) ? taxa[best.front().taxon] : std::string(unsure_taxon);
    csv += csv_field(specimen.name) + ',' + csv_field(specimen.sample) + ',' +
           number(specimen.depth_m) + ',' + csv_field(known) + ',' + csv_field(given);
    for (std::size_t rank = 0; rank < most_listed; ++rank) {
      csv += rank < best.size()
                 ? ',' + csv_field(taxa[best[rank].taxon]) + ',' + number(best[rank].score)
                 : ",,";
    }
    const std::size_t first = best.front().taxon;
    csv += ',' + (answer.deviations.empty() ? "" : number(answer.deviations[first])) + ',' +
           (answer.votes.empty() ? "" : number(answer.votes[first])) + ',' +
           number(answer.novelty) + '\n';
  }
  return csv;
}

}  // namespace fossilct
