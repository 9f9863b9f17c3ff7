// SPDX-License-Identifier: Apache-2.0
#include "night/overview.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <map>

namespace fossilct {

namespace {

bool is_live(const StageRecord& stage, const NightRecord& night) {
  return stage.state == StageState::running && night.running_process != 0;
}

bool is_to_come(const StageRecord& stage) {
  return stage.state == StageState::waiting || stage.state == StageState::running;
}

StageState joined_state(const std::vector<const StageRecord*>& stages, const NightRecord& night) {
  StageState joined = StageState::done;
  for (const StageRecord* stage : stages) {
    if (stage->state == StageState::failed || stage->state == StageState::blocked) {
      return StageState::failed;
    }
    if (is_live(*stage, night)) {
      joined = StageState::running;
    } else if (is_to_come(*stage) && joined != StageState::running) {
      joined = StageState::waiting;
    }
  }
  return joined;
}

// What is known of a stage from the scans that have it behind them.
struct Experience {
  double seconds = 0;
  double bytes = 0;
  int count = 0;
};

class TimeTable {
 public:
  explicit TimeTable(const NightRecord& night) {
    for (const NightScan& scan : night.scans) {
      bytes_[scan.name] = static_cast<double>(scan.bytes);
    }
    for (const StageRecord& stage : night.stages) {
      if (stage.state == StageState::done && stage.began > 0 && stage.ended >= stage.began) {
        Experience& known = known_[stage.stage];
        known.seconds += stage.ended - stage.began;
        known.bytes += bytes_of(stage);
        ++known.count;
      }
    }
  }

  std::optional<double> expected_seconds(const std::string& stage, double bytes) const {
    const auto found = known_.find(stage);
    if (found == known_.end()) {
      return std::nullopt;
    }
    const Experience& known = found->second;
    return bytes > 0 && known.bytes > 0 ? known.seconds * bytes / known.bytes
                                        : known.seconds / known.count;
  }

  double bytes_of(const StageRecord& stage) const {
    const auto found = bytes_.find(stage.scan);
    return found == bytes_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, double> bytes_;  // by scan
  std::map<std::string, Experience> known_;
};

bool takes_seconds(const StageRecord& stage) {
  return stage.scan.empty() && stage.stage != "train";
}

std::string time_text(double seconds, const char* format, bool utc) {
  if (seconds <= 0) {
    return {};
  }
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  utc ? ::gmtime_r(&time, &parts) : ::localtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), format, &parts);
  return text.data();
}

}  // namespace

RunState run_state(const NightRecord& night) {
  if (night.running_process != 0) {
    return RunState::running;
  }
  if (night.outcome.empty()) {
    return RunState::killed;
  }
  if (night.outcome == "interrupted") {
    return RunState::interrupted;
  }
  return night.outcome == "done" ? RunState::done : RunState::failed;
}

std::string_view name_of(RunState state) {
  constexpr std::array<std::string_view, 5> names = {"running", "done", "failed", "interrupted",
                                                     "killed"};
  return names[static_cast<std::size_t>(state)];
}

std::vector<ScanOverview> scans_of(const NightRecord& night, double now) {
  std::vector<ScanOverview> scans;
  std::map<std::string, std::size_t> places;
  for (const NightScan& scan : night.scans) {
    places[scan.name] = scans.size();
    scans.push_back({.scan = &scan, .stages = {}});
  }
  for (const StageRecord& stage : night.stages) {
    if (const auto place = places.find(stage.scan); place != places.end()) {
      scans[place->second].stages.push_back(&stage);
      scans[place->second].seconds += seconds_of(stage, night, now);
    }
  }
  for (ScanOverview& scan : scans) {
    scan.state = joined_state(scan.stages, night);
  }
  return scans;
}

std::vector<const StageRecord*> stages_of_job(const NightRecord& night) {
  std::vector<const StageRecord*> stages;
  for (const StageRecord& stage : night.stages) {
    if (stage.scan.empty()) {
      stages.push_back(&stage);
    }
  }
  return stages;
}

std::vector<const StageRecord*> failures_of(const NightRecord& night) {
  std::vector<const StageRecord*> failures;
  for (const StageRecord& stage : night.stages) {
    if (stage.state == StageState::failed) {
      failures.push_back(&stage);
    }
  }
  return failures;
}

std::int64_t blocked_stages(const NightRecord& night) {
  return std::ranges::count_if(
      night.stages, [](const StageRecord& stage) { return stage.state == StageState::blocked; });
}

double seconds_of(const StageRecord& stage, const NightRecord& night, double now) {
  if (stage.began <= 0) {
    return 0;
  }
  if (stage.state == StageState::running) {
    return is_live(stage, night) ? std::max(0.0, now - stage.began) : 0;
  }
  return std::max(0.0, stage.ended - stage.began);
}

std::optional<double> expected_seconds(const NightRecord& night, const std::string& stage,
                                       std::int64_t bytes) {
  return TimeTable(night).expected_seconds(stage, static_cast<double>(bytes));
}

TimeLeft time_left(const NightRecord& night, double now) {
  const TimeTable table(night);
  TimeLeft left;
  for (const StageRecord& stage : night.stages) {
    if (!is_to_come(stage) || takes_seconds(stage)) {
      continue;
    }
    if (const std::optional<double> expected =
            table.expected_seconds(stage.stage, table.bytes_of(stage))) {
      left.seconds += std::max(0.0, *expected - seconds_of(stage, night, now));
    } else if (std::ranges::find(left.unknown, stage.stage) == left.unknown.end()) {
      left.unknown.push_back(stage.stage);
    }
  }
  return left;
}

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::string utc_text(double seconds) { return time_text(seconds, "%Y-%m-%dT%H:%M:%SZ", true); }

std::string local_text(double seconds) { return time_text(seconds, "%e %b %H:%M", false); }

}  // namespace fossilct
