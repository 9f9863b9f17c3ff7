// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "base/progress.h"
#include "night/job.h"

namespace fossilct {

// The command of a stage: "extract"; that of the stage well is "catalogue".
std::string command_of_stage(const std::string& stage);

// What the commands of all stages take, asked of the programs that have them (a second in all).
// Options that the run itself gives, and those that would make a command do something else
// ("render --scene"), are marked. A stage whose command is not built is left out. Throws
// Error{file} where a program is not there.
std::vector<StageCommand> stage_commands(std::span<const CommandRow> table,
                                         const Progress& progress);

}  // namespace fossilct
