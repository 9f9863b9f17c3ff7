// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fossilct {

// Runs `body` in a forked child, whose memory and crashes are its own, and waits for its end. For
// libraries that a damaged file can crash or hang: let the child go first. What the child throws,
// prints or changes is lost; it ends without destructors of static objects and leaves no core file.
// Nothing when it came back from `body` (returning or throwing); else why it did not: "crashes
// (Segmentation fault)", "does not end within 20 s". Call it while no other thread is inside the
// library that `body` uses: locks held at the fork stay held in the child. Cost about a
// millisecond. Throws Error{device} where no process can be made.
std::optional<std::string> failure_in_child(const std::function<void()>& body, int limit_seconds);

// How a program is started; descriptors are those of this process.
struct ProgramStart {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // behind the program's name
  std::filesystem::path folder;        // that it runs in; empty: this one's
  int input = STDIN_FILENO;
  int output = STDOUT_FILENO;
  int errors = STDERR_FILENO;
  int kept_open = -1;      // it and what it starts have this descriptor too, under the same number
  bool own_group = false;  // a process group of its own, which Ctrl-C on a terminal does not reach
  bool core_file = true;   // whether a crash may leave one
};

// Starts it and returns its process id; no shell is in between. When the thread that called dies,
// the kernel ends the program (SIGKILL), so that nobody goes on writing what the next to be started
// will write too. Signals that this process catches are the program's default. Throws Error{file},
// which names the program, where it can't be started.
pid_t start_program(const ProgramStart& start);

}  // namespace fossilct
