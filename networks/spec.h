// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace fossilct {

// Everything a network is built from, besides its weights. It is stored with them, so that a model
// file is all that prediction needs.
struct NetworkSpec {
  // "unet": logits for every pixel (N, classes, H, W). "classifier": logits for an image (N,
  // classes).
  std::string architecture = "unet";
  // resnet18, resnet34, resnet50, resnet101, resnet152; for a classifier also vgg11, vgg13, vgg16,
  // vgg19 and the same with _bn, and Marchant's base-cyclic and resnet-cyclic.
  std::string encoder = "resnet34";
  // Of a unet only, empty for a classifier. "conv": segmentation_models.pytorch's Unet (nearest
  // upsampling, two 3x3 convolutions with batch norm). "pixelshuffle": fastai v1's DynamicUnet.
  std::string decoder = "conv";
  // Of the input image: 1 grey, 3 with a neighbouring slice on each side or colour, ...; 1 to 64.
  int channels = 1;
  // With the background; 1 to 256 for a unet (labels are 8 bit), to 65536 for a classifier.
  int classes = 2;
  // Of the pixelshuffle decoder only: self-attention (Zhang et al. 2018, arXiv 1805.08318) in the
  // third block from the end; a 2x2 blur behind each upsampling (Sugawara et al. 2018, 1806.02658).
  bool self_attention = false;
  bool blur = false;

  // Of a classifier only, from here on. Of base-cyclic and resnet-cyclic: filters of the first
  // block, 1 to 64, and rows and columns of its images, which its layers are made for: a multiple
  // of 2^blocks (cyclic_blocks) from 16 to 1024; both 0 for others, which take images of any size.
  int filters = 0;
  int size = 0;
  // Of a resnet: it sees the image in four orientations, and each feature is the largest of four.
  bool cyclic = false;
  // What follows the features of a resnet or a vgg. Empty: torchvision's layers. "512-512": dropout
  // 0.95, 512, dropout 0.85, 512 (Marchant et al. 2020). "512-64": 512 and 64, dropout 0.5 behind
  // each (Johansen and Sorensen 2020).
  std::string head = {};
  int measurements = 0;  // numbers that join the features in the head, 0 to 256

  bool operator==(const NetworkSpec&) const = default;
};

// The values `encoder` may take.
const std::vector<std::string>& known_encoders();

// Whether the network takes images of spec.size alone and is made of cyclic blocks.
bool has_cyclic_blocks(const std::string& encoder);
// round(log2(size) - 2): each halves the image (Marchant et al. 2020).
int cyclic_blocks(int size);

// Throws Error{format} that names the field, the value and what may stand there.
void check(const NetworkSpec& spec);

// {"architecture": "unet", "encoder": "resnet34", ...}: every field that the architecture has;
// cyclic, head and measurements only where they are not as in torchvision.
Json to_json(const NetworkSpec& spec);
// The reverse. Unknown and missing fields, wrong types and unknown values throw Error{format}: a
// model of a later version must not be taken for what it is not.
NetworkSpec network_spec_from_json(const Json& json);

// "U-Net, ResNet34 encoder, conv decoder, 1 channel, 2 classes".
std::string describe(const NetworkSpec& spec);

}  // namespace fossilct
