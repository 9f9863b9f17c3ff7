// SPDX-License-Identifier: Apache-2.0
#include "night/night_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "support.h"

using namespace fossilct;

namespace {

namespace fs = std::filesystem;

// The shell stands for the program: stages are its scripts, which say in `trace` that they ran.
struct Night {
  test::TemporaryFolder folder;
  JobLimits limits{};
  Progress progress;
  std::vector<std::string> told;
  std::function<void(const StageRecord&)> on_tell = [](const StageRecord&) {};

  Step step(const std::string& scan, const std::string& stage, const std::string& script) const {
    Step step;
    step.scan = scan;
    step.stage = stage;
    step.arguments = {"-c", "echo " + scan + stage + " >> trace; " + script};
    step.arguments_with_less = {"-c", "echo less " + scan + stage + " >> trace; " + script};
    step.identity = {script};
    return step;
  }

  NightRecord run(const std::vector<Step>& steps, double grace_seconds = 5) {
    fs::create_directory(folder / "job");
    JobJournal journal(folder / "job");
    NightRecord job;
    for (const Step& step : steps) {
      StageRecord record;
      record.scan = step.scan;
      record.stage = step.stage;
      job.stages.push_back(record);
    }
    journal.begin_run(job);
    RunSetup setup;
    setup.program = "/bin/sh";
    setup.folder = folder.path();
    setup.limits = limits;
    setup.grace_seconds = grace_seconds;
    setup.work_told = [](std::string_view line) { return std::string(line); };
    setup.tell = [this](const StageRecord& record) {
      told.push_back(title_of(record) + " " + std::string(name_of(record.state)));
      on_tell(record);
    };
    NightRun night(journal, setup, progress);
    night.run(steps);
    return journal.read_all();
  }

  // What ran since the last call.
  std::string trace() const {
    const std::string text = test::read_file(folder / "trace");
    fs::remove(folder / "trace");
    return text;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("stages run in their order, keep logs and outputs, and are not run again") {
  Night night;
  std::vector<Step> steps = {night.step("a", "import", "echo one > scan; echo said; echo >&2 told"),
                             night.step("a", "segment", "cat scan > labels")};
  steps[0].outputs = {{night.folder / "scan"}};
  steps[1].outputs = {{night.folder / "labels"}};
  steps[1].needs = {{"a", "import"}};
  const NightRecord record = night.run(steps);
  CHECK(night.trace() == "aimport\nasegment\n");
  REQUIRE(record.stages.size() == 2);
  CHECK(record.stages[0].state == StageState::done);
  CHECK(record.stages[0].tries == 1);
  CHECK(record.stages[0].exit_code == 0);
  CHECK(record.stages[0].ended >= record.stages[0].began);
  CHECK(record.stages[0].peak_memory_bytes > 0);
  CHECK(record.stages[1].state == StageState::done);
  const std::string log = test::read_file(record.stages[0].log);
  CHECK(contains(log, "try 1: fossilct -c"));
  CHECK(contains(log, "said\ntold\n"));
  CHECK(night.told.front() == "a: import running");
  CHECK(night.told.back() == "a: segment done");

  night.run(steps);
  CHECK(night.trace().empty());
}

TEST_CASE("a stage runs again with what follows it when options, inputs or outputs changed") {
  Night night;
  test::write_file(night.folder / "input", "1");
  test::write_file(night.folder / "model", "1");
  std::vector<Step> steps = {night.step("a", "import", "cp input scan"),
                             night.step("a", "segment", "cp scan labels"),
                             night.step("a", "report", "cp labels page")};
  steps[0].outputs = {{night.folder / "scan"}};
  steps[0].stamped_inputs = {night.folder / "input"};
  steps[1].outputs = {{night.folder / "labels"}};
  steps[1].hashed_inputs = {night.folder / "model"};
  steps[1].needs = {{"a", "import"}};
  steps[2].outputs = {{night.folder / "page"}};
  steps[2].needs = {{"a", "segment"}};
  night.run(steps);
  CHECK(night.trace() == "aimport\nasegment\nareport\n");

  SUBCASE("an input") {
    test::write_file(night.folder / "input", "22");
    night.run(steps);
    CHECK(night.trace() == "aimport\nasegment\nareport\n");
  }
  SUBCASE("a model's content, not its time") {
    test::write_file(night.folder / "model", "1");
    night.run(steps);
    CHECK(night.trace().empty());
    test::write_file(night.folder / "model", "2");
    night.run(steps);
    CHECK(night.trace() == "asegment\nareport\n");
  }
  SUBCASE("an option") {
    steps[2].identity.emplace_back("title=x");
    night.run(steps);
    CHECK(night.trace() == "areport\n");
  }
  SUBCASE("an output was removed: it alone is made again") {
    fs::remove(night.folder / "labels");
    night.run(steps);
    CHECK(night.trace() == "asegment\n");
    CHECK(fs::exists(night.folder / "labels"));
  }
}

TEST_CASE(
    "options changed: leftovers of the old go first, and the stage is told until it is done") {
  Night night;
  Step step =
      night.step("a", "mesh", "test -e slabs && echo went on >> trace; touch slabs; exit 1");
  step.leftovers = {night.folder / "slabs"};
  step.when_anew = {"anew"};
  night.run({step});
  CHECK(night.trace() == "amesh\n");
  night.run({step});
  CHECK(night.trace() == "amesh\nwent on\n");
  step.identity.emplace_back("other");
  NightRecord record = night.run({step});
  CHECK(night.trace() == "amesh\n");
  CHECK(record.stages[0].arguments.back() == "anew");
  record = night.run({step});
  CHECK(record.stages[0].arguments.back() == "anew");
  step.arguments = {"-c", "true"};
  record = night.run({step});
  CHECK(record.stages[0].arguments.back() == "anew");
  CHECK(record.stages[0].state == StageState::done);
  CHECK_FALSE(record.stages[0].anew);
}

TEST_CASE("a checkpoint of the same options is gone on with") {
  Night night;
  Step step = night.step("", "train", "touch checkpoint; exit 1");
  step.resumed_from = night.folder / "checkpoint";
  step.leftovers = {night.folder / "checkpoint"};
  step.arguments_to_resume = {"-c", "echo resumed >> trace; rm checkpoint"};
  night.run({step});
  night.trace();
  const NightRecord record = night.run({step});
  CHECK(night.trace() == "resumed\n");
  CHECK(record.stages[0].state == StageState::done);
}

TEST_CASE("a failure is told with its reason, and blocks what needs it, not the rest") {
  Night night;
  std::vector<Step> steps = {
      night.step("a", "import",
                 "echo some line; echo 'fossilct: a.tif: is cut off'; echo '  at 7'; exit 1"),
      night.step("a", "segment", "true"),
      night.step("a", "report", "true"),
      night.step("b", "import", "exit 2"),
      night.step("c", "import", "exit 3"),
      night.step("d", "import", "true")};
  steps[1].needs = {{"a", "import"}};
  steps[2].needs = {{"a", "segment"}};
  steps[5].outputs = {{night.folder / "missing"}};
  const NightRecord record = night.run(steps);
  CHECK(night.trace() == "aimport\nbimport\ncimport\ndimport\n");  // nothing was tried twice
  CHECK(record.stages[0].state == StageState::failed);
  CHECK(record.stages[0].reason == "a.tif: is cut off at 7");
  CHECK_FALSE(record.stages[0].remedy.empty());
  CHECK(record.stages[1].state == StageState::blocked);
  CHECK(record.stages[1].reason == "import failed");
  CHECK(record.stages[2].state == StageState::blocked);
  CHECK(contains(record.stages[3].remedy, "option"));
  CHECK(record.stages[4].state == StageState::done);  // but for some items
  CHECK(contains(record.stages[4].reason, "some items"));
  CHECK(record.stages[5].state == StageState::failed);
  CHECK(contains(record.stages[5].reason, "missing is not there"));

  night.run(steps);  // what failed is tried again
  CHECK(night.trace() == "aimport\nbimport\ndimport\n");
}

TEST_CASE("crashed, killed or short of memory: tried once more with less") {
  Night night;
  for (const char* end : {"kill -SEGV $$", "kill -KILL $$", "exit 4", "exit 130"}) {
    CAPTURE(end);
    Step step = night.step("a", "segment", end);
    NightRecord record = night.run({step});
    CHECK(night.trace() == "asegment\nless asegment\n");
    CHECK(record.stages[0].state == StageState::failed);
    CHECK(record.stages[0].tries == 2);
    CHECK(record.stages[0].with_less);
    step.arguments_with_less = {"-c", "true"};
    record = night.run({step});
    CHECK(record.stages[0].state == StageState::done);
    night.trace();
  }
}

TEST_CASE("a stage over its memory is ended, with all its processes") {
  Night night;
  night.limits.memory_gb = 0.05;
  // The variable grows in the shell's child.
  const Step step = night.step(
      "a", "extract", "(x=0123456789; while true; do x=$x$x; done) & echo $! > child; wait");
  const NightRecord record = night.run({step});
  CHECK(record.stages[0].state == StageState::failed);
  CHECK(contains(record.stages[0].reason, "memory-gb = 0.05"));
  CHECK(record.stages[0].peak_memory_bytes > 50'000'000);
  const int child = std::stoi(test::read_file(night.folder / "child"));
  const std::string stat = test::read_file("/proc/" + std::to_string(child) + "/stat");
  CHECK((stat.empty() || contains(stat, ") Z ")));
}

TEST_CASE("a stage that makes no progress is ended, one that is slow is not") {
  Night night;
  night.limits.watchdog_minutes = 0.6 / 60;
  const Step stuck = night.step("a", "segment", "while true; do echo same; sleep 0.1; done");
  const Step deaf = night.step("b", "segment", "trap '' TERM; while true; do sleep 0.1; done");
  const Step slow = night.step("c", "segment", "for i in 1 2 3 4 5; do echo $i; sleep 0.25; done");
  const NightRecord record = night.run({stuck, deaf, slow}, 0.2);
  CHECK(record.stages[0].state == StageState::failed);
  CHECK(contains(record.stages[0].reason, "no progress"));
  CHECK(record.stages[0].tries == 2);
  CHECK(record.stages[1].state == StageState::failed);
  CHECK(record.stages[2].state == StageState::done);
}

TEST_CASE("a wish to stop ends the stage, which waits for the next run") {
  Night night;
  const Step step = night.step("a", "segment",
                               "trap 'echo saved >> trace; exit 130' TERM; echo going; "
                               "while true; do sleep 0.05; done");
  const Step after = night.step("a", "extract", "true");
  night.on_tell = [&](const StageRecord& record) {
    if (!record.progress.empty()) {
      night.progress.request_cancel();
    }
  };
  CHECK_THROWS_AS(night.run({step, after}), Cancelled);
  CHECK(night.trace() == "asegment\nsaved\n");
  const NightRecord record = read_night(night.folder / "job");
  CHECK(record.stages[0].state == StageState::waiting);
  CHECK(record.stages[0].reason == "interrupted");
  CHECK(record.stages[1].state == StageState::waiting);
}

TEST_CASE("others wrote the shared file: what follows it runs again, what makes it does not") {
  Night night;
  std::vector<Step> steps = {night.step("a", "extract", "echo 1 > catalogue"),
                             night.step("a", "classify", "echo 2 >> catalogue"),
                             night.step("a", "report", "true")};
  for (Step& step : steps) {
    step.shared = night.folder / "catalogue";
  }
  steps[0].makes_shared = true;
  steps[0].outputs = {{night.folder / "catalogue", true}};
  steps[1].needs = steps[2].needs = {{"a", "extract"}};
  night.run(steps);
  night.trace();
  night.run(steps);
  CHECK(night.trace().empty());
  test::write_file(night.folder / "catalogue", "1\n2\nreviewed by a person\n");
  night.run(steps);
  CHECK(night.trace() == "aclassify\nareport\n");
  CHECK(contains(test::read_file(night.folder / "catalogue"), "reviewed by a person"));
  night.run(steps);
  CHECK(night.trace().empty());
}

TEST_CASE("a folder that is full beyond its limit takes no more stages") {
  Night night;
  fs::create_directory(night.folder / "job");
  test::write_file(night.folder / "job/large", std::string(2'000'000, 'a'));
  night.limits.disk_gb = 0.001;
  const NightRecord record = night.run({night.step("a", "import", "true")});
  CHECK(record.stages[0].state == StageState::failed);
  CHECK(contains(record.stages[0].reason, "disk-gb = 0.001"));
  CHECK(night.trace().empty());
}

TEST_CASE("a scan is one job's at a time") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "scan", "");
  {
    const auto first = ScanLock::take(folder / "scan");
    CHECK(first);
    CHECK_FALSE(ScanLock::take(folder / "scan"));
    CHECK(ScanLock::take(folder / "absent"));  // import will tell
    // A program that locks what it reads, as HDF5 does, is not kept out.
    const int reader = ::open((folder / "scan").c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(::flock(reader, LOCK_SH | LOCK_NB) == 0);
    ::close(reader);
  }
  CHECK(ScanLock::take(folder / "scan"));
}

TEST_CASE("two runs of one job: the second is told of the first") {
  const test::TemporaryFolder folder;
  const FileLock first = lock_job(folder.path());
  CHECK(contains(test::message_of<Error>([&] { lock_job(folder.path()); }),
                 "in use by run of the job"));
}
