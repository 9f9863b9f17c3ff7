// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/command_line.h"
#include "apps/cli/companion.h"
#include "apps/cli/facts.h"
#include "apps/night/example_job.h"
#include "apps/night/job_plan.h"
#include "apps/night/night_end.h"
#include "apps/night/option_check.h"
#include "apps/night/preflight.h"
#include "apps/night/stage_commands.h"
#include "base/error.h"
#include "base/text.h"
#include "night/arrivals.h"
#include "night/night_run.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

struct RunOptions {
  fs::path job;
  bool example = false;
  bool check = false;
  bool start_anyway = false;
  double memory_gb = 0;
  fs::path watch;
  double watch_rest_seconds = 60;
  fs::path sendmail = usual_sendmail();
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

void tell_findings(const Preflight& ahead, Progress& progress) {
  for (const PreflightFinding& finding : ahead.findings) {
    progress.warning(finding_text(finding));
  }
}

// This process's folder, for as long as it lives.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~WorkingFolder() {
    std::error_code gone;
    fs::current_path(before_, gone);
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  fs::path before_;
};

double seconds_of_clock() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
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
         "Before it begins it opens every scan and model, tells what memory, disk and time the "
         "stages will take, and refuses a job that can't come to its end (--start-anyway). At the "
         "end index.html in the job's folder tells what was found, failures first, and on-done and "
         "mail-to of the job file give notice. `fossilct status` shows how far it is.",
         "All outputs are in one folder: JOB.job, or what output = in the file says."},
        {{"fossilct run --example > tonight.ini", "A job to begin from."},
         {"fossilct run tonight.ini --check", "Whether all is right with it, and nothing else."},
         {"fossilct run tonight.ini", "Runs it, or goes on with it."},
         {"fossilct run tonight.ini --watch /data/scanner",
          "Takes scans as the scanner leaves them."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("job", &options_.job, "The job file");
    options.make_optional();
    options.flag("example", &options_.example, "Print a job file with comments, and end");
    options.flag("check", &options_.check, "Check the job, and end");
    options.flag("start-anyway", &options_.start_anyway,
                 "Start although the check says that something can't come to its end");
    options.number("memory", "GB", &options_.memory_gb, 0, 1e6,
                   "Most memory of a stage, in 10^9 bytes; 0 = as the job file says");
    options.path("sendmail", "FILE", &options_.sendmail,
                 "What letters of mail-to are handed to: a program with sendmail's interface");
    options.section("Waiting for scans");
    options.path("watch", "FOLDER", &options_.watch,
                 "Take scans as they come into this folder too, by [defaults], until Ctrl-C");
    options.number("watch-rest", "SECONDS", &options_.watch_rest_seconds, 0.1, 86'400,
                   "A scan is complete when nothing of it changed for so long");
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
    if (!options_.watch.empty() && !options_.check) {
      return watch(context);
    }
    return run_once(context, read_job(options_.job));
  }

 private:
  CommandResult run_once(const CommandContext& context, Job job) const {
    job.limits.memory_gb = options_.memory_gb > 0 ? options_.memory_gb : job.limits.memory_gb;
    const std::vector<StageCommand> commands = stage_commands(command_table(), context.progress);
    const JobPlan plan(job, commands, context.common.threads);
    check_options_of_stages(job, plan, context.progress);
    for (const std::string& notice : job.notices) {
      context.progress.notice(notice);
    }
    const Preflight ahead = look_ahead(job, commands, plan, context);
    if (options_.check) {
      return checked(job, ahead);
    }
    if (options_.start_anyway || !options_.watch.empty()) {
      tell_findings(ahead, context.progress);
    } else {
      require_room(ahead, "start it all the same with --start-anyway");
    }
    return run_job(context, job, plan);
  }

  static Preflight look_ahead(const Job& job, std::span<const StageCommand> commands,
                              const JobPlan& plan, const CommandContext& context) {
    std::optional<NightRecord> before;
    if (fs::exists(journal_path(job.folder))) {
      before = read_night(job.folder);
    }
    // Options name files from the job's folder.
    const WorkingFolder there(job.file.parent_path());
    return preflight(job, commands, before ? &*before : nullptr, context.common.threads,
                     segment_probe(plan, context.progress), context.progress);
  }

  static CommandResult checked(const Job& job, const Preflight& ahead) {
    CommandResult result;
    result.json = {{"folder", job.folder.string()},
                   {"scans", job.scans.size()},
                   {"preflight", to_json(ahead)}};
    result.text = preflight_text(ahead) + facts_text({{"job", job.folder.string()}});
    result.text_is_report = false;
    result.has_failed_items = !ahead.findings.empty();
    return result;
  }

  // Runs the job again and again, with those that came since; what is done is not done twice.
  CommandResult watch(const CommandContext& context) const {
    Arrivals arrivals(watched_folder(), options_.watch_rest_seconds);
    std::vector<fs::path> arrived = arrived_before();
    bool is_new = true;
    for (;;) {
      for (const fs::path& path : arrivals.look(seconds_of_clock())) {
        if (std::find(arrived.begin(), arrived.end(), path) == arrived.end()) {
          context.progress.notice(path.string() + " has come");
          arrived.push_back(path);
          is_new = true;
        }
      }
      if (is_new) {
        run_arrived(context, arrived);
        context.progress.notice("waiting for scans in " + options_.watch.string());
      }
      is_new = false;
      wait_for_arrivals(context.progress);
    }
  }

  void run_arrived(const CommandContext& context, const std::vector<fs::path>& arrived) const {
    Job job = read_job(options_.job, arrived);
    if (!job.scans.empty()) {
      const CommandResult result = run_once(context, std::move(job));
      context.progress.notice(result.text);
    }
  }

  // As the paths of a job's scans are: absolute, and no slash behind it.
  fs::path watched_folder() const {
    const fs::path folder = fs::absolute(options_.watch).lexically_normal();
    return folder.has_filename() ? folder : folder.parent_path();
  }

  // In the order in which earlier runs took them, so that each keeps its name.
  std::vector<fs::path> arrived_before() const {
    const fs::path folder = watched_folder();
    const Job job = read_job(options_.job, std::vector<fs::path>{});
    std::vector<fs::path> paths;
    if (fs::exists(journal_path(job.folder))) {
      for (const NightScan& scan : read_night(job.folder).scans) {
        if (scan.path.parent_path() == folder && fs::exists(scan.path)) {
          paths.push_back(scan.path);
        }
      }
    }
    return paths;
  }

  void wait_for_arrivals(const Progress& progress) const {
    constexpr double longest_seconds = 5;
    constexpr auto step = std::chrono::milliseconds(50);
    const std::chrono::duration<double> whole(
        std::min(longest_seconds, options_.watch_rest_seconds / 4));
    for (std::chrono::duration<double> waited(0); waited < whole; waited += step) {
      if (progress.cancel_requested()) {
        throw Interrupted("no longer waiting for scans; the same command goes on");
      }
      std::this_thread::sleep_for(step);
    }
  }

  CommandResult run_job(const CommandContext& context, const Job& job, const JobPlan& plan) const {
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
      make_index(job, journal, context.progress);
      journal.end_run("interrupted");
      throw Interrupted("interrupted; what is done is kept: `" +
                        shell_quoted({"fossilct", "run", job.file.string()}) + "` goes on");
    }
    make_index(job, journal, context.progress);
    CommandResult result = result_of(journal.read_all());
    journal.end_run(result.has_failed_items ? "failed" : "done");
    tell_end(job, journal.read_all(), options_.sendmail, context.progress);
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
