// SPDX-License-Identifier: Apache-2.0
// The fuzzing finds what it is there to find.
#include "fuzz/isolate.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "base/error.h"
#include "fuzz/mutate.h"
#include "support.h"

using namespace fossilct;        // NOLINT(google-build-using-namespace)
using namespace fossilct::fuzz;  // NOLINT(google-build-using-namespace)

namespace {

const Seed seed = {"text", {{"a.txt", "size 10 20 30\n"}, {"b.txt", "0123456789"}}, "a.txt"};

// A busy machine may take seconds over what is a moment's work: only a hang is not waited for.
SeedReport report_of(const Target& target, int inputs = 20, unsigned seconds_per_input = 20) {
  const test::TemporaryFolder folder;
  FuzzOptions options;
  options.inputs = inputs;
  options.seconds_per_input = seconds_per_input;
  options.memory_bytes = std::int64_t{256} << 20;
  options.scratch = folder / "scratch";
  options.findings = folder / "findings";
  return fuzz_seed(seed, options, target);
}

bool damaged(const std::filesystem::path& path) {
  return test::read_file(path) != seed.files[0].bytes;
}

}  // namespace

TEST_CASE("a target that reads or refuses has no findings, and every input is tried") {
  const SeedReport report = report_of([](const std::filesystem::path& path) {
    if (damaged(path)) {
      throw format_error(path, "damaged");
    }
  });
  CHECK(report.findings.empty());
  CHECK(report.accepted + report.refused == 21);
  CHECK(report.refused > 3);
  CHECK(report.accepted > 3);  // damage in b.txt is not seen
  CHECK(report.noise.empty());
}

TEST_CASE("crash, wrong exception, exit and hang are findings, and the run goes on after them") {
  const auto what_of = [](const Target& harm) {
    const SeedReport report = report_of([&](const std::filesystem::path& path) {
      if (damaged(path)) {
        harm(path);
      }
    });
    REQUIRE(report.findings.size() == 3);
    CHECK(report.findings[0].input < report.findings[1].input);
    return report.findings[0].what;
  };
  CHECK(what_of([](const auto&) { ::raise(SIGKILL); }).find("Killed") != std::string::npos);
  CHECK(what_of([](const auto&) { throw std::out_of_range("index 7"); }) ==
        "lets out an exception other than Error\nindex 7\n");
  CHECK(what_of([](const auto&) { throw 7; }).find("no std::exception") != std::string::npos);
  CHECK(what_of([](const auto&) { ::_exit(9); }).find("with code 9") != std::string::npos);
}

TEST_CASE("a hang is a finding") {
  int calls = 0;  // counts in the child
  const SeedReport report = report_of(
      [&](const auto&) {
        if (++calls == 2) {
          ::pause();
        }
      },
      1, 1);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].what.find("hangs") == 0);
}

TEST_CASE("too much memory is a finding") {
  const SeedReport report =
      report_of([](const auto&) { std::string(std::size_t{300} << 20, 'x').find('y'); }, 1);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].what.find("allowed are 256") != std::string::npos);
}

TEST_CASE("a seed that does not open is a finding: it would try nothing") {
  const SeedReport report =
      report_of([](const auto& path) { throw format_error(path, "what is this"); }, 5);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].input == 0);
  CHECK(report.findings[0].what.find("undamaged seed is refused") != std::string::npos);
}

TEST_CASE("what a library prints is told") {
  const SeedReport report =
      report_of([](const auto&) { std::fputs("libfoo: warning 1\nmore\n", stderr); }, 1);
  CHECK(report.noise == "libfoo: warning 1");
}

TEST_CASE("damage is the same for the same random state, and differs between states") {
  std::mt19937_64 one(7);
  std::mt19937_64 same(7);
  std::mt19937_64 other(8);
  const std::string bytes(1000, 'a');
  const std::string damaged_bytes = mutate(bytes, one);
  CHECK(damaged_bytes == mutate(bytes, same));
  CHECK(damaged_bytes != mutate(bytes, other));
  CHECK(mutate("", one).empty());
}
