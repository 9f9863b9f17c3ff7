// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/fossils/body_edits.h"
#include "specimens/catalogue.h"
#include "specimens/label_edit.h"
#include "specimens/rock_region.h"
#include "volumes/volume_source.h"

namespace fossilct {

// All voxels of the box of a volume of ids (u32).
Volume<std::uint32_t> read_ids(VolumeSource& source, const Box& box);

// Makes an edit of the ids a part of a change: instances.h5, the crops and the measurements of the
// fossils it changes.
class BodyEditor {
 public:
  BodyEditor(const Catalogue& catalogue, Catalogue::Change& change, const BodyEditing& editing,
             Progress& progress);

  const Grid& scan() const { return scan_; }
  Volume<std::uint32_t> ids_in(const Box& box) const;
  BodyChanges changes_by(const LabelEdit& edit) const;

  // All that follows from the edit for those that are still there; returns those that are not.
  // `like` is the fossil that new ones take their class from. `split`: whether they were separated
  // from others; nothing: as before. `taken_in`: the file that the edit is from. Throws
  // Error{format} where instances.h5 has other fossils than the catalogue tells of, and as
  // require_masks_as_left().
  std::vector<std::uint32_t> apply(const LabelEdit& edit, const Specimen* like,
                                   std::optional<bool> split,
                                   const std::filesystem::path& taken_in = {});
  // With its crops, meshes and views; see Catalogue::Change::retire().
  void retire(std::uint32_t id, std::optional<std::uint32_t> into, const std::string& reason);

 private:
  struct Wall {
    Volume<std::uint8_t> voxels;  // 1 = wall
    std::int64_t lacking = 0;     // voxels of the body that nobody knows the tissue of
  };

  std::unique_ptr<VolumeSource> instances() const;
  void write_instances(const LabelEdit& edit);
  Specimen measured(VolumeSource& ids, std::uint32_t id, const Box& around);
  void require_as_told(const Specimen* old, std::int64_t gain, std::uint32_t id,
                       std::int64_t found) const;
  std::string reason_without_uncertainty(std::uint32_t id) const;
  bool has_kind(const MeasurementKind& kind) const;
  BodyCrop crop_of(VolumeSource& ids, std::uint32_t id, const Box& box) const;
  MeasuredBody measure(std::uint32_t id, BodyCrop& crop);
  std::vector<const Specimen*> reaching_into(const Box& box) const;
  std::filesystem::path crop_path(std::uint32_t id, const char* suffix) const;
  Volume<float> grey_in(const Box& box);
  void paint_grey(const std::filesystem::path& file, const Box& box, Volume<float>& grey);
  void fill_from_scan(const Box& box, Volume<float>& grey);
  Wall wall_in(const BodyCrop& crop);
  void paint_tissue(const std::filesystem::path& file, const Box& box,
                    Volume<std::uint8_t>& tissue);
  std::int64_t class_of_new() const;
  void write_crops(std::uint32_t id, const BodyCrop& crop, const Volume<std::uint8_t>& tissue);

  const Catalogue& catalogue_;
  Catalogue::Change& change_;
  const BodyEditing& editing_;
  Progress& progress_;
  Grid scan_;
  std::optional<RockRegion> rock_;  // when the first is measured
  std::vector<CatalogueKind> kinds_;
  std::vector<CatalogueEntry> entries_;
  PixelType grey_type_ = PixelType::f32;    // of the crops
  std::shared_ptr<VolumeSource> its_scan_;  // where it was needed and is at hand
  bool asked_for_scan_ = false;
};

}  // namespace fossilct
