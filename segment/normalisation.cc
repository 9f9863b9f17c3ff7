// SPDX-License-Identifier: Apache-2.0
#include "segment/normalisation.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace fossilct {
namespace {

// Of ImageNet's red, green and blue as torchvision's weights expect them.
constexpr double imagenet_mean[] = {0.485, 0.456, 0.406};
constexpr double imagenet_deviation[] = {0.229, 0.224, 0.225};

// A channel's constant; a network with other than three channels gets the mean of the three.
at::Tensor per_channel(const double (&rgb)[3], const at::Tensor& images) {
  const at::Tensor three = at::tensor({rgb[0], rgb[1], rgb[2]}, at::kDouble);
  const at::Tensor values = images.size(1) == 3 ? three : three.mean().expand({images.size(1)});
  return values.to(images.options()).reshape({1, images.size(1), 1, 1});
}

}  // namespace

std::string name_of(Normalisation kind) {
  return kind == Normalisation::rock ? "rock" : "imagenet";
}

Normalisation normalisation_from_name(std::string_view option, std::string_view name) {
  for (const Normalisation kind : {Normalisation::rock, Normalisation::imagenet}) {
    if (name == name_of(kind)) {
      return kind;
    }
  }
  throw option_error(option, "'" + std::string(name) + "': expected rock or imagenet");
}

IntensityScale scale_for(Normalisation kind, VolumeSource& scan, Progress& progress) {
  if (kind == Normalisation::rock) {
    return intensity_scale(scan, progress);
  }
  const VolumeStatistics statistics = sampled_statistics(scan, progress);
  const double low = statistics.percentile(0.1);
  const double range = statistics.percentile(99.9) - low;
  return {.centre = low, .deviation = range > 0 ? range : 1};
}

at::Tensor network_input(const at::Tensor& images, Normalisation kind, bool repeat_grey) {
  const at::Tensor channels = repeat_grey ? images.expand({-1, 3, -1, -1}) : images;
  if (kind == Normalisation::rock) {
    return channels;
  }
  return (channels - per_channel(imagenet_mean, channels)) /
         per_channel(imagenet_deviation, channels);
}

}  // namespace fossilct
