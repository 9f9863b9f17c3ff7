// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "apps/cli/command_line.h"
#include "apps/cli/companion.h"
#include "apps/night/preflight.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

// What a program says before its answer, {...} from the beginning of a line to the end: warnings.
std::string_view answer_in(std::string_view text) {
  const std::size_t begin = text.starts_with('{') ? 0 : text.find("\n{");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

SegmentProbe::Result result_of(const ProgramText& said) {
  const Json json = try_parse_json(answer_in(said.text));
  if (said.status != 0 || !json.is_object() || !json.contains("probe")) {
    throw Error(ErrorKind::format, "can't be tried out: " + told_by_program(said));
  }
  const Json& probe = json.at("probe");
  StageNeed need;
  need.seconds = probe.at("seconds").get<double>();
  need.memory_bytes = probe.at("memory_bytes").get<double>();
  need.scratch_bytes = probe.at("slab_bytes").get<double>();
  need.kept_bytes = probe.at("result_bytes").get<double>();
  return {need, 0, probe.at("machine").get<std::string>()};
}

}  // namespace

SegmentProbe segment_probe(const JobPlan& plan, const Progress& progress) {
  const auto kind_of = [&plan](const JobScan& scan) { return plan.probe(scan).kind; };
  const auto run = [&plan, &progress](const JobScan& scan) {
    std::vector<std::string> arguments = plan.probe(scan).arguments;
    arguments.insert(arguments.end(), {"--json", "--quiet"});
    const CommandRow& row = command_row(command_table(), "segment");
    const auto begun = std::chrono::steady_clock::now();
    const ProgramText said =
        text_of_program(program_of(row), arguments, true, progress, plan.job().file.parent_path());
    SegmentProbe::Result result = result_of(said);
    result.start_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
  };
  return {kind_of, run};
}

}  // namespace fossilct
