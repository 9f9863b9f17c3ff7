// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/companion.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "apps/cli/command.h"
#include "base/child_process.h"
#include "base/error.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr int exit_interrupted = 130;

// The kernel knows where this program lies, links followed; argv[0] may be any word.
fs::path own_program() { return fs::read_symlink("/proc/self/exe"); }

std::vector<char*> argv_of(std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  return argv;
}

// The status of waitpid().
int wait_for(pid_t child, const Progress& progress) {
  constexpr auto patience = std::chrono::milliseconds(50);
  bool told = false;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (progress.cancel_requested() && !told) {
      ::kill(child, SIGTERM);
      told = true;
    }
    std::this_thread::sleep_for(patience);
  }
  return status;
}

}  // namespace

void go_on_elsewhere(const CommandElsewhere& elsewhere, const std::vector<std::string>& arguments) {
  const fs::path program = (own_program().parent_path() / elsewhere.program()).lexically_normal();
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::vector<char*> argv = argv_of(words);
  ::execv(program.c_str(), argv.data());
  const std::error_code failure(errno, std::generic_category());
  throw file_error(program, "this program, which has the command " + elsewhere.command() +
                                ", can't be started: " + failure.message() +
                                "; fossilct must be installed (or built) whole" +
                                (elsewhere.needs().empty()
                                     ? ""
                                     : "; this part is built where there is " + elsewhere.needs()));
}

void run_command_elsewhere(const CommandRow& row, const std::vector<std::string>& arguments,
                           const Progress& progress) {
  const fs::path own = own_program();
  const fs::path program =
      row.program.empty() ? own : (own.parent_path() / row.program).lexically_normal();
  ProgramStart start;
  start.program = program;
  start.arguments = {row.name};
  start.arguments.insert(start.arguments.end(), arguments.begin(), arguments.end());
  start.output = STDERR_FILENO;
  const int status = wait_for(start_program(start), progress);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return;
  }
  progress.check();
  if (WIFEXITED(status) && WEXITSTATUS(status) == exit_interrupted) {
    throw Cancelled();
  }
  std::string line = "fossilct " + row.name;
  for (const std::string& argument : arguments) {
    line += " " + argument;
  }
  throw Error(ErrorKind::file,
              "`" + line + "`, which was started for what it makes, " +
                  (WIFEXITED(status) ? "failed; it has said why"
                                     : "was ended by signal " + std::to_string(WTERMSIG(status))));
}

}  // namespace fossilct
