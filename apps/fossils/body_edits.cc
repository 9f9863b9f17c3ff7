// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/body_edits.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "apps/fossils/body_editor.h"
#include "apps/fossils/listed_ids.h"
#include "apps/scans/placed_volume.h"
#include "base/error.h"
#include "base/text.h"
#include "specimens/identity.h"
#include "specimens/label_edit.h"

namespace fossilct {

namespace {

std::set<std::uint32_t> values_of(const Volume<std::uint32_t>& labels) {
  std::set<std::uint32_t> values(labels.data(), labels.data() + voxel_count(labels.size()));
  values.erase(0);
  return values;
}

std::string few_of(const std::set<std::uint32_t>& values) {
  constexpr std::size_t most_shown = 4;
  return listed({values.begin(), values.end()}, most_shown);
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

// A mask is of all of its fossil: programs cut it to what is painted, and beyond is nothing.
void widen(Imported& in, const Box& fossil, const BodyEditor& editor) {
  const Box box = united(in.box, fossil);
  if (box == in.box) {
    return;
  }
  Volume<std::uint32_t> values(box.size());
  copy_voxels(AnyConstView(in.values.view()),
              AnyView(values.view().part(relative(in.box, box.begin))));
  in.box = box;
  in.values = std::move(values);
  in.ids = editor.ids_in(box);
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

// What people said of merged fossils goes to the first, which is kept: notes behind its own, and
// the name where it has none and they agree.
void take_words_along(const std::vector<CatalogueEntry>& merged, Catalogue::Change& change,
                      const std::string& person) {
  const CatalogueEntry& kept = merged[0];
  std::string notes = kept.note;
  std::set<std::string> names;
  for (const CatalogueEntry& entry : std::span(merged).subspan(1)) {
    if (!entry.note.empty()) {
      notes += (notes.empty() ? "" : "; ") + std::to_string(entry.specimen.id) + ": " + entry.note;
    }
    if (entry.taxon_by == TaxonBy::person) {
      names.insert(entry.taxon);
    }
  }
  if (notes != kept.note) {
    change.decide({kept.specimen.id, DecisionKind::note, notes, person});
  }
  if (kept.taxon_by != TaxonBy::person && names.size() == 1) {
    change.decide({kept.specimen.id, DecisionKind::taxon, *names.begin(), person});
  }
}

}  // namespace

BodyChanges merge_bodies(const Catalogue& catalogue, Catalogue::Change& change,
                         const std::vector<std::uint32_t>& ids, const BodyEditing& editing,
                         Progress& progress) {
  std::vector<CatalogueEntry> merged;
  for (const std::uint32_t id : ids) {
    merged.push_back(catalogue.entry(id, "--merge"));
  }
  if (merged.size() < 2) {
    throw option_error("--merge", "takes two ids or more");
  }
  const auto largest = std::ranges::max_element(
      merged, {}, [](const CatalogueEntry& entry) { return entry.specimen.voxels; });
  std::rotate(merged.begin(), largest, std::next(largest));
  const std::uint32_t kept = merged[0].specimen.id;
  Box box = merged[0].specimen.box;
  for (const CatalogueEntry& entry : merged) {
    box = united(box, entry.specimen.box);
  }
  BodyEditor editor(catalogue, change, editing, progress);
  const LabelEdit edit = merge_edit(box, editor.ids_in(box).view(), {ids.begin(), ids.end()}, kept);
  for (const std::uint32_t gone : editor.apply(edit, nullptr, false)) {
    editor.retire(gone, kept, "merged");
  }
  change.decide({kept, DecisionKind::merge, listed(ids), editing.person});
  take_words_along(merged, change, editing.person);
  return editor.changes_by(edit);
}

BodyChanges split_fossil(const Catalogue& catalogue, Catalogue::Change& change, std::uint32_t id,
                         const SplitOptions& options, const BodyEditing& editing,
                         Progress& progress) {
  const Specimen whole_body = catalogue.entry(id, "--split").specimen;
  BodyEditor editor(catalogue, change, editing, progress);
  const Volume<std::uint32_t> ids = editor.ids_in(whole_body.box);
  Volume<std::uint8_t> mask(ids.size());
  std::transform(ids.data(), ids.data() + voxel_count(ids.size()), mask.data(),
                 [id](std::uint32_t v) { return std::uint8_t{v == id}; });
  const BodyParts parts = split_body(mask.view(), editor.scan().spacing_um, options);
  if (parts.count < 2) {
    throw option_error("--split", "fossil " + std::to_string(id) +
                                      " stays whole at --split-depth " +
                                      format_number(options.depth) +
                                      "; give a smaller one, from 0.05 up, or draw the parts with "
                                      "other ids and --import-labels");
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
  BodyEditor editor(catalogue, change, editing, progress);
  OpenOptions options;
  options.labels = true;
  options.type = PixelType::u32;
  options.threads = editing.threads;
  const PlacedVolume placed = open_placed(file, options, editor.scan(), progress);
  Imported in = {file, placed.box, read_ids(*placed.source, whole(placed.box.size())),
                 editor.ids_in(placed.box)};
  in.there = values_of(in.values);
  const std::optional<std::uint32_t> mask_of = fossil_of_mask(in, id, placed.fossil);
  if (mask_of) {
    widen(in, catalogue.entry(*mask_of, "--import-labels").specimen.box, editor);
  }
  const LabelEdit edit = edit_of(in, mask_of, catalogue, change, editor.scan().size);
  const BodyChanges changes = editor.changes_by(edit);
  if (!editing.retire_missing) {
    require_none_missing(in, changes);
  }
  if (changes.empty()) {
    return changes;
  }
  const std::vector<std::uint32_t> gone = editor.apply(edit, nullptr, std::nullopt, file);
  for (const std::uint32_t changed : edit.changed) {
    if (std::ranges::find(gone, changed) != gone.end()) {
      const std::string reason = "erased in " + file.filename().string();
      change.decide({changed, DecisionKind::erase, reason, editing.person});
      editor.retire(changed, std::nullopt, reason);
    } else {
      change.decide({changed, DecisionKind::import_labels, file.string(), editing.person});
    }
  }
  return changes;
}

}  // namespace fossilct
