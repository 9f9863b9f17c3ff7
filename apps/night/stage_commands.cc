// SPDX-License-Identifier: Apache-2.0
#include "apps/night/stage_commands.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "apps/cli/command_line.h"
#include "apps/cli/companion.h"
#include "base/error.h"

namespace fossilct {

namespace {

// By stage; "" is for all. What the run gives, and what turns a command from one catalogue to
// another task.
const std::map<std::string, std::set<std::string>>& options_of_the_run() {
  static const std::map<std::string, std::set<std::string>> options = {
      {"",
       {"output", "overwrite", "config", "json", "quiet", "verbose", "help", "check-options",
        "again", "restart", "resume", "name", "ids"}},
      {"import", {"labels", "class"}},
      {"segment", {"model", "probe"}},
      {"extract", {"scan", "uncertainty"}},
      {"mesh", {"class"}},
      {"views",
       {"from-photo", "threshold", "dark", "sigma", "opening", "fewest-pixels", "solidity",
        "crop"}},
      {"classify", {"model", "specimen-pattern", "taxon-pattern", "keep-label-strips"}},
      {"render", {"plate", "scene", "turntable", "frames", "scan", "width", "opacity"}},
      {"report", {"scan", "folder", "plots"}},
      {"train", {"print-recipe", "keep-checkpoint"}},
      {"well", {"depth-table"}}};
  return options;
}

bool given_by_run(const std::string& stage, const std::string& option) {
  const auto& all = options_of_the_run();
  const auto of_stage = all.find(stage);
  return all.at("").contains(option) ||
         (of_stage != all.end() && of_stage->second.contains(option));
}

// Options of a program's own commands, by command.
std::map<std::string, Json> options_of_program(const std::filesystem::path& program,
                                               const Progress& progress) {
  std::map<std::string, Json> options;
  const ProgramText said = text_of_program(program, {"help", "--json"}, false, progress);
  const Json all = try_parse_json(said.text);
  if (said.status != 0 || all.is_discarded()) {
    throw file_error(program, "does not tell of its commands; fossilct must be installed whole");
  }
  for (const Json& command : all.value("commands", Json::array())) {
    if (command.contains("options")) {
      options[command.at("name")] = command.at("options");
    }
  }
  return options;
}

StageCommand stage_command(const std::string& stage, const Json& options) {
  StageCommand command{stage, {}};
  for (const Json& option : options) {
    if (!option.at("positional").get<bool>()) {
      const std::string name = option.at("name");
      command.options.push_back({name, option.at("value"), option.at("repeatable"),
                                 given_by_run(stage, name), option.at("section") == "Common"});
    }
  }
  return command;
}

}  // namespace

std::string command_of_stage(const std::string& stage) {
  if (stage == "well") {
    return "catalogue";
  }
  return stage == "abundance-table" ? "abundance" : stage;
}

std::vector<StageCommand> stage_commands(std::span<const CommandRow> table,
                                         const Progress& progress) {
  std::vector<std::string> stages(std::begin(scan_stages), std::end(scan_stages));
  stages.insert(stages.end(), std::begin(job_stages), std::end(job_stages));
  std::map<std::filesystem::path, std::map<std::string, Json>> companions;
  std::vector<StageCommand> commands;
  for (const std::string& stage : stages) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const CommandRow& r) {
      return r.name == command_of_stage(stage);
    });
    if (row == table.end()) {
      continue;
    }
    if (row->make != nullptr) {
      commands.push_back(stage_command(stage, options_json(*row).at("options")));
      continue;
    }
    const std::filesystem::path program = program_of(*row);
    if (!companions.contains(program)) {
      companions[program] = options_of_program(program, progress);
    }
    commands.push_back(stage_command(stage, companions[program][row->name]));
  }
  return commands;
}

}  // namespace fossilct
