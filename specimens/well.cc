// SPDX-License-Identifier: Apache-2.0
#include "specimens/well.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "database/sqlite.h"
#include "specimens/catalogue.h"
#include "specimens/catalogue_schema.h"
#include "volumes/class_colours.h"
#include "volumes/label_classes.h"

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
    "INSERT INTO main.measurement_kind (name, unit, column_name, definition, source) SELECT name, "
    "unit, column_name, definition, source FROM part.measurement_kind WHERE name NOT IN (SELECT "
    "name FROM main.measurement_kind) ORDER BY id",
    "INSERT INTO main.specimen SELECT ((?1 - 1) << 32) + id, ?1, id, joined.value, begin_x, "
    "begin_y, begin_z, end_x, end_y, end_z, first_x, first_y, first_z, voxel_count, truncated, "
    "fragment, split, reduction, infill FROM part.specimen JOIN temp.joined ON joined.part_value = "
    "class ORDER BY id",
    "INSERT INTO main.measurement SELECT ((?1 - 1) << 32) + m.specimen, k.id, m.value, m.reason "
    "FROM part.measurement AS m JOIN part.measurement_kind AS p ON p.id = m.kind JOIN "
    "main.measurement_kind AS k ON k.name = p.name ORDER BY m.specimen, k.id",
    "INSERT INTO main.answer SELECT ((?1 - 1) << 32) + specimen, model, model_sha256, sure, "
    "deviation, novelty, time FROM part.answer",
    "INSERT INTO main.classification SELECT ((?1 - 1) << 32) + specimen, rank, taxon, score FROM "
    "part.classification",
    "INSERT INTO main.review (scan, specimen_id, action, value, time, person) SELECT ?1, "
    "specimen_id, action, value, time, person FROM part.review ORDER BY id",
    "INSERT INTO main.photo (specimen, file, time) SELECT ((?1 - 1) << 32) + specimen, file, time "
    "FROM part.photo ORDER BY id",
    "INSERT INTO main.retired SELECT ?1, id, into_id, reason, time, begin_x, begin_y, begin_z, "
    "end_x, end_y, end_z FROM part.retired",
};
constexpr const char* signature_row =
    "INSERT INTO main.signature (scan, person, time, sha256, revision, specimens, undecided) "
    "SELECT ?1, person, time, sha256, 1, specimens, undecided FROM part.signature WHERE revision = "
    "(SELECT revision FROM part.state) ORDER BY id DESC LIMIT 1";

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
               "SELECT p.sha256, m.path, p.path FROM part.segmentation AS p JOIN "
               "main.segmentation AS m ON p.sha256 = m.sha256 AND p.sha256 != ''",
               "is of the same labels as another one");
  require_none(database, folder,
               "SELECT p.name, m.path, p.path FROM part.scan AS p JOIN main.scan AS m ON p.name = "
               "m.name",
               "has the name of another scan");
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

// What is joined.
struct Part {
  std::filesystem::path folder;
  std::filesystem::path database;
  ScanRecord scan;
  std::optional<Signature> signature;  // that holds
  bool altered = false;                // it is not of what is there
};

// Looked at whole, and an older schema refused, before it is copied from.
Part open_part(const std::filesystem::path& folder) {
  const Catalogue catalogue = Catalogue::open(folder, Catalogue::Access::read);
  const std::vector<Signature> signatures = catalogue.signatures();
  Part part = {folder,
               std::filesystem::is_directory(folder) ? folder / "catalogue.sqlite" : folder,
               catalogue.scan(),
               {}};
  if (!signatures.empty() && signatures.back().holds) {
    part.signature = signatures.back();
    part.altered = catalogue.content_sha256() != signatures.back().sha256;
  }
  return part;
}

// The value in the well of a class of the part: that of the class of its name, else its own, else
// the next that neither has.
std::int64_t joined_value(const Database& database, std::int64_t value, std::string_view name) {
  Statement of_name(database, "SELECT min(value) FROM main.class WHERE name = ?");
  if (of_name.bind(name).step() && !of_name.is_null(0)) {
    return of_name.integer(0);
  }
  Statement of_value(database, "SELECT 1 FROM main.class WHERE value = ?");
  return of_value.bind(value).step() ? database.integer(
                                           "SELECT 1 + max((SELECT max(value) FROM main.class), "
                                           "(SELECT max(value) FROM part.class))")
                                     : value;
}

std::string colour_of_number(std::int64_t value) {
  return to_json({{value, "", own_class_colour(value)}})[0]["colour"].get<std::string>();
}

// Classes are one where their names are: what a value means is for each scan's labels to say.
// Leaves temp.joined with the value in the well of each value of the part; returns what was
// renumbered.
std::string join_classes(const Database& database) {
  database.run(
      "CREATE TEMP TABLE IF NOT EXISTS joined (part_value INTEGER PRIMARY KEY, value INTEGER);"
      "DELETE FROM temp.joined");
  Statement join(database, "INSERT INTO temp.joined VALUES (?, ?)");
  Statement add(database, "INSERT OR IGNORE INTO main.class VALUES (?, ?, ?)");
  std::string renumbered;
  Statement classes(database, "SELECT value, name, colour FROM part.class ORDER BY value");
  while (classes.step()) {
    const std::int64_t value = classes.integer(0);
    const std::int64_t joined = joined_value(database, value, classes.text_view(1));
    join.bind_all(value, joined).run();
    // Where colours go by numbers, that of another number may be another class's.
    const std::string colour = joined == value ? classes.text(2) : colour_of_number(joined);
    add.bind_all(joined, classes.text_view(1), std::string_view(colour)).run();
    if (joined != value) {
      renumbered += (renumbered.empty() ? "'" : ", '") + printable(classes.text(1)) + "' is " +
                    std::to_string(joined) + " instead of " + std::to_string(value);
    }
  }
  return renumbered;
}

void copy_rows(const Database& database, const Part& part, std::int64_t scan) {
  try {
    run_for_scan(database, scan_rows, scan);
    for (const char* sql : part_rows) {
      run_for_scan(database, sql, scan);
    }
    if (part.signature && !part.altered) {
      run_for_scan(database, signature_row, scan);
    }
  } catch (const Error&) {
    rethrow_with_context(part.database.string() + ": can't be copied from");
  }
}

// Returns what a user should read of its classes; may be empty.
std::string copy_part(const Database& database, const Part& part, std::int64_t scan) {
  const std::string file = part.database.string();
  Statement(database, "ATTACH ? AS part").bind(std::string_view(file)).run();
  std::string renumbered;
  {
    Transaction transaction(database);
    require_mergeable(database, part.folder);
    renumbered = join_classes(database);
    copy_rows(database, part, scan);
    transaction.commit();
  }
  database.run("DETACH part");
  return renumbered.empty() ? ""
                            : part.folder.string() +
                                  ": its labels number classes otherwise than "
                                  "those before; classes are joined by their names: " +
                                  renumbered;
}

std::string names_in(std::span<const DepthRow> rows) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
    text += (i == 0 ? "'" : ", '") + printable(rows[i].scan) + "'";
  }
  return rows.size() <= most ? text : text + " ...";
}

void set_depths(const Database& database, const DepthTable& depths, std::vector<Part>& parts) {
  Statement set(database, "UPDATE scan SET top_m = ?, bottom_m = ? WHERE name = ?");
  for (Part& part : parts) {
    ScanRecord& scan = part.scan;
    const auto row = std::ranges::find(depths.rows, scan.name, &DepthRow::scan);
    if (row == depths.rows.end()) {
      throw format_error(depths.path, "has no line for the scan '" + printable(scan.name) +
                                          "' of " + part.folder.string() + "; its lines are for " +
                                          names_in(depths.rows));
    }
    scan.top_m = row->top_m;
    scan.bottom_m = row->bottom_m;
    set.bind_all(row->top_m, row->bottom_m, std::string_view(scan.name));
    set.run();
  }
}

std::string depths_text(const ScanRecord& scan) {
  return printable(scan.name) + " (" + format_number(*scan.top_m) + " to " +
         format_number(*scan.bottom_m) + " m)";
}

void warn_of_overlaps(const std::vector<Part>& parts, std::vector<std::string>& warnings) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const ScanRecord& a = parts[j].scan;
      const ScanRecord& b = parts[i].scan;
      if (a.top_m && a.bottom_m && b.top_m && b.bottom_m && *a.top_m < *b.bottom_m &&
          *b.top_m < *a.bottom_m) {
        warnings.push_back("the depths of " + depths_text(a) + " and " + depths_text(b) +
                           " overlap; are they right?");
      }
    }
  }
}

}  // namespace

std::vector<std::string> merge_catalogues(std::span<const std::filesystem::path> folders,
                                          const DepthTable& depths,
                                          const std::filesystem::path& output) {
  std::vector<std::string> warnings;
  std::vector<Part> parts;
  for (const std::filesystem::path& folder : folders) {
    parts.push_back(open_part(folder));
    if (parts.back().altered) {
      warnings.push_back(folder.string() + ": the signature by " +
                         printable(parts.back().signature->person) +
                         " is void, the content was altered by another program; it is left out");
    }
  }
  const Database database(output, Database::Mode::create);
  migrate(database);
  Statement(database, "INSERT INTO state VALUES (1, 'well', 1, ?)").bind(version()).run();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string remark = copy_part(database, parts[i], static_cast<std::int64_t>(i) + 1);
    if (!remark.empty()) {
      warnings.push_back(remark);
    }
  }
  if (!depths.rows.empty()) {
    set_depths(database, depths, parts);
  }
  warn_of_overlaps(parts, warnings);
  make_specimen_table(database);
  return warnings;
}

}  // namespace fossilct
