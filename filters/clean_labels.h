// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/progress.h"
#include "filters/components.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What is done to one class, in this order.
struct ClassCleaning {
  double opening_radius_voxels = 0;  // open_labels; 0 to 100, below 1 nothing happens
  bool fill_holes = false;           // background that the class encloses becomes the class
  std::int64_t fewest_voxels = 0;    // smaller bodies become background
};

struct CleanLabelsOptions {
  ClassCleaning every_class{};                       // but for
  std::map<std::uint8_t, ClassCleaning> of_class{};  // those named here
  // Of the voxels of a body. Those that a body encloses have the dual one: 26 where bodies have 6,
  // otherwise 6.
  Connectivity connectivity = Connectivity::corners;
  int threads = 1;
  std::int64_t slab_slices = 0;  // ComponentOptions
};

// Predicted labels (u8, 0 is background; assert) as they are kept: opened, holes filled, small
// bodies removed. A hole of class c is a component of the voxels that are not c, of any value, that
// does not touch the volume's border; its background voxels become c, and where the holes of
// several classes overlap, that of the smaller hole (of the lower number where they are equal).
//
// Reads the labels here once to see which classes there are and once for each class with holes to
// fill, then to find the bodies; each is a stage. What is returned reads them once more, and is to
// be read upwards as component_values. The same for any slabs and threads.
// Cost: a pass of find_components for each class with holes to fill here, and for finding bodies
// and for the reading each as many and one more. Memory: that of find_components for each class
// with holes to fill and for the bodies, and open_labels'. Throws what those throw.
std::unique_ptr<VolumeSource> clean_labels(std::unique_ptr<VolumeSource> labels,
                                           const CleanLabelsOptions& options, Progress& progress);

}  // namespace fossilct
