// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "apps/fossils/extract_options.h"
#include "apps/scans/scan_provenance.h"
#include "volumes/label_classes.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What `fossilct extract` reads, held against each other.
struct ExtractInputs {
  std::shared_ptr<VolumeSource> labels;       // u8, u16 or u32, on `grid`
  std::shared_ptr<VolumeSource> scan;         // in its own type; null where not given
  std::shared_ptr<VolumeSource> uncertainty;  // u8; null where not given
  Grid grid;                                  // the scan's; the labels' where there is none
  std::vector<LabelClass> classes;            // as the labels name them; may be empty
  ScanDescription scan_description;           // of the scan; of the labels where there is none
  ScanIdentity scan_identity;                 // of the scan; empty where there is none
  ScanIdentity labels_identity;
};

// Opens and hashes them. Warns where the labels say that they were made of another scan, and
// where they have so many values that they may be none, and of micrometres asked for where nobody
// knows the voxel size. Throws as open_scan; Error{format} that names both for sizes, voxel sizes,
// orientations or places that differ, for a scan that is labels, radiographs, or every n-th slice,
// and for labels that are no whole numbers.
ExtractInputs open_extract_inputs(const ExtractSettings& settings, const CommandContext& context);

// What the scan (without one, the labels) is called where nobody says: its name, without .h5; that
// of the folder it lies in where the name says nothing ("scan", "slices.tif").
std::string default_scan_name(const ExtractInputs& inputs);

}  // namespace fossilct
