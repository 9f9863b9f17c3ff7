// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "night/journal.h"

namespace fossilct::test {

inline constexpr double night_began = 1'800'000'000;  // 2027-01-15 08:00 UTC

inline StageRecord stage_of(const std::string& scan, const std::string& stage, StageState state,
                            double began = 0, double ended = 0) {
  StageRecord record;
  record.scan = scan;
  record.stage = stage;
  record.state = state;
  record.tries = state == StageState::done || state == StageState::failed ? 1 : 0;
  record.began = began > 0 ? night_began + began : 0;
  record.ended = ended > 0 ? night_began + ended : 0;
  if (record.tries > 0) {
    record.exit_code = state == StageState::done ? 0 : 1;
    record.arguments = {stage, "in put.h5", "--output", "out.h5"};
  }
  return record;
}

// Three scans: `core-a` is through, `<script>alert(1)</script>` of twice its size failed at
// segment, `core c` is at segment (of the same size as core-a) when a run is going on.
inline NightRecord example_night(bool running) {
  const std::string hostile = "<script>alert(1)</script>";
  NightRecord night;
  night.job_file = "/data/tonight.ini";
  night.folder = "/data/tonight.job";
  night.version = "0.1.0";
  night.began = night_began;
  night.ended = running ? 0 : night_began + 1000;
  night.runs = 1;
  night.outcome = running ? "" : "failed";
  night.running_process = running ? 4711 : 0;
  for (const auto& [name, bytes] :
       {std::pair{std::string("core-a"), 1000}, {hostile, 2000}, {std::string("core c"), 1000}}) {
    night.scans.push_back({name, "/scans/" + name + ".tif", night.folder / "scans" / name,
                           night.folder / "scans" / name / "labels.h5", bytes});
  }
  night.stages = {
      stage_of("", "train", StageState::done, 1, 100),
      stage_of("core-a", "import", StageState::done, 100, 110),
      stage_of("core-a", "segment", StageState::done, 110, 310),
      stage_of("core-a", "extract", StageState::done, 310, 340),
      stage_of("core-a", "classify", StageState::skipped),
      stage_of(hostile, "import", StageState::done, 340, 360),
      stage_of(hostile, "segment", StageState::failed, 360, 400),
      stage_of(hostile, "extract", StageState::blocked),
      stage_of(hostile, "classify", StageState::skipped),
      stage_of("core c", "import", StageState::done, 400, 410),
      running ? stage_of("core c", "segment", StageState::running, 410)
              : stage_of("core c", "segment", StageState::done, 410, 600),
      stage_of("core c", "extract", running ? StageState::waiting : StageState::done,
               running ? 0 : 600, running ? 0 : 630),
      stage_of("core c", "classify", StageState::skipped),
      stage_of("", "well", running ? StageState::waiting : StageState::done, running ? 0 : 630,
               running ? 0 : 631),
  };
  StageRecord& failed = night.stages[6];
  failed.reason = "needed more memory than the 4 GB allowed <b>twice</b>";
  failed.remedy = "give memory-gb = 8 & run it again";
  failed.log = night.folder / "log" / hostile / "segment.log";
  failed.with_less = true;
  failed.tries = 2;
  failed.peak_memory_bytes = 4'200'000'000;
  if (running) {
    night.stages[10].progress = "segment: 37 %, 1.2 M voxels of 3.3 M voxels, 5.1 s left";
  }
  return night;
}

}  // namespace fossilct::test
