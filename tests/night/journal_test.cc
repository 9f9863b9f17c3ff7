// SPDX-License-Identifier: Apache-2.0
#include "night/journal.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/lock.h"
#include "support.h"

using namespace fossilct;

namespace {

namespace fs = std::filesystem;

StageRecord stage(const std::string& scan, const std::string& name) {
  StageRecord record;
  record.scan = scan;
  record.stage = name;
  return record;
}

NightRecord example(const fs::path& folder) {
  NightRecord night;
  night.job_file = folder / "tonight.ini";
  night.scans = {{"core 17", "/data/core 17.txm", folder / "scans/core 17",
                  folder / "scans/core 17/labels.h5", 12345},
                 {"<b>", "/data/b", folder / "scans/<b>", "/data/b-labels.tif", 0}};
  night.stages = {stage("", "train"),     stage("core 17", "import"), stage("core 17", "report"),
                  stage("<b>", "import"), stage("<b>", "segment"),    stage("", "well")};
  night.stages[4].state = StageState::skipped;
  night.stages[4].reason = "labels are given";
  return night;
}

StageRecord finished(const fs::path& folder) {
  StageRecord record = stage("core 17", "import");
  record.state = StageState::done;
  record.tries = 2;
  record.with_less = true;
  record.began = 1764000000.25;
  record.ended = 1764000100.5;
  record.exit_code = 3;
  record.reason = "done but for some items";
  record.fingerprint = "abc";
  record.anew = true;
  record.arguments = {"import", "/data/core 17.txm", "--class", "1=a\nb", ""};
  record.peak_memory_bytes = std::int64_t{5} << 32;
  record.log = folder / "log/core 17/import.log";
  record.outputs = {{folder / "scans/core 17/scan.h5", "1 bytes of 2.3"}, {"/out/of/it", ""}};
  record.shared_stamp = "7 bytes";
  return record;
}

void check_same(const StageRecord& a, const StageRecord& b) {
  CHECK(a.scan == b.scan);
  CHECK(a.stage == b.stage);
  CHECK(a.state == b.state);
  CHECK(a.tries == b.tries);
  CHECK(a.with_less == b.with_less);
  CHECK(a.began == b.began);
  CHECK(a.ended == b.ended);
  CHECK(a.exit_code == b.exit_code);
  CHECK(a.reason == b.reason);
  CHECK(a.fingerprint == b.fingerprint);
  CHECK(a.anew == b.anew);
  CHECK(a.arguments == b.arguments);
  CHECK(a.peak_memory_bytes == b.peak_memory_bytes);
  CHECK(a.log == b.log);
  REQUIRE(a.outputs.size() == b.outputs.size());
  for (std::size_t i = 0; i < a.outputs.size(); ++i) {
    CHECK(a.outputs[i].path == b.outputs[i].path);
    CHECK(a.outputs[i].stamp == b.outputs[i].stamp);
  }
  CHECK(a.shared_stamp == b.shared_stamp);
}

}  // namespace

TEST_CASE("what is written to a journal is read from it, in the job's order") {
  const test::TemporaryFolder folder;
  JobJournal journal(folder.path());
  journal.begin_run(example(folder.path()));
  journal.write(finished(folder.path()));
  const NightRecord night = read_night(folder.path());
  CHECK(night.job_file == folder / "tonight.ini");
  CHECK(night.folder == folder.path());
  CHECK(night.runs == 1);
  CHECK(night.began > 1.7e9);
  CHECK(night.ended == 0);
  CHECK(night.running_process == 0);
  REQUIRE(night.scans.size() == 2);
  CHECK(night.scans[0].name == "core 17");
  CHECK(night.scans[0].folder == folder / "scans/core 17");
  CHECK(night.scans[0].bytes == 12345);
  CHECK(night.scans[1].labels == "/data/b-labels.tif");
  REQUIRE(night.stages.size() == 6);
  check_same(night.stages[1], finished(folder.path()));
  CHECK(night.stages[4].state == StageState::skipped);
  CHECK(night.stages[5].stage == "well");
  journal.end_run("failed");
  CHECK(journal.read_all().outcome == "failed");
  CHECK(journal.read_all().ended >= night.began);
}

TEST_CASE("a new run keeps what is done; what ran or failed waits; what is gone is forgotten") {
  const test::TemporaryFolder folder;
  {
    JobJournal journal(folder.path());
    journal.begin_run(example(folder.path()));
    journal.write(finished(folder.path()));
    StageRecord report = stage("core 17", "report");
    report.state = StageState::running;
    report.fingerprint = "def";
    journal.write(report);
    StageRecord failed = stage("<b>", "import");
    failed.state = StageState::failed;
    failed.reason = "x";
    failed.tries = 2;
    journal.write(failed);
  }
  JobJournal journal(folder.path());
  NightRecord job = example(folder.path());
  job.scans[1].name = "c";
  job.stages[3].scan = job.stages[4].scan = "c";
  job.stages.push_back(stage("", "index"));
  journal.begin_run(job);
  const NightRecord night = journal.read_all();
  CHECK(night.runs == 2);
  REQUIRE(night.stages.size() == 7);
  check_same(night.stages[1], finished(folder.path()));
  CHECK(night.stages[2].state == StageState::waiting);
  CHECK(night.stages[2].fingerprint == "def");  // tells whether what it left is of these options
  CHECK(night.stages[3].scan == "c");
  CHECK(night.stages[3].tries == 0);
  journal.begin_run(example(folder.path()));
  CHECK(journal.read("<b>", "import").state == StageState::waiting);
  CHECK(journal.read("<b>", "import").reason.empty());
}

TEST_CASE("a journal tells whether its run lives") {
  const test::TemporaryFolder folder;
  JobJournal journal(folder.path());
  journal.begin_run(example(folder.path()));
  const FileLock lock(lock_path(folder.path()), "run of a job");
  CHECK(read_night(folder.path()).running_process == ::getpid());
}

TEST_CASE("a job that was moved goes on: paths below its folder move along") {
  const test::TemporaryFolder folder;
  const fs::path before = folder / "a.job";
  fs::create_directory(before);
  {
    JobJournal journal(before);
    journal.begin_run(example(before));
    journal.write(finished(before));
  }
  fs::rename(before, folder / "b.job");
  check_same(read_night(folder / "b.job").stages[1], finished(folder / "b.job"));
}

TEST_CASE("a damaged journal is told as such, whatever its damage, or reads as it was") {
  const test::TemporaryFolder folder;
  {
    JobJournal journal(folder.path());
    journal.begin_run(example(folder.path()));
    journal.write(finished(folder.path()));
  }
  const fs::path path = journal_path(folder.path());
  const std::string whole = test::read_file(path);
  std::int64_t told = 0;
  const auto read_damaged = [&](const std::string& content) {
    test::write_file(path, content);
    try {
      const NightRecord night = read_night(folder.path());
      REQUIRE(night.stages.size() == 6);
      check_same(night.stages[1], finished(folder.path()));
      CHECK(night.scans.at(0).path == "/data/core 17.txm");
      CHECK(night.stages[4].reason == "labels are given");
    } catch (const Error& error) {
      ++told;
      CHECK(std::string(error.what()).find("journal.sqlite") != std::string::npos);
    }
  };
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    read_damaged(flipped);
  }
  // Where the rows are, every byte.
  for (const char* text : {"core 17", "labels are given", "abc", "waiting"}) {
    const std::size_t at = whole.find(text);
    REQUIRE(at != std::string::npos);
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x01);
    const std::int64_t before = told;
    CAPTURE(text);
    read_damaged(flipped);
    CHECK(told == before + 1);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{50}, whole.size() / 2}) {
    const std::int64_t before = told;
    CAPTURE(size);
    read_damaged(whole.substr(0, size));
    CHECK(told == before + 1);
  }
}

TEST_CASE("a folder without a journal is told") {
  const test::TemporaryFolder folder;
  CHECK(test::message_of<Error>([&] {
          read_night(folder.path());
        }).find("holds no journal.sqlite") != std::string::npos);
}
