// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "specimens/body_crop.h"
#include "specimens/catalogue.h"
#include "specimens/measured_body.h"
#include "specimens/split.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What changing bodies needs beside the catalogue.
struct BodyEditing {
  // `wall_class` as measure_body() takes it.
  std::function<MeasuredBody(const BodyCrop&, const VolumeView<const std::uint8_t>* wall_class)>
      measure;
  std::string person;              // who decides
  std::int64_t margin_voxels = 8;  // around each crop
  int threads = 1;
  bool retire_missing = false;  // import_labels: fossils that lose all their voxels are retired
  bool wall_class = false;      // the walls of this catalogue are a class of its labels
  std::optional<std::int64_t> new_class{};  // of new fossils; nothing: the only one there is
  // Opens the catalogue's scan, of its size; null where it is not at hand. Called at most once an
  // edit, where crops have gaps.
  std::function<std::shared_ptr<VolumeSource>()> open_scan{};
};

// What an edit made of a fossil.
struct BodyChange {
  std::uint32_t id = 0;
  std::int64_t voxels_before = 0;  // 0: a new one
  std::int64_t voxels = 0;         // 0: it is gone
  friend bool operator==(const BodyChange&, const BodyChange&) = default;
};
using BodyChanges = std::vector<BodyChange>;  // by id

// Each makes its edit a part of `change`: instances.h5, the crops, the measurements, the decision;
// meshes and views become stale. Grey values are those of the crops there are, and of the scan
// where these have gaps; where it is not at hand and a voxel of the body, or one within 4 of it,
// has none, the fossil gets no grey values and no anatomy, with that as the reason, and the user a
// warning. Where walls are a class of the labels they are those of the crops; a body that has
// voxels of which the class was not kept gets no anatomy. A body in several pieces is warned of.
// One edit of bodies in a change. A mask that somebody saved over that of a fossil to be changed is
// not overwritten: Error{format}, see require_masks_as_left(). Throws Error{option} for unknown ids
// and for a new fossil where there are several classes and no `new_class`, and Error{file} for a
// fossil that was measured at a lower resolution, whose crop can't be edited.

// The fossils become one, which keeps the id of the largest and gets the photographs and notes of
// all, and the name that people gave the others where it has none and they agree.
BodyChanges merge_bodies(const Catalogue& catalogue, Catalogue::Change& change,
                         const std::vector<std::uint32_t>& ids, const BodyEditing& editing,
                         Progress& progress);
// The fossil comes apart as split_body() does it; a part with half of its voxels keeps its id.
// Throws Error{option} where it stays whole.
BodyChanges split_fossil(const Catalogue& catalogue, Catalogue::Change& change, std::uint32_t id,
                         const SplitOptions& options, const BodyEditing& editing,
                         Progress& progress);
// A label file from elsewhere, placed by open_placed(). With `id`, or where the file says whose
// crop it is, it is a mask of that fossil: its one value that is not 0 is the fossil's. Otherwise
// its values are ids, and a value that was never given makes a new fossil. Returns nothing, and
// keeps no decision, where the labels are those of the catalogue. Throws Error{option} for a mask
// of several values, an empty one, and one without a voxel that was the fossil's; for `id` where
// the file names another fossil; for a part of the scan with 1 alone that does not say whose mask
// it is; and, without `retire_missing`, where other fossils would lose their last voxel.
BodyChanges import_labels(const Catalogue& catalogue, Catalogue::Change& change,
                          const std::filesystem::path& file, std::optional<std::uint32_t> id,
                          const BodyEditing& editing, Progress& progress);

}  // namespace fossilct
