// SPDX-License-Identifier: Apache-2.0
#include "night/arrivals.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "night/fingerprint.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> unfinished_endings = {".part", ".partial", ".tmp",
                                                                ".filepart", ".crdownload"};

bool may_be_a_scan(const fs::path& path) {
  const std::string name = lower(path.filename().string());
  return !name.starts_with('.') &&
         std::ranges::none_of(unfinished_endings,
                              [&](std::string_view ending) { return name.ends_with(ending); });
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code code;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    entries.push_back(entry->path());
  }
  if (code) {
    throw file_code_error(folder, "can't read this folder", code);
  }
  std::ranges::sort(entries, [](const fs::path& a, const fs::path& b) {
    return natural_less(a.string(), b.string());
  });
  return entries;
}

}  // namespace

Arrivals::Arrivals(fs::path folder, double rest_seconds)
    : folder_(std::move(folder)), rest_seconds_(rest_seconds) {}

std::vector<fs::path> Arrivals::look(double now) {
  std::map<fs::path, Seen> seen;
  std::vector<fs::path> complete;
  for (const fs::path& path : entries_of(folder_)) {
    if (returned_.contains(path) || !may_be_a_scan(path) || bytes_below(path) == 0) {
      continue;
    }
    Seen each = {file_stamp(path), now};
    if (const auto before = resting_.find(path);
        before != resting_.end() && before->second.stamp == each.stamp) {
      each.since = before->second.since;
    }
    if (now - each.since >= rest_seconds_) {
      complete.push_back(path);
      returned_.insert(path);
    } else {
      seen.emplace(path, std::move(each));
    }
  }
  resting_ = std::move(seen);
  return complete;
}

}  // namespace fossilct
