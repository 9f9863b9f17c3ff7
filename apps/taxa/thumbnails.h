// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "classify/image_set.h"

namespace fossilct {

// A small copy of a picture of the set as "data:image/png;base64,...": reduced by means over whole
// pixels until neither side is above `most_pixels` (at least 1).
std::string thumbnail_uri(const ImageSet& set, const SpecimenImage& image, int most_pixels = 96);

// Of each specimen its first picture.
std::vector<std::string> thumbnail_uris(const ImageSet& set, int most_pixels = 96);

}  // namespace fossilct
