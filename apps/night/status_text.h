// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/json.h"
#include "night/journal.h"

namespace fossilct {

// What `fossilct status` shows of a job.

struct StatusStyle {
  int columns = 80;     // the table is made to fit where it can: names of scans give way
  int rows = 0;         // at most so many lines; 0: as many as there are
  bool colour = false;  // for a terminal
};

// One line of how it stands, the table of scans x stages, what runs, what failed and what to do.
// Names and reasons may hold anything and are made printable. `now`: seconds since 1970.
std::string status_text(const NightRecord& night, double now, const StatusStyle& style);

// All of it, times as UTC (ISO 8601) and in seconds.
Json status_json(const NightRecord& night, double now);

// "0.4 s" as "0.4s", "12s", "4m12", "1h05", "31h".
std::string short_duration(double seconds);

// "running for 1 h 12 min, 3 of 6 scans done, 1 failed; about 20 min left"
std::string headline_of(const NightRecord& night, double now);

}  // namespace fossilct
