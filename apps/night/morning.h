// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "night/journal.h"
#include "report/fossil_report.h"

namespace fossilct {

// What the morning after a night shows: JOB/index.html and JOB/summary.csv.

// What the catalogue of a scan holds.
struct FossilCounts {
  ReportCount found;  // rejected ones left out
  std::vector<std::pair<std::string, ReportCount>> by_class;
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t undecided = 0;
  double top_m = unknown_number;
  double bottom_m = unknown_number;
};

// A file that the page leads to, by its path from the job's folder.
struct MorningFile {
  std::string title;  // "report"
  std::string path;   // "scans/core-a/report.html"
};

// All that is read beside the journal. Of scans by their names.
struct MorningFacts {
  std::map<std::string, FossilCounts> counts;                  // none: no catalogue (yet)
  std::map<std::string, std::string> troubles;                 // why a catalogue can't be read
  std::map<std::string, std::vector<MorningFile>> scan_files;  // those that are there
  std::vector<MorningFile> job_files;
  // Of stages that failed, "SCAN/STAGE": the last lines of the log.
  std::map<std::string, std::string> log_ends;
};
// Reads catalogues, the ends of logs, and which outputs there are. A catalogue that can't be read
// is a trouble, no error. Cost: that of Catalogue::entries() of each.
MorningFacts morning_facts(const NightRecord& night);

// The page: what failed first, with what to do and the end of the log; scans with counts and links;
// every stage; how it was run. One file, no script, nothing fetched; all names and texts escaped.
std::string morning_html(const NightRecord& night, const MorningFacts& facts, double now);
// A row a scan: docs/formats.md.
std::string summary_csv(const NightRecord& night, const MorningFacts& facts);

// Both, into the job's folder, each appears when it is whole. `now`: seconds since 1970. Throws
// Error{file}.
void write_morning(const NightRecord& night, double now);

}  // namespace fossilct
