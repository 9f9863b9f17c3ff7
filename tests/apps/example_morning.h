// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/night/morning.h"
#include "tests/apps/example_night.h"

namespace fossilct::test {

// Beside example_night(): the catalogues of two scans, one with a class of a hostile name.
inline MorningFacts example_facts() {
  MorningFacts facts;
  FossilCounts counts = {.found = {1234, 2.5, 2.25, 2.75},
                         .by_class = {{"fossil", {1200, 2.4, 2.2, 2.6}}, {"<img src=x>", {34}}},
                         .accepted = 10,
                         .rejected = 3,
                         .undecided = 1224,
                         .top_m = 2301.5,
                         .bottom_m = 2301.6};
  facts.counts["core-a"] = counts;
  counts.found.count = 7;
  counts.by_class = {{"fossil", {7}}};
  counts.top_m = counts.bottom_m = unknown_number;
  facts.counts["core c"] = counts;
  facts.scan_files["core-a"] = {{"report", "scans/core-a/report.html"},
                                {"table", "scans/core-a/fossils/specimens.csv"}};
  facts.scan_files["core c"] = {{"report", "scans/core c/report.html"}};
  facts.job_files = {{"this page's counts as a table", "summary.csv"},
                     {"all fossils in one catalogue", "well.sqlite"},
                     {"abundance of taxa", "abundance.html"}};
  facts.log_ends["<script>alert(1)</script>/segment"] =
      "segment: 12 %, 1.2 GB of 9.9 GB\nsegment: 37 %, 3.7 GB of 9.9 GB\nKilled <by> the kernel\n";
  return facts;
}

}  // namespace fossilct::test
