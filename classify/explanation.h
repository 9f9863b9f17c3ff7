// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "networks/program.h"

namespace fossilct {

// Why a classifier gives an answer, seen in its inference form: Network::program(), fp32. Images
// are what the network takes, N,C,H,W; where it follows them in four orientations (cyclic slicing),
// H = W, and maps are turned back and averaged.

// A value of the program that has maps: what an operation made, before any flattening.
struct FeatureLayer {
  ValueId value = 0;
  std::string kind;  // "convolution", "maximum", ...
  int channels = 0;
  int rows = 0;
  int columns = 0;
};
// Those of more than one pixel, in the order of computing; found by running the program once.
std::vector<FeatureLayer> feature_layers(const Program& program, const at::Tensor& images);

// The value of the last convolution: what Grad-CAM looks at unless told otherwise. Throws
// Error{format} for a program without any.
ValueId last_convolution(const Program& program);

// N,C,h,w: what that value shows of each image. Throws Error{format} where the value has no maps.
at::Tensor feature_maps(const Program& program, const at::Tensor& images, ValueId layer);

struct Explanation {
  // N,H,W, 0 to 1: where the layer's maps speak for the taxon (Grad-CAM; Selvaraju et al. 2017,
  // ICCV, equations 1 and 2), bilinear from the layer's size to the images', each divided by its
  // largest value; all 0 where nothing speaks for it.
  at::Tensor grad_cam;
  // N,C,H,W: which pixels would raise the logit, by guided backpropagation (Springenberg et al.
  // 2015): signed, of any size.
  at::Tensor guided;
  // The product of both: fine detail of what speaks for this taxon.
  at::Tensor guided_grad_cam;
};

// `taxa`: of each image the one asked about. Tensors are fp32 on the CPU. Memory: all values of the
// network for all images twice; time: some five of its runs. Throws Error{format} where `layer` has
// no maps, taxa are not one an image, or one is none of the network's.
Explanation explain(const Program& program, const at::Tensor& images,
                    const std::vector<std::int64_t>& taxa, std::optional<ValueId> layer = {});

// Values of M images in orientations, kN,...,h,w, the t-th N turned by t quarter turns as
// at::rot90(image, t) does, turned back: k,N,...,h,w.
at::Tensor turned_back(const at::Tensor& values, std::int64_t images);

}  // namespace fossilct
