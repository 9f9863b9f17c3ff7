// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "report/fossil_report.h"
#include "specimens/catalogue.h"

namespace fossilct {

// What a catalogue of one scan or of several says, as a report: scans, counts and densities of the
// fossils that were not rejected, measures, doubt, verdicts, signature, provenance, what the
// extraction did not keep. No pictures, slices and meshes. Its fossils are in the order of
// `entries`, all of the catalogue's.
FossilReport catalogue_page(const Catalogue& catalogue, const std::vector<CatalogueEntry>& entries);

}  // namespace fossilct
