// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/taxon_map.h"

#include <algorithm>
#include <limits>
#include <map>

#include "apps/taxa/thumbnails.h"
#include "base/csv.h"
#include "base/text.h"
#include "classify/taxon_scores.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

constexpr int thumbnail_pixels = 64;

struct Answered {
  std::string taxon;
  double score = 0;
};

Answered answer_of(const MappedSpecimens& specimens, std::size_t i) {
  const std::vector<double>& scores = specimens.answers[i].scores;
  const auto first = static_cast<std::size_t>(first_taxon(scores));
  return {specimens.taxa[first], scores[first]};
}

std::string known_taxon(const MappedSpecimens& specimens, std::size_t i) {
  const std::optional<int>& taxon = specimens.set.specimens[i].taxon;
  return taxon ? specimens.set.taxa[static_cast<std::size_t>(*taxon)] : "";
}

// Empty: none.
std::string group_of(const MappedSpecimens& specimens, std::size_t i) {
  const std::string known = known_taxon(specimens, i);
  const Answered answer = answer_of(specimens, i);
  if (!known.empty()) {
    return known;
  }
  return is_sure(specimens.answers[i], specimens.threshold) ? answer.taxon + " (model)" : "";
}

std::string remark_of(const MappedSpecimens& specimens, std::size_t i) {
  const Answered answer = answer_of(specimens, i);
  const std::string& sample = specimens.set.specimens[i].sample;
  const bool sure = is_sure(specimens.answers[i], specimens.threshold);
  return std::string(sure ? "model: " : "model, unsure: ") + answer.taxon + " " +
         decimal_text(answer.score, 2) + (sample.empty() ? "" : "; " + sample);
}

double trust_in(const FeaturePoints& features, const PlanePoints& plane) {
  constexpr std::size_t neighbours = 5;
  return 2 * neighbours < features.size() ? trustworthiness(features, plane, neighbours)
                                          : std::numeric_limits<double>::quiet_NaN();
}

std::string trust_text(double value) {
  return " Trustworthiness " + decimal_text(value, 3) +
         " (1: the five nearest here are the five nearest for the network).";
}

}  // namespace

TaxonMap map_specimens(const FeaturePoints& features, const TsneOptions& tsne_options,
                       const UmapOptions& umap_options, Progress& progress) {
  TaxonMap map;
  map.tsne = tsne(features, tsne_options, progress).points;
  map.umap = umap(features, umap_options, progress);
  map.tsne_trustworthiness = trust_in(features, map.tsne);
  map.umap_trustworthiness = trust_in(features, map.umap);
  return map;
}

PointMap taxon_map_page(const MappedSpecimens& specimens, const TaxonMap& map) {
  PointMap page;
  const std::vector<std::string> thumbnails = thumbnail_uris(specimens.set, thumbnail_pixels);
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < specimens.set.specimens.size(); ++i) {
    page.points.push_back({.name = specimens.set.specimens[i].name,
                           .remark = remark_of(specimens, i),
                           .group = {},
                           .thumbnail = thumbnails[i]});
    if (const std::string group = group_of(specimens, i); !group.empty()) {
      groups[group].push_back(i);
    }
  }
  for (const auto& [name, members] : groups) {
    for (const std::size_t i : members) {
      page.points[i].group = page.groups.size();
    }
    page.groups.push_back({name});
  }
  page.layouts = {{"t-SNE",
                   "Specimens that lie side by side look alike to the network. Distances between "
                   "groups, and how large a group is, mean little." +
                       trust_text(map.tsne_trustworthiness),
                   map.tsne},
                  {"UMAP",
                   "Specimens that lie side by side look alike to the network; which groups are "
                   "neighbours means something too." +
                       trust_text(map.umap_trustworthiness),
                   map.umap}};
  return page;
}

std::string taxon_map_csv(const MappedSpecimens& specimens, const TaxonMap& map) {
  std::string csv = "specimen,sample,known,answer,score,tsne_x,tsne_y,umap_x,umap_y\n";
  for (std::size_t i = 0; i < specimens.set.specimens.size(); ++i) {
    const ImagedSpecimen& one = specimens.set.specimens[i];
    const Answered answer = answer_of(specimens, i);
    csv += csv_field(one.name) + "," + csv_field(one.sample) + "," +
           csv_field(known_taxon(specimens, i)) + "," + csv_field(answer.taxon) + "," +
           format_rounded(answer.score);
    for (const double place : {map.tsne[i][0], map.tsne[i][1], map.umap[i][0], map.umap[i][1]}) {
      csv += "," + format_rounded(place);
    }
    csv += "\n";
  }
  return csv;
}

}  // namespace fossilct
