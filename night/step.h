// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fossilct {

// A stage that another takes what it made from: of its own scan, or of the job (scan empty).
struct StepNeed {
  std::string scan;
  std::string stage;
  bool must = true;  // be done; else what it has come to is part of the fingerprint
};

// What a stage makes. Nobody else writes it, or others may (the catalogue: later stages, persons).
struct StepOutput {
  std::filesystem::path path;
  bool others_write = false;
  bool may_be_absent = false;  // as where no fossil was found
};

// One stage of one scan, or of the job, as a command to run, with all that tells whether what it
// made before still holds.
struct Step {
  std::string scan;
  std::string stage;
  std::vector<std::string> arguments;  // behind "fossilct"
  // The same with less memory and threads, on the CPU: for the second try.
  std::vector<std::string> arguments_with_less;
  // Put behind them where what lies there may be of other options.
  std::vector<std::string> when_anew;
  // Arguments to go on with where `resumed_from` is there, after the same stage was cut off.
  std::filesystem::path resumed_from;
  std::vector<std::string> arguments_to_resume;
  // Files that would be taken for its own, though of other options: removed first, then.
  std::vector<std::filesystem::path> leftovers;

  // Of the fingerprint: what of the arguments decides the result, files by size and time, files by
  // their contents, and stages before (they must be done, too).
  std::vector<std::string> identity;
  std::vector<std::filesystem::path> stamped_inputs;
  std::vector<std::filesystem::path> hashed_inputs;
  std::vector<StepNeed> needs;

  std::vector<StepOutput> outputs;
  // A file that this stage shares with others and with persons: the catalogue's database. Where it
  // was changed by somebody else, the stage runs again, unless it is the one that makes it.
  std::filesystem::path shared;
  bool makes_shared = false;
};

}  // namespace fossilct
