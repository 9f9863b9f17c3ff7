// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "volumes/image_source.h"

namespace fossilct {

// How any picture becomes one that a network takes, as Marchant et al. 2020 (J. Micropalaeontology
// 39, 183-202) make theirs.
struct PrepareOptions {
  int size = 128;    // edge of the result, 8 to 2048
  int channels = 1;  // 1 grey, 3 red, green and blue
  bool cut_label_strips = true;

  // Throws Error{option} that names --size or --channels.
  void check() const;
};

// Rows of a picture, the end not in it.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

// The rows without white strips with labels, which microscopes write below or above a picture: rows
// at the edge, 2% to 40% of the height, of which at least half of the pixels are white (0.96 of the
// range or more), and which end at once: within three rows fewer than a tenth are. A specimen on
// white ground therefore stays as it is. `grey` is rows * columns values of 0 to 1.
RowRange rows_without_labels(std::span<const float> grey, std::int64_t width, std::int64_t height);

// `pixels` is shape.bytes() long: 1 to 4 channels of any type. In this order:
// - to 0 ... 1 by the type's own range (8 or 16 bits; floats that leave 0 ... 1 by their least and
//   largest value, NaN as the least);
// - opacity away: laid over black, as the pictures of `fossilct views` stand on it;
// - to the channels asked for: grey as 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), or grey thrice;
// - label strips cut off; padded to a square, the picture in its middle, with the median of the
//   pixels at its edges, each channel by itself;
// - to the size asked for, bilinear; where pixels become larger each is a mean under a triangle as
//   wide, so that nothing is lost between them.
// Returns channels, rows, columns of 8 bits, as SpecimenImage::pixels. Throws Error{format} where
// width or height are below 2. Cost: some 20 ns a pixel read.
std::vector<std::uint8_t> prepare_image(const ImageShape& shape, std::span<const std::byte> pixels,
                                        const PrepareOptions& options);

}  // namespace fossilct
