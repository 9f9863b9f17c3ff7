// SPDX-License-Identifier: Apache-2.0
#include "apps/night/job_plan.h"

#include <algorithm>
#include <set>

#include "apps/cli/starter.h"
#include "base/atomic_file.h"
#include "base/csv.h"
#include "base/text.h"
#include "night/fingerprint.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr double bytes_of_gb = 1e9;
constexpr double bytes_of_gib = 1 << 30;
// Of the memory that a stage may use, what it is told of: the rest is for the program itself.
constexpr double share_for_work = 0.7;
constexpr double least_gib = 0.25;

bool is_wanted(const Job& job, const std::string& stage) {
  return std::find(job.stages.begin(), job.stages.end(), stage) != job.stages.end();
}

bool has_depths(const JobScan& scan) { return scan.top_depth_m.has_value(); }

StageRecord waiting(const std::string& scan, const std::string& stage,
                    const std::string& reason_to_skip) {
  StageRecord record;
  record.scan = scan;
  record.stage = stage;
  record.state = reason_to_skip.empty() ? StageState::waiting : StageState::skipped;
  record.reason = reason_to_skip;
  return record;
}

}  // namespace

ScanFiles scan_files(const Job& job, const JobScan& scan) {
  const fs::path folder = job.folder / "scans" / scan.name;
  return {folder, folder / "scan.h5", scan.labels.empty() ? folder / "labels.h5" : scan.labels,
          folder / "fossils", folder / "report.html"};
}

JobPlan::JobPlan(const Job& job, const std::vector<StageCommand>& commands, int threads)
    : job_(job), commands_(commands), threads_(threads) {
  check_job_options(job, commands);
}

bool JobPlan::is_built(const std::string& stage) const { return !command(stage).stage.empty(); }

std::string JobPlan::reason_to_skip(const std::string& stage) const {
  if (!is_wanted(job_, stage)) {
    return "not among the stages of the job";
  }
  if (stage == "train" && job_.train.empty()) {
    return "the job has no [train]";
  }
  return is_built(stage) ? "" : "this fossilct was built without it";
}

std::string JobPlan::reason_to_skip(const std::string& stage, const JobScan& scan) const {
  if (stage == "segment" && !scan.labels.empty()) {
    return "labels are given";
  }
  if (stage == "classify" && scan.classifier.empty()) {
    return "no classifier is named";
  }
  return reason_to_skip(stage);
}

NightRecord JobPlan::record() const {
  NightRecord night;
  night.job_file = job_.file;
  night.folder = job_.folder;
  night.stages.push_back(waiting("", "train", reason_to_skip("train")));
  for (const JobScan& scan : job_.scans) {
    const ScanFiles files = scan_files(job_, scan);
    night.scans.push_back(
        {scan.name, scan.path, files.folder, files.labels, bytes_below(scan.path)});
    for (const std::string_view stage : scan_stages) {
      night.stages.push_back(
          waiting(scan.name, std::string(stage), reason_to_skip(std::string(stage), scan)));
    }
  }
  for (const char* stage : {"well", "abundance", "abundance-table"}) {
    night.stages.push_back(waiting("", stage, reason_to_skip(stage)));
  }
  // No command of its own: the run writes the page itself.
  night.stages.push_back(
      waiting("", "index", is_wanted(job_, "index") ? "" : "not among the stages of the job"));
  return night;
}

const StageCommand& JobPlan::command(const std::string& stage) const {
  const auto command =
      std::find_if(commands_.begin(), commands_.end(),
                   [&](const StageCommand& candidate) { return candidate.stage == stage; });
  static const StageCommand not_built;
  return command == commands_.end() ? not_built : *command;
}

StageWords JobPlan::words(const std::string& stage, const std::vector<JobOption>& options) const {
  return {command(stage), options_of_stage(options, stage, commands_), threads_};
}

Step JobPlan::step(const std::string& scan, const std::string& stage,
                   const StageWords& words) const {
  Step step;
  step.scan = scan;
  step.stage = stage;
  step.arguments = words.all();
  step.arguments_with_less = words.with_less();
  step.identity = words.identity();
  step.stamped_inputs = words.named_files(job_.file.parent_path());
  return step;
}

fs::path JobPlan::trained_model() const { return job_.folder / "models" / "model.safetensors"; }

std::vector<Step> JobPlan::training() const {
  if (!reason_to_skip("train").empty()) {
    return {};
  }
  StageWords given = words("train", job_.train);
  given.give("output", trained_model().string()).give("--overwrite");
  Step train = step("", "train", given);
  const fs::path checkpoint = fs::path(trained_model()).replace_extension(".checkpoint");
  train.resumed_from = checkpoint;
  train.arguments_to_resume = {"train", "--resume", checkpoint.string(), "--overwrite"};
  train.leftovers = {checkpoint, checkpoint.string() + ".previous"};
  train.outputs = {{trained_model()}};
  return {train};
}

Step JobPlan::import_step(const JobScan& scan) const {
  const ScanFiles files = scan_files(job_, scan);
  StageWords given = words("import", scan.options);
  given.give(scan.path.string()).give("output", files.scan.string()).give("--overwrite");
  Step import = step(scan.name, "import", given);
  import.stamped_inputs.push_back(scan.path);
  import.outputs = {{ files.scan }};
  return import;
}

Step JobPlan::segment_step(const JobScan& scan) const {
  const ScanFiles files = scan_files(job_, scan);
  StageWords given = words("segment", scan.options);
  given.give(files.scan.string()).give("output", files.labels.string()).give("--overwrite");
  const bool by_threshold = given.has("threshold");
  const bool trained = scan.model.empty() && !job_.train.empty() && !by_threshold;
  if (trained || (!scan.model.empty() && !by_threshold)) {
    given.give("model", (trained ? trained_model() : scan.model).string());
  }
  if (job_.limits.memory_gb > 0 && !given.has("memory")) {
    given.give("memory", format_number(job_.limits.memory_gb * bytes_of_gb / bytes_of_gib));
  }
  Step segment = step(scan.name, "segment", given);
  segment.arguments_with_less = given.with_less(!by_threshold);
  if (!by_threshold) {
    // Slabs of another device are not taken for those of this one.
    segment.arguments_with_less.push_back("--restart");
  }
  segment.needs = {{scan.name, "import"}};
  if (trained) {
    segment.needs.push_back({"", "train"});
  } else if (!scan.model.empty() && !by_threshold) {
    segment.hashed_inputs = {model_path(scan.model, StarterModel::segmentation)};
  }
  segment.outputs = {{files.labels}};
  segment.leftovers = {files.labels.string() + ".slabs"};
  return segment;
}

JobPlan::Probe JobPlan::probe(const JobScan& scan) const {
  const StageWords segment = words("segment", scan.options);
  const bool is_there = reason_to_skip("segment", scan).empty() && !segment.has("threshold") &&
                        (!scan.model.empty() || job_.train.empty());
  if (!is_there) {
    return {};
  }
  std::string kind = scan.model.string();
  for (const std::string& word : segment.all()) {
    kind += '\0' + word;
  }
  std::vector<JobOption> options = options_of_stage(scan.options, "segment", commands_);
  for (const JobOption& reading : options_of_stage(scan.options, "import", commands_)) {
    const auto is_same = [&](const auto& other) { return other.name == reading.name; };
    const auto known = std::ranges::find_if(command("segment").options, is_same);
    if (known == command("segment").options.end() || known->common) {
      continue;
    }
    if (std::ranges::any_of(options, is_same)) {
      return {};  // the one behind the other: nothing that could be tried before the import
    }
    options.push_back(reading);
  }
  StageWords given(command("segment"), std::move(options), threads_);
  given.give(scan.path.string()).give("--probe");
  if (!scan.model.empty()) {
    given.give("model", scan.model.string());
  }
  return {given.all(), kind};
}

void JobPlan::share_catalogue(Step& step, const JobScan& scan) const {
  step.shared = scan_files(job_, scan).catalogue / "catalogue.sqlite";
}

Step JobPlan::extract_step(const JobScan& scan) const {
  const ScanFiles files = scan_files(job_, scan);
  StageWords given = words("extract", scan.options);
  given.give(files.labels.string())
      .give("scan", files.scan.string())
      .give("output", files.catalogue.string())
      .give("name", scan.name);
  if (scan.labels.empty() && words("segment", scan.options).has("uncertainty")) {
    given.give("uncertainty", fs::path(files.labels).replace_extension(".entropy.h5").string());
  }
  if (job_.limits.memory_gb > 0 && !given.has("memory")) {
    const double gib = job_.limits.memory_gb * bytes_of_gb / bytes_of_gib * share_for_work;
    given.give("memory", format_number(std::max(least_gib, gib)));
  }
  Step extract = step(scan.name, "extract", given);
  extract.identity.push_back("scan " + scan.name);
  extract.needs = {{scan.name, "import"}, {scan.name, "segment"}};
  if (!scan.labels.empty()) {
    extract.stamped_inputs.push_back(scan.labels);
  }
  share_catalogue(extract, scan);
  extract.makes_shared = true;
  extract.outputs = {{extract.shared, true}, {files.catalogue / "instances.h5", true}};
  return extract;
}

// mesh, views and render: files beside the catalogue, made where they are not there yet.
Step JobPlan::picture_step(const JobScan& scan, const std::string& stage) const {
  const ScanFiles files = scan_files(job_, scan);
  StageWords given = words(stage, scan.options);
  given.give(files.catalogue.string());
  Step pictures = step(scan.name, stage, given);
  pictures.when_anew = {"--again"};
  pictures.needs = {{scan.name, "extract"}};
  if (stage == "render") {
    pictures.needs.push_back({scan.name, "views", false});
  }
  share_catalogue(pictures, scan);
  pictures.outputs = {{files.catalogue / (stage == "mesh" ? "meshes" : "views"), true, true}};
  return pictures;
}

Step JobPlan::classify_step(const JobScan& scan) const {
  StageWords given = words("classify", scan.options);
  given.give(scan_files(job_, scan).catalogue.string()).give("model", scan.classifier.string());
  Step classify = step(scan.name, "classify", given);
  classify.hashed_inputs = {model_path(scan.classifier, StarterModel::taxa)};
  classify.needs = {{scan.name, "extract"}, {scan.name, "views", false}};
  share_catalogue(classify, scan);
  return classify;
}

Step JobPlan::report_step(const JobScan& scan) const {
  const ScanFiles files = scan_files(job_, scan);
  StageWords given = words("report", scan.options);
  given.give(files.catalogue.string())
      .give("output", files.report.string())
      .give("scan", files.scan.string())
      .give("--overwrite");
  Step report = step(scan.name, "report", given);
  report.needs = {{scan.name, "extract"}};
  for (const char* stage : {"mesh", "views", "classify", "render"}) {
    report.needs.push_back({scan.name, stage, false});
  }
  share_catalogue(report, scan);
  report.outputs = {{files.report}};
  return report;
}

std::vector<Step> JobPlan::steps(const JobScan& scan) const {
  return {import_step(scan),
          segment_step(scan),
          extract_step(scan),
          picture_step(scan, "mesh"),
          picture_step(scan, "views"),
          classify_step(scan),
          picture_step(scan, "render"),
          report_step(scan)};
}

fs::path JobPlan::write_depth_table(const std::vector<const JobScan*>& scans) const {
  std::string table = "scan,top_m,bottom_m\n";
  for (const JobScan* scan : scans) {
    if (has_depths(*scan)) {
      table += csv_field(scan->name) + "," + format_number(*scan->top_depth_m) + "," +
               format_number(*scan->bottom_depth_m) + "\n";
    }
  }
  const fs::path path = job_.folder / "depths.csv";
  write_file_atomically(path, table);
  return path;
}

Step JobPlan::well_step(const std::vector<const JobScan*>& scans) const {
  StageWords given = words("well", job_.options);
  given.give("merge");
  std::vector<fs::path> databases;
  for (const JobScan* scan : scans) {
    const fs::path catalogue = scan_files(job_, *scan).catalogue;
    given.give(catalogue.string());
    databases.push_back(catalogue / "catalogue.sqlite");
  }
  const fs::path well = job_.folder / "well.sqlite";
  given.give("output", well.string()).give("--overwrite");
  if (std::all_of(scans.begin(), scans.end(), [](const JobScan* s) { return has_depths(*s); })) {
    databases.push_back(write_depth_table(scans));
    given.give("depth-table", databases.back().string());
  }
  Step merge = step("", "well", given);
  merge.hashed_inputs = databases;
  merge.outputs = {{well}};
  return merge;
}

Step JobPlan::abundance_step(const std::string& stage, const std::string& ending) const {
  // The page and the table take the same options.
  StageWords given = words("abundance", job_.options);
  const fs::path output = job_.folder / ("abundance" + ending);
  given.give((job_.folder / "well.sqlite").string())
      .give("output", output.string())
      .give("--overwrite");
  Step abundance = step("", stage, given);
  abundance.needs = {{"", "well"}};
  abundance.outputs = {{output}};
  return abundance;
}

std::vector<Step> JobPlan::closing(const NightRecord& now) const {
  std::vector<const JobScan*> with_catalogue;
  for (const JobScan& scan : job_.scans) {
    const bool extracted =
        std::any_of(now.stages.begin(), now.stages.end(), [&](const StageRecord& record) {
          return record.scan == scan.name && record.stage == "extract" &&
                 (record.state == StageState::done || record.state == StageState::skipped);
        });
    if (extracted && fs::exists(scan_files(job_, scan).catalogue / "catalogue.sqlite")) {
      with_catalogue.push_back(&scan);
    }
  }
  if (with_catalogue.empty()) {
    return {};
  }
  return {well_step(with_catalogue), abundance_step("abundance", ".html"),
          abundance_step("abundance-table", ".csv")};
}

std::vector<std::vector<std::string>> JobPlan::examples() const {
  std::vector<std::vector<std::string>> examples;
  std::set<std::vector<std::string>> seen;
  const auto add = [&](const Step& step) {
    std::vector<std::string> called = {step.stage};
    called.insert(called.end(), step.identity.begin(), step.identity.end());
    if (seen.insert(called).second) {
      examples.push_back(step.arguments);
    }
  };
  for (const Step& step : training()) {
    add(step);
  }
  for (const JobScan& scan : job_.scans) {
    for (Step& step : steps(scan)) {
      if (step.stage == "extract") {
        step.identity.pop_back();  // the scan's name
      }
      if (reason_to_skip(step.stage, scan).empty()) {
        add(step);
      }
    }
  }
  return examples;
}

}  // namespace fossilct
