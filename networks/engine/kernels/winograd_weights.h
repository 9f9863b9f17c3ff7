// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/winograd.h"

// 3x3 weights to and from Winograd's 6x6. Lanes are outputs.
namespace fossilct::kernels {
namespace {

// Entries of G besides 0 and 1, for the points of winograd_points.h.
struct WeightFactors {
  static constexpr double p = winograd_near, q = winograd_far;
  static constexpr double np = 1 / (2 * p * p * (p * p - q * q));
  static constexpr double nq = 1 / (2 * q * q * (q * q - p * p));
  float zero = static_cast<float>(1 / (p * p * q * q));
  float p0 = static_cast<float>(np), p1 = static_cast<float>(np * p);
  float p2 = static_cast<float>(np * p * p);
  float q0 = static_cast<float>(nq), q1 = static_cast<float>(nq * q);
  float q2 = static_cast<float>(nq * q * q);
};

// Rows of G.
template <int width>
FOSSILCT_INLINE void transform_weight_line(const Vector<width> (&w)[3], Vector<width> (&u)[6]) {
  constexpr WeightFactors at;
  const Vector<width> even_p = at.p0 * w[0] + at.p2 * w[2], odd_p = at.p1 * w[1];
  const Vector<width> even_q = at.q0 * w[0] + at.q2 * w[2], odd_q = at.q1 * w[1];
  u[0] = at.zero * w[0];
  u[1] = even_p + odd_p;
  u[2] = even_p - odd_p;
  u[3] = even_q + odd_q;
  u[4] = even_q - odd_q;
  u[5] = w[2];
}

// Rows of G^T.
template <int width>
FOSSILCT_INLINE void gradient_of_weight_line(const Vector<width> (&u)[6], Vector<width> (&w)[3]) {
  constexpr WeightFactors at;
  const Vector<width> sum_p = u[1] + u[2], sum_q = u[3] + u[4];
  w[0] = at.zero * u[0] + (at.p0 * sum_p + at.q0 * sum_q);
  w[1] = at.p1 * (u[1] - u[2]) + at.q1 * (u[3] - u[4]);
  w[2] = u[5] + (at.p2 * sum_p + at.q2 * sum_q);
}

// The nine taps of `width` channels of `width` outputs. In memory the outputs lie far apart and
// their channels, mostly, side by side: a block is copied so that neither is a walk through it.
template <int width>
struct TapBlock {
  alignas(64) float taps[9][width][width];  // [tap][channel][output]

  // `outputs` and `channels` of them are there; other outputs are zeros.
  void read(const PlainWeights& weights, const float* from, Index outputs, Index channels) {
    if (outputs < width) {
      __builtin_memset(taps, 0, sizeof(taps));
    }
    const PlainWeights w = weights;
    for (int tap = 0; tap < 9; ++tap) {
      for (Index o = 0; o < outputs; ++o) {
        const float* line = from + tap / 3 * w.row + tap % 3 * w.column + o * w.output;
        for (Index c = 0; c < channels; ++c) {
          taps[tap][c][o] = line[c * w.channel];
        }
      }
    }
  }
  void write(const PlainWeights& weights, float* to, Index outputs, Index channels) const {
    const PlainWeights w = weights;
    for (int tap = 0; tap < 9; ++tap) {
      for (Index o = 0; o < outputs; ++o) {
        float* line = to + tap / 3 * w.row + tap % 3 * w.column + o * w.output;
        for (Index c = 0; c < channels; ++c) {
          line[c * w.channel] = taps[tap][c][o];
        }
      }
    }
  }
};

template <int width>
FOSSILCT_INLINE void transform_weight(const TapBlock<width>& block, Index channel, float* to,
                                      Index position) {
  transform_tile<width, 3, 6, transform_weight_line<width>>(
      [&](Vector<width>& w, int y, int x) { load<width>(w, block.taps[y * 3 + x][channel]); },
      [&](int y, int x, const Vector<width>& u) { store<width>(to + (y * 6 + x) * position, u); });
}

template <int width>
FOSSILCT_INLINE void gradient_of_weight(const float* from, Index position, TapBlock<width>& block,
                                        Index channel) {
  transform_tile<width, 6, 3, gradient_of_weight_line<width>>(
      [&](Vector<width>& u, int y, int x) { load<width>(u, from + (y * 6 + x) * position); },
      [&](int y, int x, const Vector<width>& w) {
        store<width>(block.taps[y * 3 + x][channel], w);
      });
}

// Calls visit(output, panel_width, place of the output in [panel][channels][outputs of the panel]
// for channel 0) for each vector of outputs.
template <int width, typename Visit>
FOSSILCT_INLINE void for_vectors(int outputs, Index channels, int first, int end,
                                 const Visit& visit) {
  constexpr int panel = 2 * width;
  for (int output = first; output < end; output += width) {
    const int start = output / panel * panel;
    const int panel_width = outputs - start < panel ? width : panel;
    visit(output, panel_width, start * channels + (output - start));
  }
}

constexpr Index lanes_there(Index outputs, Index output, Index width) {
  const Index left = outputs - output;
  return left < 0 ? 0 : left < width ? left : width;
}

template <int width>
void transform_weights(const PlainWeights& from, const TransformedWeights& to, int first_channel,
                       int first_output, int end_output) {
  TapBlock<width> block;
  for_vectors<width>(to.outputs, to.channels, first_output, end_output,
                     [&](int output, int panel_width, Index place) {
                       const Index count = lanes_there(from.outputs, output, width);
                       const float* w = from.first + output * from.output;
                       float* u = to.first + place + first_channel * panel_width;
                       for (Index c = 0; c < from.channels; c += width) {
                         const Index channels = lanes_there(from.channels, c, width);
                         block.read(from, w + c * from.channel, count, channels);
                         for (Index i = 0; i < channels; ++i) {
                           transform_weight<width>(block, i, u + (c + i) * panel_width,
                                                   to.position);
                         }
                       }
                     });
}

template <int width>
void gradient_of_weights(const TransformedWeights& from, const PlainWeights& to, int first_output,
                         int end_output) {
  TapBlock<width> block;
  for_vectors<width>(from.outputs, from.channels, 0, end_output - first_output,
                     [&](int output, int panel_width, Index place) {
                       const Index count = lanes_there(to.outputs, first_output + output, width);
                       float* w = to.first + (first_output + output) * to.output;
                       const float* u = from.first + place;
                       for (Index c = 0; c < to.channels; c += width) {
                         const Index channels = lanes_there(to.channels, c, width);
                         for (Index i = 0; i < channels; ++i) {
                           gradient_of_weight<width>(u + (c + i) * panel_width, from.position,
                                                     block, i);
                         }
                         block.write(to, w + c * to.channel, count, channels);
                       }
                     });
}

}  // namespace
}  // namespace fossilct::kernels
