// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/taxa/taxon_report.h"
#include "classify/image_set.h"

namespace fossilct::test {

// Pictures of lobed bodies, grey, 64 x 64: taxon t has t + 3 lobes.
ImageSet example_images(int taxa, int specimens);

// An evaluation that never was: most answers are right, every tenth specimen had dropout.
TaxonReport example_taxa(const ImageSet& images);

}  // namespace fossilct::test
