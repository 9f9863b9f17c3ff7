// SPDX-License-Identifier: Apache-2.0
#include "night/journal_rows.h"

#include <cassert>
#include <utility>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

// Between the words of a list in one field: no argument of a program and no path has it in earnest.
constexpr char unit_separator = '\x1f';

constexpr const char* stage_columns =
    "place, scan, stage, state, tries, with_less, began, ended, exit_code, reason, remedy, "
    "fingerprint, anew, arguments, peak_memory_bytes, log, outputs, shared_stamp, checksum, "
    "progress";

// Over the columns before it, as text that SQLite makes of them.
std::string checksum_of(const Statement& row, int columns) {
  std::string all;
  for (int i = 0; i < columns; ++i) {
    all += (row.is_null(i) ? "null" : row.text(i)) + unit_separator;
  }
  constexpr std::size_t digits = 16;
  return sha256_of(all).substr(0, digits);
}

void require_checksum(const Database& database, const Statement& row, int column,
                      const std::string& what) {
  if (row.text(column) != checksum_of(row, column)) {
    throw format_error(database.path(),
                       "the database is damaged: the row of " + printable(what) +
                           " is not what was written. Move the file away and start the job again: "
                           "what it made is then made anew");
  }
}

// Writes the checksum of the one row that `select` (its columns before the checksum) finds.
void seal(const Database& database, const std::string& select, const std::string& update) {
  Statement row(database, select);
  [[maybe_unused]] const bool found = row.step();
  assert(found);
  const std::string checksum = checksum_of(row, row.columns());
  row.run();
  Statement(database, update).bind(std::string_view(checksum)).run();
}

std::string kept_path(const fs::path& path, const fs::path& folder) {
  if (path.empty()) {
    return "";
  }
  const fs::path relative = path.lexically_relative(folder);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : path.string();
}

fs::path path_of(const std::string& kept, const fs::path& folder) {
  return kept.empty() ? fs::path() : folder / kept;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word + unit_separator;
  }
  return text;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words = split(text, unit_separator);
  if (!words.empty()) {
    words.pop_back();  // behind the last separator
  }
  return words;
}

std::string kept_outputs(const StageRecord& record, const fs::path& folder) {
  std::vector<std::string> words;
  for (const OutputStamp& output : record.outputs) {
    words.push_back(kept_path(output.path, folder));
    words.push_back(output.stamp);
  }
  return joined(words);
}

std::vector<OutputStamp> outputs_of(const std::string& text, const fs::path& folder) {
  const std::vector<std::string> words = words_of(text);
  std::vector<OutputStamp> outputs;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    outputs.push_back({path_of(words[i], folder), words[i + 1]});
  }
  return outputs;
}

StageState state_of(const std::string& name, const Database& database) {
  for (const StageState state : {StageState::waiting, StageState::running, StageState::done,
                                 StageState::failed, StageState::skipped, StageState::blocked}) {
    if (name == name_of(state)) {
      return state;
    }
  }
  throw format_error(database.path(), "a stage has the state '" + printable(name) +
                                          "', which is none of this fossilct's");
}

StageRecord stage_of(const Database& database, const fs::path& folder, const Statement& row) {
  constexpr int checksum_column = 18;
  require_checksum(database, row, checksum_column, row.text(1) + " " + row.text(2));
  StageRecord record;
  record.scan = row.text(1);
  record.stage = row.text(2);
  record.state = state_of(row.text(3), database);
  record.tries = static_cast<int>(row.integer(4));
  record.with_less = row.integer(5) != 0;
  record.began = row.real(6);
  record.ended = row.real(7);
  if (!row.is_null(8)) {
    record.exit_code = static_cast<int>(row.integer(8));
  }
  record.reason = row.text(9);
  record.remedy = row.text(10);
  record.fingerprint = row.text(11);
  record.anew = row.integer(12) != 0;
  record.arguments = words_of(row.text(13));
  record.peak_memory_bytes = row.integer(14);
  record.log = path_of(row.text(15), folder);
  record.outputs = outputs_of(row.text(16), folder);
  record.shared_stamp = row.text(17);
  record.progress = row.text(19);
  return record;
}

std::string key_condition(const std::string& table_columns, const char* condition) {
  return "SELECT " + table_columns + " FROM stages WHERE " + condition;
}

}  // namespace

NightRecord read_night_row(const Database& database, const fs::path& folder) {
  NightRecord night;
  night.folder = folder;
  Statement row(database,
                "SELECT job_file, version, began, ended, runs, outcome, checksum FROM night");
  if (!row.step()) {
    return night;
  }
  require_checksum(database, row, 6, "the job");
  night.job_file = row.text(0);
  night.version = row.text(1);
  night.began = row.real(2);
  night.ended = row.real(3);
  night.runs = static_cast<int>(row.integer(4));
  night.outcome = row.text(5);
  return night;
}

void write_night_row(const Database& database, const NightRecord& night) {
  const std::string job_file = night.job_file.string();
  Statement(database, "REPLACE INTO night VALUES (1, ?, ?, ?, ?, ?, ?, NULL)")
      .bind_all(std::string_view(job_file), std::string_view(night.version), night.began,
                night.ended, night.runs, std::string_view(night.outcome))
      .run();
  seal(database, "SELECT job_file, version, began, ended, runs, outcome FROM night",
       "UPDATE night SET checksum = ?");
}

std::vector<NightScan> read_scan_rows(const Database& database, const fs::path& folder) {
  std::vector<NightScan> scans;
  Statement row(database,
                "SELECT place, name, path, folder, labels, bytes, checksum FROM scans "
                "ORDER BY place");
  while (row.step()) {
    require_checksum(database, row, 6, row.text(1));
    scans.push_back({row.text(1), path_of(row.text(2), folder), path_of(row.text(3), folder),
                     path_of(row.text(4), folder), row.integer(5)});
  }
  return scans;
}

void write_scan_row(const Database& database, const fs::path& folder, const NightScan& scan,
                    std::int64_t place) {
  const std::string path = kept_path(scan.path, folder);
  const std::string own = kept_path(scan.folder, folder);
  const std::string labels = kept_path(scan.labels, folder);
  Statement(database, "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, NULL)")
      .bind_all(place, std::string_view(scan.name), std::string_view(path), std::string_view(own),
                std::string_view(labels), scan.bytes)
      .run();
  seal(database,
       "SELECT place, name, path, folder, labels, bytes FROM scans WHERE place = " +
           std::to_string(place),
       "UPDATE scans SET checksum = ? WHERE place = " + std::to_string(place));
}

std::vector<StageRecord> read_stage_rows(const Database& database, const fs::path& folder) {
  std::vector<StageRecord> stages;
  Statement row(database, key_condition(stage_columns, "true ORDER BY place"));
  while (row.step()) {
    stages.push_back(stage_of(database, folder, row));
  }
  return stages;
}

StageRecord read_stage_row(const Database& database, const fs::path& folder,
                           const std::string& scan, const std::string& stage) {
  Statement row(database, key_condition(stage_columns, "scan = ? AND stage = ?"));
  row.bind_all(std::string_view(scan), std::string_view(stage));
  [[maybe_unused]] const bool found = row.step();
  assert(found);
  return stage_of(database, folder, row);
}

void insert_stage_row(const Database& database, const fs::path& folder, const StageRecord& record,
                      std::int64_t place) {
  const std::string arguments = joined(record.arguments);
  const std::string log = kept_path(record.log, folder);
  const std::string outputs = kept_outputs(record, folder);
  Statement(database,
            "REPLACE INTO stages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "NULL, ?)")
      .bind_all(place, std::string_view(record.scan), std::string_view(record.stage),
                name_of(record.state), record.tries, record.with_less, record.began, record.ended,
                record.exit_code, std::string_view(record.reason), std::string_view(record.remedy),
                std::string_view(record.fingerprint), record.anew, std::string_view(arguments),
                record.peak_memory_bytes, std::string_view(log), std::string_view(outputs),
                std::string_view(record.shared_stamp), std::string_view(record.progress))
      .run();
  const std::string of_place = " WHERE place = " + std::to_string(place);
  const std::string columns = stage_columns;
  seal(database,
       "SELECT " + columns.substr(0, columns.find(", checksum")) + " FROM stages" + of_place,
       "UPDATE stages SET checksum = ?" + of_place);
}

void update_stage_row(const Database& database, const fs::path& folder, const StageRecord& record) {
  Statement place(database, "SELECT place FROM stages WHERE scan = ? AND stage = ?");
  place.bind_all(std::string_view(record.scan), std::string_view(record.stage));
  [[maybe_unused]] const bool found = place.step();
  assert(found);
  const std::int64_t where = place.integer(0);
  place.run();
  insert_stage_row(database, folder, record, where);
}

}  // namespace fossilct
