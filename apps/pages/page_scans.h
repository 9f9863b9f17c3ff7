// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "report/fossil_report.h"
#include "specimens/catalogue.h"

namespace fossilct {

// The classes of the catalogue that fossils may have: all but the background (0), which labels may
// name too.
std::vector<LabelClass> classes_of_fossils(const Catalogue& catalogue);

// What a page says of the scans of a catalogue: facts, depths, and counts and densities of the
// fossils that were not rejected, in the order of Catalogue::scans().
std::vector<ReportScan> page_scans(const Catalogue& catalogue,
                                   const std::vector<CatalogueEntry>& entries);

// classes_of_fossils() with their colours (one of our own where they have none) and what was
// counted in all scans; the density only where there is one scan.
std::vector<ReportClass> page_classes(const Catalogue& catalogue,
                                      const std::vector<ReportScan>& scans);

}  // namespace fossilct
