// SPDX-License-Identifier: Apache-2.0
#include "base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace fossilct {

namespace {

void forbid_core_file() {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
}

[[noreturn]] void run_and_exit(const std::function<void()>& body, int limit_seconds) {
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM}) {
    ::signal(fatal, SIG_DFL);
  }
  forbid_core_file();
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) {
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
  }
  ::alarm(static_cast<unsigned int>(limit_seconds));
  try {
    body();
  } catch (...) {
    // The parent will meet the same exception and report it.
  }
  ::_exit(0);
}

// What exec needs, made before the fork: behind it no memory may be asked for.
class ExecArguments {
 public:
  explicit ExecArguments(const ProgramStart& start)
      : program_(start.program.string()), folder_(start.folder.string()) {
    words_ = {program_};
    words_.insert(words_.end(), start.arguments.begin(), start.arguments.end());
    for (std::string& word : words_) {
      argv_.push_back(word.data());
    }
    argv_.push_back(nullptr);
  }
  const char* program() const { return program_.c_str(); }
  const char* folder() const { return folder_.empty() ? nullptr : folder_.c_str(); }
  char* const* argv() const { return argv_.data(); }

 private:
  std::string program_;
  std::string folder_;
  std::vector<std::string> words_;
  std::vector<char*> argv_;
};

// In the child; returns only where the program can't be started, errno then says why.
void become(const ProgramStart& start, const ExecArguments& exec, pid_t parent) {
  if (start.own_group) {
    ::setpgid(0, 0);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    ::_exit(1);  // it died before the line above
  }
  if (!start.core_file) {
    forbid_core_file();
  }
  // Handlers go with exec; what is ignored (SIGPIPE, in our programs) would stay so.
  ::signal(SIGPIPE, SIG_DFL);
  if (start.kept_open >= 0) {
    ::fcntl(start.kept_open, F_SETFD, 0);
  }
  const std::array<int, 3> streams = {start.input, start.output, start.errors};
  std::array<int, 3> copies{};
  // First out of the way of each other: stdout may go where stderr was.
  for (std::size_t i = 0; i < streams.size(); ++i) {
    copies[i] = ::fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    ::dup2(copies[i], static_cast<int>(i));
  }
  if (exec.folder() != nullptr && ::chdir(exec.folder()) != 0) {
    return;
  }
  ::execv(exec.program(), exec.argv());
}

}  // namespace

std::optional<std::string> failure_in_child(const std::function<void()>& body, int limit_seconds) {
  const pid_t child = ::fork();
  if (child < 0) {
    throw Error(ErrorKind::device, std::string("can't start a process: ") + std::strerror(errno));
  }
  if (child == 0) {
    run_and_exit(body, limit_seconds);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return "does not end within " + std::to_string(limit_seconds) + " s";
  }
  if (WIFSIGNALED(status)) {
    return std::string("crashes (") + ::strsignal(WTERMSIG(status)) + ")";
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    return "ends with exit code " + std::to_string(WEXITSTATUS(status));
  }
  return std::nullopt;
}

pid_t start_program(const ProgramStart& start) {
  const ExecArguments exec(start);
  std::array<int, 2> failure_pipe{};
  if (::pipe2(failure_pipe.data(), O_CLOEXEC) != 0) {
    throw file_errno_error(start.program, "can't start this program");
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    become(start, exec, parent);
    const int reason = errno;
    [[maybe_unused]] const ssize_t n = ::write(failure_pipe[1], &reason, sizeof reason);
    ::_exit(1);
  }
  int reason = child < 0 ? errno : 0;
  ::close(failure_pipe[1]);
  // Ends without a byte when exec has closed the other side.
  while (child > 0 && ::read(failure_pipe[0], &reason, sizeof reason) < 0 && errno == EINTR) {
  }
  ::close(failure_pipe[0]);
  if (reason != 0) {
    if (child > 0) {
      ::waitpid(child, nullptr, 0);
    }
    throw file_code_error(start.program, "can't start this program",
                          std::error_code(reason, std::generic_category()));
  }
  return child;
}

}  // namespace fossilct
