// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/companion.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "apps/cli/command.h"
#include "base/child_process.h"
#include "base/error.h"
#include "base/exit_code.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

std::vector<char*> argv_of(std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  return argv;
}

// Hands a wish to stop on to a child, once.
class StopMessage {
 public:
  StopMessage(pid_t child, const Progress& progress) : child_(child), progress_(progress) {}
  void pass_on() {
    if (progress_.cancel_requested() && !told_) {
      ::kill(child_, SIGTERM);
      told_ = true;
    }
  }

 private:
  pid_t child_;
  const Progress& progress_;
  bool told_ = false;
};

// What a program writes until it ends. It is told of a wish to stop.
std::string all_from(int descriptor, pid_t child, const Progress& progress) {
  constexpr int patience_ms = 50;
  std::string text;
  std::array<char, 4096> part{};
  StopMessage stop(child, progress);
  for (;;) {
    stop.pass_on();
    pollfd waiting = {descriptor, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) == 0) {
      continue;
    }
    const ssize_t n = ::read(descriptor, part.data(), part.size());
    if (n > 0) {
      text.append(part.data(), static_cast<std::size_t>(n));
    } else if (n == 0 || errno != EINTR) {
      return text;
    }
  }
}

// The status of waitpid().
int wait_for(pid_t child, const Progress& progress) {
  constexpr auto patience = std::chrono::milliseconds(50);
  StopMessage stop(child, progress);
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    stop.pass_on();
    std::this_thread::sleep_for(patience);
  }
  return status;
}

}  // namespace

// The kernel knows where this program lies; argv[0] may be any word.
fs::path own_program() { return fs::read_symlink("/proc/self/exe"); }

fs::path program_of(const CommandRow& row) {
  const fs::path own = own_program();
  return row.program.empty() ? own : (own.parent_path() / row.program).lexically_normal();
}

ProgramText text_of_program(const fs::path& program, const std::vector<std::string>& arguments,
                            bool with_errors, const Progress& progress, const fs::path& folder) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    throw file_errno_error(program, "can't start this program");
  }
  ProgramStart start;
  start.program = program;
  start.arguments = arguments;
  start.folder = folder;
  start.output = pipe[1];
  start.errors = with_errors ? pipe[1] : STDERR_FILENO;
  pid_t child = 0;
  try {
    child = start_program(start);
  } catch (...) {
    ::close(pipe[0]);
    ::close(pipe[1]);
    throw;
  }
  ::close(pipe[1]);
  ProgramText said;
  said.text = all_from(pipe[0], child, progress);
  ::close(pipe[0]);
  while (::waitpid(child, &said.status, 0) < 0 && errno == EINTR) {
  }
  progress.check();
  return said;
}

std::string told_by_program(const ProgramText& said) {
  constexpr std::string_view mark = "fossilct: ", see = " (see `fossilct help ";
  if (WIFSIGNALED(said.status)) {
    return "it was ended by signal " + std::to_string(WTERMSIG(said.status)) +
           (WTERMSIG(said.status) == SIGKILL ? ", as the system does where memory runs out" : "");
  }
  std::string message;
  for (const std::string& line : split(said.text, '\n')) {
    if (line.starts_with(mark)) {
      message = line.substr(mark.size());
    } else if (!message.empty()) {
      message += "\n" + line;  // of a message of several lines
    }
  }
  message = trim(message.empty() ? said.text : message);
  return message.ends_with("`)") ? message.substr(0, message.rfind(see)) : message;
}

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
  ProgramStart start;
  start.program = program_of(row);
  start.arguments = {row.name};
  start.arguments.insert(start.arguments.end(), arguments.begin(), arguments.end());
  start.output = STDERR_FILENO;
  const int status = wait_for(start_program(start), progress);
  if (WIFEXITED(status) &&
      (WEXITSTATUS(status) == exit_done || WEXITSTATUS(status) == exit_failed_items)) {
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
