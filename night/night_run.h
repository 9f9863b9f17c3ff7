// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/lock.h"
#include "base/progress.h"
#include "night/child.h"
#include "night/fingerprint.h"
#include "night/job.h"
#include "night/journal.h"
#include "night/step.h"

namespace fossilct {

// The lock of a job, which what it starts holds too: while a stage of a killed run is still being
// ended, nobody begins to write where it wrote. Waits some seconds for such a one. Throws
// Error{file} that names the run which goes on.
FileLock lock_job(const std::filesystem::path& job_folder);

// A scan that a job works on, which other jobs of the same user then leave alone: a lock in the
// folder for temporary files, named after the scan's inode. On the scan itself it would keep every
// program out that locks what it reads, as HDF5 does. Where none can be made, there is none.
class ScanLock {
 public:
  // Nothing where another job has it.
  static std::optional<ScanLock> take(const std::filesystem::path& scan);

 private:
  explicit ScanLock(std::optional<FileLock> lock) : lock_(std::move(lock)) {}
  std::optional<FileLock> lock_;
};

struct RunSetup {
  std::filesystem::path program;  // that has all commands
  std::filesystem::path folder;   // stages run in it
  JobLimits limits;
  double grace_seconds = 60;  // for a stage that is told to end
  int lock_descriptor = -1;   // of lock_job()
  WorkTold work_told;
  std::function<void(const StageRecord&)> tell;  // after each change, and with progress
};

// Brings stages to their end, each as a process, and keeps the journal.
//
// A stage that is done, with the same fingerprint and its outputs as they were, is not run again.
// One that crashed, used too much memory, or made no progress is tried once more with less; one
// that failed in another way is not: the same would come out. What needs it is then blocked.
class NightRun {
 public:
  NightRun(JobJournal& journal, RunSetup setup, Progress& progress);

  // The stages of one scan (or of the job) in their order. Throws Cancelled: what was cut off waits
  // for the next run; and Error{file} where the journal can't be written.
  void run(std::span<const Step> steps);
  // What a stage needs is not there, for a reason that is no stage's.
  void block(const StepNeed& stage, const std::string& reason);
  // Fails the first stage that is to run, and blocks the others.
  void refuse(std::span<const Step> steps, const std::string& reason, const std::string& remedy);

 private:
  struct Trial {
    std::vector<std::string> arguments;
    bool with_less = false;
  };
  void forget_what_others_changed(std::span<const Step> steps);
  void run_one(const Step& step);
  bool block(const Step& step, StageRecord& record);
  std::string fingerprint(const Step& step);
  bool holds(const Step& step, const StageRecord& record, const std::string& fingerprint) const;
  void try_twice(const Step& step, StageRecord& record, bool goes_on);
  static Trial trial_from_start(const Step& step, const StageRecord& record, bool with_less);
  Trial first_trial(const Step& step, const StageRecord& record, bool goes_on) const;
  Trial second_trial(const Step& step, const StageRecord& record) const;
  ChildEnd try_once(StageRecord& record, const Trial& trial);
  void finish(const Step& step, StageRecord& record, const ChildEnd& end);
  void fail(StageRecord& record, const std::string& reason, const std::string& remedy);
  void write(const StageRecord& record);
  void require_room() const;

  JobJournal& journal_;
  RunSetup setup_;
  Progress& progress_;
  HashedFiles hashed_;
};

}  // namespace fossilct
