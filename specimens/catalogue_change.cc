// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <set>

#include "base/atomic_file.h"
#include "specimens/catalogue_export.h"
#include "specimens/catalogue_schema.h"
#include "specimens/catalogue_state.h"
#include "specimens/pending_files.h"
#include "specimens/reextraction.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t highest_possible_id = 0xffff'fffe;
constexpr const char* undone_edit = "extracted anew, without the edit made by hand";

}  // namespace

struct Catalogue::Change::Steps {
  explicit Steps(Catalogue& whole)
      : catalogue(whole),
        database(*whole.state_->database),
        transaction(database),
        measurement_insert(database, "INSERT INTO measurement VALUES (?, ?, ?, ?)") {}

  void insert_specimen(const Specimen& specimen);
  void insert_measurements(const Specimen& specimen);
  std::int64_t kind_of(const std::string& name);
  void mark_made(std::uint32_t id, const std::string& column);
  void insert_decision(const Decision& decision);
  void insert_retired(const RetiredId& retired);
  void insert_classification(std::uint32_t id, const Classification& classification);
  void adopt_photo_file(const Catalogue& earlier, const std::string& name);
  void adopt_photo_rows(const Catalogue& earlier);
  void reopen_erased(const Catalogue& earlier);
  void adopt_fossil(const CatalogueEntry& old, bool edited);
  void raise_highest(std::uint32_t id);
  void record_files();
  void insert_signature();

  Catalogue& catalogue;
  const Database& database;
  Transaction transaction;
  Statement measurement_insert;
  std::map<std::string, std::int64_t> kinds;                // filled when first needed
  std::map<std::string, std::optional<std::string>> files;  // temporary names by names
  std::string signed_by;
  bool changes_content = false;
};

void Catalogue::Change::Steps::raise_highest(std::uint32_t id) {
  Statement(database, "UPDATE scan SET highest_id = max(highest_id, ?) WHERE id = 1")
      .bind(id)
      .run();
}

void Catalogue::Change::Steps::insert_specimen(const Specimen& s) {
  Statement(database, "INSERT OR IGNORE INTO class VALUES (?1, 'class ' || ?1, '#808080')")
      .bind(s.class_value)
      .run();
  Statement(database,
            "INSERT INTO specimen VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET class = excluded.class, "
            "begin_x = excluded.begin_x, begin_y = excluded.begin_y, begin_z = excluded.begin_z, "
            "end_x = excluded.end_x, end_y = excluded.end_y, end_z = excluded.end_z, "
            "first_x = excluded.first_x, first_y = excluded.first_y, first_z = excluded.first_z, "
            "voxel_count = excluded.voxel_count, truncated = excluded.truncated, "
            "fragment = excluded.fragment, split = excluded.split, "
            "reduction = excluded.reduction, infill = excluded.infill")
      .bind_all(specimen_key(1, s.id), s.id, s.class_value, s.box.begin.x, s.box.begin.y,
                s.box.begin.z, s.box.end.x, s.box.end.y, s.box.end.z, s.first.x, s.first.y,
                s.first.z, s.voxels, s.truncated, s.fragment, s.split, s.reduction,
                std::string_view(s.infill))
      .run();
  insert_measurements(s);
}

std::int64_t Catalogue::Change::Steps::kind_of(const std::string& name) {
  if (kinds.empty()) {
    Statement rows(database, "SELECT name, id FROM measurement_kind");
    while (rows.step()) {
      kinds[rows.text(0)] = rows.integer(1);
    }
  }
  const auto kind = kinds.find(name);
  if (kind == kinds.end()) {
    throw format_error(database.path(), "has no kind of measurement '" + name + "'");
  }
  return kind->second;
}

void Catalogue::Change::Steps::insert_measurements(const Specimen& specimen) {
  for (const Measurement& m : specimen.measurements) {
    const auto reason = m.reason.empty() ? std::nullopt : std::optional<std::string_view>(m.reason);
    measurement_insert.bind_all(specimen_key(1, specimen.id), kind_of(m.name), m.value, reason);
    measurement_insert.run();
  }
}

void Catalogue::Change::Steps::mark_made(std::uint32_t id, const std::string& column) {
  Statement(database, "INSERT INTO product (specimen, " + column + ") VALUES (?, 1) " +
                          "ON CONFLICT (specimen) DO UPDATE SET " + column + " = 1")
      .bind(specimen_key(1, id))
      .run();
}

void Catalogue::Change::Steps::insert_decision(const Decision& decision) {
  const std::string action = to_string(decision.kind);
  const std::string time = decision.time.empty() ? utc_now() : decision.time;
  Statement(database,
            "INSERT INTO review (scan, specimen_id, action, value, time, person) "
            "VALUES (1, ?, ?, ?, ?, ?)")
      .bind_all(decision.id, std::string_view(action), std::string_view(decision.value),
                std::string_view(time), std::string_view(decision.person))
      .run();
  changes_content = true;
}

void Catalogue::Change::Steps::insert_retired(const RetiredId& retired) {
  Statement insert(database, "INSERT INTO retired VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind_all(retired.id, retired.into, std::string_view(retired.reason),
                  std::string_view(retired.time));
  if (retired.box) {
    const Box& box = *retired.box;
    insert.bind_all(box.begin.x, box.begin.y, box.begin.z, box.end.x, box.end.y, box.end.z);
  }
  insert.run();
}

void Catalogue::Change::Steps::insert_classification(std::uint32_t id,
                                                     const Classification& classification) {
  const std::string time = classification.time.empty() ? utc_now() : classification.time;
  const std::int64_t key = specimen_key(1, id);
  Statement(database, "DELETE FROM answer WHERE specimen = ?").bind(key).run();
  Statement(database, "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind_all(key, std::string_view(classification.model),
                std::string_view(classification.model_sha256), classification.is_sure,
                classification.deviation, classification.novelty, std::string_view(time))
      .run();
  Statement insert(database, "INSERT INTO classification VALUES (?, ?, ?, ?)");
  std::int64_t rank = 0;
  for (const TaxonScore& each : classification.best) {
    insert.bind_all(key, ++rank, std::string_view(each.taxon), each.score);
    insert.run();
  }
  changes_content = true;
}

// The files are on the disk before the transaction that names them is.
void Catalogue::Change::Steps::record_files() {
  for (const auto& [name, temporary] : files) {
    if (temporary) {
      sync_to_disk(catalogue.folder() / *temporary);
    }
    record_pending(database, name, temporary);
  }
  if (!files.empty()) {
    std::error_code ignored;
    const fs::path folder = catalogue.folder() / pending_folder;
    if (fs::exists(folder, ignored)) {
      sync_to_disk(folder);
      sync_to_disk(catalogue.folder());
    }
  }
}

void Catalogue::Change::Steps::insert_signature() {
  const std::string time = utc_now();
  const std::string hash = content_hash(database);
  const std::string_view count = "SELECT count(*) FROM specimens WHERE verdict != 'rejected'";
  const std::string_view undecided = "SELECT count(*) FROM specimens WHERE verdict = 'undecided'";
  Statement(database,
            "INSERT INTO signature (scan, person, time, sha256, revision, specimens, undecided) "
            "VALUES (1, ?, ?, ?, (SELECT revision FROM state), ?, ?)")
      .bind_all(std::string_view(signed_by), std::string_view(time), std::string_view(hash),
                database.integer(count), database.integer(undecided))
      .run();
}

// The only copy of a photograph is in the catalogue: the files of retired fossils stay too.
void Catalogue::Change::Steps::adopt_photo_file(const Catalogue& earlier, const std::string& name) {
  require_file_of_catalogue(*earlier.state_->database, name);
  std::error_code error;
  const fs::path original = earlier.path_of(name);
  if (fs::exists(original, error)) {
    const fs::path copy = catalogue.folder() / name;
    fs::create_directories(copy.parent_path(), error);
    fs::copy_file(original, copy, fs::copy_options::overwrite_existing, error);
    if (error) {
      throw file_code_error(copy, "can't copy the photograph", error);
    }
  }
}

// Photographs of fossils that are still there: not all are of the id they were given to, since a
// fossil that others were merged into has theirs.
void Catalogue::Change::Steps::adopt_photo_rows(const Catalogue& earlier) {
  Statement rows(*earlier.state_->database, "SELECT specimen, file, time FROM photo ORDER BY id");
  Statement insert(database,
                   "INSERT INTO photo (specimen, file, time) SELECT ?1, ?2, ?3 WHERE "
                   "EXISTS (SELECT 1 FROM specimen WHERE key = ?1)");
  while (rows.step()) {
    insert.bind_all(rows.integer(0), rows.text_view(1), rows.text_view(2));
    insert.run();
  }
}

void Catalogue::Change::Steps::reopen_erased(const Catalogue& earlier) {
  std::vector<Specimen> now;
  for (CatalogueEntry& entry : catalogue.entries()) {
    now.push_back(std::move(entry.specimen));
  }
  for (const std::uint32_t id : erased_and_back(earlier, now)) {
    insert_decision({id, DecisionKind::reopen, undone_edit, extraction_person});
  }
}

Catalogue::Change::Change(Catalogue& catalogue) {
  assert(catalogue.state_->writable);
  steps_ = std::make_unique<Steps>(catalogue);
}

Catalogue::Change::~Change() {
  std::error_code ignored;
  if (steps_) {
    for (const auto& [name, temporary] : steps_->files) {
      if (temporary) {
        fs::remove(steps_->catalogue.folder() / *temporary, ignored);
      }
    }
  }
}

std::uint32_t Catalogue::Change::new_id() {
  const std::int64_t id = std::int64_t{steps_->catalogue.highest_id_given()} + 1;
  if (id > highest_possible_id) {
    throw format_error(steps_->database.path(), "has given all ids that there are");
  }
  steps_->raise_highest(static_cast<std::uint32_t>(id));
  return static_cast<std::uint32_t>(id);
}

void Catalogue::Change::add(std::span<const Specimen> specimens) {
  std::set<std::uint32_t> retired;
  for (const RetiredId& each : steps_->catalogue.retired()) {
    retired.insert(each.id);
  }
  std::uint32_t highest = 0;
  for (const Specimen& specimen : specimens) {
    if (specimen.id == 0 || specimen.id > highest_possible_id || retired.contains(specimen.id) ||
        steps_->catalogue.has(specimen.id)) {
      throw format_error(
          steps_->database.path(),
          "can't give the id " + std::to_string(specimen.id) + ": it is none, or was given before");
    }
    steps_->insert_specimen(specimen);
    highest = std::max(highest, specimen.id);
  }
  steps_->raise_highest(highest);
  steps_->changes_content = true;
}

void Catalogue::Change::replace(const Specimen& specimen) {
  steps_->catalogue.entry(specimen.id);
  for (const char* table : {"measurement", "product", "answer"}) {
    Statement(steps_->database, std::string("DELETE FROM ") + table + " WHERE specimen = ?")
        .bind(specimen_key(1, specimen.id))
        .run();
  }
  steps_->insert_specimen(specimen);
  steps_->changes_content = true;
}

void Catalogue::Change::retire(std::uint32_t id, std::optional<std::uint32_t> into,
                               const std::string& reason) {
  const Box box = steps_->catalogue.entry(id).specimen.box;
  const std::string time = utc_now();
  if (into) {
    Statement(steps_->database, "UPDATE photo SET specimen = ? WHERE specimen = ?")
        .bind_all(specimen_key(1, *into), specimen_key(1, id))
        .run();
  }
  Statement(steps_->database, "DELETE FROM specimen WHERE key = ?").bind(specimen_key(1, id)).run();
  steps_->insert_retired({id, into, reason, time, box});
  steps_->changes_content = true;
}

void Catalogue::Change::decide(const Decision& decision) {
  if (!steps_->catalogue.has(decision.id)) {
    steps_->catalogue.entry(decision.id);  // says why
  }
  steps_->insert_decision(decision);
}

void Catalogue::Change::attach_photo(std::uint32_t id, const std::string& name,
                                     const std::string& person) {
  decide({id, DecisionKind::photo, name, person});
  const std::string time = utc_now();
  Statement(steps_->database, "INSERT INTO photo (specimen, file, time) VALUES (?, ?, ?)")
      .bind_all(specimen_key(1, id), std::string_view(name), std::string_view(time))
      .run();
}

void Catalogue::Change::classify(std::uint32_t id, const Classification& classification) {
  assert(!classification.best.empty());
  if (!steps_->catalogue.has(id)) {
    steps_->catalogue.entry(id);  // says why
  }
  steps_->insert_classification(id, classification);
}

void Catalogue::Change::set_depth(double top_m, double bottom_m) {
  Statement(steps_->database, "UPDATE scan SET top_m = ?, bottom_m = ? WHERE id = 1")
      .bind_all(top_m, bottom_m)
      .run();
  steps_->changes_content = true;
}

void Catalogue::Change::mark_meshes_made(std::uint32_t id) { steps_->mark_made(id, "meshes_made"); }
void Catalogue::Change::mark_views_made(std::uint32_t id) { steps_->mark_made(id, "views_made"); }

// What becomes of it in a catalogue whose fossils were found anew.
void Catalogue::Change::Steps::adopt_fossil(const CatalogueEntry& old, bool edited) {
  const std::uint32_t id = old.specimen.id;
  if (!catalogue.has(id)) {
    insert_retired({id, std::nullopt, "not found again", utc_now(), old.specimen.box});
    return;
  }
  const Specimen now = catalogue.entry(id).specimen;
  if (same_body(now, old.specimen)) {
    if (old.classification) {
      insert_classification(id, *old.classification);
    }
    return;
  }
  if (edited) {
    insert_decision({id, DecisionKind::reopen, undone_edit, extraction_person});
  } else if (!verdict_stands(old, now)) {
    insert_decision({id, DecisionKind::reopen, "its voxels changed", extraction_person});
  }
}

void Catalogue::Change::adopt_history(const Catalogue& earlier) {
  Steps& s = *steps_;
  for (const RetiredId& retired : earlier.retired()) {
    s.insert_retired(retired);
  }
  const std::vector<Decision> decisions = earlier.decisions();
  for (const Decision& decision : decisions) {
    s.insert_decision(decision);
    if (decision.kind == DecisionKind::photo) {
      s.adopt_photo_file(earlier, decision.value);
    }
  }
  s.adopt_photo_rows(earlier);
  const std::set<std::uint32_t> edited = edited_by_hand(decisions);
  for (const CatalogueEntry& old : earlier.entries()) {
    s.adopt_fossil(old, edited.contains(old.specimen.id));
  }
  s.reopen_erased(earlier);
  for (const Signature& old : earlier.signatures()) {
    Statement(s.database,
              "INSERT INTO signature (scan, person, time, sha256, revision, specimens, undecided) "
              "VALUES (1, ?, ?, ?, -1, ?, ?)")
        .bind_all(std::string_view(old.person), std::string_view(old.time),
                  std::string_view(old.sha256), old.specimens, old.undecided)
        .run();
  }
  if (earlier.highest_id_given() > 0) {
    s.raise_highest(earlier.highest_id_given());
  }
  s.changes_content = true;
}

fs::path Catalogue::Change::new_file(const std::string& name) {
  const fs::path folder = steps_->catalogue.folder() / pending_folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw file_code_error(folder, "can't create", error);
  }
  // One a name: a second call for the same name writes over the first.
  const std::string temporary =
      (fs::path(pending_folder) /
       (fs::path(name).parent_path().string() + "-" + fs::path(name).filename().string()))
          .string();
  steps_->files[name] = temporary;
  return steps_->catalogue.folder() / temporary;
}

void Catalogue::Change::remove_file(const std::string& name) { steps_->files[name] = std::nullopt; }

void Catalogue::Change::sign(const std::string& person) { steps_->signed_by = person; }

void Catalogue::Change::commit() {
  Steps& s = *steps_;
  if (s.changes_content || !s.signed_by.empty()) {
    s.database.run("UPDATE state SET revision = revision + 1");
  }
  if (!s.signed_by.empty()) {
    s.insert_signature();
  }
  s.record_files();
  s.transaction.commit();
  s.files.clear();
  try {
    finish_pending(s.database, s.catalogue.folder());
    if (!tables_are_current(s.database, s.catalogue.folder())) {
      write_tables(s.database, s.catalogue.folder());
    }
  } catch (const Error&) {
    rethrow_with_context(
        s.catalogue.folder().string() +
        ": the change was made and is in the database; what follows from it in the "
        "files beside it is made up for the next time that the catalogue is opened "
        "for a change");
  }
}

}  // namespace fossilct
