// SPDX-License-Identifier: Apache-2.0
#include "night/job.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support.h"

using namespace fossilct;

namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct JobFile {
  test::TemporaryFolder folder;
  Job read(const std::string& text) const {
    test::write_file(folder / "tonight.ini", text);
    return read_job(folder / "tonight.ini");
  }
  std::string failure(const std::string& text) const {
    return test::message_of<Error>([&] { read(text); });
  }
};

const std::vector<StageCommand> commands = {
    {"import",
     {{"output", "FILE", false, true},
      {"spacing-um", "X"},
      {"class", "C", true},
      {"threads", "N", false, false, true}}},
    {"segment",
     {{"axes", "AXES"},
      {"threshold", "otsu|VALUE"},
      {"spacing-um", "X"},
      {"open", "R", true},
      {"threads", "N", false, false, true}}},
    {"extract", {{"min-diameter-um", "UM"}, {"apart", ""}, {"threads", "N", false, false, true}}},
    {"classify", {{"threshold", "SCORE"}, {"axes", "AXES"}}},
    {"train", {{"scan", "SCAN", true}, {"axes", "AXES"}}},
    {"abundance", {{"bin-m", "METRES"}}}};

std::string option_failure(const JobFile& file, const std::string& text) {
  return test::message_of<Error>([&] { check_job_options(file.read(text), commands); });
}

std::vector<std::string> words(const std::vector<JobOption>& options) {
  std::vector<std::string> result;
  for (const JobOption& option : options) {
    result.push_back(option.name + "=" + option.value);
  }
  return result;
}

}  // namespace

TEST_CASE("a job: paths from its folder, defaults that a scan outdoes, names with blanks") {
  const JobFile file;
  const Job job = file.read(
      "[job]\nstages = import, report\nmemory-gb = 4\nabundance.bin-m = 0.5\n"
      "on-done = notify-send \"all is done\"\n"
      "[train]\nscan = a.h5\nscan = b.h5\n"
      "[defaults]\nmodel = m.safetensors\nmin-diameter-um = 30\n"
      "[scan core 17]\npath = in/run #7\nmin-diameter-um = 20\nsegment.axes = z\n"
      "top-depth-m = 12\nbottom-depth-m = 12.5\n"
      "[scan <b>]\npath = /elsewhere/b.tif\nmodel = own.safetensors\nlabels = l.h5\n");
  const fs::path folder = file.folder.path();
  CHECK(job.folder == folder / "tonight.job");
  CHECK(job.stages == std::vector<std::string>{"import", "report"});
  CHECK(job.limits.memory_gb == 4);
  CHECK(job.limits.watchdog_minutes == 30);
  CHECK(words(job.options) == std::vector<std::string>{"bin-m=0.5"});
  CHECK(words(job.train) == std::vector<std::string>{"scan=a.h5", "scan=b.h5"});
  REQUIRE(job.scans.size() == 2);
  CHECK(job.scans[0].name == "core 17");
  CHECK(job.scans[0].path == folder / "in/run #7");
  CHECK(job.scans[0].model == folder / "m.safetensors");
  CHECK(job.scans[0].bottom_depth_m == 12.5);
  CHECK(words(job.scans[0].options) == std::vector<std::string>{"min-diameter-um=20", "axes=z"});
  CHECK(job.scans[0].options[1].stage == "segment");
  CHECK(contains(job.scans[0].options[0].where, "tonight.ini line 14"));
  CHECK(job.scans[1].path == "/elsewhere/b.tif");
  CHECK(job.scans[1].model == folder / "own.safetensors");
  CHECK(job.scans[1].labels == folder / "l.h5");
  CHECK(words(job.scans[1].options) == std::vector<std::string>{"min-diameter-um=30"});
}

TEST_CASE("patterns: in the order of numbers, sections first, no name twice, none unsafe") {
  const JobFile file;
  fs::create_directories(file.folder / "a");
  fs::create_directories(file.folder / "b");
  for (const char* name : {"a/s10.txm", "a/s2.txm", "b/s2.txm", "a/-x\x01.txm", "a/c.nii.gz"}) {
    test::write_file(file.folder / name, "");
  }
  const Job job = file.read(
      "[defaults]\nspacing-um = 2\n[scan mine]\npath = a/s10.txm\n"
      "[scans]\nscans = ?/*.txm\nscans = a/*.gz\n");
  std::vector<std::string> names;
  for (const JobScan& scan : job.scans) {
    names.push_back(scan.name);
  }
  CHECK(names == std::vector<std::string>{"mine", "_x_", "s2", "s2-2", "c"});
  CHECK(job.scans[3].path == file.folder / "b/s2.txm");
  CHECK(words(job.scans[3].options) == std::vector<std::string>{"spacing-um=2"});
  REQUIRE(job.notices.size() == 2);
  CHECK(contains(job.notices[1], "b/s2.txm is called s2-2"));
}

TEST_CASE("a scan's name is that of a folder below the job's") {
  CHECK(scan_folder_name("core 17 <script>") == "core 17 <script>");
  CHECK(scan_folder_name("../../etc") == "_._.._etc");
  CHECK(scan_folder_name("..") == "_.");
  CHECK(scan_folder_name("--help") == "_-help");
  CHECK(scan_folder_name("a/b\n\xff") == "a_b__");
  CHECK(scan_folder_name("Bohrkern f\xC3\xBCnf") == "Bohrkern f\xC3\xBCnf");
  CHECK(scan_folder_name("").size() == 1);
  CHECK(scan_folder_name(std::string(500, 'a')).size() == 100);
  const JobFile file;
  CHECK(contains(file.failure("[scan ../up]\npath = a\n"), "'_._up' can"));
}

TEST_CASE("what is no job is told with its line") {
  const JobFile file;
  const std::string scan = "[scan a]\npath = a\n";
  CHECK(contains(file.failure("[jib]\n" + scan),
                 "line 1: [jib] is no section of a job; did you mean job?"));
  CHECK(contains(file.failure("[job]\nstges = import\n" + scan),
                 "no key 'stges'; did you mean stages?"));
  CHECK(contains(file.failure("[job]\nstages = import,segmnt\n" + scan), "did you mean segment?"));
  CHECK(contains(file.failure("[job]\nhours = many\n" + scan), "line 2: hours: 'many'"));
  CHECK(contains(file.failure("[job]\nhours = 1\nhours = 2\n" + scan), "given already in line 2"));
  CHECK(contains(file.failure("[job]\non-done = a \"b\n" + scan), "line 2: on-done"));
  CHECK(contains(file.failure("[job]\nsegment.axes = z\n" + scan), "'segment' of segment.axes"));
  CHECK(contains(file.failure("path = a\n" + scan), "line 1: path stands above the first heading"));
  CHECK(contains(file.failure("[train]\n" + scan), "line 1: [train] is empty"));
  CHECK(contains(file.failure("[scan a]\nspacing-um = 2\n"), "[scan a] has no path"));
  CHECK(contains(file.failure(scan + scan), "line 3: a scan of the name a is there already"));
  CHECK(contains(file.failure(scan + "path = b\n"), "line 3: path is given already in line 2"));
  CHECK(contains(file.failure(scan + "top-depth-m = 3\n"), "give both"));
  CHECK(contains(file.failure(scan + "segmet.axes = z\n"), "did you mean segment?"));
  CHECK(
      contains(file.failure("[scans]\nscans = none*\n"), "nothing is there that 'none*' matches"));
  CHECK(contains(file.failure("[scans]\nscan = a\n"), "expected scans = PATTERN"));
  CHECK(contains(file.failure("[defaults]\npath = a\n" + scan), "line 2: path belongs into"));
  CHECK(contains(file.failure("[job]\n"), "names no scan"));
}

TEST_CASE("options of stages: unknown, misplaced, ambiguous and repeated ones are told") {
  const JobFile file;
  const std::string scan = "[scan a]\npath = a\n";
  CHECK(option_failure(file, scan + "spacing-um = 2\nopen = 1\nopen = 2\n[train]\nscan = b\n")
            .empty());
  CHECK(contains(option_failure(file, scan + "min-diametr-um = 3\n"),
                 "line 3: no stage has an option 'min-diametr-um'; did you mean min-diameter-um?"));
  CHECK(contains(option_failure(file, scan + "modle = m\n"), "did you mean model?"));
  CHECK(contains(option_failure(file, scan + "extract.axes = z\n"),
                 "the stage extract has no option 'axes'"));
  CHECK(contains(option_failure(file, scan + "output = x\n"), "the run itself gives it"));
  CHECK(contains(option_failure(file, scan + "threshold = otsu\n"), "write classify.threshold"));
  CHECK(option_failure(file, scan + "segment.threshold = otsu\n").empty());
  CHECK(contains(option_failure(file, scan + "axes = z\naxes = y\n"), "axes is given already in"));
  CHECK(
      contains(option_failure(file, "[job]\nabundance.bn-m = 1\n" + scan), "did you mean bin-m?"));
  CHECK(contains(option_failure(file, "[train]\nscn = 1\n" + scan), "did you mean scan?"));
}

TEST_CASE("an option reaches the stages that it is for") {
  const JobFile file;
  const Job job = file.read(
      "[scan a]\npath = a\nspacing-um = 2\naxes = zyx\nsegment.axes = z\n"
      "threads = 3\nextract.threads = 1\n");
  const auto given = [&](const char* stage) {
    return words(options_of_stage(job.scans[0].options, stage, commands));
  };
  CHECK(given("import") == std::vector<std::string>{"spacing-um=2", "threads=3"});
  CHECK(given("segment") == std::vector<std::string>{"axes=z", "threads=3"});
  CHECK(given("extract") == std::vector<std::string>{"threads=1"});
  CHECK(given("classify") == std::vector<std::string>{"axes=zyx"});
  CHECK(given("train").empty());
}
