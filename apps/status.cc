// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "apps/cli/command.h"
#include "apps/night/status_text.h"
#include "base/error.h"
#include "night/job.h"
#include "night/journal.h"
#include "night/overview.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr auto redraw_interval = std::chrono::milliseconds(500);
constexpr auto stop_interval = std::chrono::milliseconds(50);

struct StdoutStyle {
  bool live = false;  // a terminal that lines can be written over on
  StatusStyle table;
};

StdoutStyle style_of_stdout() {
  const char* const terminal = std::getenv("TERM");
  const char* const no_colour = std::getenv("NO_COLOR");
  StdoutStyle style;
  style.live =
      ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
  style.table.colour = style.live && (no_colour == nullptr || *no_colour == '\0');
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    style.table.columns = window.ws_col;
    style.table.rows = window.ws_row - 1;
  } else {
    style.table.columns = 100;
  }
  return style;
}

// A table on a terminal that the next one is written over.
class LiveTable {
 public:
  // Lines that are wider than the window are cut, since each must be one line to be gone over.
  void draw(const std::string& text) {
    std::string out = "\x1b[?7l" + above();
    for (const char c : text) {
      out += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    }
    lines_ = static_cast<int>(std::ranges::count(text, '\n'));
    write(out + "\x1b[J\x1b[?7h");
  }
  void clear() {
    if (lines_ > 0) {
      write(above() + "\x1b[J");
    }
    lines_ = 0;
  }

 private:
  std::string above() const { return lines_ == 0 ? "" : "\x1b[" + std::to_string(lines_) + "A\r"; }
  static void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
      if (n <= 0) {
        return;
      }
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  int lines_ = 0;
};

// The folder of the job that is meant: itself, or what its file says.
fs::path folder_of(const fs::path& given) {
  return fs::is_regular_file(given) ? read_job(given).folder : given;
}

class StatusCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "status JOB [--follow] [options]",
        {"Shows how far a job of `fossilct run` is: a table of its scans and stages, what runs, "
         "how "
         "long it will still take, and of each failure the reason, what to do and the log. JOB is "
         "the job's folder (tonight.job) or its file (tonight.ini). The run is not disturbed.",
         "In the table a time is that of a finished stage, `> 37%` runs, `.` waits, `-` is left "
         "out. What is left is told from the stages that are done and the sizes of the scans."},
        {{"fossilct status tonight.job", "How it stands now."},
         {"fossilct status tonight.job --follow", "The same, until the run ends or Ctrl-C."},
         {"fossilct status tonight.job --json", "For a program."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("job", &job_, "The job's folder, or its file");
    options.section("What to show");
    options.flag("follow,f", &follow_, "Go on showing it until the run ends");
  }

  CommandResult run(const CommandContext& context) override {
    if (follow_ && context.common.json) {
      throw Error(ErrorKind::option,
                  "--follow and --json exclude each other; a program calls `status --json` again");
    }
    const fs::path folder = folder_of(job_);
    if (follow_) {
      follow(folder, context.progress);
    }
    const NightRecord night = read_night(folder);
    StatusStyle style = style_of_stdout().table;
    style.rows = 0;
    return {status_json(night, seconds_since_1970()),
            status_text(night, seconds_since_1970(), style), false};
  }

 private:
  // Returns when no run is going on.
  static void follow(const fs::path& folder, Progress& progress) {
    LiveTable table;
    std::string shown;
    for (;;) {
      const NightRecord night = read_night(folder);
      const StdoutStyle style = style_of_stdout();
      if (run_state(night) != RunState::running) {
        break;
      }
      if (style.live) {
        table.draw(status_text(night, seconds_since_1970(), style.table));
      } else if (const std::string line = headline_of(night, night.began); line != shown) {
        // A log gets a line where something has changed.
        progress.notice(headline_of(night, seconds_since_1970()));
        shown = line;
      }
      wait(progress);
    }
    table.clear();
  }

  static void wait(const Progress& progress) {
    for (auto waited = std::chrono::milliseconds(0); waited < redraw_interval;
         waited += stop_interval) {
      if (progress.cancel_requested()) {
        throw Interrupted("the run goes on; only this look at it has ended");
      }
      std::this_thread::sleep_for(stop_interval);
    }
  }

  fs::path job_;
  bool follow_ = false;
};

}  // namespace

std::unique_ptr<Command> make_status_command() { return std::make_unique<StatusCommand>(); }

}  // namespace fossilct
