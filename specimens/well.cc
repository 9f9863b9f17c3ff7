// SPDX-License-Identifier: Apache-2.0
#include "specimens/well.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "specimens/catalogue.h"
#include "specimens/catalogue_schema.h"
#include "specimens/sqlite.h"

namespace fossilct {

namespace {

// ?1 is the number of the scan in the well.
constexpr const char* scan_rows =
    "INSERT INTO main.scan SELECT ?1, name, path, sha256, size_x, size_y, size_z, spacing_x, "
    "spacing_y, spacing_z, spacing_known, origin_x, origin_y, origin_z, direction, core_volume, "
    "top_m, bottom_m, highest_id, provenance FROM part.scan";
constexpr const char* part_rows[] = {
    "INSERT INTO main.segmentation SELECT ?1, path, sha256, options, summary, provenance FROM "
    "part.segmentation",
    "INSERT OR IGNORE INTO main.class SELECT * FROM part.class",
    "INSERT INTO main.measurement_kind (name, unit, column_name, definition, source) SELECT name, "
    "unit, column_name, definition, source FROM part.measurement_kind WHERE name NOT IN (SELECT "
    "name FROM main.measurement_kind) ORDER BY id",
    "INSERT INTO main.specimen SELECT ((?1 - 1) << 32) + id, ?1, id, class, begin_x, begin_y, "
    "begin_z, end_x, end_y, end_z, first_x, first_y, first_z, voxel_count, truncated, fragment, "
    "split, reduction, infill FROM part.specimen ORDER BY id",
    "INSERT INTO main.measurement SELECT ((?1 - 1) << 32) + m.specimen, k.id, m.value, m.reason "
    "FROM part.measurement AS m JOIN part.measurement_kind AS p ON p.id = m.kind JOIN "
    "main.measurement_kind AS k ON k.name = p.name ORDER BY m.specimen, k.id",
    "INSERT INTO main.classification SELECT ((?1 - 1) << 32) + specimen, model, rank, class_name, "
    "score, time FROM part.classification",
    "INSERT INTO main.review (scan, specimen_id, action, value, time, person) SELECT ?1, "
    "specimen_id, action, value, time, person FROM part.review ORDER BY id",
    "INSERT INTO main.photo (specimen, file, time) SELECT ((?1 - 1) << 32) + specimen, file, time "
    "FROM part.photo ORDER BY id",
    "INSERT INTO main.retired SELECT ?1, id, into_id, reason, time FROM part.retired",
    "INSERT INTO main.signature (scan, person, time, sha256, revision, specimens, undecided) "
    "SELECT ?1, person, time, sha256, 1, specimens, undecided FROM part.signature WHERE revision = "
    "(SELECT revision FROM part.state) ORDER BY id DESC LIMIT 1",
};

// The first row of a query that must have none, as words.
void require_none(const Database& database, const std::filesystem::path& folder, const char* sql,
                  const std::string& what) {
  Statement row(database, sql);
  if (row.step()) {
    throw format_error(folder, what + " (" + printable(row.text(0)) + ": '" +
                                   printable(row.text(1)) + "' and '" + printable(row.text(2)) +
                                   "'); such catalogues can't be joined");
  }
}

void require_mergeable(const Database& database, const std::filesystem::path& folder) {
  if (database.integer("SELECT kind = 'well' FROM part.state") != 0) {
    throw format_error(folder, "joins several scans already; give the catalogues of the scans");
  }
  require_none(database, folder,
               "SELECT p.sha256, m.name, p.name FROM part.scan AS p JOIN main.scan AS m ON "
               "p.sha256 = m.sha256 AND p.sha256 != ''",
               "is of the same scan as another one");
  require_none(database, folder,
               "SELECT p.name, m.path, p.path FROM part.scan AS p JOIN main.scan AS m ON p.name = "
               "m.name",
               "has the name of another scan");
  require_none(database, folder,
               "SELECT p.value, m.name, p.name FROM part.class AS p JOIN main.class AS m ON "
               "p.value = m.value AND p.name != m.name",
               "gives a class another name");
  require_none(database, folder,
               "SELECT p.name, m.unit, p.unit FROM part.measurement_kind AS p JOIN "
               "main.measurement_kind AS m ON p.name = m.name AND p.unit != m.unit",
               "has a measurement in another unit");
  require_none(database, folder,
               "SELECT 'voxel size known', m.name, p.name FROM part.scan AS p JOIN main.scan AS m "
               "ON p.spacing_known != m.spacing_known",
               "has no voxel size where another has, or the reverse");
}

void run_for_scan(const Database& database, const char* sql, std::int64_t scan) {
  Statement statement(database, sql);
  if (statement.parameters() > 0) {
    statement.bind(scan);
  }
  statement.run();
}

void copy_part(const Database& database, const std::filesystem::path& folder, std::int64_t scan) {
  const std::string file = std::filesystem::is_directory(folder)
                               ? (folder / "catalogue.sqlite").string()
                               : folder.string();
  Statement(database, "ATTACH ? AS part").bind(std::string_view(file)).run();
  {
    Transaction transaction(database);
    require_mergeable(database, folder);
    run_for_scan(database, scan_rows, scan);
    for (const char* sql : part_rows) {
      run_for_scan(database, sql, scan);
    }
    transaction.commit();
  }
  database.run("DETACH part");
}

void set_depths(const Database& database, std::span<const DepthRow> depths,
                const std::vector<ScanRecord>& scans) {
  Statement set(database, "UPDATE scan SET top_m = ?, bottom_m = ? WHERE name = ?");
  for (const ScanRecord& scan : scans) {
    const auto row = std::ranges::find(depths, scan.name, &DepthRow::scan);
    if (row == depths.end()) {
      throw Error(ErrorKind::format,
                  "the depth table has no line for the scan '" + printable(scan.name) + "'");
    }
    set.bind_all(row->top_m, row->bottom_m, std::string_view(scan.name));
    set.run();
  }
}

}  // namespace

void merge_catalogues(std::span<const std::filesystem::path> folders,
                      std::span<const DepthRow> depths, const std::filesystem::path& output) {
  std::vector<ScanRecord> scans;
  for (const std::filesystem::path& folder : folders) {
    // Looked at whole, and an older schema refused, before it is copied from.
    scans.push_back(Catalogue::open(folder, Catalogue::Access::read).scan());
  }
  const Database database(output, Database::Mode::create);
  migrate(database);
  Statement(database, "INSERT INTO state VALUES (1, 'well', 1, ?)").bind(version()).run();
  for (std::size_t i = 0; i < folders.size(); ++i) {
    copy_part(database, folders[i], static_cast<std::int64_t>(i) + 1);
  }
  if (!depths.empty()) {
    set_depths(database, depths, scans);
  }
  make_specimen_table(database);
}

}  // namespace fossilct
