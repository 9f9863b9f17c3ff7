// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/Tensor.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "networks/classifier.h"
#include "networks/resnet.h"
#include "networks/unet.h"
#include "networks/weights/load_weights.h"

namespace fossilct {
namespace {

using Shape = std::vector<std::int64_t>;
using Shapes = std::map<std::string, Shape>;

constexpr int record_version = 1;
constexpr std::string_view record_key = "fossilct";
constexpr std::string_view smp_prefix = "encoder.";
constexpr std::string_view fastai_prefix = "layers.0.";

// The encoder tensor that a ResNet with parts of other names calls `name`.
std::optional<std::string> name_in_resnet(std::string_view name, const ResNetNames& names) {
  std::string found = renamed(name, names, torchvision_resnet_names());
  return found.empty() ? std::nullopt : std::optional(std::move(found));
}

// Weights of the convolutions, the stem's input channels left out (-1): they tell encoders apart.
constexpr std::int64_t any = -1;

Shapes resnet_convolutions(const std::string& encoder) {
  const ResNetShape resnet = resnet_shape(encoder);
  Shapes shapes = {{"conv1.weight", {64, any, 7, 7}}};
  std::int64_t in = 64;
  for (std::size_t layer = 0; layer < resnet.blocks.size(); ++layer) {
    const std::int64_t width = std::int64_t{64} << layer;
    const std::int64_t out = resnet.bottleneck ? 4 * width : width;
    for (int block = 0; block < resnet.blocks[layer]; ++block) {
      const std::string prefix =
          "layer" + std::to_string(layer + 1) + "." + std::to_string(block) + ".";
      if (resnet.bottleneck) {
        shapes[prefix + "conv1.weight"] = {width, in, 1, 1};
        shapes[prefix + "conv2.weight"] = {width, width, 3, 3};
        shapes[prefix + "conv3.weight"] = {out, width, 1, 1};
      } else {
        shapes[prefix + "conv1.weight"] = {width, in, 3, 3};
        shapes[prefix + "conv2.weight"] = {width, width, 3, 3};
      }
      if (in != out) {
        shapes[prefix + "downsample.0.weight"] = {out, in, 1, 1};
      }
      in = out;
    }
  }
  return shapes;
}

Shapes vgg_convolutions(const std::string& encoder) {
  const int steps = encoder.ends_with("_bn") ? 3 : 2;  // convolution, [batch norm,] ReLU
  Shapes shapes;
  std::int64_t in = any;
  int index = 0;
  for (const int width : vgg_widths(encoder)) {
    if (width == 0) {
      index += 1;
      continue;
    }
    shapes["features." + std::to_string(index) + ".weight"] = {width, in, 3, 3};
    in = width;
    index += steps;
  }
  return shapes;
}

Shapes convolutions_of(const WeightFile& file) {
  const NamingScheme scheme = naming_scheme(file);
  Shapes shapes;
  for (const NamedTensor& named : file.tensors) {
    const auto name = torchvision_name(named.name, scheme);
    if (name && named.tensor.dim() == 4) {
      Shape& shape = shapes[*name] = named.tensor.sizes().vec();
      if (*name == "conv1.weight" || *name == "features.0.weight") {
        shape[1] = any;
      }
    }
  }
  return shapes;
}

// The shape of one of the file's tensors; empty where there is none of that name.
Shape shape_of(const WeightFile& file, std::string_view name) {
  const at::Tensor* tensor = file.find(name);
  return tensor != nullptr ? tensor->sizes().vec() : Shape{};
}

std::int64_t size_of(const WeightFile& file, std::string_view name, std::size_t dimension) {
  const Shape shape = shape_of(file, name);
  return dimension < shape.size() ? shape[dimension] : 0;
}

// Fills in what the sizes say; nothing where no network of ours has such sizes.
std::optional<NetworkSpec> with_sizes(NetworkSpec spec, std::int64_t channels,
                                      std::int64_t classes) {
  constexpr std::int64_t most = 65536;
  spec.channels = static_cast<int>(std::clamp<std::int64_t>(channels, 0, most + 1));
  spec.classes = static_cast<int>(std::clamp<std::int64_t>(classes, 0, most + 1));
  try {
    check(spec);
  } catch (const Error&) {
    return std::nullopt;
  }
  return spec;
}

std::optional<NetworkSpec> spec_of_smp(const WeightFile& file, NetworkSpec spec) {
  spec.decoder = "conv";
  for (std::size_t block = 0; block < Unet::decoder_channels.size(); ++block) {
    const std::string prefix = "decoder.blocks." + std::to_string(block) + ".";
    const bool ours =
        size_of(file, prefix + "conv2.0.weight", 0) == Unet::decoder_channels[block] &&
        file.find(prefix + "conv1.1.running_mean") != nullptr &&
        file.find(prefix + "attention1.attention.cSE.1.weight") == nullptr;
    if (!ours) {
      return std::nullopt;
    }
  }
  return with_sizes(spec, size_of(file, "encoder.conv1.weight", 1),
                    size_of(file, "segmentation_head.0.weight", 0));
}

// `blur` has no weights and can't be told: it is off, as unet_learner's default is.
std::optional<NetworkSpec> spec_of_fastai(const WeightFile& file, NetworkSpec spec) {
  spec.decoder = "pixelshuffle";
  spec.self_attention =
      std::any_of(file.tensors.begin(), file.tensors.end(),
                  [](const NamedTensor& named) { return named.name.ends_with(".2.gamma"); });
  const std::int64_t crossed = size_of(file, "layers.11.0.weight", 1);
  if (file.find("layers.8.conv.0.weight") == nullptr ||
      size_of(file, "layers.10.layers.0.0.weight", 0) != crossed) {
    return std::nullopt;
  }
  return with_sizes(spec, size_of(file, "layers.0.0.weight", 1),
                    size_of(file, "layers.11.0.weight", 0));
}

std::optional<NetworkSpec> spec_from_names(const WeightFile& file) {
  const auto encoder = encoder_of(file);
  if (!encoder) {
    return std::nullopt;
  }
  NetworkSpec spec;
  spec.encoder = *encoder;
  switch (naming_scheme(file)) {
    case NamingScheme::smp:
      return spec_of_smp(file, spec);
    case NamingScheme::fastai:
      return spec_of_fastai(file, spec);
    default:
      break;
  }
  spec.architecture = "classifier";
  spec.decoder.clear();
  const bool vgg = encoder->starts_with("vgg");
  return with_sizes(spec, size_of(file, vgg ? "features.0.weight" : "conv1.weight", 1),
                    size_of(file, vgg ? "classifier.6.weight" : "fc.weight", 0));
}

Json checked_record(const std::string& text) {
  Json record = try_parse_json(text);
  if (!record.is_object() || !record.contains("version") || !record.contains("network")) {
    throw Error(ErrorKind::format, "its metadata '" + std::string(record_key) +
                                       "' is damaged: expected JSON with version and network, "
                                       "found " +
                                       printable(text));
  }
  const Json& version = record["version"];
  if (!version.is_number_integer() || version.get<std::int64_t>() != record_version) {
    throw Error(ErrorKind::format, "its metadata is of version " + printable(json_text(version)) +
                                       ", this program knows version " +
                                       std::to_string(record_version) +
                                       ": it was written by a later one, use that");
  }
  return record;
}

}  // namespace

NamingScheme naming_scheme(const WeightFile& file) {
  const auto has = [&](std::string_view name) { return file.find(name) != nullptr; };
  if (has("layers.0.0.weight") && has("layers.0.4.0.conv1.weight")) {
    return NamingScheme::fastai;
  }
  if (has("encoder.conv1.weight") || has("encoder.features.0.weight")) {
    return NamingScheme::smp;
  }
  if (has("conv1.weight") && has("layer1.0.conv1.weight")) {
    return NamingScheme::torchvision;
  }
  return has("features.0.weight") ? NamingScheme::torchvision_vgg : NamingScheme::other;
}

std::optional<std::string> torchvision_name(std::string_view name, NamingScheme scheme) {
  switch (scheme) {
    case NamingScheme::fastai:
      return name.starts_with(fastai_prefix)
                 ? name_in_resnet(name.substr(fastai_prefix.size()), fastai_resnet_names())
                 : std::nullopt;
    case NamingScheme::smp:
      if (!name.starts_with(smp_prefix)) {
        return std::nullopt;
      }
      name.remove_prefix(smp_prefix.size());
      break;
    case NamingScheme::other:
      return std::nullopt;
    default:
      break;
  }
  return name.starts_with("features.") ? std::optional(std::string(name))
                                       : name_in_resnet(name, torchvision_resnet_names());
}

std::optional<std::string> encoder_of(const WeightFile& file) {
  const Shapes shapes = convolutions_of(file);
  for (const std::string& encoder : known_encoders()) {
    if (has_cyclic_blocks(encoder)) {
      continue;  // of this project alone: its files tell by their metadata
    }
    const bool vgg = encoder.starts_with("vgg");
    if (shapes == (vgg ? vgg_convolutions(encoder) : resnet_convolutions(encoder))) {
      return encoder;
    }
  }
  return std::nullopt;
}

int stem_channels(const WeightFile& file) {
  const NamingScheme scheme = naming_scheme(file);
  for (const NamedTensor& named : file.tensors) {
    const auto name = torchvision_name(named.name, scheme);
    if ((name == "conv1.weight" || name == "features.0.weight") && named.tensor.dim() == 4) {
      return static_cast<int>(std::min<std::int64_t>(named.tensor.size(1), 1 << 16));
    }
  }
  return 0;
}

std::optional<Json> model_record(const WeightFile& file) {
  const auto text = file.metadata.find(std::string(record_key));
  if (text == file.metadata.end()) {
    return std::nullopt;
  }
  try {
    return checked_record(text->second);
  } catch (const std::exception&) {
    rethrow_with_context(file.path.string(), ErrorKind::format);
  }
}

std::optional<NetworkSpec> spec_of(const WeightFile& file) {
  const std::optional<Json> record = model_record(file);
  if (!record) {
    return spec_from_names(file);
  }
  try {
    return network_spec_from_json((*record)["network"]);
  } catch (const std::exception&) {
    rethrow_with_context(file.path.string(), ErrorKind::format);
  }
}

std::map<std::string, std::string> model_metadata(const Json& record) {
  Json versioned = {{"version", record_version}};
  versioned.update(record);
  return {{"format", "pt"}, {std::string(record_key), exact_json_text(versioned)}};
}

}  // namespace fossilct
