// SPDX-License-Identifier: Apache-2.0
#include "apps/night/preflight.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <system_error>

#include "apps/cli/options.h"
#include "apps/cli/starter.h"
#include "apps/night/stage_needs.h"
#include "apps/scans/scan_options.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "base/text.h"
#include "io/open_scan.h"
#include "night/fingerprint.h"
#include "night/overview.h"
#include "specimens/catalogue.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// What makes weights a model: the record in a safetensors header. Both kinds are known by a list of
// what they tell apart.
constexpr const char* model_classes = "classes";
constexpr const char* classifier_classes = "taxa";
constexpr std::uint64_t most_header_bytes = 100'000'000;

// The record of a model file, from its header alone: neither LibTorch nor the weights are needed to
// know whether it is one.
Json model_record_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::array<unsigned char, 8> length{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes of a file
  if (!stream.read(reinterpret_cast<char*>(length.data()), length.size())) {
    throw file_error(path, fs::exists(path) ? "is too short for a model" : "there is no such file");
  }
  std::uint64_t bytes = 0;
  for (std::size_t i = length.size(); i-- > 0;) {
    bytes = bytes << 8 | length[i];
  }
  std::string header(std::min(bytes, most_header_bytes), '\0');
  const bool is_whole = bytes <= most_header_bytes &&
                        stream.read(header.data(), static_cast<std::streamsize>(header.size()));
  const Json json = is_whole ? try_parse_json(header) : Json();
  if (!json.is_object() || !json.contains("__metadata__") ||
      !json["__metadata__"].contains("fossilct") || !json["__metadata__"]["fossilct"].is_string()) {
    throw format_error(path, "is no model that `fossilct train` or `train-classifier` wrote");
  }
  return try_parse_json(json["__metadata__"]["fossilct"].get<std::string>());
}

// How many of them it tells apart. Throws Error{file|format} for a file that is no model, or one of
// the other kind.
int classes_of_model(const fs::path& path, const char* kind) {
  const Json record = model_record_of(path);
  if (!record.is_object() || !record.contains(kind) || !record[kind].is_array()) {
    throw format_error(path, std::string("is a model of another kind: it has no ") + kind);
  }
  return static_cast<int>(record[kind].size());
}

// Those of `options` that `set` has.
std::vector<GivenOption> known_to(const OptionSet& set, const std::vector<JobOption>& options) {
  std::vector<GivenOption> given;
  for (const JobOption& option : options) {
    if (set.find(option.name) != nullptr) {
      given.push_back({option.name, option.value, option.where});
    }
  }
  return given;
}

struct OpenedScan {
  Grid grid;
  std::int64_t voxel_bytes = 1;
};

OpenedScan open_as_imported(const JobScan& scan, const std::vector<JobOption>& options,
                            Progress& progress) {
  OpenOptions open;
  OptionSet set;
  declare_reading_options(set, open);
  declare_changing_options(set, open);
  static_cast<void>(set.assign({}, known_to(set, options)));
  // A pass over all voxels is for the import itself.
  open.window_percentiles.reset();
  open.replace_nan = false;
  const auto source = open_scan(scan.path, open, progress);
  return {source->grid(), static_cast<std::int64_t>(bytes_of(source->type()))};
}

class JobPreflight {
 public:
  JobPreflight(const Job& job, std::span<const StageCommand> commands, const NightRecord* before,
               int threads, const SegmentProbe& probe, Progress& progress)
      : job_(job), commands_(commands), before_(before), probe_(probe), progress_(progress) {
    result_.machine.threads = threads;
  }

  Preflight run() {
    look_at_machine();
    look_at_training();
    for (const JobScan& scan : job_.scans) {
      progress_.check();
      look_at(scan);
    }
    if (assumed_fossils_) {
      result_.notices.emplace_back(
          "how many fossils a scan has is not known before: 2 in a million voxels are assumed");
    }
    try_segmentations();
    hold_to_limits(result_, job_.limits);
    return result_;
  }

 private:
  // A segmentation of which only a known rate tells.
  struct ToTry {
    const JobScan* scan;
    std::size_t need;  // place among the needs
    double voxels;
  };

  void look_at_machine() {
    result_.machine.memory_bytes = static_cast<double>(available_memory_bytes());
    fs::path folder = job_.folder;
    while (!folder.empty() && !fs::exists(folder) && folder != folder.parent_path()) {
      folder = folder.parent_path();
    }
    std::error_code code;
    const fs::space_info space = fs::space(folder, code);
    result_.machine.disk_bytes = code ? 0 : static_cast<double>(space.available);
    result_.machine.job_folder_bytes = static_cast<double>(bytes_below(job_.folder));
  }

  bool is_wanted(const std::string& stage) const {
    return std::ranges::find(job_.stages, stage) != job_.stages.end();
  }
  bool is_wanted(const std::string& stage, const JobScan& scan) const {
    return is_wanted(stage) && !(stage == "segment" && !scan.labels.empty()) &&
           !(stage == "classify" && scan.classifier.empty());
  }

  const StageRecord* record_of(const std::string& scan, const std::string& stage) const {
    if (before_ == nullptr) {
      return nullptr;
    }
    const auto found = std::ranges::find_if(before_->stages, [&](const StageRecord& record) {
      return record.scan == scan && record.stage == stage;
    });
    return found == before_->stages.end() ? nullptr : &*found;
  }

  bool is_done(const std::string& scan, const std::string& stage) const {
    const StageRecord* record = record_of(scan, stage);
    return record != nullptr && record->state == StageState::done;
  }

  template <typename Look>
  void find_out(const std::string& scan, const std::string& stage, const std::string& remedy,
                const Look& look) {
    try {
      look();
    } catch (const Error& error) {
      result_.findings.push_back({scan, stage, error.what(), remedy});
    }
  }

  // Scans and labels that are learned from; of masks of some slices, that they are there.
  void look_at_training() {
    if (job_.train.empty() || !is_wanted("train") || is_done("", "train")) {
      return;
    }
    std::string recipe, without_recipe = "default";
    for (const JobOption& option : job_.train) {
      recipe = option.name == "recipe" ? option.value : recipe;
      without_recipe = option.name == "from-model" ? "tune" : without_recipe;
      const bool is_scan = option.name == "scan" || option.name.ends_with("-scan");
      const bool is_labels = option.name == "labels" || option.name.ends_with("-labels");
      if (is_scan || is_labels) {
        find_out("", "train", "Mend it, or take it out of [train]", [&] {
          OpenOptions open;
          open.labels = is_labels;
          open.some_slices = is_labels;
          open.spacing.unknown = true;  // --spacing-um is for train to look at
          open_scan(job_.file.parent_path() / option.value, open, progress_);
        });
      } else if (option.name == "from-model") {
        find_out("", "train", "Give another from-model = ", [&] {
          const fs::path path = model_path(option.value, StarterModel::segmentation);
          classes_of_model(job_.file.parent_path() / path, model_classes);
        });
      } else if (option.name == "encoder-weights") {
        find_out("", "train", "Give another encoder-weights = ", [&] {
          const fs::path path = job_.file.parent_path() / option.value;
          if (!fs::exists(path)) {
            throw file_error(path, "there is no such file");
          }
        });
      }
    }
    result_.needs.push_back(
        known_training_need(recipe.empty() ? without_recipe : recipe, result_.machine.threads));
  }

  void look_at(const JobScan& scan) {
    std::optional<OpenedScan> opened;
    find_out(scan.name, "import", "Mend it, or take it out of the job", [&] {
      opened =
          open_as_imported(scan, options_of_stage(scan.options, "import", commands_), progress_);
    });
    StageWork work;
    const std::size_t findings_before = result_.findings.size();
    find_out(scan.name, "segment", "Give another model = ", [&] {
      if (is_wanted("segment", scan) && !scan.model.empty()) {
        work.classes =
            classes_of_model(model_path(scan.model, StarterModel::segmentation), model_classes);
      }
    });
    const bool can_segment = result_.findings.size() == findings_before;
    find_out(scan.name, "classify", "Give another classifier = ", [&] {
      if (is_wanted("classify", scan)) {
        classes_of_model(model_path(scan.classifier, StarterModel::taxa), classifier_classes);
      }
    });
    find_out(scan.name, "extract", "Mend the labels, or leave them out", [&] {
      if (!scan.labels.empty()) {
        look_at_labels(scan, opened);
      }
    });
    if (opened) {
      fill(work, scan, *opened);
      add_needs(scan, work, *opened, can_segment);
    }
  }

  void look_at_labels(const JobScan& scan, const std::optional<OpenedScan>& opened) {
    OpenOptions open;
    open.labels = true;
    // Their spacing may be left to the scan's: extract settles that.
    open.spacing.unknown = true;
    const auto labels = open_scan(scan.labels, open, progress_);
    if (opened && !(labels->grid().size == opened->grid.size)) {
      throw format_error(scan.labels, "has another number of voxels than the scan");
    }
  }

  void fill(StageWork& work, const JobScan& scan, const OpenedScan& opened) {
    work.voxels = voxel_count(opened.grid.size);
    work.voxel_bytes = opened.voxel_bytes;
    for (const JobOption& option : options_of_stage(scan.options, "segment", commands_)) {
      if (option.name == "axes") {
        work.axes = std::max(1, static_cast<int>(option.value.size()));
      }
    }
    work.fossils = assumed_fossils(work.voxels);
    const fs::path catalogue = job_.folder / "scans" / scan.name / "fossils";
    if (is_done(scan.name, "extract") && fs::exists(catalogue / "catalogue.sqlite")) {
      find_out(scan.name, "extract", "Restore the catalogue from a copy", [&] {
        const auto ids = Catalogue::open(catalogue, Catalogue::Access::read).ids();
        work.fossils = std::ssize(ids);
      });
    } else {
      assumed_fossils_ = true;
    }
  }

  void add_needs(const JobScan& scan, const StageWork& work, const OpenedScan& opened,
                 bool can_segment) {
    for (const std::string_view stage_view : scan_stages) {
      const std::string stage(stage_view);
      if (!is_wanted(stage, scan) || is_done(scan.name, stage)) {
        continue;
      }
      StageNeed need = known_need(stage, work, result_.machine.threads);
      need.scan = scan.name;
      // How long others took tells nothing of one that is segmented otherwise.
      const bool is_known = stage != "segment" || knows_kind(scan);
      if (const auto seconds = before_ == nullptr || !is_known
                                   ? std::nullopt
                                   : expected_seconds(*before_, stage, bytes_below(scan.path))) {
        need.seconds = *seconds;
        need.basis = "this job";
      }
      if (stage == "segment" && can_segment && !is_known) {
        to_try_[kind_of(scan) + shape_of(opened.grid)].push_back(
            {&scan, result_.needs.size(), static_cast<double>(work.voxels)});
      }
      result_.needs.push_back(std::move(need));
    }
  }

  std::string kind_of(const JobScan& scan) const {
    return probe_.kind_of ? probe_.kind_of(scan) : std::string();
  }

  // Whether there is nothing to try, or a scan that is segmented alike is done in this job.
  bool knows_kind(const JobScan& scan) const {
    const std::string kind = kind_of(scan);
    return kind.empty() || std::ranges::any_of(job_.scans, [&](const JobScan& other) {
             return is_done(other.name, "segment") && kind_of(other) == kind;
           });
  }

  static std::string shape_of(const Grid& grid) {
    return "; " + std::to_string(grid.size.x) + " x " + std::to_string(grid.size.y) +
           " voxels of " + (grid.spacing_known ? format_rounded(grid.spacing_um.x) : "?");
  }

  // Slices along y and x are the larger the more there are along z: memory of the others is no more
  // than that of the largest, the rest goes with their voxels.
  void try_segmentations() {
    for (auto& [kind, scans] : to_try_) {
      std::ranges::sort(scans, std::ranges::greater(), &ToTry::voxels);
      bool known = false;
      for (auto largest = scans.begin(); largest != scans.end() && !known; ++largest) {
        find_out(largest->scan->name, "segment", "Change its options, or its model", [&] {
          progress_.check();
          progress_.notice("the segmentation of " + printable(largest->scan->name) + " is tried");
          const SegmentProbe::Result tried = probe_.run(*largest->scan);
          for (auto each = largest; each != scans.end(); ++each) {
            take(tried, each->voxels / largest->voxels, result_.needs[each->need]);
          }
          result_.notices.push_back("segment was tried on " + printable(largest->scan->name) +
                                    ": " + tried.machine);
          known = true;
        });
      }
    }
  }

  static void take(const SegmentProbe::Result& tried, double share, StageNeed& need) {
    need.memory_bytes = tried.need.memory_bytes;
    need.scratch_bytes = share * tried.need.scratch_bytes;
    need.kept_bytes = share * tried.need.kept_bytes;
    need.seconds = share * tried.need.seconds + tried.start_seconds;
    need.basis = "probe";
  }

  const Job& job_;
  std::span<const StageCommand> commands_;
  const NightRecord* before_;
  const SegmentProbe& probe_;
  Progress& progress_;
  std::map<std::string, std::vector<ToTry>> to_try_;  // by kind
  Preflight result_;
  bool assumed_fossils_ = false;
};

}  // namespace

Preflight preflight(const Job& job, std::span<const StageCommand> commands,
                    const NightRecord* before, int threads, const SegmentProbe& probe,
                    Progress& progress) {
  return JobPreflight(job, commands, before, threads, probe, progress).run();
}

}  // namespace fossilct
