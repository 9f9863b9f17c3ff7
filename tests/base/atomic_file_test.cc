// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/killable_child.h"
#include "support.h"

using namespace fossilct;
namespace fs = std::filesystem;
using test::ChildProcess;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}
using Names = std::vector<std::string>;

// Killed while its output is half written.
ChildProcess child_that_writes(const fs::path& path, AtomicKind kind) {
  return ChildProcess([&](const auto& wait) {
    const AtomicOutput output(path, kind, IfExists::replace);
    write_file(kind == AtomicKind::file ? output.temporary_path() : output.temporary_path() / "a",
               "half");
    wait();
  });
}

}  // namespace

TEST_CASE("a file appears under its name at commit, whole, and nothing else remains") {
  const TemporaryFolder folder;
  {
    AtomicOutput output(folder / "scan.h5", AtomicKind::file, IfExists::refuse);
    CHECK(output.temporary_path().parent_path() == folder.path());
    CHECK(output.temporary_path().filename().string().starts_with(".scan.h5.partial-"));
    write_file(output.temporary_path(), "voxels");
    CHECK_FALSE(fs::exists(folder / "scan.h5"));
    output.commit();
    CHECK(read_file(folder / "scan.h5") == "voxels");
  }
  CHECK(names_in(folder.path()) == Names{"scan.h5"});
}

TEST_CASE("a folder appears under its name at commit") {
  const TemporaryFolder folder;
  {
    AtomicOutput output(folder / "slices/", AtomicKind::folder, IfExists::refuse);
    CHECK(names_in(output.temporary_path()).empty());
    fs::create_directory(output.temporary_path() / "deep");
    write_file(output.temporary_path() / "deep" / "s1.tif", "pixels");
    output.commit();
  }
  CHECK(names_in(folder.path()) == Names{"slices"});
  CHECK(read_file(folder / "slices/deep/s1.tif") == "pixels");
}

TEST_CASE("an output that is not committed leaves nothing, and the old one as it was") {
  const TemporaryFolder folder;
  write_file(folder / "old", "old content");
  for (const auto& [name, kind] :
       {std::pair{"new", AtomicKind::file}, std::pair{"old", AtomicKind::file},
        std::pair{"new", AtomicKind::folder}}) {
    const AtomicOutput output(folder / name, kind, IfExists::replace);
    write_file(kind == AtomicKind::file ? output.temporary_path() : output.temporary_path() / "a",
               "half");
  }
  CHECK(names_in(folder.path()) == Names{"old"});
  CHECK(read_file(folder / "old") == "old content");
}

TEST_CASE("what exists is refused or replaced as asked") {
  const TemporaryFolder folder;
  write_file(folder / "scan", "old");
  fs::create_directory(folder / "slices");
  write_file(folder / "slices/stale.tif", "old");
  const std::string message =
      message_of<Error>([&] { AtomicOutput(folder / "scan", AtomicKind::file, IfExists::refuse); });
  CHECK(message.find((folder / "scan").string()) != std::string::npos);
  CHECK(message.find("--overwrite") != std::string::npos);
  CHECK(read_file(folder / "scan") == "old");

  write_file_atomically(folder / "scan", "new");
  AtomicOutput slices(folder / "slices", AtomicKind::folder, IfExists::replace);
  write_file(slices.temporary_path() / "s1.tif", "new");
  slices.commit();
  CHECK(read_file(folder / "scan") == "new");
  CHECK(names_in(folder / "slices") == Names{"s1.tif"});
  CHECK(names_in(folder.path()) == Names{"scan", "slices"});
}

TEST_CASE("an output goes where a link leads, and the link stays") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "disk");
  fs::create_directory(folder / "disk/old");
  write_file(folder / "disk/old/was", "there");
  fs::create_directory_symlink("disk/old", folder / "folder");
  fs::create_symlink(folder / "disk/new", folder / "dangling");
  fs::create_symlink("dangling", folder / "file");
  {
    AtomicOutput output(folder / "folder/", AtomicKind::folder, IfExists::replace);
    CHECK(output.path() == folder / "disk/old");
    CHECK(output.temporary_path().parent_path() == folder / "disk");
    write_file(output.temporary_path() / "is", "there");
    output.commit();
  }
  write_file_atomically(folder / "file", "content");
  CHECK(fs::is_symlink(folder / "folder"));
  CHECK(fs::is_symlink(folder / "file"));
  CHECK(names_in(folder / "disk/old") == Names{"is"});
  CHECK(read_file(folder / "disk/new") == "content");
  CHECK(names_in(folder / "disk") == Names{"new", "old"});
  fs::create_symlink("itself", folder / "itself");
  CHECK(message_of<Error>([&] {
          AtomicOutput(folder / "itself", AtomicKind::file, IfExists::replace);
        }).find("leads to itself") != std::string::npos);
}

TEST_CASE("what appears meanwhile is not replaced where that was not asked for") {
  const TemporaryFolder folder;
  AtomicOutput output(folder / "scan", AtomicKind::file, IfExists::refuse);
  write_file(folder / "scan", "someone else's");
  CHECK(message_of<Error>([&] { output.commit(); }).find("appeared while") != std::string::npos);
  CHECK(read_file(folder / "scan") == "someone else's");
}

TEST_CASE("a file does not replace a folder, nor a folder a file") {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  fs::create_directory(folder / "folder");
  const auto failure = [&](const std::string& name, AtomicKind kind) {
    return message_of<Error>([&] { AtomicOutput(folder / name, kind, IfExists::replace); });
  };
  CHECK(failure("file", AtomicKind::folder).find("is a file where") != std::string::npos);
  CHECK(failure("folder", AtomicKind::file).find("is a folder where") != std::string::npos);
  CHECK(failure("absent/scan", AtomicKind::file).find("absent does not exist") !=
        std::string::npos);
}

TEST_CASE("the partial output of a killed process is removed by the next, a live one is left") {
  for (const AtomicKind kind : {AtomicKind::file, AtomicKind::folder}) {
    const TemporaryFolder folder;
    ChildProcess child = child_that_writes(folder / "out", kind);
    CHECK(names_in(folder.path()).size() == 1);
    { const AtomicOutput second(folder / "out", kind, IfExists::replace); }
    CHECK(names_in(folder.path()).size() == 1);

    child.kill();
    CHECK(names_in(folder.path()).size() == 1);
    { const AtomicOutput third(folder / "out", kind, IfExists::replace); }
    CHECK(names_in(folder.path()).empty());
  }
}

TEST_CASE("two outputs of one process do not take each other's partial file away") {
  const TemporaryFolder folder;
  AtomicOutput first(folder / "out", AtomicKind::file, IfExists::replace);
  write_file(first.temporary_path(), "first");
  AtomicOutput second(folder / "out", AtomicKind::file, IfExists::replace);
  write_file(second.temporary_path(), "second");
  second.commit();
  first.commit();
  CHECK(read_file(folder / "out") == "first");
}

TEST_CASE("partial outputs of other names are none of ours") {
  const TemporaryFolder folder;
  write_file(folder / ".out.h5.partial-1-0", "another's");
  { const AtomicOutput output(folder / "out", AtomicKind::file, IfExists::replace); }
  CHECK(names_in(folder.path()) == Names{".out.h5.partial-1-0"});
}

TEST_CASE("an output has the permissions that the umask gives to any new file") {
  const TemporaryFolder folder;
  write_file(folder / "scan", "old");
  fs::permissions(folder / "scan", fs::perms(0640));
  write_file_atomically(folder / "scan", "new");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK(fs::status(folder / "scan").permissions() == fs::perms(0666 & ~mask));
}
