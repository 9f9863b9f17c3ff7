// SPDX-License-Identifier: Apache-2.0
#include "apps/body_edits.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "apps/crop_files.h"
#include "apps/fossil_density.h"
#include "apps/placed_volume.h"
#include "apps/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/transfer.h"
#include "io/volume_file.h"
#include "specimens/crop_part.h"
#include "specimens/identity.h"
#include "specimens/intensities.h"
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

  BodyChanges changes_by(const LabelEdit& edit) const {
    BodyChanges changes;
    for (const auto& [id, gain] : edit.gain) {
      const auto old = std::ranges::find(entries_, id, id_of);
      const std::int64_t before = old == entries_.end() ? 0 : old->specimen.voxels;
      changes.push_back({id, before, before + gain});
    }
    return changes;
  }

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
    const std::int64_t margin = std::max(editing_.margin_voxels, shell_reach_voxels);
    const Box box = padded(found.box, margin, scan_.size);
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
    const Box written = relative(padded(found.box, editing_.margin_voxels, scan_.size), box.begin);
    write_crops(id, part_of(crop, written), part_of(body.tissue, written));
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

std::set<std::uint32_t> values_of(const Volume<std::uint32_t>& labels) {
  std::set<std::uint32_t> values(labels.data(), labels.data() + voxel_count(labels.size()));
  values.erase(0);
  return values;
}

std::string few_of(const std::set<std::uint32_t>& values) {
  constexpr std::size_t most_shown = 4;
  const auto end =
      std::next(values.begin(), static_cast<std::ptrdiff_t>(std::min(values.size(), most_shown)));
  return listed({values.begin(), end}) +
         (values.size() > most_shown
              ? " and " + std::to_string(values.size() - most_shown) + " more"
              : "");
}

// Labels that came back, and what they are to replace.
struct Imported {
  const std::filesystem::path& file;
  Box box;
  Volume<std::uint32_t> values;
  Volume<std::uint32_t> ids;
  std::set<std::uint32_t> there{};  // of `values`, but for 0

  Error refusal(const std::string& what) const {
    return option_error("--import-labels", file.string() + " " + what);
  }
};

std::optional<std::uint32_t> fossil_of_mask(const Imported& in, std::optional<std::uint32_t> asked,
                                            std::optional<std::uint32_t> named) {
  if (asked && named && *asked != *named) {
    throw in.refusal("is a crop of fossil " + std::to_string(*named) + ", and is given for " +
                     std::to_string(*asked));
  }
  return asked ? asked : named;
}

void require_mask(const Imported& in, const Specimen& specimen) {
  const std::string name = "fossil " + std::to_string(specimen.id);
  if (in.there.empty()) {
    throw in.refusal("holds no voxel of " + name + "; --reject takes it out of the counts");
  }
  if (in.there.size() > 1) {
    throw in.refusal("holds the values " + few_of(in.there) + "; the mask of " + name +
                     " has one, and 0 for all else");
  }
  std::int64_t left = specimen.voxels;
  for (std::int64_t i = 0; i < voxel_count(in.ids.size()); ++i) {
    left -= in.ids.data()[i] == specimen.id && in.values.data()[i] == 0 ? 1 : 0;
  }
  if (left == 0) {
    throw in.refusal("holds none of the voxels of " + name +
                     "; is it the mask of another? (--reject takes one out of the counts)");
  }
}

void require_ids(const Imported& in, const Size3& scan) {
  if (in.there == std::set<std::uint32_t>{1} && in.box != whole(scan)) {
    throw in.refusal(
        "holds the value 1 alone, in a part of the scan: a mask, and it does not say whose; give "
        "ID=FILE");
  }
}

void require_none_missing(const Imported& in, const BodyChanges& changes) {
  std::vector<std::uint32_t> missing;
  for (const BodyChange& change : changes) {
    if (change.voxels == 0) {
      missing.push_back(change.id);
    }
  }
  if (!missing.empty()) {
    throw in.refusal("leaves no voxel to " +
                     std::string(missing.size() == 1 ? "fossil " : "fossils ") +
                     few_of({missing.begin(), missing.end()}) +
                     "; a mask is given as ID=FILE; if they are to go, say --retire-missing");
  }
}

LabelEdit edit_of(const Imported& in, std::optional<std::uint32_t> mask_of,
                  const Catalogue& catalogue, Catalogue::Change& change, const Size3& scan) {
  if (mask_of) {
    require_mask(in, catalogue.entry(*mask_of, "--import-labels").specimen);
    return mask_edit(in.box, in.ids.view(), in.values.view(), *mask_of);
  }
  require_ids(in, scan);
  std::map<std::uint32_t, std::uint32_t> new_id;
  for (const std::uint32_t value : in.there) {
    new_id[value] = catalogue.has(value) ? value : change.new_id();
  }
  return ids_edit(in.box, in.ids.view(), in.values.view(), new_id);
}

}  // namespace

BodyChanges merge_bodies(const Catalogue& catalogue, Catalogue::Change& change,
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
  return editor.changes_by(edit);
}

BodyChanges split_fossil(const Catalogue& catalogue, Catalogue::Change& change, std::uint32_t id,
                         const SplitOptions& options, const BodyEditing& editing,
                         Progress& progress) {
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
  return editor.changes_by(edit);
}

BodyChanges import_labels(const Catalogue& catalogue, Catalogue::Change& change,
                          const std::filesystem::path& file, std::optional<std::uint32_t> id,
                          const BodyEditing& editing, Progress& progress) {
  Editor editor(catalogue, change, editing, progress);
  OpenOptions options;
  options.labels = true;
  options.type = PixelType::u32;
  options.threads = editing.threads;
  const PlacedVolume placed = open_placed(file, options, editor.scan(), progress);
  Imported in = {file, placed.box, read_ids(*placed.source, whole(placed.box.size())),
                 editor.ids_in(placed.box)};
  in.there = values_of(in.values);
  const LabelEdit edit =
      edit_of(in, fossil_of_mask(in, id, placed.fossil), catalogue, change, editor.scan().size);
  const BodyChanges changes = editor.changes_by(edit);
  if (!editing.retire_missing) {
    require_none_missing(in, changes);
  }
  if (changes.empty()) {
    return changes;
  }
  const std::vector<std::uint32_t> gone = editor.apply(edit, nullptr, false);
  for (const std::uint32_t changed : edit.changed) {
    if (std::ranges::find(gone, changed) != gone.end()) {
      editor.retire(changed, std::nullopt, "erased in " + file.filename().string());
    } else {
      change.decide({changed, DecisionKind::import_labels, file.string(), editing.person});
    }
  }
  return changes;
}

}  // namespace fossilct
