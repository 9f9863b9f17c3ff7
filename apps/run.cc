// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/command_line.h"
#include "apps/cli/companion.h"
#include "apps/cli/facts.h"
#include "apps/night/example_job.h"
#include "apps/night/job_plan.h"
#include "apps/night/option_check.h"
#include "apps/night/stage_commands.h"
#include "base/error.h"
#include "base/text.h"
#include "night/night_run.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

struct RunOptions {
  fs::path job;
  bool example = false;
  bool check = false;
  double memory_gb = 0;
};

bool has_failed(const StageRecord& record) {
  return record.state == StageState::failed || record.state == StageState::blocked;
}

// Done but for some items: what was told counts for the exit code of every later run too.
bool is_with_remarks(const StageRecord& record) {
  return record.state == StageState::done && !record.reason.empty();
}

std::string duration_of(const StageRecord& record) {
  return format_duration(record.ended - record.began);
}

void tell_stage(const StageRecord& record, TerminalProgress& progress) {
  const std::string title = title_of(record);
  switch (record.state) {
    case StageState::running:
      progress.detail(title + (record.progress.empty() ? " begins" : ": " + record.progress));
      break;
    case StageState::done:
      progress.notice(title + " done in " + duration_of(record) + ", " +
                      format_bytes(static_cast<double>(record.peak_memory_bytes)) + " of memory" +
                      (record.reason.empty() ? "" : "; " + record.reason));
      break;
    case StageState::failed:
      progress.warning(title + " failed: " + record.reason);
      break;
    case StageState::waiting:
    case StageState::skipped:
    case StageState::blocked:
      break;
  }
}

std::int64_t count_of(const NightRecord& night, StageState state) {
  return std::count_if(night.stages.begin(), night.stages.end(),
                       [&](const StageRecord& record) { return record.state == state; });
}

// Failures first, each with its reason and what to do.
std::string failures_text(const NightRecord& night) {
  std::string text;
  for (const StageRecord& record : night.stages) {
    if (record.state == StageState::failed) {
      text += "FAILED " + title_of(record) + "\n  " + record.reason + "\n" +
              (record.remedy.empty() ? "" : "  " + record.remedy + "\n") +
              (record.log.empty() ? "" : "  " + record.log.string() + "\n");
    }
  }
  return text;
}

Json stage_json(const StageRecord& record) {
  return {{"scan", record.scan},     {"stage", record.stage},   {"state", name_of(record.state)},
          {"reason", record.reason}, {"remedy", record.remedy}, {"log", record.log.string()}};
}

CommandResult result_of(const NightRecord& night) {
  const bool failed = std::any_of(night.stages.begin(), night.stages.end(), has_failed) ||
                      std::any_of(night.stages.begin(), night.stages.end(), is_with_remarks);
  Json stages = Json::array();
  for (const StageRecord& record : night.stages) {
    stages.push_back(stage_json(record));
  }
  CommandResult result;
  result.has_failed_items = failed;
  result.json = {{"folder", night.folder.string()},
                 {"scans", night.scans.size()},
                 {"stages", std::move(stages)}};
  result.text =
      failures_text(night) +
      facts_text({{"job", night.folder.string()},
                  {"scans", std::to_string(night.scans.size())},
                  {"stages", std::to_string(count_of(night, StageState::done)) + " done, " +
                                 std::to_string(count_of(night, StageState::failed)) + " failed, " +
                                 std::to_string(count_of(night, StageState::blocked)) +
                                 " not begun for what they need"}});
  return result;
}

class RunCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "run JOB.ini [options]",
        {"Does all stages for every scan of a list: import, segment, extract, mesh, views, "
         "classify, render, report; then joins the catalogues and counts. JOB.ini names the scans "
         "and the options of all stages; --example prints one with comments.",
         "Each stage is a process of its own, with a log, a limit of memory and a watchdog. A scan "
         "that fails is told, tried once more with less where that may help, and the others go on: "
         "exit code 3. What was done is kept in a journal: after any interruption, or when "
         "something failed and was mended, the same command goes on, and does again only what "
         "changed (scans, options, models).",
         "All outputs are in one folder: JOB.job, or what output = in the file says."},
        {{"fossilct run --example > tonight.ini", "A job to begin from."},
         {"fossilct run tonight.ini --check", "Whether all is right with it, and nothing else."},
         {"fossilct run tonight.ini", "Runs it, or goes on with it."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("job", &options_.job, "The job file");
    options.make_optional();
    options.flag("example", &options_.example, "Print a job file with comments, and end");
    options.flag("check", &options_.check, "Check the job, and end");
    options.number("memory", "GB", &options_.memory_gb, 0, 1e6,
                   "Most memory of a stage, in 10^9 bytes; 0 = as the job file says");
  }

  CommandResult run(const CommandContext& context) override {
    if (options_.example) {
      CommandResult result;
      result.text = example_job();
      result.text_is_report = false;
      return result;
    }
    if (options_.job.empty()) {
      throw Error(ErrorKind::option,
                  "JOB is missing: the job file; `fossilct run --example` prints one");
    }
    Job job = read_job(options_.job);
    job.limits.memory_gb = options_.memory_gb > 0 ? options_.memory_gb : job.limits.memory_gb;
    const std::vector<StageCommand> commands = stage_commands(command_table());
    const JobPlan plan(job, commands, context.common.threads);
    check_options_of_stages(job, plan, context.progress);
    for (const std::string& notice : job.notices) {
      context.progress.notice(notice);
    }
    if (options_.check) {
      return checked(job);
    }
    return run_job(context, job, plan);
  }

 private:
  static CommandResult checked(const Job& job) {
    CommandResult result;
    result.json = {{"folder", job.folder.string()}, {"scans", job.scans.size()}};
    result.text =
        facts_text({{"job", job.folder.string()}, {"scans", std::to_string(job.scans.size())}});
    return result;
  }

  static CommandResult run_job(const CommandContext& context, const Job& job, const JobPlan& plan) {
    make_folders(job);
    const FileLock lock = lock_job(job.folder);
    JobJournal journal(job.folder);
    journal.begin_run(plan.record());
    RunSetup setup;
    setup.program = own_program();
    setup.folder = job.file.parent_path();
    setup.limits = job.limits;
    setup.lock_descriptor = lock.descriptor();
    setup.work_told = work_told;
    setup.tell = [&](const StageRecord& record) { tell_stage(record, context.progress); };
    NightRun night(journal, std::move(setup), context.progress);
    try {
      run_stages(night, journal, job, plan);
    } catch (const Cancelled&) {
      journal.end_run("interrupted");
      throw Interrupted("interrupted; what is done is kept: `" +
                        shell_quoted({"fossilct", "run", job.file.string()}) + "` goes on");
    }
    CommandResult result = result_of(journal.read_all());
    journal.end_run(result.has_failed_items ? "failed" : "done");
    return result;
  }

  static void make_folders(const Job& job) {
    std::vector<fs::path> folders = {job.folder, job.folder / "models"};
    for (const JobScan& scan : job.scans) {
      folders.push_back(scan_files(job, scan).folder);
    }
    for (const fs::path& folder : folders) {
      std::error_code code;
      fs::create_directories(folder, code);
      if (code) {
        throw file_code_error(folder, "can't make this folder", code);
      }
    }
  }

  static void run_stages(NightRun& night, const JobJournal& journal, const Job& job,
                         const JobPlan& plan) {
    night.run(plan.training());
    for (const JobScan& scan : job.scans) {
      const std::vector<Step> steps = plan.steps(scan);
      if (const std::optional<ScanLock> own = ScanLock::take(scan.path)) {
        night.run(steps);
      } else {
        night.refuse(steps, scan.path.string() + " is used by another job",
                     "When that has ended, start this run again");
      }
    }
    const std::vector<Step> closing = plan.closing(journal.read_all());
    night.run(closing);
    if (closing.empty()) {
      for (const char* stage : {"well", "abundance", "abundance-table"}) {
        night.block({"", stage}, "no scan has a catalogue");
      }
    }
  }

  RunOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_run_command() { return std::make_unique<RunCommand>(); }

}  // namespace fossilct
