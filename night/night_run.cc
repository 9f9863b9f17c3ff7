// SPDX-License-Identifier: Apache-2.0
#include "night/night_run.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "night/overview.h"
#include "night/verdict.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr double bytes_of_gb = 1e9;
constexpr double seconds_between_progress = 2;
constexpr std::size_t longest_progress = 200;

ChildLimits child_limits(const JobLimits& limits, double grace_seconds) {
  constexpr double seconds_of_minute = 60;
  constexpr double seconds_of_hour = 3600;
  return {static_cast<std::int64_t>(limits.memory_gb * bytes_of_gb), limits.hours * seconds_of_hour,
          limits.watchdog_minutes * seconds_of_minute, grace_seconds};
}

std::string headline(const StageRecord& record) {
  const auto now = static_cast<std::time_t>(record.began);
  std::tm broken_down{};
  ::gmtime_r(&now, &broken_down);
  char time[32] = "";
  std::strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S UTC", &broken_down);
  std::string line = "=== " + std::string(time) + ", try " + std::to_string(record.tries) +
                     (record.with_less ? " (with less)" : "") + ": fossilct";
  for (const std::string& argument : record.arguments) {
    line += " " + argument;
  }
  return printable(line, line.size());
}

bool was_ended_by_dead_run(const fs::path& job_folder) {
  const auto holder = lock_holder(lock_path(job_folder));
  return !holder || (::kill(static_cast<pid_t>(holder->process), 0) != 0 && errno == ESRCH);
}

void remove_leftovers(const Step& step) {
  for (const fs::path& path : step.leftovers) {
    std::error_code ignored;  // the stage itself will say what is in its way
    fs::remove_all(path, ignored);
  }
}

// A file in a folder of this user's alone, made where it is not there; nothing where it can't be,
// or there is no such scan.
std::optional<fs::path> path_of_scan_lock(const fs::path& scan) {
  std::error_code code;
  const fs::path folder =
      fs::temp_directory_path(code) / ("fossilct-scans-" + std::to_string(::getuid()));
  struct stat of_scan {};
  struct stat of_folder {};
  if (code || ::stat(scan.c_str(), &of_scan) != 0 ||
      (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) ||
      ::lstat(folder.c_str(), &of_folder) != 0 || !S_ISDIR(of_folder.st_mode) ||
      of_folder.st_uid != ::getuid() || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    return std::nullopt;
  }
  return folder / (std::to_string(of_scan.st_dev) + "-" + std::to_string(of_scan.st_ino));
}

std::vector<OutputStamp> stamps_of(const Step& step) {
  std::vector<OutputStamp> stamps;
  for (const StepOutput& output : step.outputs) {
    if (output.may_be_absent && file_stamp(output.path).empty()) {
      continue;
    }
    stamps.push_back({output.path, output.others_write ? "" : file_stamp(output.path)});
  }
  return stamps;
}

}  // namespace

FileLock lock_job(const fs::path& job_folder) {
  constexpr int tries = 100;
  constexpr auto pause = std::chrono::milliseconds(100);
  for (int i = 0;; ++i) {
    try {
      return {lock_path(job_folder), "run of the job " + job_folder.string()};
    } catch (const Error&) {
      if (i == tries || !was_ended_by_dead_run(job_folder)) {
        throw;
      }
    }
    std::this_thread::sleep_for(pause);
  }
}

std::optional<ScanLock> ScanLock::take(const fs::path& scan) {
  const std::optional<fs::path> path = path_of_scan_lock(scan);
  if (!path) {
    return ScanLock(std::nullopt);
  }
  try {
    return ScanLock(FileLock(*path, "job on " + scan.string()));
  } catch (const Error&) {
    return std::nullopt;
  }
}

NightRun::NightRun(JobJournal& journal, RunSetup setup, Progress& progress)
    : journal_(journal), setup_(std::move(setup)), progress_(progress) {}

void NightRun::run(std::span<const Step> steps) {
  forget_what_others_changed(steps);
  for (const Step& step : steps) {
    progress_.check();
    run_one(step);
  }
}

void NightRun::refuse(std::span<const Step> steps, const std::string& reason,
                      const std::string& remedy) {
  bool first = true;
  for (const Step& step : steps) {
    StageRecord record = journal_.read(step.scan, step.stage);
    if (record.state == StageState::skipped) {
      continue;
    }
    if (first) {
      fail(record, reason, remedy);
      first = false;
    } else {
      block(step, record);
    }
  }
}

// The last stage that ended left the shared file as it is now, unless somebody else wrote it since.
// All stages that follow it are put back at once, so that a kill in between loses none.
void NightRun::forget_what_others_changed(std::span<const Step> steps) {
  std::optional<StageRecord> last;
  fs::path shared;
  for (const Step& step : steps) {
    const StageRecord record = journal_.read(step.scan, step.stage);
    const bool sharing = !step.shared.empty() && !record.shared_stamp.empty();
    if (sharing && (!last || record.ended >= last->ended)) {
      last = record;
      shared = step.shared;
    }
  }
  if (!last || file_stamp(shared) == last->shared_stamp) {
    return;
  }
  for (const Step& step : steps) {
    StageRecord record = journal_.read(step.scan, step.stage);
    if (step.shared == shared && !step.makes_shared && record.state == StageState::done) {
      record.state = StageState::waiting;
      write(record);
    }
  }
}

void NightRun::run_one(const Step& step) {
  StageRecord record = journal_.read(step.scan, step.stage);
  if (record.state == StageState::skipped || block(step, record)) {
    return;
  }
  try {
    const std::string now = fingerprint(step);
    if (holds(step, record, now)) {
      return;
    }
    const bool goes_on = record.fingerprint == now && record.state != StageState::done;
    if (record.fingerprint != now) {
      remove_leftovers(step);
      record.anew = record.anew || !record.fingerprint.empty();
    }
    record.fingerprint = now;
    record.tries = 0;
    record.log = log_path(journal_.folder(), step.scan, step.stage);
    fs::create_directories(record.log.parent_path());
    require_room();
    try_twice(step, record, goes_on);
  } catch (const Error& error) {
    fail(record, error.what(), "");
  }
}

void NightRun::block(const StepNeed& stage, const std::string& reason) {
  StageRecord record = journal_.read(stage.scan, stage.stage);
  if (record.state != StageState::skipped) {
    record.state = StageState::blocked;
    record.reason = reason;
    write(record);
  }
}

bool NightRun::block(const Step& step, StageRecord& record) {
  for (const StepNeed& need : step.needs) {
    const StageRecord needed = journal_.read(need.scan, need.stage);
    if (need.must && needed.state != StageState::done && needed.state != StageState::skipped) {
      record.state = StageState::blocked;
      record.reason =
          need.stage + (needed.state == StageState::failed ? " failed" : " is not done");
      record.remedy.clear();
      write(record);
      return true;
    }
  }
  return false;
}

std::string NightRun::fingerprint(const Step& step) {
  std::vector<std::string> parts = {std::string(version()), step.stage};
  const auto add = [&](const std::string& kind, const std::string& name, const std::string& value) {
    parts.insert(parts.end(), {kind, name, value});
  };
  for (const std::string& word : step.identity) {
    add("word", "", word);
  }
  for (const fs::path& path : step.stamped_inputs) {
    add("file", path.string(), file_stamp(path));
  }
  for (const fs::path& path : step.hashed_inputs) {
    add("content", "", hashed_.sha256(path, progress_));
  }
  for (const StepNeed& need : step.needs) {
    const StageRecord record = journal_.read(need.scan, need.stage);
    add("stage " + need.stage, std::string(name_of(record.state)), record.fingerprint);
  }
  return fingerprint_of(parts);
}

bool NightRun::holds(const Step& step, const StageRecord& record,
                     const std::string& fingerprint) const {
  const auto required = std::count_if(step.outputs.begin(), step.outputs.end(),
                                      [](const StepOutput& o) { return !o.may_be_absent; });
  if (record.state != StageState::done || record.fingerprint != fingerprint ||
      std::ssize(record.outputs) < required) {
    return false;
  }
  return std::all_of(record.outputs.begin(), record.outputs.end(), [](const OutputStamp& output) {
    const std::string now = file_stamp(output.path);
    return !now.empty() && (output.stamp.empty() || output.stamp == now);
  });
}

NightRun::Trial NightRun::trial_from_start(const Step& step, const StageRecord& record,
                                           bool with_less) {
  Trial trial{with_less ? step.arguments_with_less : step.arguments, with_less};
  if (record.anew) {
    trial.arguments.insert(trial.arguments.end(), step.when_anew.begin(), step.when_anew.end());
  }
  return trial;
}

NightRun::Trial NightRun::first_trial(const Step& step, const StageRecord& record,
                                      bool goes_on) const {
  std::error_code ignored;
  if (goes_on && !step.resumed_from.empty() && fs::exists(step.resumed_from, ignored)) {
    return {step.arguments_to_resume, false};
  }
  return trial_from_start(step, record, false);
}

NightRun::Trial NightRun::second_trial(const Step& step, const StageRecord& record) const {
  std::error_code ignored;
  if (!step.resumed_from.empty() && fs::exists(step.resumed_from, ignored)) {
    return {step.arguments_to_resume, true};
  }
  return trial_from_start(step, record, true);
}

void NightRun::try_twice(const Step& step, StageRecord& record, bool goes_on) {
  const ChildEnd end = try_once(record, first_trial(step, record, goes_on));
  if (!less_may_help(end)) {
    finish(step, record, end);
    return;
  }
  progress_.warning(title_of(record) + ": " + reason_of(end, setup_.limits) +
                    "; it is tried once more with less");
  finish(step, record, try_once(record, second_trial(step, record)));
}

ChildEnd NightRun::try_once(StageRecord& record, const Trial& trial) {
  record.state = StageState::running;
  record.arguments = trial.arguments;
  record.with_less = trial.with_less;
  record.began = seconds_since_1970();
  record.ended = 0;
  record.exit_code.reset();
  record.reason.clear();
  record.remedy.clear();
  record.progress.clear();
  ++record.tries;
  write(record);
  const ChildCommand command{setup_.program, trial.arguments,  setup_.folder,
                             record.log,     headline(record), setup_.lock_descriptor};
  double told = 0;
  const ChildEnd end = run_child(
      command, child_limits(setup_.limits, setup_.grace_seconds), setup_.work_told,
      [&](const std::string& line) {
        record.progress = printable(line, longest_progress);
        if (seconds_since_1970() - told >= seconds_between_progress) {
          told = seconds_since_1970();
          journal_.write_progress(record);
          setup_.tell(record);
        }
      },
      progress_);
  record.ended = seconds_since_1970();
  record.exit_code = end.exit_code;
  record.peak_memory_bytes = end.peak_memory_bytes;
  if (end.ending == ChildEnding::stopped) {
    record.state = StageState::waiting;
    record.reason = "interrupted";
    write(record);
    throw Cancelled();
  }
  return end;
}

void NightRun::finish(const Step& step, StageRecord& record, const ChildEnd& end) {
  if (!is_done(end)) {
    fail(record, reason_of(end, setup_.limits), remedy_of(end));
    return;
  }
  const auto missing = std::find_if(step.outputs.begin(), step.outputs.end(), [](const auto& o) {
    return !o.may_be_absent && file_stamp(o.path).empty();
  });
  if (missing != step.outputs.end()) {
    fail(record, missing->path.string() + " is not there, though the stage ended well",
         "Start the run again; should that repeat, report it with the log");
    return;
  }
  record.state = StageState::done;
  record.reason = remark_of(end);
  record.anew = false;
  record.outputs = stamps_of(step);
  record.shared_stamp = step.shared.empty() ? "" : file_stamp(step.shared);
  write(record);
}

void NightRun::fail(StageRecord& record, const std::string& reason, const std::string& remedy) {
  record.state = StageState::failed;
  record.reason = reason;
  record.remedy = remedy;
  write(record);
}

void NightRun::write(const StageRecord& record) {
  journal_.write(record);
  setup_.tell(record);
}

void NightRun::require_room() const {
  const double most = setup_.limits.disk_gb * bytes_of_gb;
  const auto bytes = most > 0 ? static_cast<double>(bytes_below(journal_.folder())) : 0;
  if (bytes > most) {
    throw file_error(journal_.folder(), "holds " + format_bytes(bytes) + ", more than disk-gb = " +
                                            format_number(setup_.limits.disk_gb) +
                                            " allows; raise it, or free some");
  }
}

}  // namespace fossilct
