// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "filters/components.h"
#include "specimens/body_crop.h"
#include "specimens/identity.h"
#include "specimens/measured_body.h"
#include "specimens/specimen.h"
#include "specimens/split.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What is a fossil, and what is done with each. Defaults are those of the
// command line.
struct ExtractionOptions {
  Connectivity connectivity = Connectivity::corners;
  std::vector<std::uint32_t> classes;  // values that are foreground; empty: all but 0
  // Neighbours of different classes are different bodies; otherwise they are
  // one, of the class that most of its voxels have.
  bool classes_apart = false;
  std::optional<std::uint32_t> wall_class;  // that of test walls, where a model tells them apart
  SplitOptions split;
  // Bodies of a smaller equivalent diameter are counted, not kept; 0: 8 voxel
  // edges. In the unit of the grid.
  double min_diameter_um = 0;
  // Around each crop that is handed over; measuring looks as far as shell_reach_voxels anyway.
  std::int64_t margin_voxels = 8;
  MeasuringOptions measuring;
  std::int64_t memory_bytes = std::int64_t{4} << 30;  // for crops and the work on them
  // Bodies whose crops hold more voxels are not split, and measured at 1/2, 1/4 ... of the
  // resolution.
  std::int64_t most_crop_voxels = std::int64_t{1} << 26;
  int threads = 1;

  // The fewest voxels of a body that is kept.
  std::int64_t fewest_voxels(const Grid& grid) const;
};

// Volumes of one size (assert). Labels are read several times, each time from a
// source of its own.
struct ExtractionSources {
  std::function<std::unique_ptr<VolumeSource>()> open_labels;  // u8, u16 or u32
  std::unique_ptr<VolumeSource> scan;                          // f32; null: none
  std::unique_ptr<VolumeSource> uncertainty;                   // u8; null: none
  std::unique_ptr<VolumeSource> earlier_ids;  // u32, of an earlier extraction; null: none
};

// A fossil as it is handed over while others are still to come: its id is not
// known yet.
struct ExtractedBody {
  std::size_t key = 0;  // names it until then: Extraction::keys
  const Specimen& specimen;
  const BodyCrop& crop;
  const Volume<std::uint8_t>& tissue;  // empty where anatomy is not asked for
};

class PartRuns;

// The fossils of a volume.
struct Extraction {
  Extraction();
  Extraction(Extraction&&) noexcept;
  Extraction& operator=(Extraction&&) noexcept;
  ~Extraction();

  std::vector<Specimen> specimens;        // in raster order of their first voxels; ids not set
  std::vector<std::size_t> keys;          // of each, as in ExtractedBody
  std::vector<EarlierOverlaps> overlaps;  // of each, where there are earlier ids
  std::int64_t components = 0;            // before splitting, small ones included
  std::int64_t components_split = 0;      // those that came apart
  std::int64_t too_small = 0;             // bodies that were counted, not kept
  std::int64_t too_small_voxels = 0;
  std::int64_t foreground_voxels = 0;

  // The volume of the ids (u32; 0 outside) once Specimen::id is set: `labels`
  // as they were read before, to be read upwards. This object must outlive it.
  std::unique_ptr<VolumeSource> instances(std::unique_ptr<VolumeSource> labels) const;

  Components found;                                 // for instances()
  std::vector<std::optional<std::size_t>> part_of;  // of each specimen: in `parts`
  std::vector<std::uint32_t> component_of;          // of each specimen: its component's id
  std::unique_ptr<PartRuns> parts;
};

// Finds the connected components of the labels (exact, any size), cuts out
// those that are not too small with the grey values around them, splits what
// touches, measures each and hands it to `take` (from several threads at once,
// in no promised order; what it throws ends the whole). The result does not
// depend on threads, slabs or memory. Bodies of more than
// options.most_crop_voxels are not split, and measured at 1/2, 1/4 ... of the resolution, which
// Specimen::reduction tells; their voxels, volumes, equivalent diameters and boxes are exact,
// what hangs on the finest of their structure is absent. `scratch` takes a nameless file for the
// voxels of split bodies. Stages: "components", then "fossils" (items). Throws Error{format} where
// all foreground is of other classes than those asked for, Error{option} where the memory
// does not hold the largest crop, what sources and `take` throw, Cancelled. Cost: three passes over
// the labels, one over the scan, and measure_body() for each, on all threads. Memory:
// options.memory_bytes, 100 to 200 bytes a component, 4 kB a specimen.
Extraction extract_specimens(const ExtractionSources& sources, const ExtractionOptions& options,
                             const std::filesystem::path& scratch,
                             const std::function<void(const ExtractedBody&)>& take,
                             Progress& progress);

}  // namespace fossilct
