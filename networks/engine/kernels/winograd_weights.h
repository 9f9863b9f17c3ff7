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

// `count` outputs, `stride` apart, one a lane; zeros in the rest.
template <int width>
FOSSILCT_INLINE void load_lanes(Vector<width>& v, const float* from, Index stride, Index count) {
  if (stride == 1 && count == width) {
    load<width>(v, from);
    return;
  }
  v = Vector<width>{};
  for (Index i = 0; i < count; ++i) {
    v[i] = from[i * stride];
  }
}

template <int width>
FOSSILCT_INLINE void store_lanes(float* to, Index stride, Index count, const Vector<width>& v) {
  if (stride == 1 && count == width) {
    store<width>(to, v);
    return;
  }
  for (Index i = 0; i < count; ++i) {
    to[i * stride] = v[i];
  }
}

template <int width>
FOSSILCT_INLINE void transform_weight(const PlainWeights& weights, const float* from, Index count,
                                      float* to, Index position) {
  Vector<width> half[6][3];
#pragma GCC unroll 3
  for (int x = 0; x < 3; ++x) {
    Vector<width> w[3], u[6];
#pragma GCC unroll 3
    for (int y = 0; y < 3; ++y) {
      load_lanes<width>(w[y], from + y * weights.row + x * weights.column, weights.output, count);
    }
    transform_weight_line<width>(w, u);
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      half[y][x] = u[y];
    }
  }
#pragma GCC unroll 6
  for (int y = 0; y < 6; ++y) {
    Vector<width> u[6];
    transform_weight_line<width>(half[y], u);
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      store<width>(to + (y * 6 + x) * position, u[x]);
    }
  }
}

template <int width>
FOSSILCT_INLINE void gradient_of_weight(const float* from, Index position,
                                        const PlainWeights& weights, float* to, Index count) {
  Vector<width> half[3][6];
#pragma GCC unroll 6
  for (int x = 0; x < 6; ++x) {
    Vector<width> u[6], w[3];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      load<width>(u[y], from + (y * 6 + x) * position);
    }
    gradient_of_weight_line<width>(u, w);
#pragma GCC unroll 3
    for (int y = 0; y < 3; ++y) {
      half[y][x] = w[y];
    }
  }
#pragma GCC unroll 3
  for (int y = 0; y < 3; ++y) {
    Vector<width> w[3];
    gradient_of_weight_line<width>(half[y], w);
#pragma GCC unroll 3
    for (int x = 0; x < 3; ++x) {
      store_lanes<width>(to + y * weights.row + x * weights.column, weights.output, count, w[x]);
    }
  }
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
  for_vectors<width>(to.outputs, to.channels, first_output, end_output,
                     [&](int output, int panel_width, Index place) {
                       const Index count = lanes_there(from.outputs, output, width);
                       const float* w = from.first + output * from.output;
                       float* u = to.first + place + first_channel * panel_width;
                       for (int c = 0; c < from.channels;
                            ++c, w += from.channel, u += panel_width) {
                         transform_weight<width>(from, w, count, u, to.position);
                       }
                     });
}

template <int width>
void gradient_of_weights(const TransformedWeights& from, const PlainWeights& to, int first_output,
                         int end_output) {
  for_vectors<width>(from.outputs, from.channels, 0, end_output - first_output,
                     [&](int output, int panel_width, Index place) {
                       const Index count = lanes_there(to.outputs, first_output + output, width);
                       float* w = to.first + (first_output + output) * to.output;
                       const float* u = from.first + place;
                       for (int c = 0; c < to.channels; ++c, w += to.channel, u += panel_width) {
                         gradient_of_weight<width>(u, from.position, to, w, count);
                       }
                     });
}

}  // namespace
}  // namespace fossilct::kernels
