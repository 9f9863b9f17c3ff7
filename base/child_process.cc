// SPDX-License-Identifier: Apache-2.0
#include "base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace fossilct {

namespace {

[[noreturn]] void run_and_exit(const std::function<void()>& body, int limit_seconds) {
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM}) {
    ::signal(fatal, SIG_DFL);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
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

}  // namespace fossilct
