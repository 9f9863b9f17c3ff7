// SPDX-License-Identifier: Apache-2.0
#include "specimens/catalogue.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>

#include "base/text.h"
#include "base/version.h"
#include "specimens/catalogue_export.h"
#include "specimens/catalogue_schema.h"
#include "specimens/catalogue_state.h"
#include "specimens/pending_files.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

// Not one of the data: taken before they are read.
constexpr const char* lock_name = ".lock";

// The first bytes of any SQLite file, and where in them the application id stands (big-endian):
// https://www.sqlite.org/fileformat.html, 1.3.
constexpr std::string_view sqlite_mark("SQLite format 3", 16);
constexpr std::size_t application_id_at = 68;

// Nothing where the file is no SQLite.
std::optional<std::uint32_t> application_id_in(const fs::path& file) {
  std::array<char, application_id_at + 4> head{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), head.size());
  if (!stream || std::string_view(head.data(), sqlite_mark.size()) != sqlite_mark) {
    return std::nullopt;
  }
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    id = id << 8 | static_cast<unsigned char>(head[application_id_at + i]);
  }
  return id;
}

void insert_scan(const Database& database, const ScanRecord& scan) {
  const Grid& g = scan.grid;
  const std::string direction = json_text(Json(g.direction));
  const std::string provenance = json_text(scan.provenance);
  Statement(database,
            "INSERT INTO scan (id, name, path, sha256, size_x, size_y, size_z, spacing_x, "
            "spacing_y, spacing_z, spacing_known, origin_x, origin_y, origin_z, direction, "
            "core_volume, top_m, bottom_m, provenance) "
            "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind_all(std::string_view(scan.name), std::string_view(scan.path),
                std::string_view(scan.sha256), g.size.x, g.size.y, g.size.z, g.spacing_um.x,
                g.spacing_um.y, g.spacing_um.z, g.spacing_known, g.origin_um.x, g.origin_um.y,
                g.origin_um.z, std::string_view(direction), scan.core_volume, scan.top_m,
                scan.bottom_m, std::string_view(provenance))
      .run();
}

void insert_segmentation(const Database& database, const SegmentationRecord& segmentation) {
  const std::string options = json_text(segmentation.options);
  const std::string summary = json_text(segmentation.summary);
  const std::string provenance = json_text(segmentation.provenance);
  Statement(database, "INSERT INTO segmentation VALUES (1, ?, ?, ?, ?, ?)")
      .bind_all(std::string_view(segmentation.path), std::string_view(segmentation.sha256),
                std::string_view(options), std::string_view(summary), std::string_view(provenance))
      .run();
}

void insert_classes(const Database& database, const std::vector<LabelClass>& classes) {
  Statement insert(database, "INSERT INTO class VALUES (?, ?, ?)");
  for (const Json& c : to_json(classes)) {
    const auto name = c["name"].get<std::string>();
    const auto colour = c["colour"].get<std::string>();
    insert.bind_all(c["value"].get<std::int64_t>(), std::string_view(name),
                    std::string_view(colour));
    insert.run();
  }
}

void insert_kinds(const Database& database, std::span<const MeasurementKind> kinds,
                  bool spacing_known) {
  std::set<std::string> taken;
  Statement fixed(database, "SELECT * FROM specimens");
  for (int column = 0; column < fixed.columns(); ++column) {
    taken.insert(fixed.column_name(column));
  }
  Statement insert(database,
                   "INSERT INTO measurement_kind (name, unit, column_name, definition, source) "
                   "VALUES (?, ?, ?, ?, ?)");
  for (const MeasurementKind& kind : kinds) {
    const std::string unit = unit_text(kind.unit, spacing_known);
    const std::string column = column_name(kind.name, unit);
    if (!taken.insert(lower(column)).second) {
      throw format_error(database.path(),
                         "two columns would have the name '" + column + "' of a measurement");
    }
    insert.bind_all(kind.name, std::string_view(unit), std::string_view(column), kind.definition,
                    kind.source);
    insert.run();
  }
}

bool is_merged_database(const Database& database) {
  return database.integer("SELECT kind = 'well' FROM state") != 0;
}

// Of an older schema, opened for reading.
void bring_up_to_date(const fs::path& path, const Database& database) {
  const std::string schema = std::to_string(database.integer("PRAGMA user_version"));
  if (is_merged_database(database)) {
    throw format_error(
        path, "has the older schema " + schema + "; merge the catalogues of its scans again");
  }
  try {
    Catalogue::open(path, Catalogue::Access::write);
  } catch (const Error&) {
    rethrow_with_context(path.string() + ": has the older schema " + schema +
                         ", which must be brought up to date first, and that failed");
  }
}

std::string range_of_ids(const Database& database) {
  const std::int64_t count = database.integer("SELECT count(*) FROM specimen");
  if (count == 0) {
    return "the catalogue has none";
  }
  return "the catalogue has " + format_count(count) + ", with ids from " +
         std::to_string(database.integer("SELECT min(id) FROM specimen")) + " to " +
         std::to_string(database.integer("SELECT max(id) FROM specimen"));
}

// What became of a fossil that once had this id.
struct Fate {
  std::string text;                   // "it was retired on ...; "
  std::optional<std::uint32_t> heir;  // has its voxels today
};

Fate fate_of(const Database& database, std::uint32_t id) {
  const std::vector<RetiredId> all = read_retired(database);
  const auto retired = std::ranges::find(all, id, &RetiredId::id);
  if (retired == all.end()) {
    return {};
  }
  std::optional<std::uint32_t> heir = retired->into;
  // What took it over may be retired itself; a damaged table may go in a circle.
  for (std::size_t step = 0; heir && step < all.size(); ++step) {
    const auto next = std::ranges::find(all, *heir, &RetiredId::id);
    if (next == all.end()) {
      break;
    }
    heir = next->into;
  }
  return {"it was retired on " + retired->time + " (" + retired->reason +
              (heir ? ", now part of " + std::to_string(*heir) : "") + "); ",
          heir};
}

// The ids there are that somebody may have meant by one that is not: the neighbours, and one that
// a slip of the fingers makes of it (of fewer than three digits any is); none where there are none.
std::vector<std::string> ids_near(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  std::vector<std::string> near;
  const auto above = std::ranges::upper_bound(ids, id);
  if (above != ids.begin()) {
    near.push_back(std::to_string(*(above - 1)));
  }
  if (above != ids.end()) {
    near.push_back(std::to_string(*above));
  }
  if (id < 100) {
    return near;
  }
  std::vector<std::string> all;
  std::ranges::transform(ids, std::back_inserter(all),
                         [](std::uint32_t one) { return std::to_string(one); });
  const auto slip = closest_match(std::to_string(id), all);
  if (slip && std::ranges::find(near, *slip) == near.end()) {
    near.push_back(*slip);
  }
  return near;
}

// "; did you mean 7, 9 or 81?"
std::string question_of(const std::vector<std::string>& near) {
  std::string text;
  for (std::size_t i = 0; i < near.size(); ++i) {
    text += (i == 0 ? "; did you mean " : i + 1 == near.size() ? " or " : ", ") + near[i];
  }
  return text.empty() ? text : text + "?";
}

}  // namespace

std::string column_name(std::string_view kind, std::string_view unit) {
  std::string name(kind);
  // Not "maximum", which only ends in the same letters.
  if (unit.empty() || kind == unit || kind.ends_with("_" + std::string(unit))) {
    return name;
  }
  return name +
         (unit.starts_with("1/") ? "_per_" + std::string(unit.substr(2)) : "_" + std::string(unit));
}

Catalogue::Catalogue(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Catalogue Catalogue::create(const fs::path& folder, const ScanRecord& scan,
                            const SegmentationRecord& segmentation,
                            const std::vector<LabelClass>& classes,
                            std::span<const MeasurementKind> kinds) {
  auto state = std::make_unique<State>();
  state->folder = folder;
  state->writable = true;
  state->lock.emplace(lock(folder));
  const fs::path path = folder / database_name;
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    throw file_error(path, "is there already; a catalogue is made in an empty folder");
  }
  state->database = std::make_unique<Database>(path, Database::Mode::create, catalogue_remedy);
  const Database& database = *state->database;
  migrate(database);
  Transaction transaction(database);
  Statement(database, "INSERT INTO state VALUES (1, 'scan', 0, ?)").bind(version()).run();
  insert_scan(database, scan);
  insert_segmentation(database, segmentation);
  insert_classes(database, classes);
  insert_kinds(database, kinds, scan.grid.spacing_known);
  make_specimen_table(database);
  transaction.commit();
  write_tables(database, folder);
  return Catalogue(std::move(state));
}

Catalogue Catalogue::open(const fs::path& path, Access access) {
  auto state = std::make_unique<State>();
  std::error_code ignored;
  const bool one_file = fs::is_regular_file(path, ignored);
  if (!fs::exists(path, ignored)) {
    throw file_error(path,
                     "there is no such folder; give the NAME.fossils that fossilct extract "
                     "wrote");
  }
  const fs::path file = one_file ? path : path / database_name;
  state->folder = one_file ? path.parent_path() : path;
  state->writable = access == Access::write;
  if (!fs::is_regular_file(file, ignored)) {
    throw file_error(path, std::string("holds no ") + database_name +
                               "; give the NAME.fossils that fossilct extract wrote");
  }
  if (state->writable) {
    state->lock.emplace(lock(state->folder));
  }
  state->database = std::make_unique<Database>(
      file, state->writable ? Database::Mode::write : Database::Mode::read, catalogue_remedy);
  const Database& database = *state->database;
  require_catalogue(database);
  if (!state->writable) {
    if (database.integer("PRAGMA user_version") < current_schema()) {
      bring_up_to_date(path, database);
      return open(path, access);
    }
    require_tables(database);
    return Catalogue(std::move(state));
  }
  migrate(database);
  require_tables(database);
  if (is_merged_database(database)) {
    throw file_error(path,
                     "joins several scans and is only read; change the catalogue of the "
                     "scan and merge again");
  }
  finish_pending(database, state->folder);
  if (!tables_are_current(database, state->folder)) {
    write_tables(database, state->folder);
  }
  return Catalogue(std::move(state));
}

bool Catalogue::is_ours(const fs::path& folder) {
  if (const auto id = application_id_in(folder / database_name)) {
    return *id == catalogue_application_id;
  }
  std::error_code ignored;
  return fs::exists(folder / "specimens.csv", ignored) &&
         fs::exists(folder / "specimens.json", ignored);
}

FileLock Catalogue::lock(const fs::path& folder) { return {folder / lock_name, "fossilct"}; }

const fs::path& Catalogue::folder() const { return state_->folder; }

fs::path Catalogue::path_of(const std::string& name) const {
  return pending_path(*state_->database, state_->folder, name);
}

bool Catalogue::is_merged() const { return is_merged_database(*state_->database); }

std::vector<ScanRecord> Catalogue::scans() const { return read_scans(*state_->database); }

ScanRecord Catalogue::scan() const { return scans().front(); }

SegmentationRecord Catalogue::segmentation() const {
  Statement row(*state_->database,
                "SELECT path, sha256, options, summary, provenance FROM segmentation "
                "ORDER BY scan LIMIT 1");
  if (!row.step()) {
    throw format_error(state_->database->path(), "does not say where its labels are from");
  }
  return {row.text(0), row.text(1), try_parse_json(row.text_view(2)),
          try_parse_json(row.text_view(3)), try_parse_json(row.text_view(4))};
}

std::vector<LabelClass> Catalogue::classes() const {
  Json list = Json::array();
  Statement rows(*state_->database, "SELECT value, name, colour FROM class ORDER BY value");
  while (rows.step()) {
    list.push_back({{"value", rows.integer(0)}, {"name", rows.text(1)}, {"colour", rows.text(2)}});
  }
  return label_classes_from_json(list);
}

std::vector<CatalogueKind> Catalogue::kinds() const { return read_kinds(*state_->database); }

std::vector<CatalogueEntry> Catalogue::entries() const {
  return read_entries(*state_->database, "");
}

CatalogueEntry Catalogue::entry(std::uint32_t id, std::string_view option) const {
  std::vector<CatalogueEntry> entries =
      read_entries(*state_->database, "WHERE s.key = " + std::to_string(specimen_key(1, id)));
  if (entries.empty()) {
    const Fate fate = fate_of(*state_->database, id);
    throw option_error(option, "there is no fossil " + std::to_string(id) + ": " + fate.text +
                                   range_of_ids(*state_->database) +
                                   question_of(fate.heir ? std::vector{std::to_string(*fate.heir)}
                                                         : ids_near(ids(), id)));
  }
  return std::move(entries.front());
}

bool Catalogue::has(std::uint32_t id) const {
  return Statement(*state_->database, "SELECT 1 FROM specimen WHERE key = ?")
      .bind(specimen_key(1, id))
      .step();
}

std::vector<std::uint32_t> Catalogue::ids() const {
  std::vector<std::uint32_t> ids;
  Statement rows(*state_->database, "SELECT id FROM specimen ORDER BY key");
  while (rows.step()) {
    ids.push_back(static_cast<std::uint32_t>(rows.integer(0)));
  }
  return ids;
}

std::uint32_t Catalogue::highest_id_given() const {
  return static_cast<std::uint32_t>(
      state_->database->integer("SELECT highest_id FROM scan WHERE id = 1"));
}

std::vector<RetiredId> Catalogue::retired() const { return read_retired(*state_->database); }
std::vector<Decision> Catalogue::decisions() const { return read_decisions(*state_->database); }
std::vector<Signature> Catalogue::signatures() const { return read_signatures(*state_->database); }
std::int64_t Catalogue::revision() const {
  return state_->database->integer("SELECT revision FROM state");
}
std::string Catalogue::content_sha256() const { return content_hash(*state_->database); }

}  // namespace fossilct
