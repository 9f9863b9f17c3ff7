// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "night/job.h"

namespace fossilct {

namespace {

const StageOption* find_option(const StageCommand& command, const std::string& name) {
  const auto found = std::find_if(command.options.begin(), command.options.end(),
                                  [&](const StageOption& option) { return option.name == name; });
  return found == command.options.end() ? nullptr : &*found;
}

const StageCommand* find_command(std::span<const StageCommand> commands, std::string_view stage) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const StageCommand& c) { return c.stage == stage; });
  return found == commands.end() ? nullptr : &*found;
}

bool is_of_scans(const StageCommand& command) {
  return std::find(std::begin(scan_stages), std::end(scan_stages), command.stage) !=
         std::end(scan_stages);
}

// Whether an option without a stage before it tells how to read the scan.
bool is_of_reading(const std::string& name, std::span<const StageCommand> commands) {
  const StageCommand* const import = find_command(commands, "import");
  const StageOption* const option = import == nullptr ? nullptr : find_option(*import, name);
  return option != nullptr && !option->common;
}

// The commands that an option reaches.
std::vector<const StageCommand*> reached_by(const JobOption& option,
                                            std::span<const StageCommand> commands) {
  const bool reading = option.stage.empty() && is_of_reading(option.name, commands);
  std::vector<const StageCommand*> reached;
  for (const StageCommand& command : commands) {
    const bool meant = !option.stage.empty() ? option.stage == command.stage
                       : reading             ? command.stage == "import"
                                             : is_of_scans(command);
    if (meant && find_option(command, option.name) != nullptr) {
      reached.push_back(&command);
    }
  }
  // Where a job can give it to some stages, it is for them.
  const auto given_by_run = [&](const StageCommand* command) {
    return find_option(*command, option.name)->given_by_run;
  };
  if (!std::all_of(reached.begin(), reached.end(), given_by_run)) {
    std::erase_if(reached, given_by_run);
  }
  return reached;
}

[[noreturn]] void fail(const JobOption& option, const std::string& what) {
  throw Error(ErrorKind::option, option.where + ": " + what);
}

std::string full_name(const JobOption& option) {
  return option.stage.empty() || option.stage == "train" ? option.name
                                                         : option.stage + "." + option.name;
}

[[noreturn]] void fail_unknown(const JobOption& option, std::span<const StageCommand> commands) {
  std::vector<std::string> names = {"path",   "top-depth-m", "bottom-depth-m",
                                    "labels", "model",       "classifier"};
  if (!option.stage.empty()) {
    names.clear();
  }
  for (const StageCommand& command : commands) {
    if (option.stage.empty() ? is_of_scans(command) : option.stage == command.stage) {
      for (const StageOption& known : command.options) {
        if (!known.given_by_run) {
          names.push_back(known.name);
        }
      }
    }
  }
  const auto near = closest_match(option.name, names);
  fail(option, (option.stage.empty() ? "no stage has an option '"
                                     : "the stage " + option.stage + " has no option '") +
                   option.name + "'" + (near ? "; did you mean " + *near + "?" : ""));
}

void check_option(const JobOption& option, std::span<const StageCommand> commands) {
  const std::vector<const StageCommand*> reached = reached_by(option, commands);
  if (reached.empty()) {
    fail_unknown(option, commands);
  }
  const StageOption& first = *find_option(*reached.front(), option.name);
  for (const StageCommand* command : reached) {
    const StageOption& other = *find_option(*command, option.name);
    if (other.given_by_run) {
      fail(option, full_name(option) + " can't be given in a job: the run itself gives it to " +
                       command->stage);
    }
    if (other.value_name != first.value_name) {
      fail(option, option.name + " means one thing in " + reached.front()->stage +
                       " and another in " + command->stage + "; write " + command->stage + "." +
                       option.name + " or " + reached.front()->stage + "." + option.name);
    }
  }
}

void check_options(const std::vector<JobOption>& options, std::span<const StageCommand> commands) {
  for (auto option = options.begin(); option != options.end(); ++option) {
    check_option(*option, commands);
    const StageOption& known = *find_option(*reached_by(*option, commands).front(), option->name);
    const auto earlier = std::find_if(options.begin(), option, [&](const JobOption& other) {
      return other.stage == option->stage && other.name == option->name;
    });
    if (earlier != option && !known.repeatable) {
      fail(*option, full_name(*option) + " is given already in " + earlier->where);
    }
  }
}

}  // namespace

void check_job_options(const Job& job, std::span<const StageCommand> commands) {
  check_options(job.train, commands);
  check_options(job.options, commands);
  for (const JobScan& scan : job.scans) {
    check_options(scan.options, commands);
  }
}

std::vector<JobOption> options_of_stage(const std::vector<JobOption>& options,
                                        std::string_view stage,
                                        std::span<const StageCommand> commands) {
  std::vector<JobOption> result;
  for (const JobOption& option : options) {
    const auto reached = reached_by(option, commands);
    const bool meant =
        std::any_of(reached.begin(), reached.end(),
                    [&](const StageCommand* command) { return command->stage == stage; });
    const bool outdone = option.stage.empty() &&
                         std::any_of(options.begin(), options.end(), [&](const JobOption& other) {
                           return other.stage == stage && other.name == option.name;
                         });
    if (meant && !outdone) {
      result.push_back(option);
    }
  }
  return result;
}

}  // namespace fossilct
