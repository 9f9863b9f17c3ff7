// SPDX-License-Identifier: Apache-2.0
#include "night/preflight.h"

#include <doctest/doctest.h>

#include <limits>

namespace fossilct {
namespace {

constexpr double gb = 1e9;

Preflight two_stages() {
  Preflight preflight;
  preflight.machine = {.memory_bytes = 16 * gb, .disk_bytes = 100 * gb, .threads = 2};
  preflight.needs = {{"a", "import", 1 * gb, 0, 10 * gb, 60, "known rate"},
                     {"a", "segment", 4 * gb, 30 * gb, 2 * gb, 7200, "this job"},
                     {"a", "report", 1 * gb, 0, 1 * gb, 30, "known rate"}};
  return preflight;
}

std::vector<std::string> findings(Preflight preflight, const JobLimits& limits) {
  hold_to_limits(preflight, limits);
  std::vector<std::string> texts;
  for (const PreflightFinding& finding : preflight.findings) {
    texts.push_back(finding.stage + ": " + finding.what);
  }
  return texts;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("disk is what is kept by then and the scratch of one stage") {
  const PreflightTotals totals = totals_of(two_stages());
  CHECK(totals.disk_bytes == doctest::Approx(42 * gb));  // more than the 13 that stay
  CHECK(totals.most_memory_bytes == doctest::Approx(4 * gb));
  CHECK(totals.seconds == doctest::Approx(7290));
}

TEST_CASE("what fits is no finding, however the limits are given") {
  CHECK(findings(two_stages(), {}).empty());
  CHECK(findings(two_stages(), {.memory_gb = 4, .disk_gb = 42, .hours = 2}).empty());
}

TEST_CASE("each limit finds what is beyond it, and says which it was") {
  auto found = findings(two_stages(), {.memory_gb = 3.9});
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "segment: would use about 4.0 GB of RAM, 3.9 GB are allowed"));
  found = findings(two_stages(), {.disk_gb = 41});
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], ": its folder would hold about 42.0 GB, 41.0 GB are allowed"));
  found = findings(two_stages(), {.hours = 1.9});
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "segment: would take about 2 h 00 min (this job), 1 h 54 min are"));
}

TEST_CASE("so does the machine") {
  Preflight preflight = two_stages();
  preflight.machine.memory_bytes = 3 * gb;
  preflight.machine.disk_bytes = 40 * gb;
  const auto found = findings(preflight, {.memory_gb = 8});
  REQUIRE(found.size() == 2);
  CHECK(contains(found[0], "3.0 GB are free"));
  CHECK(contains(found[1], "40.0 GB are free on the disk"));
}

TEST_CASE("the folder's content counts for its own limit alone") {
  Preflight preflight = two_stages();
  preflight.machine.job_folder_bytes = 10 * gb;
  CHECK(findings(preflight, {.disk_gb = 51}).size() == 1);
  CHECK(findings(preflight, {.disk_gb = 52}).empty());
}

TEST_CASE("what is not known is not held against the job") {
  Preflight preflight = two_stages();
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  preflight.needs.push_back({"b", "import", unknown, unknown, unknown, unknown, ""});
  CHECK(findings(preflight, {.memory_gb = 4, .disk_gb = 42, .hours = 2}).empty());
  CHECK(totals_of(preflight).seconds == doctest::Approx(7290));
}

}  // namespace
}  // namespace fossilct
