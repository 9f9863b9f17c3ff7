// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/vectors.h"

// Passes of batch norm over dense channels-last pixels. Channels are taken a few vectors at a time,
// which stay in registers over all pixels of the call.
namespace fossilct::kernels {
namespace {

// The gradient where ReLU let the value pass; like LibTorch's, also where it is no number.
template <int width>
FOSSILCT_INLINE void mask_by(Vector<width>& gradient, const float* value) {
  Vector<width> v;
  load<width>(v, value);
  const Vector<width> zero = {};
  gradient = v <= zero ? zero : gradient;
}

// A pass is a class of three steps: made for `vectors` vectors of channels from `channel` on, shown
// each vector of theirs, `at` numbers into the images, and asked for its sums at the end.

// What a pass that sums keeps.
template <int width, int vectors>
struct TwoSums {
  Vector<width> center[vectors], sum[vectors] = {}, product[vectors] = {};

  FOSSILCT_INLINE TwoSums(const NormPass& pass, int channel) {
    for (int v = 0; v < vectors; ++v) {
      load<width>(center[v], pass.center + channel + v * width);
    }
  }
  FOSSILCT_INLINE void end(float* sums, int channel, int channels) const {
    for (int v = 0; v < vectors; ++v) {
      store<width>(sums + channel + v * width, sum[v]);
      store<width>(sums + channels + channel + v * width, product[v]);
    }
  }
};

template <int width, int vectors>
struct SumsOfChannels : TwoSums<width, vectors> {
  using TwoSums<width, vectors>::TwoSums;

  FOSSILCT_INLINE void visit(const NormPass& pass, Index at, int v) {
    Vector<width> x;
    load<width>(x, pass.x + at);
    x -= this->center[v];
    this->sum[v] += x;
    this->product[v] += x * x;
  }
};

template <int width, int vectors>
struct Normalisation {
  Vector<width> scale[vectors], shift[vectors];

  FOSSILCT_INLINE Normalisation(const NormPass& pass, int channel) {
    for (int v = 0; v < vectors; ++v) {
      load<width>(scale[v], pass.scale + channel + v * width);
      load<width>(shift[v], pass.shift + channel + v * width);
    }
  }
  FOSSILCT_INLINE void visit(const NormPass& pass, Index at, int v) {
    Vector<width> x;
    load<width>(x, pass.x + at);
    x = x * scale[v] + shift[v];
    if (pass.residual != nullptr) {
      Vector<width> more;
      load<width>(more, pass.residual + at);
      x += more;
    }
    if (pass.relu) {
      relu<width>(x);
    }
    store<width>(pass.out + at, x);
  }
  FOSSILCT_INLINE void end(float*, int, int) const {}
};

template <int width, int vectors>
struct SumsOfGradient : TwoSums<width, vectors> {
  using TwoSums<width, vectors>::TwoSums;

  FOSSILCT_INLINE void visit(const NormPass& pass, Index at, int v) {
    Vector<width> g, x;
    load<width>(g, pass.gradient + at);
    if (pass.value != nullptr) {
      mask_by<width>(g, pass.value + at);
    }
    if (pass.out != nullptr) {
      store<width>(pass.out + at, g);
    }
    load<width>(x, pass.x + at);
    this->sum[v] += g;
    this->product[v] += g * (x - this->center[v]);
  }
};

template <int width, int vectors>
struct GradientOfNorm {
  Vector<width> scale[vectors], shift[vectors], slope[vectors], center[vectors];

  FOSSILCT_INLINE GradientOfNorm(const NormPass& pass, int channel) {
    for (int v = 0; v < vectors; ++v) {
      load<width>(scale[v], pass.scale + channel + v * width);
      load<width>(shift[v], pass.shift + channel + v * width);
      load<width>(slope[v], pass.slope + channel + v * width);
      load<width>(center[v], pass.center + channel + v * width);
    }
  }
  FOSSILCT_INLINE void visit(const NormPass& pass, Index at, int v) {
    Vector<width> g, x;
    load<width>(g, pass.gradient + at);
    if (pass.value != nullptr) {
      mask_by<width>(g, pass.value + at);
    }
    load<width>(x, pass.x + at);
    store<width>(pass.out + at, scale[v] * g + (slope[v] * (x - center[v]) + shift[v]));
  }
  FOSSILCT_INLINE void end(float*, int, int) const {}
};

template <int width, int vectors, template <int, int> typename Work>
FOSSILCT_INLINE void visit_channels(const NormPass& pass, Index first_pixel, Index pixels,
                                    int channel, float* sums) {
  Work<width, vectors> work(pass, channel);
  const Index channels = pass.channels;
  const Index end = (first_pixel + pixels) * channels + channel;
  for (Index at = first_pixel * channels + channel; at < end; at += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      work.visit(pass, at + v * width, v);
    }
  }
  work.end(sums, channel, pass.channels);
}

template <int width, template <int, int> typename Work>
void norm_pass(const NormPass& given, Index first_pixel, Index pixels, float* sums) {
  const NormPass pass = given;  // a store could change what was given, for all the compiler knows
  int channel = 0;
  for (; channel + 2 * width <= pass.channels; channel += 2 * width) {
    visit_channels<width, 2, Work>(pass, first_pixel, pixels, channel, sums);
  }
  if (channel < pass.channels) {
    visit_channels<width, 1, Work>(pass, first_pixel, pixels, channel, sums);
  }
}

}  // namespace
}  // namespace fossilct::kernels
