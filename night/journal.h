// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

class Database;

// What a stage of a scan, or of the job, has come to.
enum class StageState {
  waiting,
  running,  // or was, when the run was killed: see NightRecord::running_process
  done,
  failed,
  skipped,  // nobody asked for it: not among the stages, no classifier, labels given
  blocked   // what it needs has failed
};
std::string_view name_of(StageState state);  // "waiting" ...

// A file or folder that a stage made, as it was when the stage ended.
struct OutputStamp {
  std::filesystem::path path;
  std::string stamp;  // its size and time, see file_stamp(); empty: others write it too
};

// Times are seconds since 1970 (UTC); 0 = not yet.
struct StageRecord {
  std::string scan;  // empty: of the job
  std::string stage;
  StageState state = StageState::waiting;
  int tries = 0;           // in this run or, before it was begun, the last
  bool with_less = false;  // the last try was the one with less memory, threads, or on the CPU
  double began = 0;        // of the last try
  double ended = 0;
  std::optional<int> exit_code;  // of the last try; nothing where a signal ended it
  // One line for a person: why it failed, was skipped, is blocked; what was odd where it is done.
  std::string reason;
  std::string remedy;       // what to do about a failure, one line; may be empty
  std::string progress;     // the last line of progress of a running stage
  std::string fingerprint;  // of all that decides what comes out
  // Begun where files of another fingerprint lay, and not done since: all is made anew.
  bool anew = false;
  std::vector<std::string> arguments;  // behind "fossilct", of the last try
  std::int64_t peak_memory_bytes = 0;  // of its processes together
  std::filesystem::path log;           // empty: it never ran
  std::vector<OutputStamp> outputs;
  // Of the file that several stages and persons write (the catalogue), when this stage had ended.
  std::string shared_stamp;
};

// "core-17: segment", "train": how lines for a person name a stage.
std::string title_of(const StageRecord& record);

// A scan of the job; its files lie in `folder`: scan.h5, labels.h5, fossils/, report.html.
struct NightScan {
  std::string name;
  std::filesystem::path path;
  std::filesystem::path folder;
  std::filesystem::path labels;  // what segment writes, or the labels that were given
  std::int64_t bytes = 0;        // of the scan's files
};

struct NightRecord {
  std::filesystem::path job_file;
  std::filesystem::path folder;
  std::string version;  // of the fossilct that ran last
  double began = 0;     // the last run
  double ended = 0;     // 0: it goes on, or was killed
  int runs = 0;         // begun so far
  std::string outcome;  // "done", "failed" (some stage), "interrupted"; empty: not ended
  std::int64_t running_process = 0;  // the run's, where one lives and holds the job's lock; else 0
  std::vector<NightScan> scans;      // in the job's order
  // Those of the job that come first (train), then each scan's in their order, then those of the
  // job that come last. Every stage of every scan has its record, the skipped too.
  std::vector<StageRecord> stages;
};

// Where things lie in a job's folder.
std::filesystem::path journal_path(const std::filesystem::path& job_folder);
std::filesystem::path lock_path(const std::filesystem::path& job_folder);
std::filesystem::path log_path(const std::filesystem::path& job_folder, const std::string& scan,
                               const std::string& stage);

// What the journal of a job holds now; may be called while a run writes it. Throws Error{file}
// where the folder holds none, Error{format} where it is damaged: each row carries its checksum.
NightRecord read_night(const std::filesystem::path& job_folder);

// The journal of a run, in JOB/journal.sqlite; each call is on the disk when it returns. To be
// opened by the holder of the job's lock only. Throws Error{file} and Error{format}.
class JobJournal {
 public:
  // Opens or creates it; to be told from base/journal.h, which a stage may keep for itself.
  explicit JobJournal(const std::filesystem::path& job_folder);
  ~JobJournal();
  JobJournal(JobJournal&&) noexcept;
  JobJournal& operator=(JobJournal&&) = delete;

  // A run begins: the scans and stages of the job in their order. Records of before stay those of
  // stages that are still there; what was running, failed or blocked waits again. Scans and stages
  // that the job has no more are forgotten (their files stay).
  void begin_run(const NightRecord& job);
  void end_run(std::string_view outcome);

  // Replaces the record of the same scan and stage.
  void write(const StageRecord& record);
  // The line of progress alone; may be lost in a crash.
  void write_progress(const StageRecord& record);
  StageRecord read(const std::string& scan, const std::string& stage) const;
  NightRecord read_all() const;
  const std::filesystem::path& folder() const { return folder_; }  // the job's, absolute

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
};

}  // namespace fossilct
