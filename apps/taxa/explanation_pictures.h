// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "classify/image_set.h"
#include "classify/taxon_reasons.h"

namespace fossilct {

// A PNG of four squares side by side: the picture, Grad-CAM laid over it, guided backpropagation
// and guided Grad-CAM (grey: nothing; bright and dark: what would raise the score if it were
// brighter or darker). Small pictures are enlarged by whole pixels to `least_edge` and above.
std::vector<std::byte> reasons_png(const ImageSet& set, const SpecimenImage& image,
                                   const PictureReasons& reasons, int least_edge = 192);

// A PNG of the maps in a square of rows, each from its least value (black) to its largest (white);
// of more than `most` channels those that vary most.
std::vector<std::byte> layer_png(const LayerMaps& maps, int most = 64);

}  // namespace fossilct
