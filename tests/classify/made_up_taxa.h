// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "base/random.h"
#include "classify/image_set.h"

namespace fossilct {

// Pictures that are easily told apart: discs, squares and rings of bright pixels on dark noise, of
// any size and place. `specimens` of each of three taxa, with `views` pictures each and one
// measurement that says nothing.
inline ImageSet made_up_taxa(int specimens, int views, int size, std::uint64_t seed) {
  ImageSet set;
  set.size = size;
  set.taxa = {"disc", "ring", "square"};
  set.measurements = {"volume_um3"};
  for (int i = 0; i < 3 * specimens; ++i) {
    const int taxon = i % 3;
    HashStream draw(hash(seed, i));
    const double radius = size * draw.uniform(0.22, 0.34);
    set.specimens.push_back({set.taxa[static_cast<std::size_t>(taxon)] + std::to_string(i),
                             "",
                             {},
                             taxon,
                             {draw.uniform(0, 1)}});
    for (int view = 0; view < views; ++view) {
      const double cx = size * draw.uniform(0.4, 0.6), cy = size * draw.uniform(0.4, 0.6);
      SpecimenImage image{
          set.specimens.back().name + "_" + std::to_string(view), static_cast<std::size_t>(i), {}};
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
          const double dx = std::abs(x - cx), dy = std::abs(y - cy), r = std::hypot(dx, dy);
          const bool lit = taxon == 0   ? r < radius
                           : taxon == 1 ? r < radius && r > 0.55 * radius
                                        : std::max(dx, dy) < 0.886 * radius;
          image.pixels.push_back(static_cast<std::uint8_t>((lit ? 150 : 30) + draw.below(60)));
        }
      }
      set.images.push_back(std::move(image));
    }
  }
  return set;
}

}  // namespace fossilct
