// SPDX-License-Identifier: Apache-2.0
#include "example_taxa.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "apps/taxa/thumbnails.h"
#include "base/random.h"

namespace fossilct::test {

namespace {

std::vector<std::uint8_t> lobed_body(int lobes, int size, std::uint64_t seed) {
  HashStream random(mix(seed));
  const double turn = random.uniform(0, 2 * std::numbers::pi);
  const double radius = random.uniform(0.28, 0.4) * size;
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double dx = x + 0.5 - size / 2.0;
      const double dy = y + 0.5 - size / 2.0;
      const double edge = radius * (1 + 0.2 * std::cos(lobes * std::atan2(dy, dx) + turn));
      const double depth = 1 - std::hypot(dx, dy) / edge;
      const double light = depth <= 0 ? 0.08 : 0.3 + 0.6 * std::sqrt(depth) - 0.1 * dx / radius;
      pixels.push_back(
          static_cast<std::uint8_t>(std::clamp(light + 0.03 * random.uniform(), 0.0, 1.0) * 255));
    }
  }
  return pixels;
}

std::vector<double> shares_of(std::vector<double> logits) {
  double sum = 0;
  for (double& one : logits) {
    one = std::exp(one);
    sum += one;
  }
  for (double& one : logits) {
    one /= sum;
  }
  return logits;
}

std::vector<double> logits_for(int truth, std::size_t taxa, HashStream& random) {
  std::vector<double> logits(taxa);
  for (std::size_t taxon = 0; taxon < taxa; ++taxon) {
    logits[taxon] = 1.6 * normal(random.bits()) + (static_cast<int>(taxon) == truth ? 3.2 : 0);
  }
  return logits;
}

void add_passes(EvaluatedSpecimen& specimen, const std::vector<double>& logits,
                HashStream& random) {
  constexpr int passes = 100;
  TaxonAnswer& answer = specimen.judged.answer;
  answer.votes.assign(logits.size(), 0);
  answer.deviations.assign(logits.size(), 0);
  std::vector<double> means(logits.size(), 0);
  for (int pass = 0; pass < passes; ++pass) {
    std::vector<double> moved = logits;
    for (double& one : moved) {
      one += 0.7 * normal(random.bits());
    }
    const std::vector<double> scores = shares_of(moved);
    answer.votes[static_cast<std::size_t>(first_taxon(scores))] += 1.0 / passes;
    for (std::size_t taxon = 0; taxon < scores.size(); ++taxon) {
      means[taxon] += scores[taxon] / passes;
      answer.deviations[taxon] += scores[taxon] * scores[taxon] / passes;
    }
    answer.passes.push_back(scores);
  }
  for (std::size_t taxon = 0; taxon < means.size(); ++taxon) {
    const double variance = answer.deviations[taxon] - means[taxon] * means[taxon];
    answer.deviations[taxon] = std::sqrt(std::max(0.0, variance));
  }
  answer.scores = means;
}

}  // namespace

ImageSet example_images(int taxa, int specimens) {
  const char* const names[] = {
      "Ammonia beccarii",      "Bolivina spathulata",   "Cibicides", "Elphidium crispum",
      "Globigerina bulloides", "Globigerinoides ruber", "Nonion",    "Uvigerina <peregrina> & al."};
  ImageSet set;
  set.size = 64;
  for (int taxon = 0; taxon < taxa; ++taxon) {
    set.taxa.push_back(taxon < 8 ? names[taxon] : "Taxon " + std::to_string(taxon + 1));
  }
  for (int i = 0; i < specimens; ++i) {
    // Some are frequent, some rare.
    const double share = unit_interval(hash(5, i));
    const int taxon = static_cast<int>(std::pow(share, 1.5) * taxa);
    const std::string name = "well7:" + std::to_string(i + 1);
    set.specimens.push_back({name, "slide " + std::to_string(i % 9), std::nullopt, taxon, {}});
    set.images.push_back({name, static_cast<std::size_t>(i),
                          lobed_body(taxon + 3, set.size, static_cast<std::uint64_t>(i))});
  }
  return set;
}

TaxonReport example_taxa(const ImageSet& images) {
  TaxonReport report;
  report.title = "Cross-validation of forams.safetensors";
  report.judged_how =
      "Each specimen was judged by a model that was trained without it (5 folds, samples kept "
      "together).";
  report.taxa = images.taxa;
  report.fold_accuracies = {0.84, 0.79, 0.88, 0.82, 0.86};
  report.notices = {"2 taxa have fewer than ten specimens: their scores say little"};
  report.facts = {{"model", "base-cyclic, 8 filters, 128 x 128"}, {"pictures", "internal/forams"}};
  report.recipe = {{"network", "base-cyclic"}, {"rate", 0.001}, {"batch", 64}};
  const std::vector<std::string> thumbnails = thumbnail_uris(images);
  for (std::size_t i = 0; i < images.specimens.size(); ++i) {
    const ImagedSpecimen& one = images.specimens[i];
    HashStream random(hash(7, static_cast<std::int64_t>(i)));
    EvaluatedSpecimen specimen = {.name = one.name,
                                  .sample = one.sample,
                                  .judged = {*one.taxon, {}},
                                  .thumbnail = thumbnails[i]};
    const std::vector<double> logits = logits_for(*one.taxon, images.taxa.size(), random);
    specimen.judged.answer.scores = shares_of(logits);
    specimen.judged.answer.novelty = random.uniform(0.2, 1.1);
    if (i % 10 == 0) {
      add_passes(specimen, logits, random);
    }
    report.specimens.push_back(std::move(specimen));
  }
  return report;
}

}  // namespace fossilct::test
