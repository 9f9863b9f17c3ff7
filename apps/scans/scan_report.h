// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "apps/cli/facts.h"
#include "apps/cli/terminal.h"
#include "base/json.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What info and import say of a scan. Words for people; the JSON has the same facts under stable
// names: sizes and vectors as [x, y, z], lengths in the unit that the name carries.

std::string size_text(const Size3& size);          // "256 x 256 x 160"
std::string spacing_text(const Grid& grid);        // "0.71 um", "0.71 x 0.71 x 1.4 um"
std::string physical_size_text(const Grid& grid);  // "1.024 x 1.024 x 0.64 mm"
std::string range_text(const VolumeStatistics& statistics);

// Size, voxel size, type and range, in words.
Facts volume_facts(const Grid& grid, PixelType type, VolumeKind kind);
Json volume_json(const Grid& grid, PixelType type, VolumeKind kind);

// Notices of the scan go to the user before any voxel is read.
void report_notices(const ScanDescription& description, Progress& progress);

// Calls sink.finish() as a stage of its own, since the disk may take its time with what the system
// still holds of a large output. Throws Cancelled before it, and what finish() throws.
void finish(VolumeSink& sink, Progress& progress);

// Warns of NaN and infinite voxels.
void report_not_finite(const VolumeStatistics& statistics, Progress& progress);

}  // namespace fossilct
