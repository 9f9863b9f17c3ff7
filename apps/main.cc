// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <new>
#include <string_view>

#include "apps/cli/command_line.h"
#include "base/error.h"
#include "base/exit_code.h"

namespace fossilct {
namespace {

std::atomic<Progress*> job{nullptr};
std::atomic<bool> stop_requested{false};
bool on_terminal = false;  // set before there is a handler
static_assert(std::atomic<Progress*>::is_always_lock_free);

// The first signal asks the job to stop where it next looks, after a slab, a step or a file; the
// second ends the process.
extern "C" void stop_job(int /*signal*/) {
  const int saved_errno = errno;
  // The terminal has put ^C behind the progress line: both go.
  const std::string_view begin = on_terminal ? "\r\x1b[K" : "";
  constexpr std::string_view first =
      "stopping as soon as that can be done; once more (Ctrl-C) to stop at once\n";
  constexpr std::string_view second =
      "stopped at once; what was unfinished lies hidden as .NAME.partial-* and goes away with "
      "the "
      "next run to that name\n";
  const bool again = stop_requested.exchange(true);
  const std::string_view message = again ? second : first;
  [[maybe_unused]] ssize_t n = ::write(STDERR_FILENO, begin.data(), begin.size());
  n = ::write(STDERR_FILENO, message.data(), message.size());
  if (again) {
    ::_exit(exit_interrupted);
  }
  job.load()->request_cancel();
  errno = saved_errno;
}

void handle_signals(Progress& progress) {
  job = &progress;
  on_terminal = ::isatty(STDERR_FILENO) == 1;
  struct sigaction action {};
  action.sa_handler = stop_job;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // A job started with nohup stays deaf to the signals it was told to ignore.
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) {
      ::sigaction(signal, &action, nullptr);
    }
  }
  // A closed pipe is then an error of write(), which we can tell from others.
  ::signal(SIGPIPE, SIG_IGN);
}

// A reader that has seen enough (`fossilct info --json | head -1`) is no failure.
void write_to_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0 && errno == EPIPE) {
      return;
    }
    if (n < 0) {
      throw file_errno_error("standard output", "can't write the result");
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Does not return where the command is in another program.
CommandOutput result_of(const std::vector<std::string>& arguments, TerminalProgress& progress) {
  try {
    return run_command_line(arguments, command_table(), progress);
  } catch (const CommandElsewhere& elsewhere) {
    progress.check();
    go_on_elsewhere(elsewhere, arguments);
  }
}

int run(const std::vector<std::string>& arguments) {
  TerminalProgress progress;
  handle_signals(progress);
  try {
    const CommandOutput result = result_of(arguments, progress);
    if (stop_requested) {
      progress.warning("the wish to stop came too late: the work is done and its output is whole");
    }
    write_to_stdout(result.text);
    return result.has_failed_items ? exit_failed_items : exit_done;
  } catch (const Interrupted& interrupted) {
    progress.error(interrupted.what());
    return exit_interrupted;
  } catch (const Cancelled&) {
    progress.error(
        "interrupted; nothing unfinished was left under the names asked for. The same command "
        "does it again from the start.");
    return exit_interrupted;
  } catch (const Error& error) {
    const bool usage = error.kind() == ErrorKind::option;
    progress.error(error.what() + (usage ? usage_hint(arguments, command_table()) : ""));
    return usage ? exit_usage : error.kind() == ErrorKind::device ? exit_lacking : exit_failed;
  } catch (const std::bad_alloc&) {
    progress.error("there is not enough memory; --threads 1 needs less");
    return exit_lacking;
  } catch (const std::exception& error) {
    progress.error(std::string("unexpected: ") + error.what() +
                   ". This is a mistake in fossilct; please report it with the command.");
    return exit_failed;
  }
}

}  // namespace
}  // namespace fossilct

int main(int argc, char** argv) {
  return fossilct::run(std::vector<std::string>(argv + 1, argv + argc));
}
