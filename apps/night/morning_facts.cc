// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <system_error>

#include "apps/night/morning.h"
#include "apps/pages/page_scans.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "night/overview.h"
#include "specimens/catalogue.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::streamoff most_log_bytes = 16'384;
constexpr std::size_t most_log_lines = 25;
constexpr std::size_t most_line_bytes = 400;

FossilCounts counts_in(const fs::path& folder) {
  const Catalogue catalogue = Catalogue::open(folder, Catalogue::Access::read);
  const std::vector<CatalogueEntry> entries = catalogue.entries();
  const std::vector<ReportScan> scans = page_scans(catalogue, entries);
  FossilCounts counts = {.found = scans.front().found, .by_class = {}};
  std::size_t place = 0;
  for (const ReportClass& each : page_classes(catalogue, scans)) {
    counts.by_class.emplace_back(each.name, scans.front().by_class[place++]);
  }
  for (const CatalogueEntry& entry : entries) {
    counts.accepted += entry.verdict == Verdict::accepted ? 1 : 0;
    counts.rejected += entry.verdict == Verdict::rejected ? 1 : 0;
    counts.undecided += entry.verdict == Verdict::undecided ? 1 : 0;
  }
  return counts;
}

// The file, or the page of the folder that a large report is; nothing where there is neither.
void add_where_there(const fs::path& job, const fs::path& path, const std::string& title,
                     std::vector<MorningFile>& files) {
  std::error_code ignored;
  fs::path shown = path;
  if (fs::is_directory(path, ignored)) {
    shown = path / "index.html";
  }
  if (fs::is_regular_file(shown, ignored)) {
    files.push_back({title, shown.lexically_relative(job).generic_string()});
  }
}

std::vector<MorningFile> files_of_scan(const fs::path& job, const NightScan& scan) {
  std::vector<MorningFile> files;
  add_where_there(job, scan.folder / "report.html", "report", files);
  add_where_there(job, scan.folder / "fossils" / "specimens.csv", "table", files);
  return files;
}

std::vector<MorningFile> files_of_job(const fs::path& job) {
  std::vector<MorningFile> files;
  for (const auto& [name, title] : {std::pair{"summary.csv", "this page's counts as a table"},
                                    {"well.sqlite", "all fossils in one catalogue"},
                                    {"well.html", "report of all scans"},
                                    {"abundance.html", "abundance of taxa"},
                                    {"abundance.csv", "abundance of taxa, as a table"}}) {
    add_where_there(job, job / name, title, files);
  }
  return files;
}

// Lines as a terminal would show them at the end: what a progress line wrote over is gone.
std::string end_of_log(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  if (!stream) {
    return {};
  }
  const std::streamoff size = stream.tellg();
  const std::streamoff begin = std::max<std::streamoff>(0, size - most_log_bytes);
  stream.seekg(begin);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  std::vector<std::string> lines = split(bytes, '\n');
  if (begin > 0) {
    lines.erase(lines.begin());  // torn
  }
  while (!lines.empty() && trim(lines.back()).empty()) {
    lines.pop_back();
  }
  std::string text;
  for (std::size_t i = lines.size() - std::min(lines.size(), most_log_lines); i < lines.size();
       ++i) {
    const std::size_t over = lines[i].rfind('\r');
    const std::string line = over == std::string::npos || over + 1 == lines[i].size()
                                 ? lines[i]
                                 : lines[i].substr(over + 1);
    text += printable(trim(line), most_line_bytes) + "\n";
  }
  return text;
}

// Depths are the well's: a catalogue of one scan does not know them.
void add_depths(const fs::path& well, MorningFacts& facts) {
  if (!fs::exists(well)) {
    return;
  }
  try {
    const Catalogue catalogue = Catalogue::open(well, Catalogue::Access::read);
    for (const ScanRecord& scan : catalogue.scans()) {
      if (const auto counts = facts.counts.find(scan.name); counts != facts.counts.end()) {
        counts->second.top_m = scan.top_m.value_or(unknown_number);
        counts->second.bottom_m = scan.bottom_m.value_or(unknown_number);
      }
    }
  } catch (const Error& error) {
    facts.troubles.emplace("well", error.what());
  }
}

}  // namespace

MorningFacts morning_facts(const NightRecord& night) {
  MorningFacts facts;
  for (const NightScan& scan : night.scans) {
    const fs::path fossils = scan.folder / "fossils";
    try {
      if (fs::exists(fossils / "catalogue.sqlite")) {
        facts.counts.emplace(scan.name, counts_in(fossils));
      }
    } catch (const Error& error) {
      facts.troubles.emplace(scan.name, error.what());
    }
    facts.scan_files.emplace(scan.name, files_of_scan(night.folder, scan));
  }
  add_depths(night.folder / "well.sqlite", facts);
  facts.job_files = files_of_job(night.folder);
  for (const StageRecord* stage : failures_of(night)) {
    facts.log_ends.emplace(stage->scan + "/" + stage->stage, end_of_log(stage->log));
  }
  return facts;
}

void write_morning(const NightRecord& night, double now) {
  MorningFacts facts = morning_facts(night);
  write_file_atomically(night.folder / "summary.csv", summary_csv(night, facts));
  // It leads to the table, which may not have been there before.
  facts.job_files = files_of_job(night.folder);
  write_file_atomically(night.folder / "index.html", morning_html(night, facts, now));
}

}  // namespace fossilct
