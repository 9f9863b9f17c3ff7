// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "apps/night/morning.h"
#include "base/csv.h"
#include "base/text.h"
#include "night/overview.h"

namespace fossilct {

namespace {

std::string field(double value) { return std::isfinite(value) ? format_rounded(value) : ""; }

// Of the stages, the one that stopped the scan.
const StageRecord* failure_in(const ScanOverview& scan) {
  for (const StageRecord* stage : scan.stages) {
    if (stage->state == StageState::failed) {
      return stage;
    }
  }
  return nullptr;
}

std::string classes_text(const FossilCounts& counts) {
  std::string text;
  for (const auto& [name, count] : counts.by_class) {
    text += (text.empty() ? "" : "; ") + name + ": " + std::to_string(count.count);
  }
  return text;
}

std::string count_fields(const FossilCounts& counts) {
  return std::to_string(counts.found.count) + "," + csv_field(classes_text(counts)) + "," +
         std::to_string(counts.accepted) + "," + std::to_string(counts.rejected) + "," +
         std::to_string(counts.undecided) + "," + field(counts.found.per_mm3 * mm3_in_cm3) + "," +
         field(counts.found.per_mm3_low * mm3_in_cm3) + "," +
         field(counts.found.per_mm3_high * mm3_in_cm3) + "," + field(counts.top_m) + "," +
         field(counts.bottom_m);
}

}  // namespace

std::string summary_csv(const NightRecord& night, const MorningFacts& facts) {
  std::string text =
      "scan,state,fossils,classes,accepted,rejected,undecided,per_cm3,per_cm3_low,per_cm3_high,"
      "top_m,bottom_m,seconds,failed_stage,reason,report,path\r\n";
  for (const ScanOverview& scan : scans_of(night, 0)) {
    const std::string& name = scan.scan->name;
    const auto counts = facts.counts.find(name);
    const StageRecord* failure = failure_in(scan);
    std::string report;
    if (const auto files = facts.scan_files.find(name); files != facts.scan_files.end()) {
      for (const MorningFile& file : files->second) {
        report = file.title == "report" ? file.path : report;
      }
    }
    text += csv_field(name) + "," + std::string(name_of(scan.state)) + "," +
            (counts == facts.counts.end() ? ",,,,,,,,," : count_fields(counts->second)) + "," +
            field(scan.seconds) + "," + (failure == nullptr ? "," : failure->stage + ",") +
            csv_field(failure == nullptr ? "" : failure->reason) + "," + csv_field(report) + "," +
            csv_field(scan.scan->path.string()) + "\r\n";
  }
  return text;
}

}  // namespace fossilct
