// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "apps/cli/provenance.h"
#include "apps/training/train_options.h"
#include "base/json.h"
#include "base/progress.h"
#include "train/training_data.h"

namespace fossilct {

// What a training writes, all named after the model.
struct TrainOutputs {
  std::filesystem::path model;       // NAME.safetensors
  std::filesystem::path checkpoint;  // NAME.checkpoint, while it lasts
  std::filesystem::path table;       // NAME.train.csv
  std::filesystem::path report;      // NAME.report.html
};
// Throws Error{option} where the name does not end in .safetensors.
TrainOutputs outputs_of(const std::filesystem::path& model);

// Throws Error{file|option} where an output can't be written, exists without --overwrite, or is one
// of the files that are read. A checkpoint that an earlier training left is not overwritten either,
// unless this one goes on from it.
void require_outputs(const TrainOutputs& outputs, const TrainSettings& settings);
void require_outputs_apart(const TrainOutputs& outputs,
                           const std::vector<std::filesystem::path>& files);

// A file that was read, as it was then.
struct InputFile {
  HashedFile hashed;
  std::int64_t modified = 0;  // the file system's time stamp, in its own unit
};

// All files of the data, and others that were given (weights, a recipe), hashed; absolute paths.
// Those that `known` has with the same size and time are not read again. Throws Error{format} for
// one that is not what it was; those of test scans may change.
std::vector<InputFile> input_files(const TrainingData& data, const TrainSettings& settings,
                                   const std::vector<InputFile>& known, Progress& progress);

// A line for each validation or test scan that has a file in common, by its SHA-256, with a scan
// that is trained on.
std::vector<std::string> notices_of_leaks(const TrainingData& data,
                                          const std::vector<InputFile>& files);

// {path, name, format, sha256 ...} of each scan and its labels, and of the encoder's weights.
Json sources_json(const TrainingData& data, const TrainSettings& settings,
                  const std::vector<InputFile>& files);

// What a checkpoint keeps for `--resume`.
struct Resumed {
  std::vector<GivenOption> given;  // options as they were given
  std::filesystem::path folder;    // that relative paths are from
  int threads = 0;
  std::vector<InputFile> files;
};
Json to_json(const Resumed& resumed);
// Throws Error{format} for a checkpoint that another program wrote.
Resumed resumed_from(const std::filesystem::path& checkpoint);

}  // namespace fossilct
