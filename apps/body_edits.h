// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "specimens/body_crop.h"
#include "specimens/catalogue.h"
#include "specimens/measured_body.h"
#include "specimens/split.h"

namespace fossilct {

// What changing bodies needs beside the catalogue.
struct BodyEditing {
  std::function<MeasuredBody(const BodyCrop&)> measure;
  std::string person;              // who decides
  std::int64_t margin_voxels = 8;  // around each crop
  int threads = 1;
};

// Each makes its edit a part of `change`: instances.h5, the crops, the measurements, the decision;
// meshes and views become stale. Grey values are those of the crops there are; where no crop
// reaches, a new one has NaN. One edit of bodies in a change. Throws Error{option} for unknown ids
// and Error{file} for a fossil that was measured at a lower resolution, whose crop can't be edited.

// The fossils become one, which keeps the id of the largest.
void merge_bodies(const Catalogue& catalogue, Catalogue::Change& change,
                  const std::vector<std::uint32_t>& ids, const BodyEditing& editing,
                  Progress& progress);
// The fossil comes apart as split_body() does it; a part with half of its voxels keeps its id.
// Throws Error{option} where it stays whole.
void split_fossil(const Catalogue& catalogue, Catalogue::Change& change, std::uint32_t id,
                  const SplitOptions& options, const BodyEditing& editing, Progress& progress);
// A label file from elsewhere, placed by its origin, spacing and directions on the scan's grid
// (half a voxel off is refused). With `id` it is a mask of that fossil as crops/<id>_mask.nrrd is,
// otherwise its values are ids, and a value that was never given makes a new fossil.
void import_labels(const Catalogue& catalogue, Catalogue::Change& change,
                   const std::filesystem::path& file, std::optional<std::uint32_t> id,
                   const BodyEditing& editing, Progress& progress);

}  // namespace fossilct
