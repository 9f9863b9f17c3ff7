// SPDX-License-Identifier: Apache-2.0
#include "apps/night/option_check.h"

#include <sys/wait.h>

#include <algorithm>
#include <string>

#include "apps/cli/command_line.h"
#include "apps/cli/companion.h"
#include "base/error.h"

namespace fossilct {

namespace {

std::vector<JobOption> options_of(const Job& job) {
  std::vector<JobOption> options = job.train;
  options.insert(options.end(), job.options.begin(), job.options.end());
  for (const JobScan& scan : job.scans) {
    options.insert(options.end(), scan.options.begin(), scan.options.end());
  }
  return options;
}

std::string place_of(const Job& job, const std::string& message,
                     const std::vector<std::string>& arguments) {
  for (const JobOption& option : options_of(job)) {
    const std::string word = "--" + option.name;
    const bool given = std::find(arguments.begin(), arguments.end(), word + "=" + option.value) !=
                           arguments.end() ||
                       std::find(arguments.begin(), arguments.end(), word) != arguments.end();
    if (given && message.find(word + ":") != std::string::npos) {
      return option.where;
    }
  }
  return job.file.string();
}

}  // namespace

void check_options_of_stages(const Job& job, const JobPlan& plan, const Progress& progress) {
  for (std::vector<std::string> arguments : plan.examples()) {
    progress.check();
    arguments.emplace_back("--check-options");
    const CommandRow& row = command_row(command_table(), arguments.front());
    const ProgramText said = text_of_program(program_of(row), arguments, true, progress);
    if (WIFSIGNALED(said.status)) {
      throw file_error(program_of(row), "was ended by signal " +
                                            std::to_string(WTERMSIG(said.status)) +
                                            " while it looked at the options of the stage " +
                                            arguments.front() + "; start the run again");
    }
    if (said.status != 0) {
      const std::string message = told_by_program(said);
      throw Error(ErrorKind::option, place_of(job, message, arguments) + ": " + message +
                                         " (stage " + arguments.front() + ")");
    }
  }
}

}  // namespace fossilct
