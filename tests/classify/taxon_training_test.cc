// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_training.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "classify/cross_validation.h"
#include "classify/taxon_predictor.h"
#include "made_up_taxa.h"
#include "support.h"

namespace fossilct {
namespace {

using test::message_of;

Progress quiet;

TaxonTrainingOptions small(int epochs = 12) {
  TaxonTrainingOptions options;
  options.recipe = taxon_recipe_named("default");
  options.recipe.filters = 4;
  options.recipe.phases = {{.epochs = epochs, .rate = 3e-3}};
  options.recipe.augmentation.rotate_degrees = 10;
  options.recipe.batch = 16;
  return options;
}

int first_of(const std::vector<double>& scores) {
  return static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

double share_right(const TaxonModel& model, const ImageSet& set) {
  TaxonPredictor predictor(model, {});
  const std::vector<TaxonAnswer> answers = predictor.predict(set, quiet);
  double right = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    right += first_of(answers[i].scores) == *set.specimens[i].taxon ? 1 : 0;
  }
  return right / static_cast<double>(answers.size());
}

bool same_weights(const TaxonModel& a, const TaxonModel& b) {
  const auto of_a = state_dict(*a.network), of_b = state_dict(*b.network);
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    if (!at::equal(of_a[i].second, of_b[i].second)) {
      return false;
    }
  }
  return true;
}

TEST_CASE("shapes are learned, kept in a file and told again; seeds decide all") {
  const ImageSet known = made_up_taxa(16, 2, 32, 1);
  const ImageSet other = made_up_taxa(8, 2, 32, 2);
  const ImageSet validation = made_up_taxa(6, 2, 32, 3);
  int epochs = 0;
  const TaxonTraining trained =
      train_taxa(known, &validation, small(), quiet, [&](const TaxonEpoch&) { ++epochs; });
  CHECK(epochs == 12);
  CHECK(trained.epochs.back().training_loss < 0.5 * trained.epochs.front().training_loss);
  CHECK(share_right(trained.model, other) >= 0.9);
  CHECK(same_weights(trained.model, train_taxa(known, &validation, small(), quiet).model));
  TaxonTrainingOptions reseeded = small();
  reseeded.seed = 2;
  CHECK_FALSE(same_weights(trained.model, train_taxa(known, nullptr, reseeded, quiet).model));

  const test::TemporaryFolder folder;
  write_taxon_model(folder / "m.safetensors", trained.model);
  const TaxonModel read = read_taxon_model(folder / "m.safetensors");
  CHECK(read.taxa == known.taxa);
  CHECK(same_weights(read, trained.model));
  CHECK(read.temperature == trained.model.temperature);
  TaxonPredictor before(trained.model, {}), after(read, {});
  const auto expected = before.predict(other, quiet), found = after.predict(other, quiet);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].scores == expected[i].scores);
    CHECK(*found[i].novelty == *expected[i].novelty);
    CHECK(std::accumulate(found[i].scores.begin(), found[i].scores.end(), 0.0) ==
          doctest::Approx(1));
  }

  // What was validated is not novel, but for one in a hundred; noise is.
  ImageSet noise = made_up_taxa(1, 1, 32, 9);
  HashStream draw(5);
  for (SpecimenImage& image : noise.images) {
    for (std::uint8_t& pixel : image.pixels) {
      pixel = static_cast<std::uint8_t>(draw.below(256));
    }
  }
  for (const TaxonAnswer& answer : after.predict(validation, quiet)) {
    CHECK(*answer.novelty <= 1 + 1e-9);
  }
  for (const TaxonAnswer& answer : after.predict(noise, quiet)) {
    CHECK(*answer.novelty > 1);
  }
}

TEST_CASE("Monte-Carlo dropout: the seed decides, votes add up, more passes agree") {
  const ImageSet known = made_up_taxa(2, 2, 16, 1);
  const TaxonTraining trained = train_taxa(known, nullptr, small(4), quiet);
  const auto predicted = [&](int passes, std::uint64_t seed, int batch) {
    TaxonPredictor predictor(trained.model,
                             {.dropout_passes = passes, .seed = seed, .batch = batch});
    return predictor.predict(known, quiet);
  };
  const auto a = predicted(10, 1, 64), b = predicted(10, 1, 64), c = predicted(10, 2, 64);
  const auto many = predicted(300, 3, 64), other = predicted(300, 4, 64);
  double far = 0, near = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].scores == b[i].scores);
    CHECK(std::accumulate(a[i].votes.begin(), a[i].votes.end(), 0.0) == doctest::Approx(1));
    CHECK(a[i].deviations.size() == 3);
    far += std::abs(a[i].scores[0] - c[i].scores[0]);
    near += std::abs(many[i].scores[0] - other[i].scores[0]);
  }
  CHECK(far > 0);
  CHECK(near < far);
  for (const TaxonAnswer& answer : predicted(0, 1, 64)) {
    CHECK(answer.votes.empty());
  }
}

TEST_CASE("the views of a specimen are averaged, whatever the batch") {
  const ImageSet known = made_up_taxa(6, 3, 32, 1);
  const TaxonTraining trained = train_taxa(known, nullptr, small(3), quiet);
  TaxonPredictor large(trained.model, {.batch = 64}), small_batches(trained.model, {.batch = 1});
  at::Tensor embeddings;
  const auto a = large.predict(known, quiet, &embeddings), b = small_batches.predict(known, quiet);
  CHECK(embeddings.sizes() == at::IntArrayRef({18, 512}));
  const std::vector<SpecimenOutputs> outputs = large.outputs(known, quiet);
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(outputs[i].logits.size() == 3);
    const std::vector<double> mean = mean_scores(outputs[i].logits, trained.model.temperature);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(a[i].scores[k] == doctest::Approx(b[i].scores[k]).epsilon(1e-4));
      CHECK(a[i].scores[k] == doctest::Approx(mean[k]).epsilon(1e-4));
    }
  }
}

TEST_CASE("measurements alone can tell taxa apart, and may lack") {
  ImageSet set = made_up_taxa(12, 1, 16, 1);
  for (ImagedSpecimen& specimen : set.specimens) {
    specimen.measurements[0] += 1000 + 50 * *specimen.taxon;
  }
  for (SpecimenImage& image : set.images) {
    std::fill(image.pixels.begin(), image.pixels.end(), 100);
  }
  set.specimens[4].measurements[0] = std::numeric_limits<double>::quiet_NaN();
  TaxonTrainingOptions options = small(60);
  options.recipe.augmentation = {.rotate_degrees = 0};
  options.recipe.phases[0].rate = 1e-2;
  const TaxonTraining trained = train_taxa(set, nullptr, options, quiet);
  REQUIRE(trained.model.measurements.size() == 1);
  CHECK(trained.model.measurements[0].mean == doctest::Approx(1050).epsilon(0.01));
  CHECK(share_right(trained.model, set) >= 0.95);
}

TEST_CASE("a frozen extractor's vectors train a head, and its convolutions stay") {
  const ImageSet known = made_up_taxa(4, 1, 32, 1);
  TaxonTrainingOptions options = small(20);
  options.recipe.encoder = "resnet18";
  options.recipe.cyclic = true;
  options.recipe.phases[0].frozen_share = 1;
  options.recipe.vector_copies = 2;
  const TaxonTraining trained = train_taxa(known, nullptr, options, quiet);
  const auto fresh = make_network(trained.model.network->spec(), options.seed);
  CHECK(at::equal(fresh->named_parameters()["layer4.1.conv2.weight"],
                  trained.model.network->named_parameters()["layer4.1.conv2.weight"]));
  CHECK(at::equal(fresh->named_buffers()["bn1.running_mean"],
                  trained.model.network->named_buffers()["bn1.running_mean"]));
  CHECK(trained.epochs.back().training_loss < trained.epochs.front().training_loss);
}

TEST_CASE("patience ends a phase and keeps the best weights") {
  const ImageSet known = made_up_taxa(6, 1, 16, 1);
  const ImageSet validation = made_up_taxa(4, 1, 16, 2);
  TaxonTrainingOptions options = small(60);
  options.recipe.phases[0].schedule = RateSchedule::constant;
  options.recipe.phases[0].rate = 0.05;  // jumps about
  options.recipe.phases[0].patience = 3;
  const TaxonTraining trained = train_taxa(known, &validation, options, quiet);
  const auto best = std::min_element(
      trained.epochs.begin(), trained.epochs.end(),
      [](const auto& a, const auto& b) { return *a.validation_loss < *b.validation_loss; });
  CHECK(trained.epochs.size() < 60);
  CHECK(trained.epochs.end() - best == 4);
  // The weights are those of that epoch.
  CHECK(share_right(trained.model, validation) == doctest::Approx(*best->validation_share));
}

TEST_CASE("cross-validation tests every specimen once, by a model that has not seen it") {
  const ImageSet set = made_up_taxa(12, 2, 32, 1);
  const CrossValidation result = cross_validate(set, 3, small(24), quiet);
  CHECK(result.tested == 36);
  CHECK(result.fold_shares.size() == 3);
  CHECK(result.accuracy.value >= 0.8);
  CHECK(result.accuracy.low < result.accuracy.value);
  CHECK(std::all_of(result.answers.begin(), result.answers.end(),
                    [](const auto& answer) { return answer.has_value(); }));
  // Names without meaning can't be learned: not much better than one in three.
  ImageSet shuffled = set;
  HashStream draw(3);
  for (ImagedSpecimen& specimen : shuffled.specimens) {
    specimen.taxon = static_cast<int>(draw.below(3));
  }
  CHECK(cross_validate(shuffled, 3, small(3), quiet).accuracy.value < 0.7);
}

TEST_CASE("what can't be trained on is refused") {
  ImageSet set = made_up_taxa(3, 1, 32, 1);
  for (ImagedSpecimen& specimen : set.specimens) {
    specimen.taxon = 0;
  }
  CHECK(message_of<Error>([&] {
          train_taxa(set, nullptr, small(), quiet);
        }).find("fewer than two taxa") != std::string::npos);
  set = made_up_taxa(3, 1, 30, 1);
  CHECK(message_of<Error>([&] {
          train_taxa(set, nullptr, small(), quiet);
        }).find("halves it 3 times: it may be 24 or 32") != std::string::npos);
  const TaxonTraining trained = train_taxa(made_up_taxa(3, 1, 32, 1), nullptr, small(1), quiet);
  TaxonPredictor predictor(trained.model, {});
  CHECK(message_of<Error>([&] {
          predictor.predict(made_up_taxa(1, 1, 48, 1), quiet);
        }).find("48 x 48, the model was trained on grey, 32 x 32") != std::string::npos);
  const test::TemporaryFolder folder;
  TaxonModel wrong = trained.model;
  wrong.taxa.pop_back();
  write_taxon_model(folder / "m.safetensors", wrong);
  CHECK(message_of<Error>([&] {
          read_taxon_model(folder / "m.safetensors");
        }).find("names 2 taxa, its network has 3 classes") != std::string::npos);
}

}  // namespace
}  // namespace fossilct
