// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/progress.h"

namespace fossilct {

// How far a stage is; what the progress lines are made from.
struct StageProgress {
  std::string name;
  std::int64_t total = 0;  // 0 = not known
  std::int64_t done = 0;
  WorkUnit unit = WorkUnit::items;
  double seconds = 0;  // since the stage began
};

// "512 MB/s", "34.2 M voxels/s", "12.5 slices/s"; empty before anything is done.
std::string format_rate(const StageProgress& state);
// What remains at the mean rate so far; nothing where that can't be told.
std::optional<double> seconds_left(const StageProgress& state);
// "import  [=======>            ]  37 %  1.2 GB of 3.3 GB  512 MB/s  4.1 s left", at most `columns`
// wide: the bar gives way first, then the end of the line.
std::string progress_bar_line(const StageProgress& state, int columns);
// The same without a bar, for a log: "import: 37 %, 1.2 GB of 3.3 GB, 512 MB/s, 4.1 s left".
std::string progress_log_line(const StageProgress& state);
// What such a line says of the work done, "import: 37 %, 1.2 GB of 3.3 GB", and the whole of any
// other line: it stays the same while nothing is done, though time goes by.
std::string work_told(std::string_view line);
// "import: 3.3 GB in 6.4 s, 512 MB/s".
std::string stage_end_line(const StageProgress& state);

enum class Verbosity { quiet, normal, verbose };

// What a stream can show. of_stderr() looks at the descriptor, TERM and NO_COLOR.
struct TerminalStyle {
  bool live = false;                           // a terminal: one line that is written over
  bool colour = false;                         // live, and NO_COLOR is not set
  std::chrono::milliseconds interval{10'000};  // between two progress lines
  static TerminalStyle of_stderr();
};

// Shows a job to its user on stderr: on a terminal one line that is written over, elsewhere a plain
// line every 10 s and one at the end of each stage. A thread of its own draws, so that the line
// lives while a slow slab is worked on. quiet leaves warnings only. Safe to call from any thread.
class TerminalProgress : public Progress {
 public:
  // `write` gets whole lines with their line ends and control codes; `columns` is asked at each
  // drawing, since a window may be resized.
  using Write = std::function<void(std::string_view)>;
  TerminalProgress(TerminalStyle style, Write write, std::function<int()> columns);
  // On stderr.
  TerminalProgress();
  ~TerminalProgress() override;

  void set_verbosity(Verbosity verbosity) { verbosity_ = verbosity; }

  void begin(std::string_view stage, std::int64_t total, WorkUnit unit) override;
  void advance(std::int64_t done) override;
  void end() override;
  void notice(std::string_view line) override;
  void warning(std::string_view line) override;
  // A line for --verbose only.
  void detail(std::string_view line);
  // The last line of a job that failed or was stopped; shown whatever the verbosity.
  void error(std::string_view line);

 private:
  void draw_until_stopped();
  void draw();
  void end_stage();
  void print_line(std::string_view mark, const char* colour, std::string_view line);

  const TerminalStyle style_;
  const Write write_;
  const std::function<int()> columns_;
  Verbosity verbosity_ = Verbosity::normal;

  std::mutex mutex_;  // guards all below
  std::condition_variable stop_changed_;
  bool stopping_ = false;
  bool in_stage_ = false;
  bool line_is_open_ = false;  // the live line stands on the terminal
  StageProgress stage_;
  std::chrono::steady_clock::time_point stage_began_;
  std::thread drawer_;
};

}  // namespace fossilct
