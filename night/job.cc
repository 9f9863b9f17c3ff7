// SPDX-License-Identifier: Apache-2.0
#include "night/job.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "night/job_scans.h"
#include "night/notice.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> job_keys = {"output", "stages",           "memory-gb", "disk-gb",
                                           "hours",  "watchdog-minutes", "on-done",   "mail-to"};

std::vector<std::string> all_stages() {
  std::vector<std::string> stages(std::begin(scan_stages), std::end(scan_stages));
  stages.insert(stages.end(), std::begin(job_stages), std::end(job_stages));
  return stages;
}

std::string did_you_mean(const std::string& typed, const std::vector<std::string>& candidates) {
  const auto near = closest_match(typed, candidates);
  return near ? "; did you mean " + *near + "?" : ".";
}

double limit_of(const Job& job, const IniEntry& entry) {
  const auto value = parse_double(entry.value);
  if (!value || !(*value >= 0 && *value <= 1e6)) {
    throw ini_error(job.file, entry.line,
                    entry.key + ": '" + entry.value + "' is not a number from 0 to 1000000");
  }
  return *value;
}

std::vector<std::string> stages_of(const Job& job, const IniEntry& entry) {
  const std::vector<std::string> known = all_stages();
  std::vector<std::string> stages;
  for (const std::string& word : split(entry.value, ',')) {
    const std::string stage(trim(word));
    if (std::find(known.begin(), known.end(), stage) == known.end()) {
      throw ini_error(job.file, entry.line,
                      "'" + stage + "' is no stage" + did_you_mean(stage, known) +
                          " They are, with commas between: import, segment, extract, mesh, views, "
                          "classify, render, report, train, well, abundance, index");
    }
    stages.push_back(stage);
  }
  return stages;
}

void read_job_entry(Job& job, const IniEntry& entry) {
  if (entry.key == "output") {
    job.folder = path_from(job.file, entry.value);
  } else if (entry.key == "stages") {
    job.stages = stages_of(job, entry);
  } else if (entry.key == "memory-gb") {
    job.limits.memory_gb = limit_of(job, entry);
  } else if (entry.key == "disk-gb") {
    job.limits.disk_gb = limit_of(job, entry);
  } else if (entry.key == "hours") {
    job.limits.hours = limit_of(job, entry);
  } else if (entry.key == "watchdog-minutes") {
    job.limits.watchdog_minutes = limit_of(job, entry);
  } else if (entry.key == "on-done") {
    words_of_command(ini_place(job.file, entry.line) + ": on-done", entry.value);
    job.on_done = entry.value;
  } else if (entry.key == "mail-to") {
    mail_addresses(ini_place(job.file, entry.line) + ": mail-to", entry.value);
    job.mail_to = entry.value;
  } else if (entry.key.find('.') != std::string::npos) {
    job.options.push_back(option_with_stage(job, entry, {"well", "abundance", "abundance-table"}));
  } else {
    throw ini_error(job.file, entry.line,
                    "[job] has no key '" + entry.key + "'" + did_you_mean(entry.key, job_keys));
  }
}

void require_given_once(const Job& job, const std::vector<IniEntry>& entries,
                        const IniEntry& entry) {
  const auto first = std::find_if(entries.begin(), entries.end(),
                                  [&](const IniEntry& e) { return e.key == entry.key; });
  if (first->line != entry.line) {
    throw ini_error(job.file, entry.line,
                    entry.key + " is given already in line " + std::to_string(first->line));
  }
}

void read_job_section(Job& job, const IniSection& section) {
  for (const IniEntry& entry : section.entries) {
    if (entry.key.find('.') == std::string::npos) {
      require_given_once(job, section.entries, entry);
    }
    read_job_entry(job, entry);
  }
}

// [train] has options of one command alone: no stage stands before them.
void read_train_section(Job& job, const IniSection& section) {
  for (const IniEntry& entry : section.entries) {
    job.train.push_back({"train", entry.key, entry.value, ini_place(job.file, entry.line)});
  }
  if (section.entries.empty()) {
    throw ini_error(job.file, section.line,
                    "[train] is empty; expected scan = SCAN and labels = LABELS at least");
  }
}

void require_known(const Job& job, const IniSection& section) {
  const std::vector<std::string> known = {"job", "train", "defaults", "scans"};
  const bool is_scan = section.name.starts_with("scan ");
  if (!is_scan && std::find(known.begin(), known.end(), section.name) == known.end()) {
    throw ini_error(job.file, section.line,
                    "[" + section.name + "] is no section of a job" +
                        did_you_mean(section.name, known) +
                        " They are [job], [train], [defaults], [scan NAME] and [scans]");
  }
}

void require_no_entries(const Job& job, const IniSection& section) {
  if (!section.entries.empty()) {
    const IniEntry& entry = section.entries.front();
    throw ini_error(job.file, entry.line,
                    entry.key + " stands above the first heading; expected [job] or another");
  }
}

}  // namespace

fs::path path_from(const fs::path& job_file, const std::string& value) {
  return (job_file.parent_path() / value).lexically_normal();
}

namespace {

Job read_job_with(const fs::path& file, const std::vector<fs::path>* arrived) {
  Job job;
  job.file = fs::absolute(file).lexically_normal();
  job.folder = fs::path(job.file).replace_extension(".job");
  job.stages = all_stages();
  const std::vector<IniSection> sections = read_ini(job.file);
  require_no_entries(job, sections.front());
  std::vector<IniEntry> defaults;
  for (auto section = sections.begin() + 1; section != sections.end(); ++section) {
    require_known(job, *section);
    if (section->name == "job") {
      read_job_section(job, *section);
    } else if (section->name == "train") {
      read_train_section(job, *section);
    } else if (section->name == "defaults") {
      defaults.insert(defaults.end(), section->entries.begin(), section->entries.end());
    }
  }
  add_scans(job, sections, defaults);
  if (arrived != nullptr) {
    add_arrived(job, *arrived, defaults);
  } else if (job.scans.empty()) {
    throw option_error(job.file.string(),
                       "names no scan; expected [scan NAME] with path = SCAN, or [scans] with "
                       "scans = PATTERN (`fossilct run --example` shows both)");
  }
  note_missing_depths(job);
  return job;
}

}  // namespace

Job read_job(const fs::path& file) { return read_job_with(file, nullptr); }

Job read_job(const fs::path& file, const std::vector<fs::path>& arrived) {
  return read_job_with(file, &arrived);
}

}  // namespace fossilct
