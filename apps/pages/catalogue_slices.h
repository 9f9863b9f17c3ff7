// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/progress.h"
#include "report/fossil_report.h"
#include "specimens/catalogue.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A dozen slices along z (all where there are fewer), evenly apart, with the outlines of the
// fossils; `entries` are in the order of the report's fossils. `ids` are the catalogue's instances
// (u32); `scan` is f32 and of their size, or null: then the slices are grey alone. Pictures are of
// at most 900 pixels a side: the mean of the scan, and the ids of the middle, of squares of voxels.
// One window of grey serves all. Reads one slice at a time; memory: the pictures and two slices.
std::vector<ReportSlice> catalogue_slices(VolumeSource& ids, VolumeSource* scan, const Grid& grid,
                                          const std::vector<CatalogueEntry>& entries,
                                          Progress& progress);

}  // namespace fossilct
