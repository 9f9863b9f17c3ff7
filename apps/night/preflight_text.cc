// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "apps/cli/facts.h"
#include "apps/night/preflight.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::size_t most_text_bytes = 400;

std::string bytes_cell(double bytes) {
  if (!std::isfinite(bytes)) {
    return "?";
  }
  return bytes > 0 ? format_bytes(bytes) : "-";
}

std::string time_cell(double seconds) {
  return std::isfinite(seconds) ? format_duration(seconds) : "?";
}

std::string whose(const std::string& scan, const std::string& stage) {
  const std::string name = printable(scan, most_text_bytes);
  return name + (name.empty() || stage.empty() ? "" : " ") + stage;
}

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace

std::string finding_text(const PreflightFinding& finding) {
  const std::string who = whose(finding.scan, finding.stage);
  return (who.empty() ? "the job" : who) + ": " + printable(finding.what, most_text_bytes) +
         (finding.remedy.empty() ? "" : ". " + finding.remedy);
}

std::string preflight_text(const Preflight& preflight) {
  std::string text;
  for (const PreflightFinding& finding : preflight.findings) {
    text += "CAN'T END  " + finding_text(finding) + "\n";
  }
  text += text.empty() ? "" : "\n";
  std::vector<std::vector<std::string>> rows = {
      {"scan", "stage", "RAM", "disk: scratch", "kept", "time", "known by"}};
  std::string before;
  for (const StageNeed& need : preflight.needs) {
    rows.push_back({need.scan == before ? "" : printable(need.scan, 40), need.stage,
                    bytes_cell(need.memory_bytes), bytes_cell(need.scratch_bytes),
                    bytes_cell(need.kept_bytes), time_cell(need.seconds), need.basis});
    before = need.scan;
  }
  const PreflightTotals totals = totals_of(preflight);
  text += columns_text(rows) + "\n" +
          facts_text({{"RAM", format_bytes(totals.most_memory_bytes) + " at most, " +
                                  format_bytes(preflight.machine.memory_bytes) + " are free"},
                      {"disk", format_bytes(totals.disk_bytes) + ", " +
                                   format_bytes(preflight.machine.disk_bytes) + " are free"},
                      {"time", "about " + format_duration(totals.seconds) + " with " +
                                   counted(preflight.machine.threads, "thread")}});
  for (const std::string& notice : preflight.notices) {
    text += "note  " + notice + "\n";
  }
  return text;
}

Json to_json(const Preflight& preflight) {
  Json needs = Json::array();
  for (const StageNeed& need : preflight.needs) {
    needs.push_back({{"scan", need.scan},
                     {"stage", need.stage},
                     {"memory_bytes", number_json(need.memory_bytes)},
                     {"scratch_bytes", number_json(need.scratch_bytes)},
                     {"kept_bytes", number_json(need.kept_bytes)},
                     {"seconds", number_json(need.seconds)},
                     {"known_by", need.basis}});
  }
  Json findings = Json::array();
  for (const PreflightFinding& finding : preflight.findings) {
    findings.push_back({{"scan", finding.scan},
                        {"stage", finding.stage},
                        {"what", finding.what},
                        {"remedy", finding.remedy}});
  }
  const PreflightTotals totals = totals_of(preflight);
  return {{"needs", needs},
          {"findings", findings},
          {"notices", preflight.notices},
          {"memory_bytes", totals.most_memory_bytes},
          {"memory_free_bytes", preflight.machine.memory_bytes},
          {"disk_bytes", totals.disk_bytes},
          {"disk_free_bytes", preflight.machine.disk_bytes},
          {"seconds", totals.seconds}};
}

void require_room(const Preflight& preflight, const std::string& how_to_start) {
  if (preflight.findings.empty()) {
    return;
  }
  std::string message = "the job can't come to its end:";
  for (const PreflightFinding& finding : preflight.findings) {
    message += "\n  " + finding_text(finding);
  }
  throw Error(ErrorKind::device, message + "\nMend it, or " + how_to_start);
}

}  // namespace fossilct
