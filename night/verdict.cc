// SPDX-License-Identifier: Apache-2.0
#include "night/verdict.h"

#include <signal.h>

#include <cstring>

#include "base/exit_code.h"
#include "base/text.h"

namespace fossilct {

namespace {

std::string said(const ChildEnd& end) {
  return end.last_words.empty() ? "" : "; it said last: " + end.last_words;
}

std::string reason_of_exit(const ChildEnd& end) {
  if (end.signal == SIGKILL) {
    return "something ended it from outside (SIGKILL), as the kernel does when memory runs out" +
           said(end);
  }
  if (end.signal != 0) {
    return std::string("it crashed (") + ::strsignal(end.signal) + ")" + said(end);
  }
  return end.last_words.empty()
             ? "it ended with exit code " + std::to_string(end.exit_code.value_or(-1))
             : end.last_words;
}

}  // namespace

bool is_done(const ChildEnd& end) {
  return end.ending == ChildEnding::itself &&
         (end.exit_code == exit_done || end.exit_code == exit_failed_items);
}

bool less_may_help(const ChildEnd& end) {
  switch (end.ending) {
    case ChildEnding::itself:
      return !is_done(end) && end.exit_code != exit_failed && end.exit_code != exit_usage;
    case ChildEnding::memory:
    case ChildEnding::stuck:
      return true;
    case ChildEnding::too_long:
    case ChildEnding::stopped:
      break;
  }
  return false;
}

std::string reason_of(const ChildEnd& end, const JobLimits& limits) {
  switch (end.ending) {
    case ChildEnding::memory:
      return "it was ended at " + format_bytes(static_cast<double>(end.peak_memory_bytes)) +
             " of memory, more than memory-gb = " + format_number(limits.memory_gb) + " allows";
    case ChildEnding::stuck:
      return "it was ended, as it made no progress for " + format_number(limits.watchdog_minutes) +
             " minutes (watchdog-minutes)" + said(end);
    case ChildEnding::too_long:
      return "it was ended after hours = " + format_number(limits.hours) + said(end);
    case ChildEnding::stopped:
      return "interrupted";
    case ChildEnding::itself:
      break;
  }
  return reason_of_exit(end);
}

std::string remedy_of(const ChildEnd& end) {
  switch (end.ending) {
    case ChildEnding::memory:
      return "Raise memory-gb, or give it less at a time: roi or downsample of the scan";
    case ChildEnding::stuck:
      return "Look at its log; raise watchdog-minutes where it is only slow";
    case ChildEnding::too_long:
      return "Raise hours, or give it less to do: roi or downsample of the scan";
    case ChildEnding::stopped:
      return "Start the run again: it goes on";
    case ChildEnding::itself:
      break;
  }
  if (end.exit_code == exit_usage) {
    return "Mend the option in the job file, and start the run again";
  }
  if (end.exit_code == exit_failed) {
    return "Mend what it says, and start the run again: what is done is not done again";
  }
  return "Start the run again; memory-gb ends a stage before the machine runs out of memory. "
         "Should "
         "a crash repeat, report it with the log";
}

std::string remark_of(const ChildEnd& end) {
  return end.exit_code == exit_failed_items ? "done but for some items: its log tells which" : "";
}

}  // namespace fossilct
