// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "apps/cli/command.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_report.h"
#include "base/text.h"
#include "io/label_slices.h"
#include "volumes/statistics.h"

namespace fossilct {

namespace {

constexpr double most_slab_bytes = 64e6;

struct InfoOptions {
  std::filesystem::path scan;
  bool statistics = false;
  OpenOptions open;
};

// One pass over all voxels, slab by slab.
VolumeStatistics count_voxels(VolumeSource& source, Progress& progress) {
  const Size3 size = source.grid().size;
  const auto slice_bytes = static_cast<double>(size.x) * static_cast<double>(size.y) *
                           static_cast<double>(bytes_of(source.type()));
  const std::int64_t step = source.preferred_slab();
  const std::int64_t depth =
      std::max(step, static_cast<std::int64_t>(most_slab_bytes / slice_bytes) / step * step);
  StatisticsAccumulator accumulator(source.type());
  progress.begin("statistics", size.z, WorkUnit::slices);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(size.z, z + depth));
    const AnyVolume voxels = source.read(box);
    accumulator.add(voxels.view());
    progress.advance(box.size().z);
  }
  progress.end();
  return accumulator.result();
}

// Of labels they mean nothing.
std::string percentiles_text(const VolumeStatistics& statistics, VolumeKind kind) {
  std::string text;
  if (kind == VolumeKind::labels) {
    return text;
  }
  for (const VolumeStatistics::Percentile& p : statistics.percentiles) {
    text += (text.empty() ? "" : ", ") + format_number(p.percent) + "%: " + format_number(p.value);
  }
  return text;
}

std::string not_finite_text(const VolumeStatistics& statistics) {
  const std::int64_t count = statistics.nan_count + statistics.infinite_count;
  return count == 0 ? ""
                    : format_count(statistics.nan_count) + " NaN, " +
                          format_count(statistics.infinite_count) + " infinite";
}

std::string levels_text(const ScanDescription& description) {
  if (description.levels <= 1) {
    return {};
  }
  std::string text = std::to_string(description.levels) + ":";
  for (std::int64_t level = 0; level < description.levels; ++level) {
    const Grid grid = reduced(description.grid, std::int64_t{1} << level);
    text += (level == 0 ? " " : ", ") + size_text(grid.size);
  }
  return text;
}

std::string classes_text(const std::vector<LabelClass>& classes) {
  std::string text;
  for (const Json& c : to_json(classes)) {
    text += (text.empty() ? "" : "\n") + std::to_string(c["value"].get<std::int64_t>()) + " " +
            c["name"].get<std::string>() + " " + c["colour"].get<std::string>();
  }
  return text;
}

std::string text_at(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string()
             ? json[key].get<std::string>()
             : "";
}

// "core-a: TIFF folder, 160 files, 12 MB, sha256 0123456789abcdef..."
std::string sources_text(const Json& provenance) {
  std::string text;
  if (!provenance.is_object() || !provenance.contains("sources")) {
    return text;
  }
  for (const Json& source : provenance["sources"]) {
    if (!source.is_object()) {
      continue;
    }
    const double bytes = source.value("bytes", 0.0);
    text += (text.empty() ? "" : "\n") + text_at(source, "path") + ", " +
            counted(source.value("files", std::int64_t{1}), "file") + ", " + format_bytes(bytes) +
            "\nsha256 " + text_at(source, "sha256");
  }
  return text;
}

// What was said of the scan when this file was made from it, as missing slices.
std::vector<std::string> notices_of_import(const Json& provenance) {
  std::vector<std::string> notices;
  if (provenance.is_object() && provenance.contains("notices")) {
    for (const Json& notice : provenance["notices"]) {
      notices.push_back(notice.is_string() ? notice.get<std::string>() : "");
    }
  }
  return notices;
}

std::string spacing_fact(const ScanDescription& description) {
  return description.grid.spacing_known
             ? spacing_text(description.grid)
             : "not known (the notes say what was found); lengths are in voxels";
}

std::string slice_step_text(const ScanDescription& description) {
  return description.slice_step == 1 ? ""
                                     : "every " + std::to_string(description.slice_step) +
                                           "th of the scan; they are not neighbours";
}

class InfoCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "info SCAN [options]",
        {"SCAN is anything that `fossilct import` reads: a folder of slices, TIFF, DICOM, NRRD, "
         "MetaImage, NIfTI, HDF5, Xradia, raw, or a volume file. Only headers are read, unless "
         "--statistics is given. A scan without a voxel size is shown too."},
        {{"fossilct info core.h5", "What the volume file holds and where it came from."},
         {"fossilct info slices/ --statistics --json",
          "The same facts of a folder of slices with range and percentiles, for a program."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("scan", &options_.scan, "The scan: a file or a folder");
    options.section("What to show");
    options.flag("statistics", &options_.statistics,
                 "Read all voxels for range, mean and percentiles, where the file has not stored "
                 "them");
    declare_reading_options(options, options_.open);
    declare_kind_option(options, options_.open);
  }

  CommandResult run(const CommandContext& context) override {
    check_scan_options(options_.open);
    // What the file says is still believed first; this only keeps its absence from being an error.
    options_.open.spacing.unknown = !options_.open.spacing.spacing_um;
    options_.open.threads = context.common.threads;
    const auto source = open_scan(options_.scan, options_.open, context.progress);
    std::optional<VolumeStatistics> statistics = source->description().statistics;
    if (options_.statistics && !statistics) {
      statistics = count_voxels(*source, context.progress);
    }
    return {json(*source, statistics), text(*source, statistics), false};
  }

 private:
  std::string text(const VolumeSource& source,
                   const std::optional<VolumeStatistics>& statistics) const {
    const ScanDescription& d = source.description();
    Facts facts = {{"scan", options_.scan.string()}, {"format", d.format}};
    for (auto& fact : volume_facts(d.grid, d.type, d.kind)) {
      facts.push_back(fact.first == "voxel size" ? std::pair{fact.first, spacing_fact(d)} : fact);
    }
    facts.emplace_back("slices", slice_step_text(d));
    facts.emplace_back("numbers", d.slice_numbers.empty() ? "" : slice_numbers_text(d));
    facts.emplace_back("content", d.projections ? "projections, not a reconstruction" : "");
    if (statistics) {
      facts.emplace_back("range", range_text(*statistics));
      facts.emplace_back("percentiles", percentiles_text(*statistics, d.kind));
      facts.emplace_back("not finite", not_finite_text(*statistics));
    }
    facts.emplace_back("levels", levels_text(d));
    facts.emplace_back("best read",
                       source.preferred_slab() > 1
                           ? "in slabs of " + std::to_string(source.preferred_slab()) + " slices"
                           : "");
    facts.emplace_back("classes", classes_text(d.classes));
    facts.emplace_back("made", text_at(d.provenance, "time"));
    facts.emplace_back("by", text_at(d.provenance, "command"));
    facts.emplace_back("version", text_at(d.provenance, "version"));
    facts.emplace_back("from", sources_text(d.provenance));
    for (const std::string& notice : notices_of_import(d.provenance)) {
      facts.emplace_back("when made", notice);
    }
    for (const std::string& notice : d.notices) {
      facts.emplace_back("note", notice);
    }
    return facts_text(facts);
  }

  Json json(const VolumeSource& source, const std::optional<VolumeStatistics>& statistics) const {
    const ScanDescription& d = source.description();
    Json json = {{"path", options_.scan.string()}, {"format", d.format}};
    json.update(volume_json(d.grid, d.type, d.kind));
    json["slice_step"] = d.slice_step;
    json["first_slice"] = slice_number(d, 0);
    json["projections"] = d.projections;
    json["levels"] = d.levels;
    json["slab"] = source.preferred_slab();
    json["files"] = d.files.size();
    json["classes"] = to_json(d.classes);
    json["statistics"] = statistics ? to_json(*statistics) : Json();
    json["notices"] = d.notices;
    json["provenance"] = d.provenance;
    return json;
  }

  InfoOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_info_command() { return std::make_unique<InfoCommand>(); }

}  // namespace fossilct
