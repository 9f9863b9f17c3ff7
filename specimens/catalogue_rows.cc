// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>
#include <chrono>
#include <ctime>
#include <map>
#include <span>

#include "base/sha256.h"
#include "specimens/catalogue_state.h"

namespace fossilct {

namespace {

Json json_of(const Database& database, std::string_view text) {
  try {
    return parse_json(text);
  } catch (const Error&) {
    throw format_error(database.path(),
                       "a value in its tables is damaged, which should be JSON; "
                       "take the catalogue from a copy");
  }
}

Matrix3 direction_of(const Database& database, std::string_view text) {
  const Json json = json_of(database, text);
  if (!json.is_array() || json.size() != 9) {
    throw format_error(database.path(), "the direction of a scan is not 9 numbers");
  }
  Matrix3 direction{};
  for (std::size_t i = 0; i < 9; ++i) {
    if (!json[i].is_number()) {
      throw format_error(database.path(), "the direction of a scan is not 9 numbers");
    }
    direction[i] = json[i].get<double>();
  }
  return direction;
}

Index3 index_at(const Statement& row, int column) {
  return {row.integer(column), row.integer(column + 1), row.integer(column + 2)};
}

Vector3 vector_at(const Statement& row, int column) {
  return {row.real(column), row.real(column + 1), row.real(column + 2)};
}

Verdict verdict_of(std::string_view text) {
  return text == "accepted"   ? Verdict::accepted
         : text == "rejected" ? Verdict::rejected
                              : Verdict::undecided;
}

TaxonBy taxon_by_of(std::string_view text) {
  return text == "person" ? TaxonBy::person : text == "model" ? TaxonBy::model : TaxonBy::nobody;
}

constexpr std::array decision_names = {
    std::pair{DecisionKind::accept, "accept"},
    std::pair{DecisionKind::reject, "reject"},
    std::pair{DecisionKind::reopen, "reopen"},
    std::pair{DecisionKind::note, "note"},
    std::pair{DecisionKind::merge, "merge"},
    std::pair{DecisionKind::split, "split"},
    std::pair{DecisionKind::import_labels, "import-labels"},
    std::pair{DecisionKind::erase, "erase"},
    std::pair{DecisionKind::photo, "photo"},
    std::pair{DecisionKind::taxon, "taxon"},
};

DecisionKind decision_of(const Database& database, const std::string& text) {
  for (const auto& [kind, name] : decision_names) {
    if (text == name) {
      return kind;
    }
  }
  throw format_error(database.path(), "holds a decision '" + text + "' that is not known");
}

CatalogueEntry entry_at(const Statement& row) {
  CatalogueEntry entry;
  Specimen& s = entry.specimen;
  entry.scan = row.text(1);
  s.id = static_cast<std::uint32_t>(row.integer(2));
  entry.class_name = row.text(3);
  s.class_value = row.integer(4);
  entry.verdict = verdict_of(row.text_view(5));
  s.truncated = row.integer(6) != 0;
  s.fragment = row.integer(7) != 0;
  s.split = row.integer(8) != 0;
  s.infill = row.text(9);
  s.voxels = row.integer(10);
  s.box = {index_at(row, 11), index_at(row, 14)};
  s.reduction = static_cast<int>(row.integer(17));
  entry.note = row.text(18);
  s.first = index_at(row, 19);
  entry.meshes_stale = row.integer(22) == 0;
  entry.views_stale = row.integer(23) == 0;
  entry.taxon = row.text(24);
  entry.taxon_by = taxon_by_of(row.text_view(25));
  return entry;
}

// The rest of the entries, which has more than one row each; `places` by key.
void read_measurements(const Database& database, const std::string& where,
                       const std::map<std::int64_t, std::size_t>& places,
                       std::vector<CatalogueEntry>& entries) {
  std::map<std::int64_t, std::string> names;
  Statement kinds(database, "SELECT id, name FROM measurement_kind");
  while (kinds.step()) {
    names[kinds.integer(0)] = kinds.text(1);
  }
  Statement rows(
      database,
      "SELECT m.specimen, m.kind, m.value, m.reason FROM measurement AS m" +
          (where.empty() ? ""
                         : " WHERE m.specimen IN (SELECT s.key FROM specimen AS s " + where + ")") +
          " ORDER BY m.specimen, m.kind");
  while (rows.step()) {
    if (const auto place = places.find(rows.integer(0)); place != places.end()) {
      entries[place->second].specimen.measurements.push_back(
          {names[rows.integer(1)], rows.optional_real(2), rows.text(3)});
    }
  }
}

void read_photos(const Database& database, const std::map<std::int64_t, std::size_t>& places,
                 std::vector<CatalogueEntry>& entries) {
  Statement rows(database, "SELECT specimen, file FROM photo ORDER BY id");
  while (rows.step()) {
    if (const auto place = places.find(rows.integer(0)); place != places.end()) {
      entries[place->second].photos.push_back(rows.text(1));
    }
  }
}

void read_classifications(const Database& database,
                          const std::map<std::int64_t, std::size_t>& places,
                          std::vector<CatalogueEntry>& entries) {
  Statement rows(database,
                 "SELECT a.specimen, a.model, a.model_sha256, a.sure, a.deviation, a.novelty, "
                 "a.time, c.taxon, c.score FROM answer AS a JOIN classification AS c ON "
                 "c.specimen = a.specimen ORDER BY a.specimen, c.rank");
  while (rows.step()) {
    const auto place = places.find(rows.integer(0));
    if (place == places.end()) {
      continue;
    }
    std::optional<Classification>& answer = entries[place->second].classification;
    if (!answer) {
      answer = {rows.text(1),          rows.text(2),          {},          rows.integer(3) != 0,
                rows.optional_real(4), rows.optional_real(5), rows.text(6)};
    }
    answer->best.push_back({rows.text(7), rows.real(8)});
  }
}

// The rows of one table as bytes that could be read back: type, length, value.
void append_row(const Statement& row, std::string& bytes) {
  for (int column = 0; column < row.columns(); ++column) {
    const int type = row.type(column);
    bytes += static_cast<char>('0' + type);
    if (type == SQLITE_FLOAT) {
      bytes += std::to_string(std::bit_cast<std::uint64_t>(row.real(column)));
    } else if (type != SQLITE_NULL) {
      const std::string text =
          type == SQLITE_INTEGER ? std::to_string(row.integer(column)) : row.text(column);
      bytes += std::to_string(text.size()) + ':' + text;
    }
    bytes += ';';
  }
}

constexpr std::array hashed_tables = {
    "scan ORDER BY id",          "segmentation ORDER BY scan",
    "class ORDER BY value",      "measurement_kind ORDER BY id",
    "specimen ORDER BY key",     "measurement ORDER BY specimen, kind",
    "answer ORDER BY specimen",  "classification ORDER BY specimen, rank",
    "review ORDER BY id",        "photo ORDER BY id",
    "retired ORDER BY scan, id",
};

// Of schema 1, whose signatures are looked at before it is brought up to date.
constexpr std::array hashed_tables_1 = {
    "scan ORDER BY id",
    "segmentation ORDER BY scan",
    "class ORDER BY value",
    "measurement_kind ORDER BY id",
    "specimen ORDER BY key",
    "measurement ORDER BY specimen, kind",
    "classification ORDER BY specimen, model, rank",
    "review ORDER BY id",
    "photo ORDER BY id",
    "retired ORDER BY scan, id",
};

}  // namespace

std::string to_string(Verdict verdict) {
  return verdict == Verdict::accepted   ? "accepted"
         : verdict == Verdict::rejected ? "rejected"
                                        : "undecided";
}

std::string to_string(TaxonBy by) {
  return by == TaxonBy::person ? "person" : by == TaxonBy::model ? "model" : "";
}

std::string to_string(DecisionKind kind) {
  for (const auto& [each, name] : decision_names) {
    if (each == kind) {
      return name;
    }
  }
  return "";
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm broken_down{};
  ::gmtime_r(&now, &broken_down);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &broken_down);
  return text.data();
}

std::vector<CatalogueEntry> read_entries(const Database& database, const std::string& where) {
  std::vector<CatalogueEntry> entries;
  std::map<std::int64_t, std::size_t> places;
  Statement rows(database,
                 "SELECT s.key, s.scan, s.id, s.class, s.class_value, s.verdict, s.truncated, "
                 "s.fragment, s.split, s.infill, s.voxel_count, s.begin_x, s.begin_y, s.begin_z, "
                 "s.end_x, s.end_y, s.end_z, s.reduction, s.note, f.first_x, f.first_y, "
                 "f.first_z, p.meshes_made, p.views_made, s.taxon, s.taxon_by FROM specimens AS s "
                 "JOIN specimen AS f ON "
                 "f.key = s.key LEFT JOIN product AS p ON p.specimen = s.key " +
                     where + " ORDER BY s.key");
  while (rows.step()) {
    places[rows.integer(0)] = entries.size();
    entries.push_back(entry_at(rows));
  }
  read_measurements(database, where, places, entries);
  read_photos(database, places, entries);
  read_classifications(database, places, entries);
  return entries;
}

std::vector<ScanRecord> read_scans(const Database& database) {
  std::vector<ScanRecord> scans;
  Statement rows(database,
                 "SELECT name, path, sha256, size_x, size_y, size_z, spacing_x, spacing_y, "
                 "spacing_z, origin_x, origin_y, origin_z, direction, spacing_known, core_volume, "
                 "top_m, bottom_m, provenance FROM scan ORDER BY id");
  while (rows.step()) {
    ScanRecord scan;
    scan.name = rows.text(0);
    scan.path = rows.text(1);
    scan.sha256 = rows.text(2);
    scan.grid = {index_at(rows, 3), vector_at(rows, 6), vector_at(rows, 9),
                 direction_of(database, rows.text_view(12)), rows.integer(13) != 0};
    scan.core_volume = rows.optional_real(14);
    scan.top_m = rows.optional_real(15);
    scan.bottom_m = rows.optional_real(16);
    scan.provenance = json_of(database, rows.text_view(17));
    scans.push_back(std::move(scan));
  }
  if (scans.empty()) {
    throw format_error(database.path(), "names no scan; it was left as it is");
  }
  return scans;
}

std::vector<CatalogueKind> read_kinds(const Database& database) {
  std::vector<CatalogueKind> kinds;
  Statement rows(database,
                 "SELECT name, unit, column_name, definition, source FROM measurement_kind "
                 "ORDER BY id");
  while (rows.step()) {
    kinds.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
  }
  return kinds;
}

std::vector<RetiredId> read_retired(const Database& database) {
  std::vector<RetiredId> retired;
  Statement rows(database,
                 "SELECT id, into_id, reason, time, begin_x, begin_y, begin_z, end_x, end_y, end_z "
                 "FROM retired ORDER BY scan, id");
  while (rows.step()) {
    retired.push_back({static_cast<std::uint32_t>(rows.integer(0)),
                       rows.is_null(1) ? std::nullopt
                                       : std::optional(static_cast<std::uint32_t>(rows.integer(1))),
                       rows.text(2), rows.text(3),
                       rows.is_null(4) ? std::nullopt
                                       : std::optional(Box{index_at(rows, 4), index_at(rows, 7)})});
  }
  return retired;
}

std::vector<Decision> read_decisions(const Database& database) {
  std::vector<Decision> decisions;
  Statement rows(database,
                 "SELECT specimen_id, action, value, person, time FROM review ORDER BY id");
  while (rows.step()) {
    decisions.push_back({static_cast<std::uint32_t>(rows.integer(0)),
                         decision_of(database, rows.text(1)), rows.text(2), rows.text(3),
                         rows.text(4)});
  }
  return decisions;
}

std::vector<Signature> read_signatures(const Database& database) {
  std::vector<Signature> signatures;
  Statement rows(database,
                 "SELECT person, time, sha256, specimens, undecided, revision = (SELECT revision "
                 "FROM state) FROM signature ORDER BY id");
  while (rows.step()) {
    signatures.push_back({rows.text(0), rows.text(1), rows.text(2), rows.integer(3),
                          rows.integer(4), rows.integer(5) != 0});
  }
  return signatures;
}

std::string content_hash(const Database& database) {
  constexpr std::size_t some_bytes = 1 << 16;
  Sha256 hash;
  std::string bytes;
  const auto flush = [&] {
    hash.update(std::as_bytes(std::span(bytes)));
    bytes.clear();
  };
  const std::span<const char* const> tables = database.integer("PRAGMA user_version") == 1
                                                  ? std::span<const char* const>(hashed_tables_1)
                                                  : hashed_tables;
  for (const char* table : tables) {
    bytes += std::string(table) + '\n';
    Statement rows(database, std::string("SELECT * FROM ") + table);
    while (rows.step()) {
      append_row(rows, bytes);
      bytes += '\n';
      if (bytes.size() > some_bytes) {
        flush();
      }
    }
  }
  flush();
  return hash.finish();
}

}  // namespace fossilct
