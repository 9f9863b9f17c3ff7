// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

namespace fossilct {

// The ways a slice is shown to the network and its probabilities averaged: as it is, with its three
// mirrorings, or in all eight mirrorings and quarter turns.
enum class Views : std::uint8_t { none, flips, full };
int count_of(Views views);

// Images N,C,H,W of scaled intensities to logits N,K,H,W, on any one device.
using NetworkFunction = std::function<at::Tensor(const at::Tensor&)>;

struct PredictionOptions {
  int classes = 2;  // K
  Views views = Views::none;
  // Slices with more rows or columns are predicted in tiles of at most so many.
  std::int64_t tile = 1024;
  // An axis length of a tile is a multiple of this.
  std::int64_t tile_multiple = 32;
  // One more plane, for the doubt of single views.
  bool entropy = false;

  int planes() const { return classes - 1 + (entropy ? 1 : 0); }
};

// Planes P,N,H,W, u8 on the CPU, of the slices N,C,H,W. Plane k - 1 is 255 times the probability of
// class k, k from 1 to K - 1, the mean over views; the last one, where asked for, 255 times the
// mean of the views' entropies over the largest there can be, log(K). Tiles overlap by half and
// count by a Gaussian (tiles.h). Tiles for which `is_air` holds are not predicted but background
// with certainty; an empty function: none. Memory: K + 2 fp32 numbers a pixel of the batch, beside
// the network's own. Throws what `network` throws.
at::Tensor predict_planes(const NetworkFunction& network, const at::Tensor& images,
                          const PredictionOptions& options,
                          const std::function<bool(const at::Tensor&)>& is_air = {});

}  // namespace fossilct
