// SPDX-License-Identifier: Apache-2.0
#include "night/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/child_process.h"
#include "base/error.h"
#include "base/text.h"
#include "night/log_lines.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

// Tiny stages are many: their end is seen soon. Looking at memory and log costs a millisecond.
constexpr auto patience = std::chrono::milliseconds(20);
constexpr int patiences_between_looks = 10;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

class OpenFile {
 public:
  OpenFile(const fs::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) {
      throw file_errno_error(path, "can't open");
    }
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

void write_headline(const OpenFile& log, const ChildCommand& command) {
  const std::string text = command.headline + "\n";
  if (::write(log.descriptor(), text.data(), text.size()) < 0) {
    throw file_errno_error(command.log, "can't write");
  }
}

pid_t start(const ChildCommand& command, const OpenFile& log) {
  const OpenFile nothing("/dev/null", O_RDONLY);
  ProgramStart start;
  start.program = command.program;
  start.arguments = command.arguments;
  start.folder = command.folder;
  start.input = nothing.descriptor();
  start.output = log.descriptor();
  start.errors = log.descriptor();
  start.kept_open = command.kept_open;
  start.own_group = true;
  start.core_file = false;
  const pid_t child = start_program(start);
  ::setpgid(child, child);  // whoever is first
  return child;
}

// One child while it lives.
class Watch {
 public:
  Watch(pid_t child, const ChildLimits& limits) : child_(child), limits_(limits) {}

  // Whether it has ended; its process is kept until reap().
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == child_;
  }

  void progress_was_made() { progressed_ = Clock::now(); }

  void look(const Progress& stop) {
    const std::int64_t bytes = resident_bytes_of_group(child_);
    peak_ = std::max(peak_, bytes);
    if (limits_.memory_bytes > 0 && bytes > limits_.memory_bytes) {
      end(ChildEnding::memory, SIGKILL);
    }
    if (stop.cancel_requested()) {
      end(ChildEnding::stopped, SIGTERM);
    } else if (limits_.seconds > 0 && seconds_since(began_) > limits_.seconds) {
      end(ChildEnding::too_long, SIGTERM);
    } else if (limits_.stuck_seconds > 0 && seconds_since(progressed_) > limits_.stuck_seconds) {
      end(ChildEnding::stuck, SIGTERM);
    }
    if (ending_ != ChildEnding::itself && seconds_since(told_to_end_) > limits_.grace_seconds) {
      ::kill(-child_, SIGKILL);
    }
  }

  ChildEnd reap() const {
    // Before the process goes: its group's number could become that of another.
    ::kill(-child_, SIGKILL);
    int status = 0;
    rusage usage{};
    while (::wait4(child_, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    ChildEnd end;
    end.ending = ending_;
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (WIFEXITED(status)) {
      end.exit_code = WEXITSTATUS(status);
    }
    end.peak_memory_bytes = std::max<std::int64_t>(peak_, std::int64_t{usage.ru_maxrss} * 1024);
    end.seconds = seconds_since(began_);
    return end;
  }

 private:
  // The first reason holds. SIGTERM is for the stage itself, which knows of its children.
  void end(ChildEnding why, int signal) {
    if (ending_ != ChildEnding::itself) {
      return;
    }
    ending_ = why;
    told_to_end_ = Clock::now();
    ::kill(signal == SIGKILL ? -child_ : child_, signal);
  }

  const pid_t child_;
  const ChildLimits& limits_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point progressed_ = began_;
  Clock::time_point told_to_end_;
  ChildEnding ending_ = ChildEnding::itself;
  std::int64_t peak_ = 0;
};

}  // namespace

std::int64_t resident_bytes_of_group(std::int64_t group) {
  std::int64_t pages = 0;
  std::error_code failure;
  for (fs::directory_iterator entry("/proc", failure);
       !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (!parse_integer(name)) {
      continue;
    }
    std::ifstream file(entry->path() / "stat");
    std::string text;
    std::getline(file, text, '\0');
    // "17 (any name) S parent group ..."; resident pages are the 22nd number behind the state.
    const std::vector<std::string> fields =
        split(std::string_view(text).substr(std::min(text.rfind(')') + 1, text.size())), ' ');
    constexpr std::size_t group_field = 3;
    constexpr std::size_t pages_field = 22;
    if (fields.size() > pages_field && parse_integer(fields[group_field]) == group) {
      pages += parse_integer(fields[pages_field]).value_or(0);
    }
  }
  return pages * ::sysconf(_SC_PAGESIZE);
}

ChildEnd run_child(const ChildCommand& command, const ChildLimits& limits,
                   const WorkTold& work_told,
                   const std::function<void(const std::string& line)>& told, const Progress& stop) {
  const OpenFile log(command.log, O_WRONLY | O_CREAT | O_APPEND);
  write_headline(log, command);
  LogLines lines(command.log);
  Watch watch(start(command, log), limits);
  std::string last_work;
  const auto read_lines = [&] {
    for (const std::string& line : lines.take()) {
      const std::string work = work_told(line);
      if (!work.empty() && work != last_work) {
        last_work = work;
        watch.progress_was_made();
        told(line);
      }
    }
  };
  for (int turn = 0; !watch.has_ended(); ++turn) {
    if (turn % patiences_between_looks == 0) {
      read_lines();
      watch.look(stop);
    }
    std::this_thread::sleep_for(patience);
  }
  ChildEnd end = watch.reap();
  read_lines();
  end.last_words = lines.last_words();
  return end;
}

}  // namespace fossilct
