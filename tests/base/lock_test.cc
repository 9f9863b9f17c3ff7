// SPDX-License-Identifier: Apache-2.0
#include "base/lock.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/killable_child.h"
#include "support.h"

using namespace fossilct;
using test::message_of;
using test::TemporaryFolder;

TEST_CASE("who comes second is told who holds the lock") {
  const TemporaryFolder folder;
  const FileLock first(folder / "lock", "import of core-a");
  const std::string message = message_of<Error>([&] { FileLock(folder / "lock", "second"); });
  CHECK(message.find((folder / "lock").string()) != std::string::npos);
  CHECK(message.find("import of core-a") != std::string::npos);
  CHECK(message.find("process " + std::to_string(::getpid())) != std::string::npos);
}

TEST_CASE("a lock ends with its object, and leaves no file") {
  const TemporaryFolder folder;
  { const FileLock first(folder / "lock", "first"); }
  CHECK_FALSE(std::filesystem::exists(folder / "lock"));
  CHECK_NOTHROW(FileLock(folder / "lock", "second"));
}

TEST_CASE("a moved lock is held once") {
  const TemporaryFolder folder;
  std::optional<FileLock> first(std::in_place, folder / "lock", "first");
  std::optional<FileLock> second(std::move(*first));
  first.reset();
  CHECK_THROWS_AS(FileLock(folder / "lock", "third"), Error);
  second.reset();
  CHECK_NOTHROW(FileLock(folder / "lock", "third"));
}

TEST_CASE("the lock of a killed process is free, though its file is there") {
  const TemporaryFolder folder;
  test::ChildProcess child([&](const auto& wait) {
    const FileLock lock(folder / "lock", "night");
    wait();
  });
  const std::string holder = "process " + std::to_string(child.id());
  CHECK(message_of<Error>([&] { FileLock(folder / "lock", "second"); }).find(holder) !=
        std::string::npos);
  child.kill();
  CHECK(std::filesystem::exists(folder / "lock"));
  CHECK_NOTHROW(FileLock(folder / "lock", "second"));
}

TEST_CASE("a lock file that can't be made is an error with the system's reason") {
  const TemporaryFolder folder;
  const std::string message =
      message_of<Error>([&] { FileLock(folder / "absent/lock", "purpose"); });
  CHECK(message.find("No such file or directory") != std::string::npos);
}

TEST_CASE("who holds a lock can be asked without trying to take it") {
  const TemporaryFolder folder;
  CHECK_FALSE(lock_holder(folder / "lock"));
  {
    const FileLock lock(folder / "lock", "run of a job");
    const auto holder = lock_holder(folder / "lock");
    REQUIRE(holder);
    CHECK(holder->process == ::getpid());
    CHECK(holder->text.find("run of a job") == 0);
  }
  test::write_file(folder / "lock", "run, process 1 on here");
  CHECK_FALSE(lock_holder(folder / "lock"));
}
