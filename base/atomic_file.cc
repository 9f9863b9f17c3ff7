// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view partial_mark = ".partial-";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// What a link names, though it be not there yet: the output takes that place, and the link stays.
fs::path behind_links(fs::path path) {
  constexpr int most_links = 40;  // as the system allows
  std::error_code ignored;
  for (int link = 0; fs::is_symlink(path, ignored); ++link) {
    if (link == most_links) {
      throw file_error(path, "is a link that leads to itself");
    }
    const fs::path target = fs::read_symlink(path, ignored);
    path = target.is_absolute() ? target : folder_of(path) / target;
    path = path.has_filename() ? path : path.parent_path();
  }
  return path;
}

std::string partial_prefix(const fs::path& path) {
  return "." + path.filename().string() + std::string(partial_mark);
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

// A partial output whose owner died: nobody holds the flock any more.
void remove_abandoned_partials(const fs::path& path) {
  std::error_code error;
  const std::string prefix = partial_prefix(path);
  fs::directory_iterator entry(folder_of(path), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(prefix)) {
      continue;
    }
    const int descriptor = ::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
      remove_quietly(entry->path());
    }
    if (descriptor >= 0) {
      ::close(descriptor);
    }
  }
}

void sync_descriptor_of(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) {
    throw file_errno_error(path, "can't open to flush to the disk");
  }
  if (::fsync(descriptor) != 0) {
    const Error error = file_errno_error(path, "can't flush to the disk");
    ::close(descriptor);
    throw error;
  }
  ::close(descriptor);
}

// All of a folder at once: one call for tens of thousands of small files, where one a file takes
// minutes. It flushes what else the file system holds, too.
void sync_file_system_of(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    throw file_errno_error(folder, "can't open to flush to the disk");
  }
  const int failed = ::syncfs(descriptor);
  const Error error = file_errno_error(folder, "can't flush to the disk");
  ::close(descriptor);
  if (failed != 0) {
    throw error;
  }
}

// Renames without ever replacing (`flags` RENAME_NOREPLACE) or swaps two names (RENAME_EXCHANGE).
bool rename_with_flags(const fs::path& from, const fs::path& to, unsigned int flags) {
  return ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
}

// For file systems that know no flags (NFS and FAT answer EINVAL): nearly as safe, since only
// another writer of the same name within a moment could come between.
void rename_without_flags(const fs::path& from, const fs::path& to, AtomicKind kind,
                          IfExists if_exists) {
  std::error_code ignored;
  if (if_exists == IfExists::refuse && fs::exists(to, ignored)) {
    throw file_error(to, "appeared while it was being written; it was left as it is");
  }
  // Not under the name of a partial output: after a crash here it is all there is of the old one.
  const fs::path aside =
      folder_of(to) / ("." + to.filename().string() + ".replaced-" + std::to_string(::getpid()));
  const bool moved_aside = kind == AtomicKind::folder && ::rename(to.c_str(), aside.c_str()) == 0;
  if (::rename(from.c_str(), to.c_str()) != 0) {
    const Error error = file_errno_error(to, "can't rename the finished output to this name");
    if (moved_aside) {
      fs::rename(aside, to, ignored);
    }
    throw error;
  }
  if (moved_aside) {
    remove_quietly(aside);
  }
}

// Gives `from` the name `to`; what was there is removed where `if_exists` allows it.
void put_in_place(const fs::path& from, const fs::path& to, AtomicKind kind, IfExists if_exists) {
  if (rename_with_flags(from, to, RENAME_NOREPLACE)) {
    return;
  }
  if (errno == EINVAL || errno == ENOSYS) {
    rename_without_flags(from, to, kind, if_exists);
    return;
  }
  if (errno != EEXIST && errno != ENOTEMPTY) {
    throw file_errno_error(to, "can't rename the finished output to this name");
  }
  if (if_exists == IfExists::refuse) {
    throw file_error(to, "appeared while it was being written; it was left as it is");
  }
  if (rename_with_flags(from, to, RENAME_EXCHANGE)) {
    remove_quietly(from);
  } else if (errno == EINVAL) {
    rename_without_flags(from, to, kind, if_exists);
  } else {
    throw file_errno_error(to, "can't replace the old output");
  }
}

// A folder that work goes on in, or that a disk is mounted at, can't be replaced by renaming: the
// system says so ("Device or resource busy"), but only when all is done.
void require_renamable(const fs::path& path) {
  struct stat of_path {};
  struct stat of_parent {};
  struct stat of_current {};
  if (::stat(path.c_str(), &of_path) != 0 || ::stat(folder_of(path).c_str(), &of_parent) != 0) {
    return;
  }
  const bool current = path.filename() == "." || path.filename() == ".." ||
                       (::stat(".", &of_current) == 0 && of_current.st_ino == of_path.st_ino &&
                        of_current.st_dev == of_path.st_dev);
  if (current || of_path.st_dev != of_parent.st_dev) {
    throw file_error(
        path, std::string(current ? "is the folder in use here" : "is where a disk is mounted") +
                  " and can't be replaced; give the name of a folder in it");
  }
}

}  // namespace

AtomicOutput::AtomicOutput(fs::path path, AtomicKind kind, IfExists if_exists)
    : path_(std::move(path)), kind_(kind), if_exists_(if_exists) {
  if (!path_.has_filename()) {
    path_ = path_.parent_path();
  }
  path_ = behind_links(path_);
  const fs::path folder = folder_of(path_);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw file_error(path_, "the folder " + folder.string() + " does not exist; create it first");
  }
  const bool exists = fs::exists(path_, ignored);
  if (exists && if_exists == IfExists::refuse) {
    throw file_error(path_, "exists already; give another name, or --overwrite to replace it");
  }
  if (exists && fs::is_directory(path_, ignored) != (kind == AtomicKind::folder)) {
    throw file_error(path_, kind == AtomicKind::folder
                                ? "is a file where a folder is to be written"
                                : "is a folder where a file is to be written");
  }
  if (kind == AtomicKind::folder) {
    require_renamable(path_);
  }
  remove_abandoned_partials(path_);
  create_partial();
}

void AtomicOutput::create_partial() {
  static std::atomic<int> counter{0};
  for (;;) {
    temporary_path_ = folder_of(path_) / (partial_prefix(path_) + std::to_string(::getpid()) + "-" +
                                          std::to_string(counter++));
    const bool folder = kind_ == AtomicKind::folder;
    if (folder && ::mkdir(temporary_path_.c_str(), 0777) != 0) {
      throw file_errno_error(path_, "can't create");
    }
    guard_ =
        ::open(temporary_path_.c_str(),
               O_CLOEXEC | (folder ? O_RDONLY | O_DIRECTORY : O_RDWR | O_CREAT | O_TRUNC), 0666);
    if (guard_ >= 0) {
      ::flock(guard_, LOCK_EX);
      struct stat status {};
      if (::fstat(guard_, &status) == 0 && status.st_nlink > 0) {
        return;
      }
      // Between open and flock another process took it for abandoned and removed it.
      ::close(std::exchange(guard_, -1));
    } else if (!folder || errno != ENOENT) {
      throw file_errno_error(path_, "can't create");
    }
  }
}

AtomicOutput::~AtomicOutput() {
  if (!committed_) {
    remove_quietly(temporary_path_);
  }
  if (guard_ >= 0) {
    ::close(guard_);
  }
}

void AtomicOutput::commit() {
  if (kind_ == AtomicKind::folder) {
    sync_file_system_of(temporary_path_);
  } else {
    sync_to_disk(temporary_path_);
  }
  put_in_place(temporary_path_, path_, kind_, if_exists_);
  committed_ = true;
  ::close(std::exchange(guard_, -1));
  sync_descriptor_of(folder_of(path_), O_RDONLY | O_DIRECTORY);
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  AtomicOutput output(path, AtomicKind::file, IfExists::replace);
  std::ofstream stream(output.temporary_path(), std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  if (!stream) {
    throw file_errno_error(path, "can't write");
  }
  output.commit();
}

void sync_to_disk(const fs::path& path) { sync_descriptor_of(path, O_RDONLY); }

}  // namespace fossilct
