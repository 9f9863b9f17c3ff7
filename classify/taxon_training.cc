// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_training.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "classify/alrs.h"
#include "classify/class_balance.h"
#include "classify/picture_tensors.h"
#include "classify/taxon_augment.h"
#include "classify/taxon_predictor.h"
#include "train/adam_w.h"
#include "train/precision.h"
#include "train/schedule.h"

namespace fossilct {

namespace {

constexpr double adam_momentum = 0.9;
constexpr double adam_beta2 = 0.999;
constexpr double decay_of_half_epoch = 0.96;  // Liu et al. 2022

// Streams of random numbers that must not be the same.
enum class Stream : std::int64_t { order, pictures, dropout, lights };

// The rate of each step of a phase.
class Rates {
 public:
  Rates(const TaxonPhase& phase, std::int64_t steps_per_epoch, std::int64_t pictures)
      : phase_(phase),
        steps_per_epoch_(steps_per_epoch),
        cycle_{.steps = steps_per_epoch * phase.epochs},
        adaptive_(std::llround(alrs_epochs(pictures) * static_cast<double>(steps_per_epoch))) {}

  double rate() const {
    switch (phase_.schedule) {
      case RateSchedule::alrs:
        return phase_.rate * adaptive_.factor();
      case RateSchedule::one_cycle:
        return phase_.rate * cycle_.rate_factor(step_);
      case RateSchedule::exponential: {
        const auto halves =
            std::floor(2.0 * static_cast<double>(step_) / static_cast<double>(steps_per_epoch_));
        return phase_.rate * std::pow(decay_of_half_epoch, halves);
      }
      default:
        return phase_.rate;
    }
  }
  double momentum() const {
    return phase_.schedule == RateSchedule::one_cycle ? cycle_.momentum(step_) : adam_momentum;
  }
  void record(double loss) {
    ++step_;
    adaptive_.record(loss);
  }
  bool finished() const { return phase_.schedule == RateSchedule::alrs && adaptive_.finished(); }

 private:
  TaxonPhase phase_;
  std::int64_t steps_per_epoch_;
  OneCycle cycle_;
  AdaptiveRate adaptive_;
  std::int64_t step_ = 0;
};

std::vector<std::pair<at::Tensor, at::Tensor>> copied_state(const Network& network) {
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  for (const auto& [name, tensor] : state_dict(network)) {
    copies.emplace_back(tensor.detach(), tensor.detach().clone());
  }
  return copies;
}

ImageSet known_part(const ImageSet& set) {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < set.specimens.size(); ++i) {
    if (set.specimens[i].taxon) {
      known.push_back(i);
    }
  }
  return part_of(set, known);
}

void require_trainable(const ImageSet& set) {
  const std::vector<std::int64_t> counts = specimens_per_taxon(set);
  if (std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }) < 2) {
    throw Error(ErrorKind::format,
                "the specimens to train on are of fewer than two taxa: there is nothing to tell "
                "apart");
  }
}

class Trainer {
 public:
  Trainer(const ImageSet& training, const ImageSet* validation, const TaxonTrainingOptions& options,
          Progress& progress, const std::function<void(const TaxonEpoch&)>& epoch_done)
      : set_(training),
        validation_(validation),
        options_(options),
        progress_(progress),
        epoch_done_(epoch_done),
        precision_(training_precision(options.precision, options.device)) {
    TaxonModel& model = out_.model;
    model.taxa = set_.taxa;
    model.size = set_.size;
    model.scaling = options_.recipe.scaling;
    model.measurements = measurement_scales(set_);
    const NetworkSpec spec =
        network_of(options_.recipe, set_.size, set_.channels, static_cast<int>(set_.taxa.size()),
                   static_cast<int>(model.measurements.size()));
    model.network = as_classifier(make_network(spec, options_.seed));
    if (options_.weights != nullptr) {
      out_.loaded = load_weights(*model.network, *options_.weights, {.encoder_only = true});
    }
    network().to(options_.device);
    make_channels_last(network());
    read_pictures();
  }

  TaxonTraining run() {
    for (std::size_t phase = 0; phase < options_.recipe.phases.size(); ++phase) {
      run_phase(static_cast<int>(phase));
    }
    network().to(at::kCPU);
    network().eval();
    // The same bits whatever the machine can multiply faster.
    TaxonPredictor predictor(out_.model, {.inference = {.precision = Precision::fp32}});
    out_.model.places = places_of(predictor.outputs(set_, progress_), set_);
    if (validation_ != nullptr) {
      Validated validated;
      add_validated(predictor.outputs(*validation_, progress_), *validation_, out_.model.places,
                    validated);
      calibrate(validated, out_.model);
    }
    return std::move(out_);
  }

 private:
  Classifier& network() { return *out_.model.network; }

  void read_pictures() {
    pictures_ = picture_tensor(set_, 0, set_.images.size());
    measurements_ = model_measurements(set_, out_.model.measurements);
    std::vector<std::int64_t> owners;
    std::vector<std::int64_t> counts(set_.taxa.size(), 0);
    for (const SpecimenImage& image : set_.images) {
      const int taxon = *set_.specimens[image.specimen].taxon;
      owners.push_back(static_cast<std::int64_t>(image.specimen));
      taxon_of_picture_.push_back(taxon);
      ++counts[static_cast<std::size_t>(taxon)];
    }
    owners_ = at::tensor(owners, at::kLong);
    taxa_ = at::tensor(
        std::vector<std::int64_t>(taxon_of_picture_.begin(), taxon_of_picture_.end()), at::kLong);
    // Over- and undersampled epochs are balanced already.
    if (options_.recipe.class_weights && options_.recipe.sampling == TaxonSampling::all) {
      const std::vector<double> weights = taxon_weights(counts);
      weights_ = at::tensor(std::vector<float>(weights.begin(), weights.end())).to(options_.device);
    }
  }

  void set_mode(const TaxonPhase& phase) {
    network().train();
    freeze_first_layers(network(), phase.frozen_share);
  }

  void run_phase(int index) {
    const TaxonPhase& phase = options_.recipe.phases[static_cast<std::size_t>(index)];
    set_mode(phase);
    const bool vectors_once = phase.frozen_share == 1;
    if (vectors_once) {
      compute_vectors();
    }
    std::vector<at::Tensor> learning;
    for (const at::Tensor& parameter : network().parameters()) {
      if (parameter.requires_grad()) {
        learning.push_back(parameter);
      }
    }
    AdamW optimiser(learning, {.weight_decay = options_.recipe.weight_decay, .beta2 = adam_beta2});
    const std::int64_t batches = batches_of(order_of(index, 0).size());
    Rates rates(phase, batches, std::ssize(set_.images));
    std::optional<double> best;
    std::vector<std::pair<at::Tensor, at::Tensor>> kept;
    int since_best = 0;
    for (int epoch = 0; epoch < phase.epochs && !rates.finished(); ++epoch) {
      TaxonEpoch done{.phase = index, .epoch = epoch, .rate = rates.rate()};
      done.training_loss = run_epoch(index, epoch, vectors_once, learning, optimiser, rates);
      if (validation_ != nullptr && phase.patience > 0) {
        score(done);
        set_mode(phase);
        if (!best || *done.validation_loss < *best) {
          best = done.validation_loss;
          kept = copied_state(network());
          since_best = 0;
        } else {
          ++since_best;
        }
      }
      out_.epochs.push_back(done);
      if (epoch_done_) {
        epoch_done_(done);
      }
      if (phase.patience > 0 && since_best >= phase.patience) {
        break;
      }
    }
    const at::NoGradGuard no_gradients;
    for (const auto& [tensor, copy] : kept) {
      at::Tensor(tensor).copy_(copy);
    }
  }

  std::vector<std::int64_t> order_of(int phase, int epoch) const {
    return epoch_order(taxon_of_picture_, options_.recipe.sampling,
                       seed(Stream::order, phase, epoch));
  }

  std::uint64_t seed(Stream stream, int phase, int epoch, std::int64_t place = 0) const {
    return hash(hash(options_.seed, static_cast<std::int64_t>(stream), phase, epoch), place);
  }

  // Batches of about the same size: one of a single picture would have no deviation to norm by.
  std::int64_t batches_of(std::size_t pictures) const {
    const auto count = static_cast<std::int64_t>(pictures);
    return std::max<std::int64_t>(1, (count + options_.recipe.batch - 1) / options_.recipe.batch);
  }

  double run_epoch(int phase, int epoch, bool vectors_once, const std::vector<at::Tensor>& learning,
                   AdamW& optimiser, Rates& rates) {
    const std::vector<std::int64_t> order = order_of(phase, epoch);
    const at::Generator dropout =
        at::detail::createCPUGenerator(seed(Stream::dropout, phase, epoch));
    const std::int64_t batches = batches_of(order.size());
    const auto count = std::ssize(order);
    double total = 0;
    for (std::int64_t b = 0; b < batches; ++b) {
      progress_.check();
      const std::int64_t first = b * count / batches, end = (b + 1) * count / batches;
      const at::Tensor places = at::tensor(
          std::vector<std::int64_t>(order.begin() + first, order.begin() + end), at::kLong);
      for (const at::Tensor& parameter : learning) {
        at::Tensor(parameter).mutable_grad() = at::Tensor();
      }
      const at::Tensor logits = [&] {
        const Autocast autocast(options_.device, precision_);
        const at::Tensor features = vectors_once ? vectors_of(places, phase, epoch)
                                                 : learned_features(places, phase, epoch, first);
        const at::Tensor measured =
            rows_of_owners(measurements_, owners_.index_select(0, places), 0);
        const ClassifierHead& head = network().head();
        return head.logits(head.embedding(features, measured, dropout), measured);
      }();
      const at::Tensor loss = at::cross_entropy_loss(
          logits.to(at::kFloat), taxa_.index_select(0, places).to(options_.device), weights_,
          at::Reduction::Mean, ignored, options_.recipe.label_smoothing);
      const double value = loss.item<double>();
      if (!std::isfinite(value)) {
        throw Error(ErrorKind::format,
                    "the loss is no finite number any more: try a lower rate (--set phases." +
                        std::to_string(phase) + ".rate=...)");
      }
      loss.backward();
      optimiser.step(std::vector<double>(learning.size(), rates.rate()), rates.momentum(), 1);
      rates.record(value);
      total += value / static_cast<double>(batches);
    }
    return total;
  }

  at::Tensor changed(const at::Tensor& places, int phase, int epoch, std::int64_t first) {
    std::vector<std::uint64_t> seeds;
    for (std::int64_t i = 0; i < places.numel(); ++i) {
      seeds.push_back(seed(Stream::pictures, phase, epoch, first + i));
    }
    const at::Tensor pictures = options_.recipe.augmentation.mix_lights
                                    ? mixed_lights(places, phase, epoch, first)
                                    : pictures_.index_select(0, places);
    return network_pictures(
        changed_pictures(pictures.to(options_.device), options_.recipe.augmentation, seeds),
        options_.recipe.scaling);
  }

  // Weighted means of all pictures of the specimens that the places show; weights drawn evenly from
  // all that add up to 1.
  at::Tensor mixed_lights(const at::Tensor& places, int phase, int epoch,
                          std::int64_t first) const {
    std::vector<at::Tensor> mixed;
    for (std::int64_t i = 0; i < places.numel(); ++i) {
      const std::int64_t owner = owners_[places[i]].item<std::int64_t>();
      const at::Tensor views = at::nonzero(owners_ == owner).flatten();
      HashStream stream(seed(Stream::lights, phase, epoch, first + i));
      std::vector<float> weights;
      for (std::int64_t v = 0; v < views.numel(); ++v) {
        weights.push_back(static_cast<float>(-std::log(1 - stream.uniform())));
      }
      const at::Tensor share = at::tensor(weights) / at::tensor(weights).sum();
      mixed.push_back((pictures_.index_select(0, views) * share.view({-1, 1, 1, 1})).sum(0));
    }
    return at::stack(mixed);
  }

  at::Tensor learned_features(const at::Tensor& places, int phase, int epoch, std::int64_t first) {
    return network().features(
        changed(places, phase, epoch, first).contiguous(at::MemoryFormat::ChannelsLast));
  }

  // Of each picture `vector_copies` vectors, the first of it as it is.
  void compute_vectors() {
    const at::NoGradGuard no_gradients;
    const auto count = std::ssize(set_.images);
    const int copies = options_.recipe.vector_copies;
    InferenceNetwork convolutions(network().trunk(), {.device = options_.device});
    vectors_.clear();
    progress_.begin("vectors", count * copies, WorkUnit::items);
    for (int copy = 0; copy < copies; ++copy) {
      std::vector<at::Tensor> parts;
      for (std::int64_t first = 0; first < count; first += options_.recipe.batch) {
        progress_.check();
        const std::int64_t end = std::min<std::int64_t>(count, first + options_.recipe.batch);
        const at::Tensor places = at::arange(first, end, at::kLong);
        const at::Tensor pictures =
            copy == 0 ? network_pictures(pictures_.slice(0, first, end), options_.recipe.scaling)
                      : changed(places, 0, -copy, first);
        parts.push_back(network().collected(convolutions.forward(network().oriented(pictures))));
        progress_.advance(end - first);
      }
      vectors_.push_back(at::cat(parts));
    }
    progress_.end();
  }

  at::Tensor vectors_of(const at::Tensor& places, int phase, int epoch) const {
    const auto copy = static_cast<std::size_t>(
        HashStream(seed(Stream::pictures, phase, epoch)).below(std::ssize(vectors_)));
    return vectors_[copy].index_select(0, places.to(options_.device));
  }

  void score(TaxonEpoch& epoch) {
    network().eval();
    TaxonPredictor predictor(
        out_.model, {.inference = {.device = options_.device, .precision = Precision::fp32}});
    const std::vector<SpecimenOutputs> outputs = predictor.outputs(*validation_, progress_);
    double loss = 0;
    double right = 0;
    double known = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (const auto& taxon = validation_->specimens[i].taxon) {
        const std::vector<double> scores = mean_scores(outputs[i].logits, 1);
        const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
        loss -= std::log(std::max(scores[static_cast<std::size_t>(*taxon)], 1e-12));
        right += best == *taxon ? 1 : 0;
        known += 1;
      }
    }
    epoch.validation_loss = loss / std::max(known, 1.0);
    epoch.validation_share = right / std::max(known, 1.0);
  }

  static constexpr std::int64_t ignored = -100;

  ImageSet set_;
  const ImageSet* validation_;
  const TaxonTrainingOptions& options_;
  Progress& progress_;
  const std::function<void(const TaxonEpoch&)>& epoch_done_;
  Precision precision_;
  TaxonTraining out_;
  at::Tensor pictures_, measurements_, owners_, taxa_, weights_;
  std::vector<int> taxon_of_picture_;
  std::vector<at::Tensor> vectors_;
};

}  // namespace

TaxonTraining train_taxa(const ImageSet& training, const ImageSet* validation,
                         const TaxonTrainingOptions& options, Progress& progress,
                         const std::function<void(const TaxonEpoch&)>& epoch_done) {
  check(options.recipe);
  check(training);
  const ImageSet known = known_part(training);
  require_trainable(known);
  return Trainer(known, validation, options, progress, epoch_done).run();
}

}  // namespace fossilct
