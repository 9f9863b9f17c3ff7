// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ini.h"

namespace fossilct {

// The stages of a scan, in their order. `classify` runs only where a classifier is named.
inline constexpr std::string_view scan_stages[] = {"import", "segment",  "extract", "mesh",
                                                   "views",  "classify", "render",  "report"};
// Those of the job as a whole: `train` before all scans, the others after them, for the scans that
// have a catalogue: `well` joins these, `abundance` counts as a page, `abundance-table` as a table.
// `index` is the page of the morning; it is made whatever became of the rest.
inline constexpr std::string_view job_stages[] = {"train", "well", "abundance", "abundance-table",
                                                  "index"};

// An option of a stage's command, as the job file gives it.
struct JobOption {
  std::string stage;  // "segment.axes = zyx" is for one stage alone; empty: for each that has it
  std::string name;   // "min-diameter-um"
  std::string value;
  std::string where;  // "tonight.ini line 12"
};

// A scan of the job. Paths are absolute.
struct JobScan {
  std::string name;  // one of its kind in the job, and a folder's name: see scan_folder_name
  std::filesystem::path path;
  std::optional<double> top_depth_m;
  std::optional<double> bottom_depth_m;
  std::filesystem::path labels;  // labels made before; then there is no stage segment
  // The word `starter` stays as it is, for a model that comes with the program.
  std::filesystem::path model;       // empty: the one trained in the job, else the starter model
  std::filesystem::path classifier;  // empty: no stage classify
  std::vector<JobOption> options;    // those of [defaults] first, which [scan] outdoes
  std::string where;                 // "tonight.ini line 7"
};

// Where the run ends a stage, and what the preflight holds it to. 0 = no limit.
struct JobLimits {
  double memory_gb = 0;  // most memory of a stage's processes together, 10^9 bytes
  double disk_gb = 0;    // most that the job's folder may hold
  double hours = 0;      // most of one stage
  // A stage that tells of no progress for so long is taken for stuck, and ended.
  double watchdog_minutes = 30;
};

// A job file, checked for all that can be told from it alone.
struct Job {
  std::filesystem::path file;
  std::filesystem::path folder;     // of all outputs
  std::vector<std::string> stages;  // of scan_stages and job_stages, those that are wanted
  JobLimits limits;
  std::string on_done;  // a command line, to be split into words: no shell sees it
  std::string mail_to;
  std::vector<JobOption> train;      // options of `fossilct train`; empty: no model is trained
  std::vector<JobOption> options;    // of the stages behind the scans: "abundance.bin-m = 0.5"
  std::vector<JobScan> scans;        // in the order of the file; no two of one name
  std::vector<std::string> notices;  // what a person should know: names changed, patterns' matches
};

// The job that `file` describes:
//
//   [job]       output (default: FILE without .ini, with .job), stages, memory-gb, disk-gb, hours,
//               watchdog-minutes, on-done, mail-to, and options of the stages behind the scans:
//               "abundance.bin-m"
//   [train]     options of `fossilct train` by their names
//   [defaults]  of every [scan]
//   [scan NAME] path, top-depth-m, bottom-depth-m, labels, model, classifier, and options of the
//               stages' commands by their names
//   [scans]     scans = PATTERN, any number of times: each match is a scan named by its stem
//
// Paths count from the file's folder; patterns are expanded by glob(3), which runs nothing. Names
// of options are not known here: `check_job_options` looks at them. Throws Error{option} with file
// and line: a section or key that is none, a value out of range, a scan without a path or named
// twice, a pattern that matches nothing, a job without scans.
Job read_job(const std::filesystem::path& file);
// The same where scans come while the job goes on: each of `arrived` is one as if a pattern matched
// it, and none at all may be there yet.
Job read_job(const std::filesystem::path& file, const std::vector<std::filesystem::path>& arrived);

// An option that a command has, as far as a job must know it.
struct StageOption {
  std::string name;
  std::string value_name;  // "FILE"; empty: a flag
  bool repeatable = false;
  bool given_by_run = false;  // as --output: a job can't give it
  bool common = false;        // as --threads: every command has it
};
struct StageCommand {
  std::string stage;
  std::vector<StageOption> options;
};

// Throws Error{option} with file, line and the nearest name for an option that no stage has, or
// that the stage named before its dot has not; for one that the run itself gives; for one given
// twice that may stand once; and for one whose value means one thing in a stage and another in a
// second (another StageOption::value_name): such an option needs its stage before a dot.
void check_job_options(const Job& job, std::span<const StageCommand> commands);

// Those of `options` that the command of `stage` is to be given. An option that `import` has tells
// how to read the scan, which the stages after it do not do any more: it is for import alone,
// unless it is common or a stage stands before it. "segment.device" outdoes "device".
std::vector<JobOption> options_of_stage(const std::vector<JobOption>& options,
                                        std::string_view stage,
                                        std::span<const StageCommand> commands);

// `name` as that of a folder below the job's: bytes that are no printable UTF-8, and '/', become
// '_', as a leading dot or dash; cut at 100 bytes. Names that pass unchanged are those a [scan] may
// have.
std::string scan_folder_name(std::string_view name);

}  // namespace fossilct
