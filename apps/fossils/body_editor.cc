// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/body_editor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "apps/fossils/crop_files.h"
#include "apps/fossils/edited_masks.h"
#include "apps/fossils/fossil_density.h"
#include "apps/scans/placed_volume.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "filters/components.h"
#include "filters/distance_transform.h"
#include "io/transfer.h"
#include "io/volume_file.h"
#include "specimens/anatomy.h"
#include "specimens/crop_part.h"
#include "specimens/intensities.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

constexpr const char* instances_name = "instances.h5";

std::uint32_t id_of(const CatalogueEntry& entry) { return entry.specimen.id; }

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

Volume<std::uint8_t> body_of(const BodyCrop& crop) {
  Volume<std::uint8_t> body = Volume<std::uint8_t>::uninitialised(crop.mask.size());
  std::transform(crop.mask.data(), crop.mask.data() + voxel_count(body.size()), body.data(),
                 [](std::uint8_t m) { return std::uint8_t{m == mask_body}; });
  return body;
}

class MaskSource : public VolumeSource {
 public:
  explicit MaskSource(const Volume<std::uint8_t>& mask) : VolumeSource({}), mask_(mask) {
    mutable_description().grid.size = mask.size();
  }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    copy_voxels(AnyConstView(mask_.view().part(box)), out);
  }
  const Volume<std::uint8_t>& mask_;
};

void warn_of_pieces(std::uint32_t id, const Volume<std::uint8_t>& body, Progress& progress) {
  MaskSource source(body);
  Progress silent;
  const auto pieces = find_components(source, {}, "pieces", silent).list;
  if (pieces.size() > 1) {
    const auto largest = std::ranges::max_element(pieces, {}, &Component::voxels);
    progress.warning("fossil " + std::to_string(id) + " is in " +
                     format_count(static_cast<std::int64_t>(pieces.size())) +
                     " pieces that do not touch; the largest has " + format_count(largest->voxels) +
                     " voxels");
  }
}

bool unknown(float grey) { return std::isnan(grey); }

bool any_unknown(const Volume<float>& grey) {
  return std::any_of(grey.data(), grey.data() + voxel_count(grey.size()), unknown);
}

bool all_unknown(const Volume<float>& grey) {
  return std::all_of(grey.data(), grey.data() + voxel_count(grey.size()), unknown);
}

// Voxels without a grey value among those that are measured: the body's and those beside it.
std::int64_t unknown_where_measured(const BodyCrop& crop, const Volume<std::uint8_t>& body) {
  if (!any_unknown(crop.grey)) {
    return 0;
  }
  DistanceOptions options;
  options.limit = static_cast<double>(shell_reach_voxels) + 1;
  const Volume<float> square = squared_distance_transform(body.view(), options);
  constexpr auto farthest = static_cast<float>(shell_reach_voxels * shell_reach_voxels);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < voxel_count(body.size()); ++i) {
    const bool measured = square.data()[i] <= farthest;
    count += measured && unknown(crop.grey.data()[i]) ? 1 : 0;
  }
  return count;
}

std::string not_at_hand(const std::string& what, std::int64_t voxels) {
  return what + " was not at hand for " + counted(voxels, "voxel");
}

void take_away(std::span<const MeasurementKind> kinds, const std::string& reason,
               MeasuredBody& body) {
  for (Measurement& m : body.measurements) {
    if (std::ranges::find(kinds, m.name, &MeasurementKind::name) != kinds.end()) {
      m.value.reset();
      m.reason = reason;
    }
  }
}

void take_anatomy_away(const std::string& reason, MeasuredBody& body) {
  take_away(anatomy_kinds(), reason, body);
  body.infill = body.infill.empty() ? "" : "not resolvable";
  body.tissue = {};
}

}  // namespace

Volume<std::uint32_t> read_ids(VolumeSource& source, const Box& box) {
  auto ids = Volume<std::uint32_t>::uninitialised(box.size());
  source.read(box, ids.view());
  return ids;
}

BodyEditor::BodyEditor(const Catalogue& catalogue, Catalogue::Change& change,
                       const BodyEditing& editing, Progress& progress)
    : catalogue_(catalogue),
      change_(change),
      editing_(editing),
      progress_(progress),
      scan_(catalogue.scan().grid),
      kinds_(catalogue.kinds()),
      entries_(catalogue.entries()) {}

Volume<std::uint32_t> BodyEditor::ids_in(const Box& box) const {
  return read_ids(*instances(), box);
}

BodyChanges BodyEditor::changes_by(const LabelEdit& edit) const {
  BodyChanges changes;
  for (const auto& [id, gain] : edit.gain) {
    const auto old = std::ranges::find(entries_, id, id_of);
    const std::int64_t before = old == entries_.end() ? 0 : old->specimen.voxels;
    changes.push_back({id, before, before + gain});
  }
  return changes;
}

std::vector<std::uint32_t> BodyEditor::apply(const LabelEdit& edit, const Specimen* like,
                                             std::optional<bool> split,
                                             const std::filesystem::path& taken_in) {
  require_masks_as_left(catalogue_, edit.changed, taken_in, editing_.threads, progress_);
  write_instances(edit);
  std::vector<std::uint32_t> gone;
  const auto source = with_edit(instances(), edit);
  const std::map<std::uint32_t, Box> boxes = changed_boxes(edit);
  for (const std::uint32_t id : edit.changed) {
    progress_.check();
    const auto old = std::ranges::find(entries_, id, id_of);
    const bool known = old != entries_.end();
    const auto now = boxes.find(id);
    const Box within = now != boxes.end() ? now->second : known ? old->specimen.box : edit.box;
    const Box box = known ? united(within, old->specimen.box) : within;
    const Specimen* model = known ? &old->specimen : like;
    Specimen specimen = measured(*source, id, box);
    const auto gain = edit.gain.find(id);
    require_as_told(known ? &old->specimen : nullptr, gain == edit.gain.end() ? 0 : gain->second,
                    id, specimen.voxels);
    if (specimen.voxels == 0) {
      gone.push_back(id);
      continue;
    }
    specimen.class_value = model != nullptr ? model->class_value : class_of_new();
    specimen.fragment = known && old->specimen.fragment;
    specimen.split = split.value_or(known && old->specimen.split);
    known ? change_.replace(specimen) : change_.add({&specimen, 1});
  }
  return gone;
}

void BodyEditor::require_as_told(const Specimen* old, std::int64_t gain, std::uint32_t id,
                                 std::int64_t found) const {
  const std::int64_t before = old != nullptr ? old->voxels : 0;
  if (found != before + gain) {
    throw format_error(catalogue_.path_of(instances_name),
                       "has " + format_count(found - gain) + " voxels of fossil " +
                           std::to_string(id) + ", the catalogue " + format_count(before) +
                           ": it is not as the catalogue left it. Put back the one that belongs "
                           "to it, or extract the fossils anew");
  }
}

void BodyEditor::retire(std::uint32_t id, std::optional<std::uint32_t> into,
                        const std::string& reason) {
  change_.retire(id, into, reason);
  for (const char* suffix : crop_suffixes) {
    change_.remove_file("crops/" + std::to_string(id) + suffix);
  }
  for (const std::string& product : products_of(catalogue_.folder(), id)) {
    change_.remove_file(product);
  }
}

std::unique_ptr<VolumeSource> BodyEditor::instances() const {
  const std::filesystem::path file = catalogue_.path_of(instances_name);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw file_error(file, "is missing; put it back from a copy, or extract the fossils anew");
  }
  auto source = open_volume_file(file, 0, editing_.threads);
  if (source->grid().size != scan_.size) {
    throw format_error(file, "its size is " + size_text(source->grid().size) +
                                 " voxels, that of the catalogue's scan " + size_text(scan_.size));
  }
  return source;
}

std::string BodyEditor::reason_without_uncertainty(std::uint32_t id) const {
  const auto old = std::ranges::find(entries_, id, id_of);
  if (old != entries_.end()) {
    const auto& measurements = old->specimen.measurements;
    const auto found = std::ranges::find(measurements, uncertainty_kind.name, &Measurement::name);
    if (found != measurements.end() && !found->value) {
      return found->reason;  // there never was any
    }
  }
  return "changed by hand";
}

void BodyEditor::write_instances(const LabelEdit& edit) {
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

// Of the fossil's voxels in the box `around`; without a voxel where there are none.
Specimen BodyEditor::measured(VolumeSource& ids, std::uint32_t id, const Box& around) {
  const Found found = find(read_ids(ids, around).view(), around.begin, id);
  Specimen specimen;
  if (found.voxels == 0) {
    return specimen;
  }
  const std::int64_t margin = std::max(editing_.margin_voxels, shell_reach_voxels);
  BodyCrop crop = crop_of(ids, id, padded(found.box, margin, scan_.size));
  const MeasuredBody body = measure(id, crop);
  const Box written = relative(padded(found.box, editing_.margin_voxels, scan_.size), crop.begin);
  write_crops(id, part_of(crop, written), part_of(body.tissue, written));
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
    if (!rock_) {
      rock_.emplace(read_rock(catalogue_, progress_));
    }
    specimen.measurements.push_back(counting_volume(specimen.box, scan_, *rock_));
  }
  if (has_kind(uncertainty_kind)) {
    specimen.measurements.push_back(
        {std::string(uncertainty_kind.name), std::nullopt, reason_without_uncertainty(id)});
  }
  return specimen;
}

bool BodyEditor::has_kind(const MeasurementKind& kind) const {
  return std::ranges::find(kinds_, kind.name, &CatalogueKind::name) != kinds_.end();
}

// Without grey values.
BodyCrop BodyEditor::crop_of(VolumeSource& ids, std::uint32_t id, const Box& box) const {
  BodyCrop crop;
  crop.grid = cropped(scan_, box);
  crop.begin = box.begin;
  crop.mask = Volume<std::uint8_t>(box.size());
  const Volume<std::uint32_t> around = read_ids(ids, box);
  std::transform(around.data(), around.data() + voxel_count(box.size()), crop.mask.data(),
                 [id](std::uint32_t v) {
                   return v == id ? mask_body : v == 0 ? std::uint8_t{0} : mask_other_body;
                 });
  crop.at_scan_face = {box.begin.x == 0, box.end.x == scan_.size.x,
                       box.begin.y == 0, box.end.y == scan_.size.y,
                       box.begin.z == 0, box.end.z == scan_.size.z};
  return crop;
}

// As it was measured before: what grey values or a wall class lack is told, not made do without.
MeasuredBody BodyEditor::measure(std::uint32_t id, BodyCrop& crop) {
  const Volume<std::uint8_t> mask = body_of(crop);
  warn_of_pieces(id, mask, progress_);
  crop.grey = grey_in(moved(whole(crop.grid.size), crop.begin));
  const bool has_grey = voxel_count(crop.grey.size()) > 0;
  const std::int64_t lacks_grey = has_grey ? unknown_where_measured(crop, mask) : 0;
  const Wall wall = wall_in(crop);
  const VolumeView<const std::uint8_t> view = wall.voxels.view();
  Volume<float> kept;
  if (lacks_grey > 0) {
    std::swap(kept, crop.grey);
  }
  MeasuredBody body =
      editing_.measure(crop, editing_.wall_class && wall.lacking == 0 ? &view : nullptr);
  if (lacks_grey > 0) {
    crop.grey = all_unknown(kept) ? Volume<float>() : std::move(kept);
    const std::string reason = not_at_hand("the scan", lacks_grey);
    progress_.warning("fossil " + std::to_string(id) + ": no grey values, " + reason +
                      " (--scan names it)");
    take_away(intensity_kinds(), reason, body);
    if (!editing_.wall_class) {
      take_anatomy_away(reason, body);
    }
  }
  if (wall.lacking > 0) {
    take_anatomy_away(not_at_hand("the wall class", wall.lacking), body);
  }
  return body;
}

std::vector<const Specimen*> BodyEditor::reaching_into(const Box& box) const {
  std::vector<const Specimen*> found;
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
    found.push_back(&s);
  }
  return found;
}

std::filesystem::path BodyEditor::crop_path(std::uint32_t id, const char* suffix) const {
  return catalogue_.path_of("crops/" + std::to_string(id) + suffix);
}

// Put together from the crops that reach into the box, and where these have gaps from the scan; NaN
// where neither is at hand. Empty for a catalogue without a scan.
Volume<float> BodyEditor::grey_in(const Box& box) {
  if (catalogue_.scan().sha256.empty()) {
    return {};
  }
  Volume<float> grey(box.size());
  std::fill_n(grey.data(), voxel_count(box.size()), std::numeric_limits<float>::quiet_NaN());
  for (const Specimen* s : reaching_into(box)) {
    paint_grey(crop_path(s->id, ".nrrd"), box, grey);
  }
  if (any_unknown(grey)) {
    fill_from_scan(box, grey);
  }
  return grey;
}

void BodyEditor::paint_grey(const std::filesystem::path& file, const Box& box,
                            Volume<float>& grey) {
  if (!std::filesystem::exists(file)) {
    return;
  }
  PlacedVolume crop = open_placed(file, {}, scan_, progress_);
  grey_type_ = crop.source->type();
  const auto source = convert(std::move(crop.source), PixelType::f32, std::nullopt);
  const Box shared = common(crop.box, box);
  if (!shared.empty()) {
    source->read(relative(shared, crop.box.begin), grey.view().part(relative(shared, box.begin)));
  }
}

// Where the scan says otherwise than the crops it is read otherwise than then (turned, another
// dataset of the file): the gaps stay.
void BodyEditor::fill_from_scan(const Box& box, Volume<float>& grey) {
  if (!asked_for_scan_ && editing_.open_scan) {
    its_scan_ = editing_.open_scan();
  }
  asked_for_scan_ = true;
  if (!its_scan_) {
    return;
  }
  const auto source = convert(shared(its_scan_), PixelType::f32, std::nullopt);
  Volume<float> all = Volume<float>::uninitialised(box.size());
  source->read(box, all.view());
  for (std::int64_t i = 0; i < voxel_count(box.size()); ++i) {
    if (!unknown(grey.data()[i]) && grey.data()[i] != all.data()[i]) {
      progress_.warning(
          "the scan differs from the crops, so it is left out; was it turned, or "
          "another part of its file read, when the fossils were extracted?");
      its_scan_.reset();
      return;
    }
  }
  grey_type_ = its_scan_->type();
  grey = std::move(all);
}

// Of the crops' wall and lumen, where the catalogue's walls are a class of the labels.
BodyEditor::Wall BodyEditor::wall_in(const BodyCrop& crop) {
  Wall wall;
  if (!editing_.wall_class) {
    return wall;
  }
  const Box box = moved(whole(crop.grid.size), crop.begin);
  wall.voxels = Volume<std::uint8_t>(box.size());
  for (const Specimen* s : reaching_into(box)) {
    paint_tissue(crop_path(s->id, "_wall.nrrd"), box, wall.voxels);
  }
  for (std::int64_t i = 0; i < voxel_count(box.size()); ++i) {
    std::uint8_t& tissue = wall.voxels.data()[i];
    wall.lacking += crop.mask.data()[i] == mask_body && tissue == 0 ? 1 : 0;
    tissue = tissue == tissue_wall ? 1 : 0;
  }
  return wall;
}

void BodyEditor::paint_tissue(const std::filesystem::path& file, const Box& box,
                              Volume<std::uint8_t>& tissue) {
  if (!std::filesystem::exists(file)) {
    return;
  }
  OpenOptions options;
  options.labels = true;
  options.type = PixelType::u8;
  const PlacedVolume crop = open_placed(file, options, scan_, progress_);
  const Box shared = common(crop.box, box);
  if (shared.empty()) {
    return;
  }
  const AnyVolume read = crop.source->read(relative(shared, crop.box.begin));
  const auto from = read.view().as<std::uint8_t>();
  const auto to = tissue.view().part(relative(shared, box.begin));
  for (std::int64_t z = 0; z < from.size().z; ++z) {
    for (std::int64_t y = 0; y < from.size().y; ++y) {
      for (std::int64_t x = 0; x < from.size().x; ++x) {
        to(x, y, z) = from(x, y, z) != 0 ? from(x, y, z) : to(x, y, z);
      }
    }
  }
}

std::int64_t BodyEditor::class_of_new() const {
  std::set<std::int64_t> values;
  for (const CatalogueEntry& entry : entries_) {
    values.insert(entry.specimen.class_value);
  }
  if (editing_.new_class) {
    return *editing_.new_class;
  }
  if (values.size() != 1) {
    std::string names;
    for (const LabelClass& c : catalogue_.classes()) {
      names += (names.empty() ? "" : ", ") + std::to_string(c.value) + " " + c.name;
    }
    throw option_error("--new-class",
                       "is missing: the labels hold a new fossil, and the classes "
                       "are " +
                           names);
  }
  return *values.begin();
}

void BodyEditor::write_crops(std::uint32_t id, const BodyCrop& crop,
                             const Volume<std::uint8_t>& tissue) {
  const std::string name = std::to_string(id);
  write_crop_files([this](const std::string& file) { return change_.new_file("crops/" + file); },
                   name, crop, tissue, grey_type_);
  if (voxel_count(tissue.size()) == 0) {
    change_.remove_file("crops/" + name + "_wall.nrrd");
  }
}

}  // namespace fossilct
