// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>

#include "apps/night/job_plan.h"
#include "base/json.h"
#include "base/progress.h"
#include "night/job.h"
#include "night/journal.h"
#include "night/preflight.h"

namespace fossilct {

// Tries segmentations out.
struct SegmentProbe {
  // Tells segmentations apart by their options; empty: there is nothing to try.
  std::function<std::string(const JobScan&)> kind_of;
  // What that of a scan will take. Throws Error, which says why it can't.
  struct Result {
    StageNeed need;            // of the slices
    double start_seconds = 0;  // of opening scan and model, and of trying
    std::string machine;       // "cpu, 1 slice at once; fp32"
  };
  std::function<Result(const JobScan&)> run;
};

// By `fossilct segment --probe`, as processes of their own; `plan` must outlive it.
SegmentProbe segment_probe(const JobPlan& plan, const Progress& progress);

// Opens every scan, label volume and model of the job (headers only), and tells what each stage
// will take: from the times of this job's stages that are done (`before`, its journal; null: none)
// where there are some, else from `probe`, else from known rates. Of scans that are segmented
// alike, with slices of one size and voxels of one size, the one with the most slices is tried out,
// where it fails the next. What can't be opened, and what does not fit machine and limits, is a
// finding. Stages that the journal has as done count nothing. Runs nothing and writes nothing.
// Cost: some milliseconds a scan, some seconds a probe. `commands`: what the stages' commands take.
Preflight preflight(const Job& job, std::span<const StageCommand> commands,
                    const NightRecord* before, int threads, const SegmentProbe& probe,
                    Progress& progress);

// A table, totals, findings first.
std::string preflight_text(const Preflight& preflight);
Json to_json(const Preflight& preflight);

// "core-a segment: would use ... . Free some", one line.
std::string finding_text(const PreflightFinding& finding);

// Throws Error{device} that tells all findings, where there are any; `how_to_start` is how to begin
// all the same.
void require_room(const Preflight& preflight, const std::string& how_to_start);

}  // namespace fossilct
