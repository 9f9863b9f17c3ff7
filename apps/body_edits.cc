// SPDX-License-Identifier: Apache-2.0
#include "apps/body_edits.h"

#include <algorithm>
#include <limits>
#include <map>

#include "apps/crop_files.h"
#include "apps/fossil_density.h"
#include "apps/placed_volume.h"
#include "apps/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/transfer.h"
#include "io/volume_file.h"
#include "specimens/identity.h"
#include "specimens/label_edit.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

constexpr const char* instances_name = "instances.h5";

Volume<std::uint32_t> read_ids(VolumeSource& source, const Box& box) {
  auto ids = Volume<std::uint32_t>::uninitialised(box.size());
  source.read(box, ids.view());
  return ids;
}

// What is there of a body.
struct Found {
  Box box;
  Index3 first;
  std::int64_t voxels = 0;
};

Found find(const VolumeView<const std::uint32_t>& ids, const Index3& begin, std::uint32_t id) {
  Found found;
  for (std::int64_t z = 0; z < ids.size().z; ++z) {
    for (std::int64_t y = 0; y < ids.size().y; ++y) {
      for (std::int64_t x = 0; x < ids.size().x; ++x) {
        if (ids(x, y, z) != id) {
          continue;
        }
        const Index3 at = {begin.x + x, begin.y + y, begin.z + z};
        const Box voxel = {at, {at.x + 1, at.y + 1, at.z + 1}};
        found.first = found.voxels == 0 ? at : found.first;
        found.box = found.voxels == 0 ? voxel : united(found.box, voxel);
        ++found.voxels;
      }
    }
  }
  return found;
}

class Editor {
 public:
  Editor(const Catalogue& catalogue, Catalogue::Change& change, const BodyEditing& editing,
         Progress& progress)
      : catalogue_(catalogue),
        change_(change),
        editing_(editing),
        progress_(progress),
        scan_(catalogue.scan().grid),
        rock_(read_rock(catalogue, progress)),
        kinds_(catalogue.kinds()),
        entries_(catalogue.entries()) {}

  const Grid& scan() const { return scan_; }

  Volume<std::uint32_t> ids_in(const Box& box) const { return read_ids(*instances(), box); }

  // All that follows from the edit for those that are still there; returns those that are not.
  // `like` is the fossil that new ones take their class from.
  std::vector<std::uint32_t> apply(const LabelEdit& edit, const Specimen* like, bool split) {
    write_instances(edit);
    std::vector<std::uint32_t> gone;
    const auto source = with_edit(instances(), edit);
    for (const std::uint32_t id : edit.changed) {
      progress_.check();
      const auto old = std::ranges::find(entries_, id, id_of);
      const bool known = old != entries_.end();
      const Box box = known ? united(edit.box, old->specimen.box) : edit.box;
      const Found found = find(read_ids(*source, box).view(), box.begin, id);
      if (found.voxels == 0) {
        gone.push_back(id);
        continue;
      }
      Specimen specimen = measured(*source, id, found);
      const Specimen* model = known ? &old->specimen : like;
      specimen.class_value = model != nullptr ? model->class_value : 1;
      specimen.fragment = known && old->specimen.fragment;
      specimen.split = split || (known && old->specimen.split);
      known ? change_.replace(specimen) : change_.add({&specimen, 1});
    }
    return gone;
  }

  void retire(std::uint32_t id, std::optional<std::uint32_t> into, const std::string& reason) {
    change_.retire(id, into, reason);
    for (const char* suffix : crop_suffixes) {
      change_.remove_file("crops/" + std::to_string(id) + suffix);
    }
  }

 private:
  static std::uint32_t id_of(const CatalogueEntry& entry) { return entry.specimen.id; }

  std::unique_ptr<VolumeSource> instances() const {
    return open_volume_file(catalogue_.path_of(instances_name), 0, editing_.threads);
  }

  void write_instances(const LabelEdit& edit) {
    const auto source = with_edit(instances(), edit);
    VolumeFileOptions options;
    options.kind = VolumeKind::labels;
    options.if_exists = IfExists::replace;
    options.threads = editing_.threads;
    VolumeFileSink sink(change_.new_file(instances_name), source->grid(), PixelType::u32, options);
    sink.set_provenance(source->description().provenance, "");
    transfer(*source, sink, "instances", progress_);
    finish(sink, progress_);
  }

  Specimen measured(VolumeSource& ids, std::uint32_t id, const Found& found) {
    const Box box = padded(found.box, editing_.margin_voxels, scan_.size);
    BodyCrop crop;
    crop.grid = cropped(scan_, box);
    crop.begin = box.begin;
    crop.mask = Volume<std::uint8_t>(box.size());
    const Volume<std::uint32_t> around = read_ids(ids, box);
    std::transform(around.data(), around.data() + voxel_count(box.size()), crop.mask.data(),
                   [id](std::uint32_t v) {
                     return v == id ? mask_body : v == 0 ? std::uint8_t{0} : mask_other_body;
                   });
    crop.grey = grey_in(box);
    crop.at_scan_face = {box.begin.x == 0, box.end.x == scan_.size.x,
                         box.begin.y == 0, box.end.y == scan_.size.y,
                         box.begin.z == 0, box.end.z == scan_.size.z};
    const MeasuredBody body = editing_.measure(crop);
    write_crops(id, crop, body.tissue);
    Specimen specimen;
    specimen.id = id;
    specimen.box = found.box;
    specimen.first = found.first;
    specimen.voxels = found.voxels;
    specimen.truncated =
        padded(found.box, 1, scan_.size).size() !=
        Size3{found.box.size().x + 2, found.box.size().y + 2, found.box.size().z + 2};
    specimen.infill = body.infill;
    specimen.measurements = body.measurements;
    if (has_kind(counting_volume_kind)) {
      specimen.measurements.push_back(counting_volume(specimen.box, scan_, rock_));
    }
    if (has_kind(uncertainty_kind)) {
      specimen.measurements.push_back(
          {std::string(uncertainty_kind.name), std::nullopt, "changed by hand"});
    }
    return specimen;
  }

  bool has_kind(const MeasurementKind& kind) const {
    return std::ranges::find(kinds_, kind.name, &CatalogueKind::name) != kinds_.end();
  }

  // Put together from the crops that reach into the box; empty where fossils have none.
  Volume<float> grey_in(const Box& box) {
    Volume<float> grey(box.size());
    std::fill_n(grey.data(), voxel_count(box.size()), std::numeric_limits<float>::quiet_NaN());
    bool found = false;
    for (const CatalogueEntry& entry : entries_) {
      const Specimen& s = entry.specimen;
      if (common(padded(s.box, editing_.margin_voxels, scan_.size), box).empty()) {
        continue;
      }
      if (s.reduction != 1) {
        throw file_error(catalogue_.folder(),
                         "fossil " + std::to_string(s.id) +
                             " was cut out at a lower resolution; correct the labels and extract "
                             "the fossils anew");
      }
      found |= paint_grey(catalogue_.path_of("crops/" + std::to_string(s.id) + ".nrrd"), box, grey);
    }
    return found ? std::move(grey) : Volume<float>();
  }

  // Whether there is such a file.
  bool paint_grey(const std::filesystem::path& file, const Box& box, Volume<float>& grey) {
    if (!std::filesystem::exists(file)) {
      return false;
    }
    PlacedVolume crop = open_placed(file, {}, scan_, progress_);
    grey_type_ = crop.source->type();
    const auto source = convert(std::move(crop.source), PixelType::f32, std::nullopt);
    const Box shared = common(crop.box, box);
    if (!shared.empty()) {
      source->read(relative(shared, crop.box.begin), grey.view().part(relative(shared, box.begin)));
    }
    return true;
  }

  void write_crops(std::uint32_t id, const BodyCrop& crop, const Volume<std::uint8_t>& tissue) {
    const std::string name = std::to_string(id);
    write_crop_files([this](const std::string& file) { return change_.new_file("crops/" + file); },
                     name, crop, tissue, grey_type_);
    if (voxel_count(tissue.size()) == 0) {
      change_.remove_file("crops/" + name + "_wall.nrrd");
    }
  }

  const Catalogue& catalogue_;
  Catalogue::Change& change_;
  const BodyEditing& editing_;
  Progress& progress_;
  Grid scan_;
  RockRegion rock_;
  std::vector<CatalogueKind> kinds_;
  std::vector<CatalogueEntry> entries_;
  PixelType grey_type_ = PixelType::f32;  // of the crops
};

std::string listed(const std::vector<std::uint32_t>& ids) {
  std::string text;
  for (const std::uint32_t id : ids) {
    text += (text.empty() ? "" : ", ") + std::to_string(id);
  }
  return text;
}

}  // namespace

void merge_bodies(const Catalogue& catalogue, Catalogue::Change& change,
                  const std::vector<std::uint32_t>& ids, const BodyEditing& editing,
                  Progress& progress) {
  std::vector<Specimen> merged;
  for (const std::uint32_t id : ids) {
    merged.push_back(catalogue.entry(id, "--merge").specimen);
  }
  if (merged.size() < 2) {
    throw option_error("--merge", "takes two ids or more");
  }
  const std::uint32_t kept = std::ranges::max_element(merged, {}, &Specimen::voxels)->id;
  Box box = merged[0].box;
  for (const Specimen& s : merged) {
    box = united(box, s.box);
  }
  Editor editor(catalogue, change, editing, progress);
  const LabelEdit edit = merge_edit(box, editor.ids_in(box).view(), {ids.begin(), ids.end()}, kept);
  for (const std::uint32_t gone : editor.apply(edit, nullptr, false)) {
    editor.retire(gone, kept, "merged");
  }
  change.decide({kept, DecisionKind::merge, listed(ids), editing.person});
}

void split_fossil(const Catalogue& catalogue, Catalogue::Change& change, std::uint32_t id,
                  const SplitOptions& options, const BodyEditing& editing, Progress& progress) {
  const Specimen whole_body = catalogue.entry(id, "--split").specimen;
  Editor editor(catalogue, change, editing, progress);
  const Volume<std::uint32_t> ids = editor.ids_in(whole_body.box);
  Volume<std::uint8_t> mask(ids.size());
  std::transform(ids.data(), ids.data() + voxel_count(ids.size()), mask.data(),
                 [id](std::uint32_t v) { return std::uint8_t{v == id}; });
  const BodyParts parts = split_body(mask.view(), editor.scan().spacing_um, options);
  if (parts.count < 2) {
    throw option_error("--split", "fossil " + std::to_string(id) +
                                      " stays whole at a split depth of " +
                                      format_number(options.depth) + "; give a smaller one");
  }
  std::vector<EarlierOverlaps> overlaps(static_cast<std::size_t>(parts.count));
  std::for_each_n(parts.parts.data(), voxel_count(ids.size()), [&](std::uint32_t part) {
    if (part != 0) {
      ++overlaps[part - 1][id];
    }
  });
  const std::vector<std::uint32_t> part_ids =
      stable_ids(overlaps, {{id, whole_body.voxels}}, catalogue.highest_id_given());
  const LabelEdit edit = split_edit(whole_body.box, ids.view(), parts.parts.view(), part_ids);
  for (const std::uint32_t gone : editor.apply(edit, &whole_body, true)) {
    editor.retire(gone, std::nullopt, "split into " + listed(part_ids));
  }
  for (const std::uint32_t part : part_ids) {
    change.decide({part, DecisionKind::split, "of " + std::to_string(id) + ": " + listed(part_ids),
                   editing.person});
  }
}

void import_labels(const Catalogue& catalogue, Catalogue::Change& change,
                   const std::filesystem::path& file, std::optional<std::uint32_t> id,
                   const BodyEditing& editing, Progress& progress) {
  Editor editor(catalogue, change, editing, progress);
  OpenOptions options;
  options.labels = true;
  options.type = PixelType::u32;
  options.threads = editing.threads;
  const PlacedVolume placed = open_placed(file, options, editor.scan(), progress);
  const Box& box = placed.box;
  const Volume<std::uint32_t> values = read_ids(*placed.source, whole(box.size()));
  const Volume<std::uint32_t> ids = editor.ids_in(box);
  std::map<std::uint32_t, std::uint32_t> new_id;
  for (std::int64_t i = 0; i < voxel_count(values.size()) && !id; ++i) {
    const std::uint32_t value = values.data()[i];
    if (value != 0 && !new_id.contains(value)) {
      new_id[value] = catalogue.has(value) ? value : change.new_id();
    }
  }
  if (id) {
    catalogue.entry(*id, "--import-labels");
  }
  const LabelEdit edit = id ? mask_edit(box, ids.view(), values.view(), *id)
                            : ids_edit(box, ids.view(), values.view(), new_id);
  const std::vector<std::uint32_t> gone = editor.apply(edit, nullptr, false);
  for (const std::uint32_t changed : edit.changed) {
    if (std::ranges::find(gone, changed) != gone.end()) {
      editor.retire(changed, std::nullopt, "erased in " + file.filename().string());
    } else {
      change.decide({changed, DecisionKind::import_labels, file.string(), editing.person});
    }
  }
}

}  // namespace fossilct
