// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "volumes/volume_source.h"

namespace fossilct {

// Labels of some slices of a scan: a person draws 12 masks of 1000 slices.

// Slice n of the labels belongs to slice places[n] of the scan.
struct LabelPlaces {
  std::vector<std::int64_t> places;  // rising
  std::string note;                  // how they were found, for the user; empty: nothing to say
};
// Labels with as many slices as the scan belong to them in order. Fewer are matched by number: that
// in the name of a mask's file (opened with OpenOptions::some_slices) with that of the scan's
// slice. Throws Error{format} with both numberings where a number is not in the scan, where masks
// have no numbers, and where there are more masks than slices.
LabelPlaces places_of_label_slices(const ScanDescription& labels, const std::string& labels_name,
                                   const ScanDescription& scan, const std::string& scan_name);

// `labels`, u8, at their places in a volume of the scan's size, with `elsewhere` in all other
// slices. Its grid and slice numbers are the scan's; rows and columns must be the same (assert).
std::unique_ptr<VolumeSource> spread_slices(std::unique_ptr<VolumeSource> labels,
                                            const std::vector<std::int64_t>& places,
                                            const ScanDescription& scan, std::uint8_t elsewhere);

// "0, 50, 100, 150, 200, 250", "0, 1, 2 ... 999": which numbers there are, for messages.
std::string slice_numbers_text(const ScanDescription& description);
// "number 150 (s_0150.png)": slice z as its user knows it.
std::string slice_text(const ScanDescription& description, std::int64_t z);

}  // namespace fossilct
