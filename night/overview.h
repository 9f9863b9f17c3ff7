// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "night/journal.h"

namespace fossilct {

// What a journal's records say together: for `status`, the page of the morning and notices. Pure;
// what points into a record lives as long as it. `now`: seconds since 1970.

enum class RunState {
  running,      // its process lives
  done,         // all stages are
  failed,       // it ended, some stage failed or is blocked
  interrupted,  // by its user
  killed        // it began, neither ended nor lives
};
RunState run_state(const NightRecord& night);
std::string_view name_of(RunState state);

// A scan with its stages in their order.
struct ScanOverview {
  const NightScan* scan = nullptr;
  std::vector<const StageRecord*> stages;
  // `failed` where any stage failed or is blocked; else `running`, `waiting` where any is; else
  // `done`. What runs though no process lives counts as waiting.
  StageState state = StageState::done;
  double seconds = 0;  // of its stages that ran
};
std::vector<ScanOverview> scans_of(const NightRecord& night, double now);
std::vector<const StageRecord*> stages_of_job(const NightRecord& night);

// Those of the scans and of the job that failed themselves, in the order of the record.
std::vector<const StageRecord*> failures_of(const NightRecord& night);
// Stages that wait since another one failed, and nothing else keeps them.
std::int64_t blocked_stages(const NightRecord& night);

// Of a stage's last try; up to `now` where it runs, 0 where it never ran.
double seconds_of(const StageRecord& stage, const NightRecord& night, double now);

// How long a stage of this name takes for a scan of so many bytes (0: not known), told from those
// that are done: as long a byte as they took, or as their mean where sizes are not known. Nothing
// where none is done.
std::optional<double> expected_seconds(const NightRecord& night, const std::string& stage,
                                       std::int64_t bytes);

// How long a run will still take.
struct TimeLeft {
  double seconds = 0;  // of the stages of which one is done somewhere
  // Stages to come of which none is done yet, by name, once each; they are not in `seconds`.
  std::vector<std::string> unknown;
};
// By expected_seconds(); of a stage that runs, what it ran is taken off. The job's last stages
// (well, abundance, index) take seconds and are left out.
TimeLeft time_left(const NightRecord& night, double now);

// Now.
double seconds_since_1970();
// "2026-11-28T06:12:40Z"; empty for 0.
std::string utc_text(double seconds);
// "28 Nov 06:12" where this machine is; empty for 0.
std::string local_text(double seconds);

}  // namespace fossilct
