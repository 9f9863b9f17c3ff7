// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "classify/taxon_scores.h"
#include "report/html_parts.h"

namespace fossilct {

// A specimen on the page: judged, and with what is needed to look at it.
struct EvaluatedSpecimen {
  std::string name;
  std::string sample = {};
  JudgedSpecimen judged;
  std::string thumbnail = {};  // URI of a small picture, see thumbnails.h
};

// What a page about a model's answers shows: those of a cross-validation, or for specimens that a
// person named.
struct TaxonReport {
  std::string title;  // "Cross-validation of forams.safetensors"
  // Who judged whom: "Each specimen was judged by a model that was trained without it and without
  // others of its sample (5 folds)."
  std::string judged_how;
  std::vector<std::string> taxa;
  std::vector<EvaluatedSpecimen> specimens;
  std::vector<double> fold_accuracies = {};  // of a cross-validation
  std::vector<std::string> notices = {};     // warnings, on the first screen
  KeyValues facts = {};                      // model, data
  Json recipe = Json::object();              // of the training
};

std::vector<JudgedSpecimen> judged_of(const TaxonReport& report);

// The page as one file that fetches nothing. `scores` are score_taxa(judged_of(report), ...).
std::string taxon_report(const TaxonReport& report, const TaxonScores& scores);

}  // namespace fossilct
