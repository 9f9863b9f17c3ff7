// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "night/job.h"
#include "night/step.h"

namespace fossilct {

// The words of one stage's command line, put together from what the run gives and what the job
// file does.
class StageWords {
 public:
  // `options` as options_of_stage() gives them. Throws Error{option} for a switch that is neither
  // true nor false.
  StageWords(const StageCommand& command, std::vector<JobOption> options, int threads);

  // Behind the command: an argument, or an option with its value. They do not count for the
  // fingerprint.
  StageWords& give(const std::string& argument);
  StageWords& give(const std::string& option, const std::string& value);
  // Whether the job file gives an option, a switch turned on.
  bool has(const std::string& option) const;

  std::vector<std::string> all() const;
  // One thread, half the batch, the CPU: as far as the command has such options. Batch and device
  // are those of a network.
  std::vector<std::string> with_less(bool by_network = true) const;

  // Of the fingerprint: options that have to do with the result.
  std::vector<std::string> identity() const;
  // Files that options name, from `folder` where they are relative.
  std::vector<std::filesystem::path> named_files(const std::filesystem::path& folder) const;

 private:
  std::vector<std::string> words(bool with_less) const;
  bool knows(const std::string& option) const;
  bool is_flag(const JobOption& option) const;

  const StageCommand& command_;
  std::vector<JobOption> options_;
  int threads_;
  std::vector<std::string> given_;
};

}  // namespace fossilct
