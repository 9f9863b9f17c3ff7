// SPDX-License-Identifier: Apache-2.0
#include "night/fingerprint.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "base/sha256.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

// Symbolic links to folders are not followed: they may lead in circles.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  fs::recursive_directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored) || entry->is_symlink(ignored)) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string stamp_of(const struct stat& status) {
  return std::to_string(status.st_size) + " bytes of " + std::to_string(status.st_mtim.tv_sec) +
         "." + std::to_string(status.st_mtim.tv_nsec);
}

}  // namespace

std::string file_stamp(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return "";
  }
  if (!S_ISDIR(status.st_mode)) {
    return stamp_of(status);
  }
  std::vector<std::string> parts;
  for (const fs::path& file : files_below(path)) {
    struct stat of_file {};
    parts.push_back(file.lexically_relative(path).string());
    parts.push_back(::stat(file.c_str(), &of_file) == 0 ? stamp_of(of_file) : "absent");
  }
  return fingerprint_of(parts);
}

std::int64_t bytes_below(const fs::path& path) {
  std::error_code ignored;
  std::int64_t bytes = 0;
  for (const fs::path& file :
       fs::is_directory(path, ignored) ? files_below(path) : std::vector<fs::path>{path}) {
    const std::uintmax_t size = fs::file_size(file, ignored);
    bytes += ignored ? 0 : static_cast<std::int64_t>(size);
  }
  return bytes;
}

std::string HashedFiles::sha256(const fs::path& path, const Progress& progress) {
  const std::string stamp = file_stamp(path);
  if (stamp.empty()) {
    return "absent";
  }
  const auto known = known_.find(path);
  if (known != known_.end() && known->second.first == stamp) {
    return known->second.second;
  }
  const std::string hash = sha256_of_file(path, progress);
  known_[path] = {stamp, hash};
  return hash;
}

std::string fingerprint_of(const std::vector<std::string>& parts) {
  Sha256 hash;
  for (const std::string& part : parts) {
    // Each behind its length: "ab", "c" is not "a", "bc".
    const std::string text = std::to_string(part.size()) + ":" + part;
    hash.update(std::as_bytes(std::span(text)));
  }
  return hash.finish();
}

}  // namespace fossilct
