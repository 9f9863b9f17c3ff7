// SPDX-License-Identifier: Apache-2.0
#include "base/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"

namespace fossilct {

namespace {

constexpr std::size_t digest_length = 16;

std::string line_of(const Json& entry) {
  std::string text;
  try {
    text = exact_json_text(entry);
  } catch (const Error&) {
    rethrow_with_context("a journal entry");
  }
  return sha256_of(text).substr(0, digest_length) + " " + text + "\n";
}

std::optional<Json> entry_of(std::string_view line) {
  if (line.size() < digest_length + 2 || line[digest_length] != ' ') {
    return std::nullopt;
  }
  const std::string_view text = line.substr(digest_length + 1);
  if (sha256_of(text).substr(0, digest_length) != line.substr(0, digest_length)) {
    return std::nullopt;
  }
  Json entry = try_parse_json(text);
  return entry.is_discarded() ? std::nullopt : std::optional<Json>(std::move(entry));
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream content;
  if (stream.is_open() && stream.peek() != std::ifstream::traits_type::eof()) {
    content << stream.rdbuf();
  }
  if (stream.bad()) {  // taken for a shorter journal, the rest would be cut off
    throw file_errno_error(path, "can't read the journal");
  }
  return content.str();
}

void write_at(int descriptor, std::string_view text, std::int64_t offset,
              const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t n = ::pwrite(descriptor, text.data(), text.size(), offset);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      throw file_errno_error(path, "can't append to the journal");
    }
    text.remove_prefix(static_cast<std::size_t>(n));
    offset += n;
  }
  if (::fdatasync(descriptor) != 0) {
    throw file_errno_error(path, "can't flush the journal to the disk");
  }
}

// A new file is safe only once its folder is.
void sync_folder_of(const std::filesystem::path& path) {
  sync_to_disk(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

}  // namespace

Journal::Journal(const std::filesystem::path& path, const std::function<void(const Json&)>& replay)
    : path_(path) {
  const std::string content = read_all(path);
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t newline = content.find('\n', begin);
    const bool complete = newline != std::string::npos;
    const std::optional<Json> entry =
        complete ? entry_of(std::string_view(content).substr(begin, newline - begin))
                 : std::nullopt;
    const bool last = !complete || newline + 1 == content.size();
    if (!entry && !last) {
      throw format_error(path,
                         "the journal is damaged at byte " + std::to_string(begin) +
                             "; expected a line of digest and JSON; remove the file to begin anew");
    }
    if (!entry) {
      break;
    }
    replay(*entry);
    begin = newline + 1;
    end_ = static_cast<std::int64_t>(begin);
  }
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0 || ::ftruncate(descriptor_, end_) != 0) {
    const Error error = file_errno_error(path, "can't open the journal");
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
    throw error;
  }
  try {
    sync_folder_of(path);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Journal::~Journal() { ::close(descriptor_); }

void Journal::append(const Json& entry) {
  const std::string line = line_of(entry);
  try {
    write_at(descriptor_, line, end_, path_);
  } catch (const Error&) {
    if (::ftruncate(descriptor_, end_) != 0) {
      throw file_errno_error(path_, "can't append to the journal, nor take back what was written");
    }
    throw;
  }
  end_ += static_cast<std::int64_t>(line.size());
}

}  // namespace fossilct
