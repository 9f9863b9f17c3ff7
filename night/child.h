// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"

namespace fossilct {

// A stage as a process of its own, with its children a process group.
struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path folder;  // it runs in
  std::filesystem::path log;     // its stdout and stderr are appended to it, behind `headline`
  std::string headline;
  int kept_open = -1;  // the lock's descriptor: see start_program()
};

struct ChildLimits {
  std::int64_t memory_bytes = 0;  // resident, of all its processes together; 0 = any
  double seconds = 0;             // 0 = any
  double stuck_seconds = 0;       // without progress; 0 = any
  double grace_seconds = 60;      // from SIGTERM to SIGKILL
};

enum class ChildEnding {
  itself,    // with an exit code, or by a signal that was not ours
  memory,    // ended by us, for the memory it used
  stuck,     // for the progress it did not make
  too_long,  // for its time
  stopped    // because the run was to stop
};

struct ChildEnd {
  ChildEnding ending = ChildEnding::itself;
  std::optional<int> exit_code;  // nothing where a signal ended it
  int signal = 0;
  std::int64_t peak_memory_bytes = 0;  // of its processes together, looked at five times a second
  double seconds = 0;
  // What it said last: its last line of an error ("fossilct: ..."), else its last line.
  std::string last_words;
};

// `line` is one that the child wrote; returns what it says of the work done ("segment: 37 %"),
// empty where it says nothing of it. A value that was not there before is progress.
using WorkTold = std::function<std::string(std::string_view line)>;

// Runs it to its end. What is left of its group then is ended too. A wish to stop that comes by
// `stop` is handed on (SIGTERM), and it is waited for; no exception is thrown. Lines with progress
// go to `told`. Throws Error{file} where the log can't be written or the program not be started.
ChildEnd run_child(const ChildCommand& command, const ChildLimits& limits,
                   const WorkTold& work_told,
                   const std::function<void(const std::string& line)>& told, const Progress& stop);

// Resident memory of a process group in bytes.
std::int64_t resident_bytes_of_group(std::int64_t group);

}  // namespace fossilct
