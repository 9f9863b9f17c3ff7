// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "networks/network.h"
#include "networks/weights/weight_file.h"

namespace fossilct {

// How the names of a weight file are made. All but `fossilct`'s own sources appear in the wild.
enum class NamingScheme {
  torchvision,      // conv1.weight, layer1.0.conv1.weight, fc.weight; timm's ResNets too
  torchvision_vgg,  // features.0.weight, classifier.0.weight
  smp,              // encoder.conv1.weight, decoder.blocks.0..., segmentation_head.0.weight
  fastai,           // layers.0.4.0.conv1.weight, layers.11.0.weight
  other
};
NamingScheme naming_scheme(const WeightFile& file);

// torchvision's name of an encoder tensor under any of the schemes; nothing for tensors that are of
// no encoder (decoder, head, fc, classifier).
std::optional<std::string> torchvision_name(std::string_view name, NamingScheme scheme);

// The encoder ("resnet34", "vgg16", ...), told by names and shapes; nothing where none fits.
std::optional<std::string> encoder_of(const WeightFile& file);

// Channels of its stem; 0 where it has none.
int stem_channels(const WeightFile& file);

// The spec the file was written with (metadata), or one told from names and shapes (a U-Net of
// segmentation_models.pytorch or fastai, a torchvision classifier); nothing where none fits. The
// blur of a fastai U-Net has no weights, so it can't be told and is taken to be off.
// Throws Error{format} for metadata that is damaged or of a later version.
std::optional<NetworkSpec> spec_of(const WeightFile& file);

// The metadata under which a spec is stored, to be passed to write_safetensors: "format" = "pt",
// "fossilct" = `record` as JSON, with "version" put before its "network" (to_json of the spec) and
// whatever later rooms add.
std::map<std::string, std::string> model_metadata(const Json& record);

// What model_metadata stored; nothing where the file has no such metadata. Throws Error{format} as
// spec_of.
std::optional<Json> model_record(const WeightFile& file);

struct LoadOptions {
  bool encoder_only = false;  // leave decoder and head as they are
  bool partial = false;       // encoder tensors may be missing
};

// What became of each tensor, by name.
struct LoadReport {
  struct Adapted {
    std::string name;
    std::string how;  // "64x3x7x7 summed over its channels to 64x1x7x7"
  };
  std::vector<std::string> taken;
  std::vector<Adapted> adapted;
  std::vector<std::string> missing;  // of the network's encoder, not in the file (`partial`)
  std::vector<std::string> unused;   // of the file, not in the network or not asked for
};
// "216 tensors taken, 1 adapted (...), 0 missing, 2 not used (fc.weight, fc.bias)".
std::string summary(const LoadReport& report);

// Weights of a 3-channel stem for `channels` channels, so that a grey image repeated in every
// channel gives the response that it gave, repeated three times, to the stem as it was: for one
// channel the sum of the three; for more, the mean of the three repeated and scaled by 3 / channels
// (3 channels stay as they are). Exact for any number that a stem has and any that is wanted.
at::Tensor adapt_stem(const at::Tensor& weight, int channels);

// Copies the file's tensors into the network, names of any scheme matched, in place, converted to
// the parameters' type and device. The file's encoder must be the network's, unless `partial`. The
// stem is adapted to the network's channels. A missing tensor
// of the encoder is Error{format} unless `partial`; a missing one of the decoder or head is, unless
// `encoder_only`; so is a wrong shape, with both shapes. num_batches_tracked may be missing.
// Nothing is changed in the network where an error is thrown.
LoadReport load_weights(Network& network, const WeightFile& file, const LoadOptions& options);

}  // namespace fossilct
