// SPDX-License-Identifier: Apache-2.0
#pragma once

// F(4x4, 3x3) interpolates at 0, +-near, +-far and infinity. Any points give the same convolution
// in exact numbers; sqrt(1/2) and sqrt(2) keep the rounding errors of fp32 smaller than the
// customary 1 and 2 (docs/decisions/013-slice-engine.md has the figures). near * far = 1 is used by
// the code.
namespace fossilct::kernels {

constexpr double winograd_near = 0.70710678118654752440;
constexpr double winograd_far = 1.41421356237309504880;

}  // namespace fossilct::kernels
