// SPDX-License-Identifier: Apache-2.0
#pragma once

// Figures of taxon_report.h's page.

#include <vector>

#include "apps/taxa/taxon_report.h"
#include "report/markup.h"

namespace fossilct {

// Micro and macro mean, and the taxa; those of most taxa are folded.
Markup roc_figures(const TaxonReport& report, const TaxonScores& scores);

// How right the model is where it is how sure, and how its first scores are spread.
std::vector<Markup> calibration_figures(const TaxonReport& report, const TaxonScores& scores);

// Coverage and accuracy at every threshold.
Markup threshold_figure(const TaxonReport& report, const TaxonScores& scores);

// Of each of the most doubtful specimens a histogram of the passes' scores for each of its first
// four taxa (Johansen and Sorensen 2020); empty where no passes were kept.
Markup dropout_figures(const TaxonReport& report);

// "0.83 (0.70–0.92)"; a dash where there is no value.
std::string with_interval(double value, double low, double high);

}  // namespace fossilct
