// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "apps/fossils/fossil_crops.h"
#include "base/progress.h"
#include "report/fossil_report.h"
#include "specimens/catalogue.h"

namespace fossilct {

// Adds what a page shows of each fossil beyond its measures, from the catalogue's files: three
// sections, a mesh of some thousand triangles made from the crop, the cut-open view where it was
// drawn and is not stale, photographs; the thumbnail is the front view where there is one that is
// not stale, otherwise a section. The report's fossils are in the order of `entries`. A fossil
// without a crop has none, and the report says how many; what can't be read is left out, told in
// the report, and returned by fossil. Throws Cancelled. Cost: some 0.05 s of the processor a
// fossil, on `threads` threads.
std::vector<FailedFossil> add_fossil_details(const Catalogue& catalogue,
                                             const std::vector<CatalogueEntry>& entries,
                                             int threads, Progress& progress, FossilReport& report);

}  // namespace fossilct
