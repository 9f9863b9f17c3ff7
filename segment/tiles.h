// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace fossilct {

// The pixels begin <= i < end of a row or a column.
struct TileSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t length() const { return end - begin; }
  friend bool operator==(const TileSpan&, const TileSpan&) = default;
};

// `length` pixels as spans of equal length of at most `most` (rounded up to `multiple`), which
// overlap their neighbours by half or more; one span where `length` is at most `most`. As few as
// can be. Asserts that all are at least 1.
std::vector<TileSpan> tiles_along(std::int64_t length, std::int64_t most, std::int64_t multiple);

// How much a pixel of a tile counts where several overlap: a Gaussian about the tile's centre with
// deviation length / 8 (Isensee et al. 2021, nnU-Net, doi 10.1038/s41592-020-01008-z).
std::vector<float> tile_weights(std::int64_t length);

}  // namespace fossilct
