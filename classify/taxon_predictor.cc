// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_predictor.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "classify/picture_tensors.h"
#include "classify/taxon_augment.h"

namespace fossilct {

namespace {

// Consecutive specimens and their pictures.
struct Batch {
  std::size_t first_specimen = 0, specimens = 0;
  std::size_t first_image = 0, images = 0;
};

std::vector<Batch> batches_of(const ImageSet& set, int batch) {
  std::vector<Batch> batches;
  std::size_t image = 0;
  for (std::size_t specimen = 0; specimen < set.specimens.size(); ++specimen) {
    std::size_t end = image;
    while (end < set.images.size() && set.images[end].specimen == specimen) {
      ++end;
    }
    const std::size_t views = end - image;
    if (batches.empty() || batches.back().images + views > static_cast<std::size_t>(batch)) {
      batches.push_back({specimen, 0, image, 0});
    }
    ++batches.back().specimens;
    batches.back().images += views;
    image = end;
  }
  return batches;
}

std::vector<double> row_of(const at::Tensor& matrix, std::int64_t row) {
  const at::Tensor values = matrix[row].to(at::kCPU, at::kDouble).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

// One a specimen of the batch.
struct Passes {
  at::Tensor sum, squares, votes;  // S,K fp64
  std::vector<at::Tensor> scores;  // of each pass the same, where they are kept
};

}  // namespace

struct TaxonPredictor::Impl {
  const TaxonModel& model;
  TaxonPredictionOptions options;
  InferenceNetwork convolutions;

  Impl(const TaxonModel& of, const TaxonPredictionOptions& chosen)
      : model(of), options(chosen), convolutions(of.network->trunk(), chosen.inference) {
    model.network->eval();
  }

  // What the head begins with, N,O,F on the CPU.
  at::Tensor features(const ImageSet& set, const Batch& batch) {
    const at::Tensor pictures =
        network_pictures(picture_tensor(set, batch.first_image, batch.images), model.scaling);
    return model.network->collected(convolutions.forward(model.network->oriented(pictures)))
        .to(at::kCPU, at::kFloat);
  }

  // Of each picture the place of its specimen in the batch.
  static at::Tensor owners(const ImageSet& set, const Batch& batch) {
    std::vector<std::int64_t> places;
    for (std::size_t i = 0; i < batch.images; ++i) {
      const std::size_t specimen = set.images[batch.first_image + i].specimen;
      places.push_back(static_cast<std::int64_t>(specimen - batch.first_specimen));
    }
    return at::tensor(places, at::kLong);
  }

  static at::Tensor mean_by_owner(const at::Tensor& rows, const at::Tensor& owners,
                                  const Batch& batch) {
    const auto count = static_cast<std::int64_t>(batch.specimens);
    const at::Tensor ones = at::ones({rows.size(0)}, rows.options());
    const at::Tensor sum =
        at::zeros({count, rows.size(1)}, rows.options()).index_add(0, owners, rows);
    const at::Tensor views = at::zeros({count}, rows.options()).index_add(0, owners, ones);
    return sum / views.unsqueeze(1);
  }

  at::Tensor scores(const at::Tensor& logits, const at::Tensor& owners, const Batch& batch) const {
    return mean_by_owner(at::softmax(logits.to(at::kDouble) / model.temperature, 1), owners, batch);
  }

  Passes passes(const at::Tensor& features, const at::Tensor& measured, const at::Tensor& owners,
                const Batch& batch) const {
    Passes found;
    const ClassifierHead& head = model.network->head();
    for (int pass = 0; pass < options.dropout_passes; ++pass) {
      // By pass and batch, so that batches can be had one without the other.
      const ClassifierHead::Dropout generator = at::detail::createCPUGenerator(
          hash(options.seed, pass, static_cast<std::int64_t>(batch.first_specimen)));
      const at::Tensor logits =
          head.logits(head.embedding(features, measured, generator), measured);
      const at::Tensor of_pass = scores(logits, owners, batch);
      const at::Tensor voted = at::zeros_like(of_pass).scatter(1, of_pass.argmax(1, true), 1.0);
      found.sum = pass == 0 ? of_pass : found.sum + of_pass;
      found.squares = pass == 0 ? of_pass.square() : found.squares + of_pass.square();
      found.votes = pass == 0 ? voted : found.votes + voted;
      if (options.keep_passes_below > 0) {
        found.scores.push_back(of_pass);
      }
    }
    return found;
  }

  void add_passes(const Passes& found, std::int64_t specimen, TaxonAnswer& answer) const {
    const double passes = options.dropout_passes;
    answer.scores = row_of(found.sum / passes, specimen);
    const at::Tensor variance = found.squares / passes - (found.sum / passes).square();
    answer.deviations = row_of(variance.clamp_min(0).sqrt(), specimen);
    answer.votes = row_of(found.votes / passes, specimen);
    if (first_score(answer) < options.keep_passes_below) {
      for (const at::Tensor& pass : found.scores) {
        answer.passes.push_back(row_of(pass, specimen));
      }
    }
  }
};

TaxonPredictor::TaxonPredictor(const TaxonModel& model, const TaxonPredictionOptions& options)
    : impl_(std::make_unique<Impl>(model, options)) {}

TaxonPredictor::~TaxonPredictor() = default;

const InferenceChoice& TaxonPredictor::choice() const { return impl_->convolutions.choice(); }

std::vector<TaxonAnswer> TaxonPredictor::predict(const ImageSet& set, Progress& progress,
                                                 at::Tensor* embeddings) {
  check(set);
  require_fitting(set, impl_->model);
  const at::NoGradGuard no_gradients;
  const ClassifierHead& head = impl_->model.network->head();
  const at::Tensor measurements = model_measurements(set, impl_->model.measurements);
  std::vector<TaxonAnswer> answers;
  std::vector<at::Tensor> vectors;
  progress.begin("classify", std::ssize(set.images), WorkUnit::items);
  for (const Batch& batch : batches_of(set, impl_->options.batch)) {
    progress.check();
    const at::Tensor features = impl_->features(set, batch);
    const at::Tensor owners = Impl::owners(set, batch);
    const at::Tensor measured = rows_of_owners(measurements, owners, batch.first_specimen);
    const at::Tensor embedding = head.embedding(features, measured, std::nullopt);
    const at::Tensor means = Impl::mean_by_owner(embedding, owners, batch);
    const at::Tensor plain = impl_->scores(head.logits(embedding, measured), owners, batch);
    const Passes found = impl_->passes(features, measured, owners, batch);
    for (std::int64_t i = 0; i < plain.size(0); ++i) {
      TaxonAnswer& answer = answers.emplace_back();
      answer.scores = row_of(plain, i);
      if (impl_->options.dropout_passes > 0) {
        impl_->add_passes(found, i, answer);
      }
      if (const auto& usual = impl_->model.places.usual_distance; usual && *usual > 0) {
        answer.novelty = distance_to_taxa(means[i], impl_->model.places) / *usual;
      }
    }
    if (embeddings != nullptr) {
      vectors.push_back(means);
    }
    progress.advance(static_cast<std::int64_t>(batch.images));
  }
  progress.end();
  if (embeddings != nullptr) {
    *embeddings = vectors.empty() ? at::empty({0, head.embedding_width()}) : at::cat(vectors);
  }
  return answers;
}

std::vector<SpecimenOutputs> TaxonPredictor::outputs(const ImageSet& set, Progress& progress) {
  check(set);
  require_fitting(set, impl_->model);
  const at::NoGradGuard no_gradients;
  const ClassifierHead& head = impl_->model.network->head();
  const at::Tensor measurements = model_measurements(set, impl_->model.measurements);
  std::vector<SpecimenOutputs> all(set.specimens.size());
  for (const Batch& batch : batches_of(set, impl_->options.batch)) {
    progress.check();
    const at::Tensor features = impl_->features(set, batch);
    const at::Tensor owners = Impl::owners(set, batch);
    const at::Tensor measured = rows_of_owners(measurements, owners, batch.first_specimen);
    const at::Tensor embedding = head.embedding(features, measured, std::nullopt);
    const at::Tensor logits = head.logits(embedding, measured);
    const at::Tensor means = Impl::mean_by_owner(embedding, owners, batch);
    for (std::size_t i = 0; i < batch.images; ++i) {
      const std::size_t specimen = set.images[batch.first_image + i].specimen;
      all[specimen].logits.push_back(row_of(logits, static_cast<std::int64_t>(i)));
    }
    for (std::size_t i = 0; i < batch.specimens; ++i) {
      all[batch.first_specimen + i].embedding = means[static_cast<std::int64_t>(i)].clone();
    }
  }
  return all;
}

double distance_to_taxa(const at::Tensor& embedding, const TaxonPlaces& places) {
  const at::Tensor squares =
      ((places.centres - embedding) * places.inverse_deviations).square().mean(1);
  const at::Tensor far = at::nan_to_num(squares, std::numeric_limits<float>::max());
  return std::sqrt(far.min().item<double>());
}

TaxonPlaces places_of(const std::vector<SpecimenOutputs>& outputs, const ImageSet& set) {
  const std::int64_t width = outputs.front().embedding.numel();
  const auto taxa = std::ssize(set.taxa);
  at::Tensor sums = at::zeros({taxa, width}, at::kDouble);
  at::Tensor counts = at::zeros({taxa, 1}, at::kDouble);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (const auto& taxon = set.specimens[i].taxon) {
      sums[*taxon] += outputs[i].embedding;
      counts[*taxon] += 1;
    }
  }
  const at::Tensor centres = sums / counts;  // NaN where there are none
  at::Tensor squares = at::zeros({width}, at::kDouble);
  double known = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (const auto& taxon = set.specimens[i].taxon) {
      squares += (outputs[i].embedding - centres[*taxon]).square();
      known += 1;
    }
  }
  // A number that never varies says nothing of distance in it: it counts as the average one does.
  const at::Tensor deviation = (squares / std::max(known, 1.0)).sqrt();
  const at::Tensor least = deviation.mean() * 0.1 + 1e-6;
  return {centres.to(at::kFloat), at::reciprocal(at::maximum(deviation, least)).to(at::kFloat),
          std::nullopt};
}

void add_validated(const std::vector<SpecimenOutputs>& outputs, const ImageSet& set,
                   const TaxonPlaces& places, Validated& validated) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (const auto& taxon = set.specimens[i].taxon) {
      validated.specimens.push_back({outputs[i].logits, *taxon});
      validated.distances.push_back(distance_to_taxa(outputs[i].embedding, places));
    }
  }
}

void calibrate(const Validated& validated, TaxonModel& model) {
  model.temperature = fitted_temperature(validated.specimens);
  if (!validated.distances.empty()) {
    model.places.usual_distance = percentile_99(validated.distances);
  }
}

}  // namespace fossilct
