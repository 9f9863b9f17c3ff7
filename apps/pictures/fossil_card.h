// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/pictures.h"
#include "specimens/catalogue.h"

namespace fossilct {

// What a fossil's card says: id, class and verdict, then the measures that say most of its size and
// form, each where it was measured. `grid` is the scan's, for the unit.
CardText card_text(const CatalogueEntry& entry, const Grid& grid);

// Its equivalent diameter: "312 µm", "41 voxels"; empty where it was not measured.
std::string diameter_text(const CatalogueEntry& entry, const Grid& grid);

}  // namespace fossilct
