// SPDX-License-Identifier: Apache-2.0
#include "night/job_scans.h"

#include <glob.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_name = 100;

double depth_of(const Job& job, const IniEntry& entry) {
  const auto metres = parse_double(entry.value);
  if (!metres || !(*metres > -1e5 && *metres < 1e5)) {
    throw ini_error(job.file, entry.line,
                    entry.key + ": '" + entry.value + "' is not a depth in metres");
  }
  return *metres;
}

std::filesystem::path model_from(const Job& job, const std::string& value) {
  return value == "starter" ? std::filesystem::path(value) : path_from(job.file, value);
}

void read_entry(const Job& job, JobScan& scan, const IniEntry& entry) {
  if (entry.key == "path") {
    scan.path = path_from(job.file, entry.value);
  } else if (entry.key == "top-depth-m") {
    scan.top_depth_m = depth_of(job, entry);
  } else if (entry.key == "bottom-depth-m") {
    scan.bottom_depth_m = depth_of(job, entry);
  } else if (entry.key == "labels") {
    scan.labels = path_from(job.file, entry.value);
  } else if (entry.key == "model") {
    scan.model = model_from(job, entry.value);
  } else if (entry.key == "classifier") {
    scan.classifier = model_from(job, entry.value);
  } else {
    scan.options.push_back(option_with_stage(
        job, entry, std::vector<std::string>(std::begin(scan_stages), std::end(scan_stages))));
  }
}

void require_depths_together(const JobScan& scan) {
  if (scan.top_depth_m.has_value() != scan.bottom_depth_m.has_value()) {
    throw Error(ErrorKind::option, scan.where + ": " + scan.name +
                                       " has one of top-depth-m and bottom-depth-m; give both");
  }
}

// Keys of the run's own stand once; which options may stand twice is known to their commands.
void require_once(const Job& job, const std::vector<IniEntry>& entries) {
  const std::vector<std::string> once = {"path",   "top-depth-m", "bottom-depth-m",
                                         "labels", "model",       "classifier"};
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const auto first = std::find_if(entries.begin(), entry,
                                    [&](const IniEntry& e) { return e.key == entry->key; });
    if (first != entry && std::find(once.begin(), once.end(), entry->key) != once.end()) {
      throw ini_error(job.file, entry->line,
                      entry->key + " is given already in line " + std::to_string(first->line));
    }
  }
}

JobScan scan_of(const Job& job, const std::string& name, const std::vector<IniEntry>& defaults,
                const std::vector<IniEntry>& own, int line) {
  JobScan scan;
  scan.name = name;
  scan.where = ini_place(job.file, line);
  require_once(job, defaults);
  require_once(job, own);
  for (const IniEntry& entry : defaults) {
    if (entry.key == "path") {
      throw ini_error(job.file, entry.line,
                      "path belongs into [scan NAME]; for many scans there is [scans] scans =");
    }
    const bool outdone =
        std::any_of(own.begin(), own.end(), [&](const IniEntry& e) { return e.key == entry.key; });
    if (!outdone) {
      read_entry(job, scan, entry);
    }
  }
  for (const IniEntry& entry : own) {
    read_entry(job, scan, entry);
  }
  require_depths_together(scan);
  return scan;
}

void add_named(Job& job, const IniSection& section, const std::vector<IniEntry>& defaults) {
  const std::string name(trim(std::string_view(section.name).substr(5)));
  if (name != scan_folder_name(name)) {
    throw ini_error(job.file, section.line,
                    "'" + printable(name) + "' can't be a scan's name, which is that of a folder " +
                        "too; '" + scan_folder_name(name) + "' can");
  }
  const auto same = std::find_if(job.scans.begin(), job.scans.end(),
                                 [&](const JobScan& scan) { return scan.name == name; });
  if (same != job.scans.end()) {
    throw ini_error(job.file, section.line,
                    "a scan of the name " + name + " is there already: " + same->where);
  }
  JobScan scan = scan_of(job, name, defaults, section.entries, section.line);
  if (scan.path.empty()) {
    throw ini_error(job.file, section.line,
                    "[scan " + name + "] has no path; expected path = SCAN");
  }
  job.scans.push_back(std::move(scan));
}

std::vector<fs::path> matches_of(const fs::path& pattern) {
  glob_t found{};
  std::vector<fs::path> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.string(), b.string());
  });
  return paths;
}

// Two scans of one stem get names of their own.
std::string free_name(const Job& job, const std::string& wanted) {
  const auto taken = [&](const std::string& name) {
    return std::any_of(job.scans.begin(), job.scans.end(),
                       [&](const JobScan& scan) { return scan.name == name; });
  };
  std::string name = wanted;
  for (int i = 2; taken(name); ++i) {
    name = wanted + "-" + std::to_string(i);
  }
  return name;
}

std::string name_of_file(const fs::path& path) {
  const fs::path normal = path.has_filename() ? path : path.parent_path();
  const std::string stem =
      fs::is_directory(normal) ? normal.filename().string() : normal.stem().string();
  // core.nii.gz, core.ome.tif
  const fs::path inner(stem);
  const bool twice = inner.extension() == ".nii" || inner.extension() == ".ome";
  return twice ? inner.stem().string() : stem;
}

// A scan that nobody named, unless it is there already: it has a [scan] of its own, or another
// pattern brought it.
void add_unnamed(Job& job, const fs::path& path, int line, const std::vector<IniEntry>& defaults) {
  const bool named = std::any_of(job.scans.begin(), job.scans.end(),
                                 [&](const JobScan& scan) { return scan.path == path; });
  if (named) {
    return;
  }
  const std::string stem = name_of_file(path);
  JobScan scan = scan_of(job, free_name(job, scan_folder_name(stem)), defaults, {}, line);
  scan.path = path;
  if (scan.name != stem) {
    job.notices.push_back(path.string() + " is called " + scan.name + " in this job");
  }
  job.scans.push_back(std::move(scan));
}

void add_matches(Job& job, const IniEntry& entry, const std::vector<IniEntry>& defaults) {
  const std::vector<fs::path> paths = matches_of(path_from(job.file, entry.value));
  if (paths.empty()) {
    throw ini_error(job.file, entry.line, "nothing is there that '" + entry.value + "' matches");
  }
  for (const fs::path& path : paths) {
    add_unnamed(job, path, entry.line, defaults);
  }
}

}  // namespace

JobOption option_with_stage(const Job& job, const IniEntry& entry,
                            const std::vector<std::string>& stages) {
  const std::string where = ini_place(job.file, entry.line);
  const std::size_t dot = entry.key.find('.');
  if (dot == std::string::npos) {
    return {"", entry.key, entry.value, where};
  }
  const std::string stage = entry.key.substr(0, dot);
  if (std::find(stages.begin(), stages.end(), stage) == stages.end()) {
    const auto near = closest_match(stage, stages);
    throw ini_error(job.file, entry.line,
                    "'" + stage + "' of " + entry.key + " is no stage that has options here" +
                        (near ? "; did you mean " + *near + "?" : ""));
  }
  return {stage, entry.key.substr(dot + 1), entry.value, where};
}

std::string scan_folder_name(std::string_view name) {
  std::string result;
  std::size_t i = 0;
  while (i < name.size()) {
    std::size_t length = 1;
    while (i + length < name.size() &&
           (static_cast<unsigned char>(name[i + length]) & 0xC0) == 0x80) {
      ++length;
    }
    const std::string_view letter = name.substr(i, length);
    i += length;
    const bool bad = printable(letter, length) != letter || letter == "/" ||
                     (result.empty() && (letter == "." || letter == "-"));
    if (result.size() + length > longest_name) {
      break;
    }
    result += bad ? "_" : letter;
  }
  return result.empty() ? "_" : result;
}

void add_scans(Job& job, const std::vector<IniSection>& sections,
               const std::vector<IniEntry>& defaults) {
  for (const IniSection& section : sections) {
    if (section.name.starts_with("scan ")) {
      add_named(job, section, defaults);
    }
  }
  // Patterns come second: a match that has a section of its own is that.
  for (const IniSection& section : sections) {
    if (section.name != "scans") {
      continue;
    }
    for (const IniEntry& entry : section.entries) {
      if (entry.key != "scans") {
        throw ini_error(job.file, entry.line,
                        "[scans] has no key " + entry.key + "; expected scans = PATTERN");
      }
      add_matches(job, entry, defaults);
    }
  }
}

void note_missing_depths(Job& job) {
  const auto has_depth = [](const JobScan& scan) { return scan.top_depth_m.has_value(); };
  const auto with = std::count_if(job.scans.begin(), job.scans.end(), has_depth);
  const auto without = std::find_if_not(job.scans.begin(), job.scans.end(), has_depth);
  if (with > 0 && without != job.scans.end()) {
    job.notices.push_back(without->name +
                          " has no top-depth-m and bottom-depth-m, other scans have: the well is "
                          "counted by scan, without depths");
  }
}

void add_arrived(Job& job, const std::vector<fs::path>& arrived,
                 const std::vector<IniEntry>& defaults) {
  for (const fs::path& path : arrived) {
    add_unnamed(job, fs::absolute(path).lexically_normal(), 0, defaults);
  }
}

}  // namespace fossilct
