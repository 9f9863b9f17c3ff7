// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace fossilct {

namespace {

constexpr const char* clear_line = "\r\x1b[K";
constexpr const char* yellow = "\x1b[33m";
constexpr const char* red = "\x1b[31m";
constexpr const char* plain = "\x1b[0m";
constexpr std::chrono::milliseconds live_interval{100};
// A finished stage shorter than this leaves no line on a terminal.
constexpr double memorable_seconds = 1;
// The same for a log.
constexpr double loggable_seconds = 0.1;
// Before this the mean rate says nothing about what is left.
constexpr double settled_seconds = 0.5;

std::string one_decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 99.95 ? "%.1f" : "%.0f", value);
  return text.data();
}

std::string amount(std::int64_t count, WorkUnit unit) {
  switch (unit) {
    case WorkUnit::bytes:
      return format_bytes(static_cast<double>(count));
    case WorkUnit::voxels:
      return format_count(count) + " voxels";
    case WorkUnit::slices:
      return format_count(count) + " slices";
    case WorkUnit::items:
      break;
  }
  return format_count(count);
}

std::string done_of_total(const StageProgress& state) {
  const std::string total = amount(state.total, state.unit);
  if (state.total <= 0) {
    return amount(state.done, state.unit);
  }
  const bool counts = state.unit != WorkUnit::bytes;
  return (counts ? format_count(state.done) : amount(state.done, state.unit)) + " of " + total;
}

double fraction(const StageProgress& state) {
  return state.total <= 0
             ? 0
             : std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0.0,
                          1.0);
}

std::string percent(const StageProgress& state) {
  return std::to_string(static_cast<int>(100 * fraction(state))) + " %";
}

std::string bar(double part, int width) {
  const int filled = static_cast<int>(part * width);
  std::string text(static_cast<std::size_t>(width), ' ');
  std::fill_n(text.begin(), filled, '=');
  if (filled < width) {
    text[static_cast<std::size_t>(filled)] = '>';
  }
  return "[" + text + "]";
}

// "  512 MB/s  4.1 s left", each part led by `separator`.
std::string rate_and_rest(const StageProgress& state, const std::string& separator) {
  std::string text;
  if (const std::string rate = format_rate(state); !rate.empty()) {
    text += separator + rate;
  }
  if (const auto left = seconds_left(state)) {
    text += separator + format_duration(*left) + " left";
  }
  return text;
}

// Messages quote names and contents of files, which may be bytes of any kind and would steer the
// terminal. Their own line breaks stay.
std::string printable_lines(std::string_view text) {
  std::string result;
  for (const std::string& line : split(text, '\n')) {
    result += (result.empty() ? "" : "\n") + printable(line, line.size());
  }
  return result;
}

int columns_of_stderr() {
  winsize window{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
  return known ? window.ws_col : 80;
}

void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    // Nobody is left to tell that reports can't be written.
    if (n <= 0) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

std::string format_rate(const StageProgress& state) {
  if (state.done <= 0 || state.seconds <= 0) {
    return {};
  }
  const double rate = static_cast<double>(state.done) / state.seconds;
  switch (state.unit) {
    case WorkUnit::bytes:
      return format_bytes(rate) + "/s";
    case WorkUnit::voxels:
      return rate < 1e6 ? one_decimal(rate / 1e3) + " k voxels/s"
                        : one_decimal(rate / 1e6) + " M voxels/s";
    case WorkUnit::slices:
      return one_decimal(rate) + " slices/s";
    case WorkUnit::items:
      break;
  }
  return one_decimal(rate) + "/s";
}

std::optional<double> seconds_left(const StageProgress& state) {
  if (state.done <= 0 || state.total <= 0 || state.seconds < settled_seconds) {
    return std::nullopt;
  }
  const auto remaining = static_cast<double>(std::max<std::int64_t>(0, state.total - state.done));
  return remaining * state.seconds / static_cast<double>(state.done);
}

std::string progress_bar_line(const StageProgress& state, int columns) {
  // The last column stays free: some terminals wrap as soon as it is filled.
  const auto room = static_cast<std::size_t>(std::max(10, columns - 1));
  const std::string share = state.total > 0 ? "  " + percent(state) : "";
  const std::string rest = share + "  " + done_of_total(state) + rate_and_rest(state, "  ");
  std::string line = state.name;
  constexpr std::size_t least_bar = 10;
  constexpr std::size_t most_bar = 40;
  const std::size_t taken = line.size() + rest.size() + 4;
  if (state.total > 0 && taken + least_bar <= room) {
    line += "  " + bar(fraction(state), static_cast<int>(std::min(most_bar, room - taken)));
  }
  return (line + rest).substr(0, room);
}

std::string progress_log_line(const StageProgress& state) {
  const std::string share = state.total > 0 ? percent(state) + ", " : "";
  return state.name + ": " + share + done_of_total(state) + rate_and_rest(state, ", ");
}

std::string work_told(std::string_view line) {
  // What stands behind is the rate and the time left; a total that is not known has no percent.
  const std::size_t first = line.find(", ");
  const std::size_t percent = line.find(" %, ");
  const std::size_t end =
      percent != std::string_view::npos && percent < first ? line.find(", ", first + 1) : first;
  return std::string(line.substr(0, end));
}

std::string stage_end_line(const StageProgress& state) {
  const std::string rate = format_rate(state);
  return state.name + ": " + amount(state.done, state.unit) + " in " +
         format_duration(state.seconds) + (rate.empty() ? "" : ", " + rate);
}

TerminalStyle TerminalStyle::of_stderr() {
  const char* const terminal = std::getenv("TERM");
  const char* const no_colour = std::getenv("NO_COLOR");
  TerminalStyle style;
  style.live =
      ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
  style.colour = style.live && (no_colour == nullptr || *no_colour == '\0');
  if (style.live) {
    style.interval = live_interval;
  }
  return style;
}

TerminalProgress::TerminalProgress(TerminalStyle style, Write write, std::function<int()> columns)
    : style_(style), write_(std::move(write)), columns_(std::move(columns)) {}

TerminalProgress::TerminalProgress()
    : TerminalProgress(TerminalStyle::of_stderr(), write_to_stderr, columns_of_stderr) {}

TerminalProgress::~TerminalProgress() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (line_is_open_) {
      write_(clear_line);
    }
  }
  stop_changed_.notify_all();
  if (drawer_.joinable()) {
    drawer_.join();
  }
}

void TerminalProgress::begin(std::string_view stage, std::int64_t total, WorkUnit unit) {
  const std::lock_guard lock(mutex_);
  end_stage();
  stage_ = {std::string(stage), total, 0, unit, 0};
  stage_began_ = std::chrono::steady_clock::now();
  in_stage_ = true;
  // Started with the first stage, so that quick commands (info) need no thread.
  if (!drawer_.joinable() && verbosity_ != Verbosity::quiet) {
    drawer_ = std::thread([this] { draw_until_stopped(); });
  }
}

void TerminalProgress::advance(std::int64_t done) {
  const std::lock_guard lock(mutex_);
  stage_.done += done;
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  end_stage();
}

void TerminalProgress::end_stage() {
  if (!in_stage_) {
    return;
  }
  in_stage_ = false;
  const auto now = std::chrono::steady_clock::now();
  stage_.seconds = std::chrono::duration<double>(now - stage_began_).count();
  if (line_is_open_) {
    write_(clear_line);
    line_is_open_ = false;
  }
  const double least_seconds = style_.live                        ? memorable_seconds
                               : verbosity_ == Verbosity::verbose ? 0
                                                                  : loggable_seconds;
  if (verbosity_ != Verbosity::quiet && stage_.seconds >= least_seconds) {
    write_(stage_end_line(stage_) + "\n");
  }
}

void TerminalProgress::draw_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stop_changed_.wait_for(lock, style_.interval, [this] { return stopping_; })) {
    draw();
  }
}

void TerminalProgress::draw() {
  if (!in_stage_) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  stage_.seconds = std::chrono::duration<double>(now - stage_began_).count();
  if (style_.live) {
    write_(clear_line + progress_bar_line(stage_, columns_()));
    line_is_open_ = true;
  } else {
    write_(progress_log_line(stage_) + "\n");
  }
}

void TerminalProgress::print_line(std::string_view mark, const char* colour,
                                  std::string_view line) {
  std::string text = line_is_open_ ? clear_line : "";
  line_is_open_ = false;
  text += style_.colour && *colour != '\0' ? colour + std::string(mark) + plain : std::string(mark);
  write_(text + printable_lines(line) + "\n");
}

void TerminalProgress::notice(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (verbosity_ != Verbosity::quiet) {
    print_line("note: ", "", line);
  }
}

void TerminalProgress::warning(std::string_view line) {
  const std::lock_guard lock(mutex_);
  print_line("warning: ", yellow, line);
}

void TerminalProgress::detail(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (verbosity_ == Verbosity::verbose) {
    print_line("", "", line);
  }
}

void TerminalProgress::error(std::string_view line) {
  const std::lock_guard lock(mutex_);
  in_stage_ = false;
  print_line("fossilct: ", red, line);
}

}  // namespace fossilct
