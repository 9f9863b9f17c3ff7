// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/seed.h"

namespace fossilct::fuzz {

// What is tried on each damaged scan. Returns, or throws fossilct::Error: both are right. Anything
// else is a finding.
using Target = std::function<void(const std::filesystem::path&)>;

struct FuzzOptions {
  int inputs = 200;                                   // damaged scans a seed
  std::uint64_t random_seed = 1;                      // another one gives other damage
  unsigned seconds_per_input = 20;                    // then it counts as hanging
  std::int64_t memory_bytes = std::int64_t{1} << 30;  // peak of the process that reads
  int findings_per_seed = 3;                          // then the seed is given up
  std::filesystem::path scratch;                      // a folder of our own
  std::filesystem::path findings;                     // damaged scans that were findings go here
};

struct Finding {
  std::string seed;
  int input = 0;  // 0 is the seed itself, undamaged: it must open without an Error
  std::string what;
  std::filesystem::path kept;
};

struct SeedReport {
  std::vector<Finding> findings;
  int accepted = 0;  // opened and read, damage or not
  int refused = 0;   // fossilct::Error
  std::int64_t peak_bytes = 0;
  std::string noise;  // first line the target let through to stderr, empty where it kept quiet
};

// Runs `target` over the seed and `inputs` damaged copies of it in a child process, so that a
// crash, a hang or a flood of memory is found, kept and told, and the rest goes on. Deterministic.
// Call it while the process has one thread.
SeedReport fuzz_seed(const Seed& seed, const FuzzOptions& options, const Target& target);

}  // namespace fossilct::fuzz
