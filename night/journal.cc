// SPDX-License-Identifier: Apache-2.0
#include "night/journal.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/version.h"
#include "database/sqlite.h"
#include "night/journal_rows.h"
#include "night/overview.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t application_id = 0x466f4e69;  // "FoNi"
constexpr std::int64_t schema = 1;
constexpr const char* remedy =
    "Move it away and start the job again: what it made is then made anew";

// `progress` alone is not covered by the checksum: it is written often, and decides nothing.
constexpr const char* tables = R"(
CREATE TABLE night (
  id INTEGER PRIMARY KEY CHECK (id = 1), job_file TEXT, version TEXT, began REAL, ended REAL,
  runs INTEGER, outcome TEXT, checksum TEXT);
CREATE TABLE scans (
  place INTEGER PRIMARY KEY, name TEXT UNIQUE, path TEXT, folder TEXT, labels TEXT, bytes INTEGER,
  checksum TEXT);
CREATE TABLE stages (
  place INTEGER, scan TEXT, stage TEXT, state TEXT, tries INTEGER, with_less INTEGER, began REAL,
  ended REAL, exit_code INTEGER, reason TEXT, remedy TEXT, fingerprint TEXT, anew INTEGER,
  arguments TEXT, peak_memory_bytes INTEGER, log TEXT, outputs TEXT, shared_stamp TEXT,
  checksum TEXT, progress TEXT, PRIMARY KEY (scan, stage));
)";

void require_journal(const Database& database) {
  if (database.integer("PRAGMA application_id") != application_id) {
    throw format_error(database.path(), std::string("is no journal of a job. ") + remedy);
  }
  const std::int64_t found = database.integer("PRAGMA user_version");
  if (found > schema) {
    throw format_error(database.path(), "has schema " + std::to_string(found) +
                                            "; this fossilct knows " + std::to_string(schema) +
                                            ". Use the newer fossilct that wrote it");
  }
  Statement check(database, "PRAGMA quick_check(1)");
  if (!check.step() || check.text_view(0) != "ok") {
    throw format_error(database.path(), "the database is damaged (" +
                                            printable(check.text_view(0), 200) + "). " + remedy);
  }
}

void make_tables(const Database& database) {
  Transaction transaction(database);
  if (database.integer("SELECT count(*) FROM sqlite_schema") == 0) {
    database.run(tables);
    database.run("PRAGMA application_id = " + std::to_string(application_id));
    database.run("PRAGMA user_version = " + std::to_string(schema));
  }
  transaction.commit();
}

NightRecord read_everything(const Database& database, const fs::path& folder) {
  NightRecord night = read_night_row(database, folder);
  night.scans = read_scan_rows(database, folder);
  night.stages = read_stage_rows(database, folder);
  return night;
}

// What of before holds on in a new run.
StageRecord taken_over(const StageRecord& now, const StageRecord& before) {
  StageRecord record = before;
  record.progress.clear();
  record.tries = before.state == StageState::done ? before.tries : 0;
  if (now.state == StageState::skipped) {
    record.state = StageState::skipped;
    record.reason = now.reason;
    record.remedy.clear();
  } else if (before.state != StageState::done) {
    record.state = StageState::waiting;
    record.reason.clear();
    record.remedy.clear();
  }
  return record;
}

bool is_alive(std::int64_t process) {
  return process > 0 && (::kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM);
}

}  // namespace

std::string_view name_of(StageState state) {
  switch (state) {
    case StageState::waiting:
      return "waiting";
    case StageState::running:
      return "running";
    case StageState::done:
      return "done";
    case StageState::failed:
      return "failed";
    case StageState::skipped:
      return "skipped";
    case StageState::blocked:
      break;
  }
  return "blocked";
}

std::string title_of(const StageRecord& record) {
  return record.scan.empty() ? record.stage : record.scan + ": " + record.stage;
}

fs::path journal_path(const fs::path& job_folder) { return job_folder / "journal.sqlite"; }
fs::path lock_path(const fs::path& job_folder) { return job_folder / "lock"; }
fs::path log_path(const fs::path& job_folder, const std::string& scan, const std::string& stage) {
  // A scan's name has no leading dot: no scan's logs meet those of the job.
  return job_folder / "log" / (scan.empty() ? ".job" : scan) / (stage + ".log");
}

NightRecord read_night(const fs::path& job_folder) {
  const fs::path path = journal_path(job_folder);
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw file_error(job_folder,
                     "holds no journal.sqlite; expected the folder that `fossilct run` writes, "
                     "which is named as the job file with .job, or by its output =");
  }
  const Database database(path, Database::Mode::read, remedy);
  require_journal(database);
  NightRecord night = read_everything(database, fs::absolute(job_folder).lexically_normal());
  const auto holder = lock_holder(lock_path(job_folder));
  night.running_process = holder && is_alive(holder->process) ? holder->process : 0;
  return night;
}

JobJournal::JobJournal(const fs::path& job_folder)
    : folder_(fs::absolute(job_folder).lexically_normal()),
      database_(std::make_unique<Database>(journal_path(folder_), Database::Mode::create, remedy)) {
  make_tables(*database_);
  require_journal(*database_);
}

JobJournal::~JobJournal() = default;
JobJournal::JobJournal(JobJournal&&) noexcept = default;

void JobJournal::begin_run(const NightRecord& job) {
  Transaction transaction(*database_);
  NightRecord before = read_everything(*database_, folder_);
  NightRecord now = job;
  now.runs = before.runs + 1;
  now.version = version();
  now.began = seconds_since_1970();
  now.ended = 0;
  now.outcome.clear();
  database_->run("DELETE FROM scans; DELETE FROM stages;");
  write_night_row(*database_, now);
  for (std::size_t i = 0; i < now.scans.size(); ++i) {
    write_scan_row(*database_, folder_, now.scans[i], static_cast<std::int64_t>(i));
  }
  for (std::size_t i = 0; i < now.stages.size(); ++i) {
    const StageRecord& stage = now.stages[i];
    const auto known = std::find_if(
        before.stages.begin(), before.stages.end(),
        [&](const StageRecord& r) { return r.scan == stage.scan && r.stage == stage.stage; });
    insert_stage_row(*database_, folder_,
                     known == before.stages.end() ? stage : taken_over(stage, *known),
                     static_cast<std::int64_t>(i));
  }
  transaction.commit();
}

void JobJournal::end_run(std::string_view outcome) {
  NightRecord night = read_night_row(*database_, folder_);
  night.ended = seconds_since_1970();
  night.outcome = outcome;
  write_night_row(*database_, night);
}

void JobJournal::write(const StageRecord& record) {
  Transaction transaction(*database_);
  update_stage_row(*database_, folder_, record);
  transaction.commit();
}

void JobJournal::write_progress(const StageRecord& record) {
  Statement(*database_, "UPDATE stages SET progress = ? WHERE scan = ? AND stage = ?")
      .bind_all(std::string_view(record.progress), std::string_view(record.scan),
                std::string_view(record.stage))
      .run();
}

StageRecord JobJournal::read(const std::string& scan, const std::string& stage) const {
  return read_stage_row(*database_, folder_, scan, stage);
}

NightRecord JobJournal::read_all() const { return read_everything(*database_, folder_); }

}  // namespace fossilct
