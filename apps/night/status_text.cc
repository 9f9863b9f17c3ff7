// SPDX-License-Identifier: Apache-2.0
#include "apps/night/status_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "apps/cli/facts.h"
#include "base/text.h"
#include "night/overview.h"
#include "report/markup.h"

namespace fossilct {

namespace {

constexpr const char* green = "\x1b[32m";
constexpr const char* yellow = "\x1b[33m";
constexpr const char* red = "\x1b[31m";
constexpr const char* faint = "\x1b[2m";
constexpr const char* plain = "\x1b[0m";
constexpr int least_name_columns = 8;
constexpr std::size_t most_text_bytes = 400;

struct StatusCell {
  std::string text;
  const char* colour = "";
};

std::string padded(const std::string& text, int columns) {
  return text +
         std::string(static_cast<std::size_t>(std::max(0, columns - characters_of(text))), ' ');
}

// "37 %" of "segment: 37 %, 1.2 GB of 3.3 GB"; empty where no share is told.
std::string share_in(const std::string& progress) {
  const std::size_t sign = progress.find(" %");
  if (sign == std::string::npos) {
    return {};
  }
  std::size_t begin = sign;
  while (begin > 0 && progress[begin - 1] >= '0' && progress[begin - 1] <= '9') {
    --begin;
  }
  return begin == sign ? "" : progress.substr(begin, sign - begin) + "%";
}

StatusCell cell_of(const StageRecord& stage, const NightRecord& night, double now) {
  const std::string took = short_duration(seconds_of(stage, night, now));
  switch (stage.state) {
    case StageState::done:
      return {stage.began > 0 ? took : "done", green};
    case StageState::failed:
      return {"FAILED", red};
    case StageState::blocked:
      return {"blocked", red};
    case StageState::skipped:
      return {"-", faint};
    case StageState::running:
      if (night.running_process != 0) {
        const std::string share = share_in(stage.progress);
        return {"> " + (share.empty() ? took : share), yellow};
      }
      break;
    case StageState::waiting:
      break;
  }
  return {".", faint};
}

// The stages that any scan has; one that all skip has no column.
std::vector<std::string> columns_of(const std::vector<ScanOverview>& scans) {
  std::vector<std::string> columns;
  for (const ScanOverview& scan : scans) {
    for (const StageRecord* stage : scan.stages) {
      if (stage->state != StageState::skipped &&
          std::ranges::find(columns, stage->stage) == columns.end()) {
        columns.push_back(stage->stage);
      }
    }
  }
  // In the order that the stages have among themselves, whichever scan named them first.
  if (!scans.empty()) {
    const auto place = [&](const std::string& name) {
      return std::ranges::find_if(scans.front().stages,
                                  [&](const StageRecord* stage) { return stage->stage == name; });
    };
    std::ranges::stable_sort(columns,
                             [&](const auto& a, const auto& b) { return place(a) < place(b); });
  }
  return columns;
}

std::string elided(const std::string& name, int columns) {
  const std::string whole = printable(name, name.size());
  if (characters_of(whole) <= columns) {
    return whole;
  }
  std::string cut;
  for (const char c : whole) {
    const bool begins_character = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    if (begins_character && characters_of(cut) == columns - 2) {
      break;
    }
    cut += c;
  }
  return cut + "..";
}

class StatusTable {
 public:
  StatusTable(const NightRecord& night, double now, const StatusStyle& style)
      : night_(night), now_(now), style_(style), scans_(scans_of(night, now)) {
    columns_ = columns_of(scans_);
    for (const ScanOverview& scan : scans_) {
      cells_.push_back(row_of(scan));
    }
    fit();
  }

  // At most `rows` lines, 0: all. Scans that are done give way first, then those at the end.
  std::vector<std::string> lines(int rows) const {
    std::vector<std::size_t> shown(scans_.size());
    for (std::size_t i = 0; i < shown.size(); ++i) {
      shown[i] = i;
    }
    constexpr int around = 2;  // the heading, and the line that tells what is left out
    const auto room = static_cast<std::size_t>(std::max(1, rows - around));
    if (rows > 0 && shown.size() > room) {
      std::erase_if(shown, [&](std::size_t i) { return scans_[i].state == StageState::done; });
      shown.resize(std::min(shown.size(), room));
    }
    std::vector<std::string> lines = {heading()};
    for (const std::size_t i : shown) {
      lines.push_back(line_of(i));
    }
    if (const std::size_t hidden = scans_.size() - shown.size(); hidden > 0) {
      lines.push_back("... and " + counted(static_cast<std::int64_t>(hidden), "scan") +
                      " more; `fossilct status` without --follow lists all");
    }
    return lines;
  }

 private:
  std::vector<StatusCell> row_of(const ScanOverview& scan) const {
    std::vector<StatusCell> row;
    for (const std::string& column : columns_) {
      const auto stage = std::ranges::find_if(
          scan.stages, [&](const StageRecord* each) { return each->stage == column; });
      row.push_back(stage == scan.stages.end() ? StatusCell{"-", faint}
                                               : cell_of(**stage, night_, now_));
    }
    return row;
  }

  void fit() {
    int taken = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      int width = characters_of(columns_[c]);
      for (const std::vector<StatusCell>& row : cells_) {
        width = std::max(width, characters_of(row[c].text));
      }
      widths_.push_back(width);
      taken += width + 2;
    }
    int longest = characters_of("scan");
    for (const ScanOverview& scan : scans_) {
      longest =
          std::max(longest, characters_of(printable(scan.scan->name, scan.scan->name.size())));
    }
    name_columns_ = std::min(longest, std::max(least_name_columns, style_.columns - 1 - taken));
  }

  std::string heading() const {
    std::string line = padded("scan", name_columns_);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      line += "  " + padded(columns_[c], c + 1 < columns_.size() ? widths_[c] : 0);
    }
    return line;
  }

  std::string line_of(std::size_t scan) const {
    std::string line = padded(elided(scans_[scan].scan->name, name_columns_), name_columns_);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const StatusCell& cell = cells_[scan][c];
      const std::string text = padded(cell.text, c + 1 < columns_.size() ? widths_[c] : 0);
      line += "  " + (style_.colour ? cell.colour + text + plain : text);
    }
    return line;
  }

  const NightRecord& night_;
  double now_;
  StatusStyle style_;
  std::vector<ScanOverview> scans_;
  std::vector<std::string> columns_;
  std::vector<std::vector<StatusCell>> cells_;
  std::vector<int> widths_;
  int name_columns_ = 0;
};

std::string one_line(const std::string& text) { return printable(text, most_text_bytes); }

std::string whose(const StageRecord& stage) {
  return (stage.scan.empty() ? "" : one_line(stage.scan) + " ") + stage.stage;
}

std::string job_line(const NightRecord& night, double now, bool colour) {
  std::string line;
  for (const StageRecord* stage : stages_of_job(night)) {
    if (stage->state == StageState::skipped) {
      continue;
    }
    const StatusCell cell = cell_of(*stage, night, now);
    line += (line.empty() ? "job:  " : "   ") + stage->stage + " " +
            (colour ? cell.colour + cell.text + plain : cell.text);
  }
  return line;
}

std::vector<std::string> running_lines(const NightRecord& night, double now) {
  std::vector<std::string> lines;
  for (const StageRecord& stage : night.stages) {
    if (stage.state == StageState::running && night.running_process != 0) {
      lines.push_back("now: " + whose(stage) + ", for " +
                      format_duration(seconds_of(stage, night, now)) +
                      (stage.with_less ? ", once more with less" : "") +
                      (stage.progress.empty() ? "" : ": " + one_line(stage.progress)));
    }
  }
  return lines;
}

std::vector<std::string> failure_lines(const NightRecord& night, const StatusStyle& style) {
  std::vector<std::string> lines;
  for (const StageRecord* stage : failures_of(night)) {
    const std::string mark = style.colour ? red + std::string("failed: ") + plain : "failed: ";
    lines.push_back(mark + whose(*stage) + ": " + one_line(stage->reason));
    if (!stage->remedy.empty()) {
      lines.push_back("        to do: " + one_line(stage->remedy));
    }
    if (!stage->log.empty()) {
      lines.push_back("        log: " + printable(stage->log.string(), most_text_bytes));
    }
  }
  return lines;
}

std::string how_to_go_on(const NightRecord& night) {
  const RunState state = run_state(night);
  return state == RunState::running || state == RunState::done
             ? ""
             : "fossilct run " + printable(night.job_file.string(), most_text_bytes) +
                   " goes on where it was";
}

Json to_json(const StageRecord& stage, const NightRecord& night, double now) {
  const bool live = stage.state == StageState::running && night.running_process != 0;
  Json json = {{"stage", stage.stage},
               {"state", name_of(stage.state == StageState::running && !live ? StageState::waiting
                                                                             : stage.state)},
               {"tries", stage.tries},
               {"with_less", stage.with_less},
               {"began", stage.began > 0 ? Json(utc_text(stage.began)) : Json()},
               {"ended", stage.ended > 0 ? Json(utc_text(stage.ended)) : Json()},
               {"seconds", seconds_of(stage, night, now)},
               {"exit_code", stage.exit_code ? Json(*stage.exit_code) : Json()},
               {"reason", stage.reason},
               {"remedy", stage.remedy},
               {"progress", live ? stage.progress : ""},
               {"peak_memory_bytes", stage.peak_memory_bytes},
               {"arguments", stage.arguments},
               {"log", stage.log.string()}};
  return json;
}

Json stages_json(const std::vector<const StageRecord*>& stages, const NightRecord& night,
                 double now) {
  Json list = Json::array();
  for (const StageRecord* stage : stages) {
    list.push_back(to_json(*stage, night, now));
  }
  return list;
}

}  // namespace

std::string short_duration(double seconds) {
  std::array<char, 32> text{};
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (seconds < 9.95) {
    std::snprintf(text.data(), text.size(), "%.1fs", seconds);
  } else if (whole < 60) {
    std::snprintf(text.data(), text.size(), "%llds", whole);
  } else if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%lldm%02lld", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lldh%02lld", whole / 3600, whole % 3600 / 60);
  }
  return text.data();
}

std::string headline_of(const NightRecord& night, double now) {
  const std::vector<ScanOverview> scans = scans_of(night, now);
  const auto with = [&](StageState state) {
    return std::ranges::count_if(scans, [=](const auto& scan) { return scan.state == state; });
  };
  const RunState state = run_state(night);
  std::string line(name_of(state));
  const double until = state == RunState::running ? now : night.ended;
  if (night.began > 0 && until >= night.began) {
    line +=
        (state == RunState::running ? " for " : " after ") + format_duration(until - night.began);
  }
  line += ", " + std::to_string(with(StageState::done)) + " of " +
          counted(std::ssize(scans), "scan") + " done";
  if (const auto failed = with(StageState::failed); failed > 0) {
    line += ", " + std::to_string(failed) + " failed";
  }
  if (state != RunState::running) {
    return line;
  }
  const TimeLeft left = time_left(night, now);
  line += left.seconds > 0 ? "; about " + format_duration(left.seconds) + " left" : "";
  std::string unknown;
  for (const std::string& stage : left.unknown) {
    unknown += (unknown.empty() ? "" : ", ") + stage;
  }
  return line + (unknown.empty() ? ""
                                 : (left.seconds > 0 ? ", and " : "; ") + unknown +
                                       ", of which none is done yet");
}

std::string status_text(const NightRecord& night, double now, const StatusStyle& style) {
  std::vector<std::string> head = {
      printable(night.folder.string(), most_text_bytes) + ": " + headline_of(night, now), ""};
  std::vector<std::string> tail = {""};
  for (std::vector<std::string> part :
       {std::vector{job_line(night, now, style.colour)}, running_lines(night, now),
        failure_lines(night, style), std::vector{how_to_go_on(night)}}) {
    std::erase(part, "");
    tail.insert(tail.end(), part.begin(), part.end());
  }
  const int room = style.rows - static_cast<int>(head.size() + tail.size());
  const StatusTable table(night, now, style);
  for (const std::string& line : table.lines(style.rows == 0 ? 0 : std::max(3, room))) {
    head.push_back(line);
  }
  head.insert(head.end(), tail.begin(), tail.end());
  if (style.rows > 0 && std::ssize(head) > style.rows) {
    head.resize(static_cast<std::size_t>(style.rows));
  }
  std::string text;
  for (const std::string& line : head) {
    text += line + "\n";
  }
  return text;
}

Json status_json(const NightRecord& night, double now) {
  const TimeLeft left = time_left(night, now);
  Json scans = Json::array();
  for (const ScanOverview& scan : scans_of(night, now)) {
    scans.push_back({{"name", scan.scan->name},
                     {"path", scan.scan->path.string()},
                     {"folder", scan.scan->folder.string()},
                     {"bytes", scan.scan->bytes},
                     {"state", name_of(scan.state)},
                     {"seconds", scan.seconds},
                     {"stages", stages_json(scan.stages, night, now)}});
  }
  const RunState state = run_state(night);
  return {{"job", night.job_file.string()},
          {"folder", night.folder.string()},
          {"version", night.version},
          {"state", name_of(state)},
          {"process", night.running_process != 0 ? Json(night.running_process) : Json()},
          {"runs", night.runs},
          {"began", night.began > 0 ? Json(utc_text(night.began)) : Json()},
          {"ended", night.ended > 0 ? Json(utc_text(night.ended)) : Json()},
          {"seconds_left", state == RunState::running ? Json(left.seconds) : Json()},
          {"stages_not_known_yet", left.unknown},
          {"scans", scans},
          {"stages", stages_json(stages_of_job(night), night, now)}};
}

}  // namespace fossilct
