// SPDX-License-Identifier: Apache-2.0
#include "night/preflight.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace fossilct {

namespace {

constexpr double gb = 1e9;
constexpr double seconds_in_hour = 3600;

// The smaller of two limits, of which 0 says that there is none.
double tighter(double a, double b) {
  if (a <= 0 || b <= 0) {
    return std::max(a, b);
  }
  return std::min(a, b);
}

double known(double value) { return std::isfinite(value) ? value : 0; }

void hold_memory(Preflight& preflight, const StageNeed& need, const JobLimits& limits) {
  const double allowed = tighter(limits.memory_gb * gb, preflight.machine.memory_bytes);
  if (allowed > 0 && known(need.memory_bytes) > allowed) {
    const bool by_limit = limits.memory_gb > 0 && limits.memory_gb * gb <= allowed;
    preflight.findings.push_back(
        {need.scan, need.stage,
         "would use about " + format_bytes(need.memory_bytes) + " of RAM, " +
             format_bytes(allowed) + (by_limit ? " are allowed (memory-gb)" : " are free"),
         by_limit ? "Give a larger memory-gb" : "Free some, or use a machine with more"});
  }
}

void hold_time(Preflight& preflight, const StageNeed& need, const JobLimits& limits) {
  const double allowed = limits.hours * seconds_in_hour;
  if (allowed > 0 && known(need.seconds) > allowed) {
    preflight.findings.push_back(
        {need.scan, need.stage,
         "would take about " + format_duration(need.seconds) + " (" + need.basis + "), " +
             format_duration(allowed) + " are allowed (hours)",
         "Give more hours, or a smaller part of the scan (roi, downsample)"});
  }
}

void hold_disk(Preflight& preflight, const JobLimits& limits) {
  const double need = totals_of(preflight).disk_bytes;
  const double free = preflight.machine.disk_bytes;
  if (free > 0 && need > free) {
    preflight.findings.push_back({"", "",
                                  "would write about " + format_bytes(need) + ", " +
                                      format_bytes(free) + " are free on the disk of its folder",
                                  "Free some, or give output = a folder on another disk"});
  }
  const double held = limits.disk_gb * gb;
  if (held > 0 && need + preflight.machine.job_folder_bytes > held) {
    preflight.findings.push_back({"", "",
                                  "its folder would hold about " +
                                      format_bytes(need + preflight.machine.job_folder_bytes) +
                                      ", " + format_bytes(held) + " are allowed (disk-gb)",
                                  "Give a larger disk-gb, or fewer scans"});
  }
}

}  // namespace

PreflightTotals totals_of(const Preflight& preflight) {
  PreflightTotals totals;
  double kept = 0;
  for (const StageNeed& need : preflight.needs) {
    totals.most_memory_bytes = std::max(totals.most_memory_bytes, known(need.memory_bytes));
    totals.disk_bytes =
        std::max(totals.disk_bytes, kept + known(need.scratch_bytes) + known(need.kept_bytes));
    kept += known(need.kept_bytes);
    totals.seconds += known(need.seconds);
  }
  return totals;
}

void hold_to_limits(Preflight& preflight, const JobLimits& limits) {
  for (const StageNeed& need : std::vector<StageNeed>(preflight.needs)) {
    hold_memory(preflight, need, limits);
    hold_time(preflight, need, limits);
  }
  hold_disk(preflight, limits);
}

}  // namespace fossilct
