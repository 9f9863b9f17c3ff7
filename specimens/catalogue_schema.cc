// SPDX-License-Identifier: Apache-2.0
#include "specimens/catalogue_schema.h"

#include <array>
#include <string>

#include "base/text.h"
#include "base/version.h"
#include "specimens/catalogue_state.h"

namespace fossilct {

namespace {

// Step k brings schema k to k + 1. A step that was released is never edited: what comes later is a
// step of its own, so that every catalogue ever written can be opened.
constexpr std::array<const char*, 2> steps = {R"sql(
CREATE TABLE state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  kind TEXT NOT NULL CHECK (kind IN ('scan', 'well')),
  revision INTEGER NOT NULL,
  version TEXT NOT NULL);

CREATE TABLE scan (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size_x INTEGER NOT NULL, size_y INTEGER NOT NULL, size_z INTEGER NOT NULL,
  spacing_x REAL NOT NULL, spacing_y REAL NOT NULL, spacing_z REAL NOT NULL,
  spacing_known INTEGER NOT NULL CHECK (spacing_known IN (0, 1)),
  origin_x REAL NOT NULL, origin_y REAL NOT NULL, origin_z REAL NOT NULL,
  direction TEXT NOT NULL,
  core_volume REAL,
  top_m REAL, bottom_m REAL,
  highest_id INTEGER NOT NULL DEFAULT 0,
  provenance TEXT NOT NULL);

CREATE TABLE segmentation (
  scan INTEGER PRIMARY KEY REFERENCES scan(id),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  options TEXT NOT NULL,
  summary TEXT NOT NULL,
  provenance TEXT NOT NULL);

CREATE TABLE class (
  value INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  colour TEXT NOT NULL);

CREATE TABLE measurement_kind (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  unit TEXT NOT NULL,
  column_name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,
  source TEXT NOT NULL);

CREATE TABLE specimen (
  key INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL REFERENCES scan(id),
  id INTEGER NOT NULL CHECK (id > 0),
  class INTEGER NOT NULL REFERENCES class(value),
  begin_x INTEGER NOT NULL, begin_y INTEGER NOT NULL, begin_z INTEGER NOT NULL,
  end_x INTEGER NOT NULL, end_y INTEGER NOT NULL, end_z INTEGER NOT NULL,
  first_x INTEGER NOT NULL, first_y INTEGER NOT NULL, first_z INTEGER NOT NULL,
  voxel_count INTEGER NOT NULL,
  truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),
  fragment INTEGER NOT NULL CHECK (fragment IN (0, 1)),
  split INTEGER NOT NULL CHECK (split IN (0, 1)),
  reduction INTEGER NOT NULL,
  infill TEXT NOT NULL,
  UNIQUE (scan, id));

CREATE TABLE measurement (
  specimen INTEGER NOT NULL REFERENCES specimen(key) ON DELETE CASCADE,
  kind INTEGER NOT NULL REFERENCES measurement_kind(id),
  value REAL,
  reason TEXT,
  PRIMARY KEY (specimen, kind)) WITHOUT ROWID;

CREATE TABLE classification (
  specimen INTEGER NOT NULL REFERENCES specimen(key) ON DELETE CASCADE,
  model TEXT NOT NULL,
  rank INTEGER NOT NULL,
  class_name TEXT NOT NULL,
  score REAL NOT NULL,
  time TEXT NOT NULL,
  PRIMARY KEY (specimen, model, rank)) WITHOUT ROWID;

CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL REFERENCES scan(id),
  specimen_id INTEGER NOT NULL,
  action TEXT NOT NULL,
  value TEXT NOT NULL,
  time TEXT NOT NULL,
  person TEXT NOT NULL);
CREATE INDEX review_of_specimen ON review (scan, specimen_id, id);

CREATE TABLE photo (
  id INTEGER PRIMARY KEY,
  specimen INTEGER NOT NULL REFERENCES specimen(key) ON DELETE CASCADE,
  file TEXT NOT NULL,
  time TEXT NOT NULL);
CREATE INDEX photo_of_specimen ON photo (specimen);

CREATE TABLE retired (
  scan INTEGER NOT NULL REFERENCES scan(id),
  id INTEGER NOT NULL,
  into_id INTEGER,
  reason TEXT NOT NULL,
  time TEXT NOT NULL,
  PRIMARY KEY (scan, id)) WITHOUT ROWID;

CREATE TABLE product (
  specimen INTEGER PRIMARY KEY REFERENCES specimen(key) ON DELETE CASCADE,
  meshes_made INTEGER NOT NULL DEFAULT 0 CHECK (meshes_made IN (0, 1)),
  views_made INTEGER NOT NULL DEFAULT 0 CHECK (views_made IN (0, 1)));

CREATE TABLE signature (
  id INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL REFERENCES scan(id),
  person TEXT NOT NULL,
  time TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  revision INTEGER NOT NULL,
  specimens INTEGER NOT NULL,
  undecided INTEGER NOT NULL);

CREATE TABLE pending_file (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  temporary TEXT);

CREATE VIEW specimens AS
SELECT s.key, scan.name AS scan, s.id, class.name AS class, s.class AS class_value,
  CASE (SELECT action FROM review AS r
        WHERE r.scan = s.scan AND r.specimen_id = s.id AND r.action NOT IN ('note', 'photo')
        ORDER BY r.id DESC LIMIT 1)
    WHEN 'accept' THEN 'accepted' WHEN 'reject' THEN 'rejected' ELSE 'undecided' END AS verdict,
  s.truncated, s.fragment, s.split, s.infill, s.voxel_count,
  s.begin_x, s.begin_y, s.begin_z, s.end_x, s.end_y, s.end_z, s.reduction,
  coalesce((SELECT value FROM review AS r
            WHERE r.scan = s.scan AND r.specimen_id = s.id AND r.action = 'note'
            ORDER BY r.id DESC LIMIT 1), '') AS note,
  scan.top_m + (scan.bottom_m - scan.top_m) * (s.begin_z + s.end_z) / (2.0 * scan.size_z)
    AS depth_m
FROM specimen AS s JOIN scan ON scan.id = s.scan JOIN class ON class.value = s.class;
)sql",
                                              R"sql(
ALTER TABLE retired RENAME TO retired_1;
CREATE TABLE retired (
  scan INTEGER NOT NULL REFERENCES scan(id),
  id INTEGER NOT NULL,
  into_id INTEGER,
  reason TEXT NOT NULL,
  time TEXT NOT NULL,
  begin_x INTEGER, begin_y INTEGER, begin_z INTEGER,
  end_x INTEGER, end_y INTEGER, end_z INTEGER,
  PRIMARY KEY (scan, id)) WITHOUT ROWID;
INSERT INTO retired SELECT scan, id, into_id, reason, time, NULL, NULL, NULL, NULL, NULL, NULL
FROM retired_1;

CREATE TABLE answer (
  specimen INTEGER PRIMARY KEY REFERENCES specimen(key) ON DELETE CASCADE,
  model TEXT NOT NULL,
  model_sha256 TEXT NOT NULL,
  sure INTEGER NOT NULL CHECK (sure IN (0, 1)),
  deviation REAL,
  novelty REAL,
  time TEXT NOT NULL);

DROP TABLE retired_1;

DROP TABLE classification;
CREATE TABLE classification (
  specimen INTEGER NOT NULL REFERENCES answer(specimen) ON DELETE CASCADE,
  rank INTEGER NOT NULL CHECK (rank > 0),
  taxon TEXT NOT NULL,
  score REAL NOT NULL,
  PRIMARY KEY (specimen, rank)) WITHOUT ROWID;

DROP VIEW specimens;
CREATE VIEW specimens AS
SELECT s.key, scan.name AS scan, s.id, class.name AS class, s.class AS class_value,
  CASE (SELECT action FROM review AS r
        WHERE r.scan = s.scan AND r.specimen_id = s.id
          AND r.action NOT IN ('note', 'photo', 'taxon')
        ORDER BY r.id DESC LIMIT 1)
    WHEN 'accept' THEN 'accepted' WHEN 'reject' THEN 'rejected' ELSE 'undecided' END AS verdict,
  s.truncated, s.fragment, s.split, s.infill, s.voxel_count,
  s.begin_x, s.begin_y, s.begin_z, s.end_x, s.end_y, s.end_z, s.reduction,
  coalesce((SELECT value FROM review AS r
            WHERE r.scan = s.scan AND r.specimen_id = s.id AND r.action = 'note'
            ORDER BY r.id DESC LIMIT 1), '') AS note,
  scan.top_m + (scan.bottom_m - scan.top_m) * (s.begin_z + s.end_z) / (2.0 * scan.size_z)
    AS depth_m,
  CASE WHEN s.named != '' THEN s.named WHEN answer.sure = 1 THEN best.taxon
    WHEN answer.sure = 0 THEN 'unsure' ELSE '' END AS taxon,
  CASE WHEN s.named != '' THEN 'person' WHEN answer.sure IS NOT NULL THEN 'model'
    ELSE '' END AS taxon_by,
  best.taxon AS model_taxon, best.score AS model_score, answer.novelty AS model_novelty,
  (SELECT group_concat(taxon || ' ' || printf('%.3f', score), '; ')
   FROM (SELECT taxon, score FROM classification WHERE specimen = s.key ORDER BY rank))
    AS model_top
FROM (SELECT *, coalesce((SELECT value FROM review AS r
                          WHERE r.scan = each.scan AND r.specimen_id = each.id
                            AND r.action = 'taxon'
                          ORDER BY r.id DESC LIMIT 1), '') AS named
      FROM specimen AS each) AS s
JOIN scan ON scan.id = s.scan JOIN class ON class.value = s.class
LEFT JOIN answer ON answer.specimen = s.key
LEFT JOIN classification AS best ON best.specimen = s.key AND best.rank = 1;
)sql"};

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    text += c == '"' ? "\"\"" : std::string(1, c);
  }
  return text + '"';
}

}  // namespace

std::int64_t current_schema() { return static_cast<std::int64_t>(steps.size()); }

void require_catalogue(const Database& database) {
  if (database.integer("PRAGMA application_id") != catalogue_application_id) {
    throw format_error(database.path(), "is a database, but not the catalogue of fossilct extract");
  }
  const std::int64_t schema = database.integer("PRAGMA user_version");
  if (schema > current_schema()) {
    throw format_error(database.path(), "has schema " + std::to_string(schema) + "; fossilct " +
                                            std::string(version()) + " knows schemas up to " +
                                            std::to_string(current_schema()) +
                                            ". Use the newer fossilct that wrote it");
  }
  Statement check(database, "PRAGMA quick_check(1)");
  if (!check.step() || check.text_view(0) != "ok") {
    throw format_error(database.path(),
                       "the database is damaged (" + printable(check.text_view(0), 200) +
                           "); it was left as it is. " + catalogue_remedy);
  }
}

void migrate(const Database& database) {
  const std::int64_t schema = database.integer("PRAGMA user_version");
  if (schema == current_schema()) {
    return;
  }
  Transaction transaction(database);
  const std::string before = schema > 0 ? content_hash(database) : "";
  for (std::int64_t step = schema; step < current_schema(); ++step) {
    database.run(steps[static_cast<std::size_t>(step)]);
  }
  database.run("PRAGMA application_id = " + std::to_string(catalogue_application_id) +
               "; PRAGMA user_version = " + std::to_string(current_schema()));
  if (schema > 0) {
    // What was signed is what is there, written otherwise.
    const std::string after = content_hash(database);
    Statement(database, "UPDATE signature SET sha256 = ? WHERE sha256 = ?")
        .bind_all(std::string_view(after), std::string_view(before))
        .run();
  }
  transaction.commit();
}

void require_tables(const Database& database) {
  const Database whole(":memory:", Database::Mode::create);
  migrate(whole);
  Statement ours(whole, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL");
  Statement found(database, "SELECT sql FROM sqlite_master WHERE type = ? AND name = ?");
  while (ours.step()) {
    const std::string type = ours.text(0);
    const std::string name = ours.text(1);
    found.bind_all(std::string_view(type), std::string_view(name));
    const bool same = found.step() && found.text_view(0) == ours.text_view(2);
    if (!same) {
      throw format_error(database.path(),
                         "the database is damaged, or was changed by another program: the " + type +
                             " '" + name +
                             "' is not as fossilct makes it; it was left as it is. Restore it "
                             "from a copy, or extract the fossils anew into another folder");
    }
    found.run();
  }
}

void make_specimen_table(const Database& database) {
  std::string columns;
  Statement kinds(database, "SELECT id, column_name FROM measurement_kind ORDER BY id");
  while (kinds.step()) {
    columns += ",\n(SELECT value FROM measurement AS m WHERE m.specimen = s.key AND m.kind = " +
               std::to_string(kinds.integer(0)) + ") AS " + quoted(kinds.text(1));
  }
  database.run(
      "DROP VIEW IF EXISTS specimen_table; CREATE VIEW specimen_table AS SELECT s.*" + columns +
      ",\ncoalesce((SELECT group_concat(k.name || ': ' || m.reason, '; ') FROM measurement AS m "
      "JOIN measurement_kind AS k ON k.id = m.kind WHERE m.specimen = s.key AND m.value IS NULL), "
      "'') AS not_measured FROM specimens AS s");
}

}  // namespace fossilct
