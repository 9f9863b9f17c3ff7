// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_reasons.h"

#include <ATen/ATen.h>

#include <cassert>

#include "classify/explanation.h"
#include "classify/picture_tensors.h"
#include "classify/taxon_augment.h"

namespace fossilct {

namespace {

// An empty picture of the model's form tells the sizes of maps.
std::vector<FeatureLayer> convolutions_of(const TaxonModel& model, const Program& program) {
  std::vector<FeatureLayer> layers = feature_layers(
      program, at::zeros({1, model.network->spec().channels, model.size, model.size}));
  std::erase_if(layers, [](const FeatureLayer& layer) { return layer.kind != "convolution"; });
  return layers;
}

std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  const auto* begin = plain.data_ptr<float>();
  return {begin, begin + plain.numel()};
}

}  // namespace

struct TaxonExplainer::Impl {
  explicit Impl(const TaxonModel& of)
      : model(of), program(of.network->program()), convolutions(convolutions_of(of, program)) {}

  at::Tensor input(const ImageSet& set, std::size_t first, std::size_t count) const {
    require_fitting(set, model);
    return network_pictures(picture_tensor(set, first, count), model.scaling);
  }

  const TaxonModel& model;
  Program program;
  std::vector<FeatureLayer> convolutions;
};

TaxonExplainer::TaxonExplainer(const TaxonModel& model) : impl_(std::make_unique<Impl>(model)) {}

TaxonExplainer::~TaxonExplainer() = default;

int TaxonExplainer::convolutions() const { return static_cast<int>(impl_->convolutions.size()); }

std::vector<PictureReasons> TaxonExplainer::reasons(const ImageSet& set, std::size_t first,
                                                    std::size_t count, int taxon) const {
  const Explanation found = explain(impl_->program, impl_->input(set, first, count),
                                    std::vector<std::int64_t>(count, taxon));
  std::vector<PictureReasons> reasons;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    reasons.push_back({.grad_cam = values_of(found.grad_cam[i]),
                       .guided = values_of(found.guided[i].mean(0)),
                       .guided_grad_cam = values_of(found.guided_grad_cam[i].mean(0))});
  }
  return reasons;
}

std::vector<LayerMaps> TaxonExplainer::maps(const ImageSet& set, std::size_t first,
                                            std::size_t count, int convolution) const {
  assert(convolution >= 1 && convolution <= convolutions());
  const ValueId layer = impl_->convolutions[static_cast<std::size_t>(convolution - 1)].value;
  const at::Tensor found = feature_maps(impl_->program, impl_->input(set, first, count), layer);
  std::vector<LayerMaps> maps;
  for (std::int64_t i = 0; i < found.size(0); ++i) {
    maps.push_back({.channels = static_cast<int>(found.size(1)),
                    .rows = static_cast<int>(found.size(2)),
                    .columns = static_cast<int>(found.size(3)),
                    .values = values_of(found[i])});
  }
  return maps;
}

}  // namespace fossilct
