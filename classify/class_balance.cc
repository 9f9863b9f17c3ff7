// SPDX-License-Identifier: Apache-2.0
#include "classify/class_balance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/random.h"

namespace fossilct {

namespace {

constexpr double least_weight = 0.1;
constexpr double most_weight = 10;

void shuffle(std::vector<std::int64_t>& places, HashStream& stream) {
  for (std::size_t left = places.size(); left > 1; --left) {
    const auto drawn = static_cast<std::size_t>(stream.below(static_cast<std::int64_t>(left)));
    std::swap(places[left - 1], places[drawn]);
  }
}

}  // namespace

std::vector<double> taxon_weights(const std::vector<std::int64_t>& counts) {
  double logarithms = 0;
  int present = 0;
  for (const std::int64_t count : counts) {
    if (count > 0) {
      logarithms += std::log(static_cast<double>(count));
      ++present;
    }
  }
  const double mean = std::exp(logarithms / std::max(present, 1));
  std::vector<double> weights;
  for (const std::int64_t count : counts) {
    weights.push_back(
        count > 0 ? std::clamp(mean / static_cast<double>(count), least_weight, most_weight) : 0);
  }
  return weights;
}

std::vector<std::int64_t> epoch_order(const std::vector<int>& taxon_of_picture,
                                      TaxonSampling sampling, std::uint64_t seed) {
  std::map<int, std::vector<std::int64_t>> pictures_of;
  for (std::size_t i = 0; i < taxon_of_picture.size(); ++i) {
    pictures_of[taxon_of_picture[i]].push_back(static_cast<std::int64_t>(i));
  }
  std::size_t most = 0;
  std::size_t least = taxon_of_picture.size();
  for (const auto& [taxon, pictures] : pictures_of) {
    most = std::max(most, pictures.size());
    least = std::min(least, pictures.size());
  }
  HashStream stream(seed);
  std::vector<std::int64_t> order;
  for (auto& [taxon, pictures] : pictures_of) {
    shuffle(pictures, stream);
    const std::size_t wanted = sampling == TaxonSampling::oversample    ? most
                               : sampling == TaxonSampling::undersample ? least
                                                                        : pictures.size();
    for (std::size_t i = 0; i < wanted; ++i) {
      order.push_back(pictures[i % pictures.size()]);
    }
  }
  shuffle(order, stream);
  return order;
}

}  // namespace fossilct
