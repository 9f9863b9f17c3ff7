// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "apps/cli/command_line.h"
#include "apps/cli/facts.h"
#include "apps/night/morning.h"
#include "apps/night/status_text.h"
#include "base/text.h"
#include "night/job.h"
#include "night/overview.h"
#include "report/html_page.h"
#include "report/html_parts.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

// More classes than that have no columns of their own.
constexpr std::size_t most_class_columns = 8;
constexpr int depth_decimals = 2;

std::string name_of_stage(const StageRecord& stage) {
  return stage.scan.empty() ? stage.stage : stage.scan + ": " + stage.stage;
}

const FossilCounts* counts_of(const MorningFacts& facts, const std::string& scan) {
  const auto found = facts.counts.find(scan);
  return found == facts.counts.end() ? nullptr : &found->second;
}

std::vector<MorningFile> files_of(const MorningFacts& facts, const std::string& scan) {
  const auto found = facts.scan_files.find(scan);
  return found == facts.scan_files.end() ? std::vector<MorningFile>{} : found->second;
}

std::int64_t fossils_in_all(const MorningFacts& facts) {
  std::int64_t sum = 0;
  for (const auto& [scan, counts] : facts.counts) {
    sum += counts.found.count;
  }
  return sum;
}

std::int64_t scans_in(const std::vector<ScanOverview>& scans, StageState state) {
  return std::ranges::count_if(scans, [=](const auto& scan) { return scan.state == state; });
}

// "2 of 6 scans failed, 3 stages were left out for it."
std::string failure_words(const NightRecord& night, const std::vector<ScanOverview>& scans) {
  const std::int64_t failed_scans = scans_in(scans, StageState::failed);
  std::string words = counted(std::ssize(failures_of(night)), "stage") + " failed";
  if (failed_scans > 0) {
    words += ", in " + std::to_string(failed_scans) + " of " + counted(std::ssize(scans), "scan");
  }
  if (const std::int64_t blocked = blocked_stages(night); blocked > 0) {
    words += "; " + counted(blocked, "stage") + " that needed them could not run";
  }
  return words + ". What to do is below; then the same command does what is missing.";
}

Markup summary_of(const NightRecord& night, const MorningFacts& facts,
                  const std::vector<ScanOverview>& scans, double now) {
  const auto failed = std::ssize(failures_of(night));
  const double seconds = night.began > 0 ? std::max(0.0, now - night.began) : 0;
  Markup summary = headlines(
      {{"scans done",
        std::to_string(scans_in(scans, StageState::done)) + " of " + std::to_string(scans.size()),
        scans_in(scans, StageState::failed) > 0
            ? std::to_string(scans_in(scans, StageState::failed)) + " failed"
            : ""},
       {"fossils", format_count(fossils_in_all(facts)), "rejected ones left out"},
       {"stages failed", format_count(failed), failed == 0 ? "none" : "listed first"},
       {"time", format_duration(seconds), night.runs > 1 ? "of the last run" : ""}});
  if (failed > 0) {
    summary += notice(NoticeKind::warning, failure_words(night, scans));
  }
  if (const auto waiting = scans_in(scans, StageState::waiting); waiting > 0) {
    summary += notice(NoticeKind::warning, counted(waiting, "scan") +
                                               " wait: the run was stopped before them. The same "
                                               "command goes on.");
  }
  return summary;
}

std::string exit_words(const StageRecord& stage) {
  return stage.exit_code ? std::to_string(*stage.exit_code) : "none: a signal ended it";
}

Markup failure_part(const NightRecord& night, const MorningFacts& facts, const StageRecord& stage) {
  Markup part = element("h3", text(name_of_stage(stage))) +
                paragraph(stage.reason.empty() ? "No reason was told; the log may." : stage.reason);
  if (!stage.remedy.empty()) {
    part += element("p", element("strong", text("To do: ")) + text(stage.remedy));
  }
  KeyValues facts_of_it = {
      {"ended", local_text(stage.ended)},
      {"after", format_duration(seconds_of(stage, night, stage.ended))},
      {"tries", std::to_string(stage.tries) + (stage.with_less ? ", the last with less" : "")},
      {"exit code", exit_words(stage)}};
  if (stage.peak_memory_bytes > 0) {
    facts_of_it.emplace_back("memory", format_bytes(static_cast<double>(stage.peak_memory_bytes)));
  }
  part += key_values(facts_of_it);
  const auto log = facts.log_ends.find(stage.scan + "/" + stage.stage);
  if (log != facts.log_ends.end() && !log->second.empty()) {
    part += paragraph("The log ends with:") + element("pre", text(log->second));
  }
  if (!stage.log.empty()) {
    part += element("p", text("All of it: ") +
                             file_link(stage.log.lexically_relative(night.folder).generic_string(),
                                       stage.log.string()));
  }
  return part;
}

Markup failures_section(const NightRecord& night, const MorningFacts& facts) {
  Markup all;
  for (const StageRecord* stage : failures_of(night)) {
    all += failure_part(night, facts, *stage);
  }
  for (const auto& [scan, trouble] : facts.troubles) {
    all += element("h3", text(scan + ": catalogue")) + paragraph(trouble);
  }
  return all;
}

std::vector<std::string> class_columns(const MorningFacts& facts) {
  std::vector<std::string> names;
  for (const auto& [scan, counts] : facts.counts) {
    for (const auto& [name, count] : counts.by_class) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names.size() > 1 && names.size() <= most_class_columns ? names
                                                                : std::vector<std::string>{};
}

Cell class_cell(const FossilCounts* counts, const std::string& name) {
  if (counts != nullptr) {
    for (const auto& [each, found] : counts->by_class) {
      if (each == name) {
        return count_cell(found.count);
      }
    }
  }
  return number_cell(unknown_number, 0);
}

// `plain`, as a link to the file of this title where there is one.
Cell linked_cell(const std::string& plain, const std::vector<MorningFile>& files,
                 const std::string& title) {
  Cell cell = text_cell(plain);
  for (const MorningFile& file : files) {
    if (file.title == title) {
      cell.link = file.path;
    }
  }
  return cell;
}

// A cell of figures that are kept in one line.
Cell figures_cell(std::string text) { return {.text = std::move(text), .is_number = true}; }

std::string density_words(const ReportCount& found) {
  return std::isnan(found.per_mm3)
             ? no_number_text
             : number_text(found.per_mm3) + " (" + number_text(found.per_mm3_low) + " to " +
                   number_text(found.per_mm3_high) + ")";
}

Markup scans_section(const MorningFacts& facts, const std::vector<ScanOverview>& scans) {
  const std::vector<std::string> classes = class_columns(facts);
  Table all = {.columns = {{"scan", "leads to its report"},
                           {"state", ""},
                           {"fossils", "rejected ones left out"}},
               .rows = {}};
  for (const std::string& name : classes) {
    all.columns.push_back({name, "fossils of this class"});
  }
  for (const Column& column : {Column{"per mm³",
                                      "fossils in a cubic millimetre of rock, with "
                                      "the interval"},
                               Column{"undecided", "that nobody has looked at yet"},
                               Column{"top m", "depth of the scan's first slice"},
                               Column{"time", "of all its stages"}, Column{"", ""}}) {
    all.columns.push_back(column);
  }
  for (const ScanOverview& scan : scans) {
    const FossilCounts* counts = counts_of(facts, scan.scan->name);
    const std::vector<MorningFile> files = files_of(facts, scan.scan->name);
    Cell state = text_cell(std::string(name_of(scan.state)));
    state.is_strong = scan.state == StageState::failed;
    std::vector<Cell> row = {
        linked_cell(scan.scan->name, files, "report"), state,
        counts == nullptr ? number_cell(unknown_number, 0) : count_cell(counts->found.count)};
    for (const std::string& name : classes) {
      row.push_back(class_cell(counts, name));
    }
    row.push_back(figures_cell(counts == nullptr ? no_number_text : density_words(counts->found)));
    row.push_back(counts == nullptr ? number_cell(unknown_number, 0)
                                    : count_cell(counts->undecided));
    row.push_back(number_cell(counts == nullptr ? unknown_number : counts->top_m, depth_decimals));
    row.push_back(figures_cell(short_duration(scan.seconds)));
    const bool has_table =
        std::ranges::any_of(files, [](const MorningFile& file) { return file.title == "table"; });
    row.push_back(linked_cell(has_table ? "table" : "", files, "table"));
    all.rows.push_back(std::move(row));
  }
  all.missing_means = "not known, or not come to that";
  return table(all);
}

Cell stage_cell(const StageRecord& stage, const NightRecord& night) {
  const std::string took = short_duration(seconds_of(stage, night, stage.ended));
  Cell cell = text_cell(std::string(name_of(stage.state)));
  cell.is_strong = stage.state == StageState::failed;
  if (stage.state == StageState::done || stage.state == StageState::failed) {
    cell.text += " " + took;
  }
  return cell;
}

// The stages that some scan has, of those in the order they have among themselves.
std::vector<std::string> stages_of_some_scan(const std::vector<ScanOverview>& scans) {
  std::vector<std::string> names;
  for (const std::string_view stage : scan_stages) {
    const bool is_there = std::ranges::any_of(scans, [&](const ScanOverview& scan) {
      return std::ranges::any_of(scan.stages, [&](const StageRecord* record) {
        return record->stage == stage && record->state != StageState::skipped;
      });
    });
    if (is_there) {
      names.emplace_back(stage);
    }
  }
  return names;
}

Cell cell_of(const ScanOverview& scan, const std::string& stage, const NightRecord& night) {
  const auto found = std::ranges::find_if(
      scan.stages, [&](const StageRecord* record) { return record->stage == stage; });
  return found == scan.stages.end() ? text_cell("") : stage_cell(**found, night);
}

Markup stages_section(const NightRecord& night, const std::vector<ScanOverview>& scans) {
  const std::vector<std::string> stages = stages_of_some_scan(scans);
  Table of_scans = {.columns = {{"scan", ""}}, .rows = {}};
  for (const std::string& stage : stages) {
    of_scans.columns.push_back({stage, ""});
  }
  for (const ScanOverview& scan : scans) {
    std::vector<Cell> row = {text_cell(scan.scan->name)};
    for (const std::string& stage : stages) {
      row.push_back(cell_of(scan, stage, night));
    }
    of_scans.rows.push_back(std::move(row));
  }
  Markup section = of_scans.rows.empty() ? Markup{} : table(of_scans);
  Table of_job = {.columns = {{"of the job", ""}, {"state", ""}}, .rows = {}};
  for (const StageRecord* stage : stages_of_job(night)) {
    // This page is being written while it is looked at.
    if (stage->stage != "index" && stage->state != StageState::skipped) {
      of_job.rows.push_back({text_cell(stage->stage), stage_cell(*stage, night)});
    }
  }
  return of_job.rows.empty() ? section : section + table(of_job);
}

Markup commands_of(const NightRecord& night) {
  std::string lines;
  for (const StageRecord& stage : night.stages) {
    if (!stage.arguments.empty()) {
      lines += "fossilct " + shell_quoted(stage.arguments) + "\n";
    }
  }
  return lines.empty() ? Markup{}
                       : folded("The commands of all stages", element("pre", text(lines)));
}

Markup job_section(const NightRecord& night, const MorningFacts& facts, double now) {
  Markup files;
  for (const MorningFile& file : facts.job_files) {
    files += element("li", file_link(file.path, file.path) + text(": " + file.title));
  }
  return (files.text.empty() ? Markup{} : element("ul", files)) +
         key_values({{"job file", night.job_file.string()},
                     {"folder", night.folder.string()},
                     {"begun", local_text(night.began)},
                     {"this page", local_text(now)},
                     {"runs so far", std::to_string(night.runs)},
                     {"to do what is missing",
                      "fossilct run " + shell_quoted({night.job_file.string()})}}) +
         commands_of(night);
}

}  // namespace

std::string morning_html(const NightRecord& night, const MorningFacts& facts, double now) {
  const std::vector<ScanOverview> scans = scans_of(night, now);
  HtmlPage page = {.title = night.folder.stem().string() + ", " + local_text(night.began)};
  page.subtitle = counted(std::ssize(scans), "scan") + " of " + night.job_file.string();
  page.summary = summary_of(night, facts, scans, now);
  if (const Markup failures = failures_section(night, facts); !failures.text.empty()) {
    page.sections.push_back({"What failed", failures});
  }
  page.sections.push_back({"Scans", scans_section(facts, scans)});
  page.sections.push_back({"Stages", stages_section(night, scans)});
  page.sections.push_back({"The job", job_section(night, facts, now)});
  page.footer = "fossilct " + night.version;
  return html_text(page);
}

}  // namespace fossilct
