// SPDX-License-Identifier: Apache-2.0
// Feeds thousands of damaged scans to every reader: no crash, no hang, no flood of memory, and no
// exception but Error. Usage: fuzz_readers [--inputs N] [--seed N] [--only PART-OF-A-NAME]
//   [--write-seeds FOLDER]   (no fuzzing: the seeds of one file, as a corpus for libFuzzer)
// Damaged scans that were findings stay in ./fuzz-findings, to be opened in a debugger.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "fuzz/isolate.h"
#include "fuzz/probe.h"
#include "fuzz/seed.h"
#include "support.h"

namespace fossilct::fuzz {
namespace {

constexpr std::int64_t real_file_limit_bytes = 2 << 20;

struct Arguments {
  FuzzOptions options;
  std::string only;
  std::filesystem::path write_seeds;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) {
      throw std::invalid_argument(name + " needs a value");
    }
    if (name == "--inputs") {
      arguments.options.inputs = std::stoi(argv[i + 1]);
    } else if (name == "--seed") {
      arguments.options.random_seed = std::stoull(argv[i + 1]);
    } else if (name == "--only") {
      arguments.only = argv[i + 1];
    } else if (name == "--write-seeds") {
      arguments.write_seeds = argv[i + 1];
    } else {
      throw std::invalid_argument("unknown option " + name);
    }
  }
  return arguments;
}

void print(const Seed& seed, const SeedReport& report) {
  std::printf("%-24s %5d read %5d refused %5lld MiB%s%s\n", seed.name.c_str(), report.accepted,
              report.refused, static_cast<long long>(report.peak_bytes >> 20),
              report.noise.empty() ? "" : "  stderr: ", report.noise.c_str());
  for (const Finding& finding : report.findings) {
    std::printf("  FOUND in %s, input %d: %s\n  kept as %s\n", finding.seed.c_str(), finding.input,
                finding.what.c_str(), finding.kept.c_str());
  }
  std::fflush(stdout);
}

int write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const Seed& seed : make_seeds()) {
    if (seed.files.size() == 1) {
      test::write_file(folder / seed.name, seed.files[0].bytes);
    }
  }
  return EXIT_SUCCESS;
}

int run(int argc, char** argv) {
  auto [options, only, corpus] = parse(argc, argv);
  if (!corpus.empty()) {
    return write_seeds(corpus);
  }
  const test::TemporaryFolder scratch;
  options.scratch = scratch.path();
  options.findings = std::filesystem::current_path() / "fuzz-findings";
  std::vector<Seed> seeds = make_seeds();
  if (const auto data = test::test_data()) {
    for (Seed& seed : seeds_from(*data / "formats", real_file_limit_bytes)) {
      seeds.push_back(std::move(seed));
    }
  }
  std::size_t findings = 0;
  int inputs = 0;
  for (const Seed& seed : seeds) {
    if (seed.name.find(only) != std::string::npos) {
      const SeedReport report = fuzz_seed(seed, options, probe_scan);
      print(seed, report);
      findings += report.findings.size();
      inputs += report.accepted + report.refused;
    }
  }
  std::printf("%d inputs, %zu findings\n", inputs, findings);
  return findings == 0 && inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace fossilct::fuzz

int main(int argc, char** argv) {
  try {
    return fossilct::fuzz::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz_readers: %s\n", error.what());
    return 2;
  }
}
