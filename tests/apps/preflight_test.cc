// SPDX-License-Identifier: Apache-2.0
#include "apps/night/preflight.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A NRRD of 8 x 6 x 4 voxels of 2 um, u16.
std::string small_scan() {
  return "NRRD0004\ntype: uint16\ndimension: 3\nsizes: 8 6 4\nencoding: raw\nendian: little\n"
         "space dimension: 3\nspace units: \"um\" \"um\" \"um\"\n"
         "space directions: (2,0,0) (0,2,0) (0,0,2)\n\n" +
         std::string(8 * 6 * 4 * 2, '\1');
}

// A safetensors file without tensors, with a record.
std::string model_with(const std::string& record) {
  const std::string header = R"({"__metadata__":{"fossilct":)" + json_text(Json(record)) + "}}";
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    length[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  return length + header;
}

// What the commands take, as far as these tests give it.
const std::vector<StageCommand>& commands() {
  static const std::vector<StageCommand> list = {
      {"import", {{.name = "roi", .value_name = "BOX"}}},
      {"segment", {{.name = "axes", .value_name = "AXES"}, {.name = "roi", .value_name = "BOX"}}},
      {"extract", {{.name = "min-diameter-um", .value_name = "UM"}}}};
  return list;
}

struct Files {
  test::TemporaryFolder folder;
  Job job;

  Files() {
    job.file = folder / "tonight.ini";
    job.folder = folder / "tonight.job";
    job.stages = {"import", "segment", "extract", "report"};
    test::write_file(folder / "a.nrrd", small_scan());
    test::write_file(folder / "m.safetensors", model_with(R"({"classes":[{},{},{}]})"));
    JobScan scan;
    scan.name = "a";
    scan.path = folder / "a.nrrd";
    scan.model = folder / "m.safetensors";
    job.scans.push_back(scan);
  }

  Preflight look(const NightRecord* before = nullptr, const SegmentProbe& probe = {}) const {
    Progress silent;
    return preflight(job, commands(), before, 2, probe, silent);
  }
  // The findings in one text.
  std::string found() const {
    std::string text;
    for (const PreflightFinding& finding : look().findings) {
      text += finding.scan + "/" + finding.stage + ": " + finding.what + "\n";
    }
    return text;
  }
};

// Of the first slices alone.
JobScan half_of(JobScan scan) {
  scan.name = "half";
  scan.options = {{"", "roi", "0:8,0:6,0:2", "x line 1"}};
  return scan;
}

// A night in which scan a was segmented in 77 seconds.
NightRecord with_a_segmented() {
  NightRecord night;
  StageRecord done;
  done.scan = "a";
  done.stage = "segment";
  done.state = StageState::done;
  done.began = 1000;
  done.ended = 1077;
  night.stages = {done};
  night.scans.push_back({"a", "", "", "", 0});
  return night;
}

TEST_CASE("a job that can run has needs for each stage and no finding") {
  const Files files;
  const Preflight preflight = files.look();
  CHECK(preflight.findings.empty());
  REQUIRE(preflight.needs.size() == 4);
  CHECK(preflight.needs[1].stage == "segment");
  CHECK(preflight.needs[1].scratch_bytes == 8 * 6 * 4 * 3 * 2);  // three axes, two classes
  CHECK(preflight.needs[0].basis == "known rate");
  CHECK(preflight.machine.disk_bytes > 0);
  CHECK_FALSE(std::filesystem::exists(files.job.folder));
  const std::string text = preflight_text(preflight);
  CHECK(contains(text, "a     import   300 MB"));
  CHECK(contains(text, "note  how many fossils"));
  CHECK(to_json(preflight).at("needs").size() == 4);
}

TEST_CASE("options of the job change the scan as they do in its import") {
  Files files;
  files.job.scans[0].options = {{"", "roi", "0:4,0:6,0:4", "x line 1"},
                                {"segment", "axes", "z", "x line 2"},
                                {"", "min-diameter-um", "30", "x line 3"}};
  CHECK(files.look().needs[1].scratch_bytes == 4 * 6 * 4 * 1 * 2);
}

TEST_CASE("what can't be opened is a finding of its scan") {
  Files files;
  files.job.scans[0].path = files.folder / "none.tif";
  CHECK(contains(files.found(), "a/import: "));
  CHECK(files.look().needs.empty());

  files.job.scans[0].path = files.folder / "cut.nrrd";
  test::write_file(files.job.scans[0].path, small_scan().substr(0, 300));
  CHECK(contains(files.found(), "cut.nrrd"));
}

TEST_CASE("so is a model that is none, or of the other kind") {
  Files files;
  files.job.scans[0].model = files.folder / "none.safetensors";
  CHECK(contains(files.found(), "a/segment: "));
  CHECK(contains(files.found(), "there is no such file"));
  files.job.scans[0].model = files.folder / "a.nrrd";
  CHECK(contains(files.found(), "is no model that"));
  files.job.scans[0].model = files.folder / "t.safetensors";
  test::write_file(files.job.scans[0].model, model_with(R"({"taxa":["a"]})"));
  CHECK(contains(files.found(), "of another kind: it has no classes"));

  files.job.scans[0].model.clear();  // the starter model
  files.job.stages.push_back("classify");
  files.job.scans[0].classifier = files.folder / "m.safetensors";
  CHECK(contains(files.found(), "a/classify: "));
  files.job.scans[0].classifier = files.folder / "t.safetensors";
  CHECK(files.found().empty());
}

TEST_CASE("what is to be learned from is opened too") {
  Files files;
  files.job.stages.push_back("train");
  files.job.train = {{"train", "scan", "a.nrrd", "x line 1"},
                     {"train", "labels", "none.nrrd", "x line 2"},
                     {"train", "recipe", "quick", "x line 3"}};
  CHECK(contains(files.found(), "/train: "));
  CHECK(contains(files.found(), "none.nrrd"));
  files.job.train[1].value = "a.nrrd";
  CHECK(files.found().empty());
  CHECK(files.look().needs.front().stage == "train");
  CHECK(files.look().needs.front().seconds == 480);
  files.job.train.push_back({"train", "from-model", "none.safetensors", "x line 4"});
  CHECK(contains(files.found(), "none.safetensors: there is no such file"));
  files.job.train.back().name = "encoder-weights";
  CHECK(contains(files.found(), "none.safetensors: there is no such file"));
}

TEST_CASE("labels of another size are a finding, and then there is no segment") {
  Files files;
  std::string other = small_scan();
  other.replace(other.find("8 6 4"), 5, "8 6 2");
  other.resize(other.size() - 8 * 6 * 2 * 2);
  test::write_file(files.folder / "l.nrrd", other);
  files.job.scans[0].labels = files.folder / "l.nrrd";
  CHECK(contains(files.found(), "another number of voxels"));
  CHECK(std::ranges::none_of(files.look().needs,
                             [](const StageNeed& need) { return need.stage == "segment"; }));
}

TEST_CASE("of scans that are segmented alike the largest is tried, and tells of the others") {
  Files files;
  const JobScan half = half_of(files.job.scans[0]);
  JobScan other = files.job.scans[0];
  other.name = "other";
  files.job.scans.insert(files.job.scans.begin(), half);
  files.job.scans.push_back(other);
  std::vector<std::string> tried;
  SegmentProbe probe;
  probe.kind_of = [](const JobScan& scan) { return scan.name == "other" ? "b" : "a"; };
  probe.run = [&](const JobScan& scan) {
    tried.push_back(scan.name);
    if (scan.name == "other") {
      throw Error(ErrorKind::device, "it would use 9 GB");
    }
    StageNeed need;
    need.memory_bytes = 1e9;
    need.scratch_bytes = 600;
    need.kept_bytes = 60;
    need.seconds = 100;
    return SegmentProbe::Result{need, 7, "cpu, 1 slice at once"};
  };
  const Preflight found = files.look(nullptr, probe);
  CHECK(tried == std::vector<std::string>{"a", "other"});
  const auto need_of = [&](const std::string& scan) {
    return *std::ranges::find_if(found.needs, [&](const StageNeed& need) {
      return need.scan == scan && need.stage == "segment";
    });
  };
  CHECK(need_of("a").seconds == 107);
  CHECK(need_of("a").basis == "probe");
  CHECK(need_of("half").seconds == 57);
  CHECK(need_of("half").memory_bytes == 1e9);
  CHECK(need_of("half").scratch_bytes == 300);
  CHECK(need_of("half").kept_bytes == 30);
  CHECK(need_of("other").basis == "known rate");
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].scan == "other");
  CHECK(found.findings[0].what == "it would use 9 GB");
  CHECK(contains(preflight_text(found), "note  segment was tried on a: cpu, 1 slice at once"));

  // Nobody tries what is known: stages that are done, or how long others took in this job.
  const NightRecord before = with_a_segmented();
  tried.clear();
  files.look(&before, probe);
  CHECK(tried == std::vector<std::string>{"other"});  // segmented otherwise
}

TEST_CASE("where the largest can't be tried, the next is; one without its model is not tried") {
  Files files;
  const JobScan half = half_of(files.job.scans[0]);
  JobScan without = files.job.scans[0];
  without.name = "without";
  without.model = files.folder / "none.safetensors";
  files.job.scans.push_back(half);
  files.job.scans.push_back(without);
  SegmentProbe probe;
  probe.kind_of = [](const JobScan&) { return "a"; };
  probe.run = [](const JobScan& scan) {
    if (scan.name == "a") {
      throw Error(ErrorKind::file, "slice 3 is damaged");
    }
    REQUIRE(scan.name == "half");
    StageNeed need;
    need.seconds = 50;
    return SegmentProbe::Result{need, 0, "cpu"};
  };
  const Preflight found = files.look(nullptr, probe);
  REQUIRE(found.findings.size() == 2);
  CHECK(found.findings[0].what.find("none.safetensors") != std::string::npos);
  CHECK(found.findings[1].what == "slice 3 is damaged");
  for (const StageNeed& need : found.needs) {
    CHECK((need.basis == "probe") == (need.scan == "half" && need.stage == "segment"));
  }
}

TEST_CASE("limits that a stage will pass are findings, which are thrown with a way to start") {
  Files files;
  files.job.limits.memory_gb = 0.4;
  const std::string message =
      test::message_of<Error>([&] { require_room(files.look(), "start it with --start-anyway"); });
  CHECK(contains(message, "the job can't come to its end:\n  a segment: would use about 1.4 GB"));
  CHECK(contains(message, "or start it with --start-anyway"));
  CHECK(test::message_of<Error>([&] { require_room(Preflight{}, ""); }).empty());
}

TEST_CASE("stages that are done count nothing, and tell how long others take") {
  Files files;
  JobScan second = files.job.scans[0];
  second.name = "b";
  files.job.scans.push_back(second);
  const NightRecord before = with_a_segmented();
  const Preflight preflight = files.look(&before);
  REQUIRE(preflight.needs.size() == 7);
  const auto need = std::ranges::find_if(
      preflight.needs, [](const StageNeed& each) { return each.stage == "segment"; });
  CHECK(need->scan == "b");
  CHECK(need->seconds == 77);
  CHECK(need->basis == "this job");
}

}  // namespace
}  // namespace fossilct
