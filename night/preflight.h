// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "night/job.h"

namespace fossilct {

// What a job will take, told before it begins.

// Of one stage that will run. Bytes, seconds; NaN where it is not known.
struct StageNeed {
  std::string scan = {};  // empty: of the job
  std::string stage = {};
  double memory_bytes = 0;
  double scratch_bytes = 0;  // of disk, while it runs
  double kept_bytes = 0;     // of disk, afterwards
  double seconds = 0;
  // Where the seconds are from: "probe", "this job" (its stages that are done), "known rate".
  std::string basis = {};
};

// Why something can't come to its end, and what to do, a line each.
struct PreflightFinding {
  std::string scan;   // empty: of the job
  std::string stage;  // empty: of all stages
  std::string what;
  std::string remedy;
};

// What there is; 0 = not known.
struct Machine {
  double memory_bytes = 0;      // free
  double disk_bytes = 0;        // free where the job's folder is
  double job_folder_bytes = 0;  // that the job's folder has in it
  int threads = 1;
};

struct Preflight {
  Machine machine;
  std::vector<StageNeed> needs;  // in the order they will run
  std::vector<PreflightFinding> findings;
  std::vector<std::string> notices;  // what was assumed
};

struct PreflightTotals {
  double most_memory_bytes = 0;  // of one stage
  double disk_bytes = 0;  // all that is kept, and the most scratch beside what is kept by then
  double seconds = 0;     // of the stages of which they are known
};
PreflightTotals totals_of(const Preflight& preflight);

// Adds findings for what does not fit: a stage's memory beyond memory-gb or what is free, its time
// beyond hours, the disk beyond disk-gb or what is free.
void hold_to_limits(Preflight& preflight, const JobLimits& limits);

}  // namespace fossilct
