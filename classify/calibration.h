// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace fossilct {

// What a network says of one specimen of a known taxon.
struct KnownSpecimen {
  std::vector<std::vector<double>> logits;  // of each view
  int taxon = 0;
};

// The mean over the views of softmax(logits / temperature).
std::vector<double> mean_scores(const std::vector<std::vector<double>>& logits, double temperature);

// The temperature (Guo et al. 2017, arXiv 1706.04599), 0.05 to 20, at which the taxa of the
// specimens get the highest probability: the lowest cross entropy of mean_scores, by golden section
// over its logarithm to 0.1%. What is aimed at is not 1 for the taxon but (n + 1) / (n + 2) with n
// specimens, the rest shared by the other taxa (Platt 1999): some that are all right do not tell
// that the next one will be. 1 where there are no specimens.
double fitted_temperature(const std::vector<KnownSpecimen>& specimens);

// The value that 99% of the others are not above (nearest rank); 0 for none.
double percentile_99(std::vector<double> values);

}  // namespace fossilct
