// SPDX-License-Identifier: Apache-2.0
#include "base/child_process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/error.h"
#include "base/killable_child.h"
#include "support.h"

using namespace fossilct;

TEST_CASE("a child that comes back, returning or throwing, is no failure") {
  int value = 1;
  CHECK_FALSE(failure_in_child([&] { value = 2; }, 5).has_value());
  CHECK(value == 1);  // the child's memory was its own
  CHECK_FALSE(failure_in_child([] { throw std::runtime_error("x"); }, 5).has_value());
}

TEST_CASE("a crash, an abort and a hang are told") {
  const auto crash = failure_in_child([] { ::raise(SIGSEGV); }, 5);
  REQUIRE(crash.has_value());
  CHECK(crash->find("crashes (Segmentation fault)") != std::string::npos);
  CHECK(failure_in_child([] { ::raise(SIGABRT); }, 5).has_value());
  CHECK(failure_in_child([] { ::pause(); }, 1) == "does not end within 1 s");
  CHECK(failure_in_child([] { ::_exit(3); }, 5) == "ends with exit code 3");
}

TEST_CASE("a program is started with streams and a folder of its own, without a shell") {
  const test::TemporaryFolder folder;
  const int out = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  ProgramStart start;
  start.program = "/bin/sh";
  start.arguments = {"-c", "pwd; echo \"$1\" >&2", "sh", "$HOME; ls"};
  start.folder = folder.path();
  start.output = out;
  start.errors = out;
  const pid_t child = start_program(start);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  ::close(out);
  CHECK(test::read_file(folder / "out") == folder.path().string() + "\n$HOME; ls\n");
}

TEST_CASE("a program that is not there is named") {
  ProgramStart start;
  start.program = "/nowhere/fossilct";
  CHECK(test::message_of<Error>([&] {
          start_program(start);
        }).find("/nowhere/fossilct: can't start this program: No such file") != std::string::npos);
}

TEST_CASE("a started program does not outlive its starter") {
  const test::TemporaryFolder folder;
  test::ChildProcess starter([&](const auto& wait) {
    ProgramStart start;
    start.program = "/bin/sh";
    start.arguments = {"-c", "echo $$ > '" + (folder / "id.new").string() + "'; mv '" +
                                 (folder / "id.new").string() + "' '" + (folder / "id").string() +
                                 "'; exec sleep 600"};
    start.own_group = true;
    start_program(start);
    while (!std::filesystem::exists(folder / "id")) {
      ::usleep(1000);
    }
    wait();
  });
  const int id = std::stoi(test::read_file(folder / "id"));
  CHECK(::kill(id, 0) == 0);
  starter.kill();
  // It is nobody's child any more: gone, or a zombie until init looks.
  bool gone = false;
  for (int i = 0; i < 5000 && !gone; ++i) {
    const std::string stat = test::read_file("/proc/" + std::to_string(id) + "/stat");
    gone = stat.empty() || stat.find(") Z ") != std::string::npos;
    ::usleep(1000);
  }
  CHECK(gone);
}
