// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <system_error>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/command_line.h"
#include "apps/cli/output_check.h"
#include "apps/scans/scan_provenance.h"
#include "apps/scans/scan_report.h"
#include "apps/segmentation/segment_options.h"
#include "apps/segmentation/segment_run.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/text.h"
#include "filters/threshold.h"
#include "io/transfer.h"
#include "io/volume_file.h"
#include "networks/device.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr int large_block_bytes = 1 << 20;

// Slices and slabs are made by one thread and freed by another: left to itself, the C library keeps
// such blocks for the thread that made them, and memory grows by as much again.
void give_large_blocks_back() {
#ifdef M_MMAP_THRESHOLD
  ::mallopt(M_MMAP_THRESHOLD, large_block_bytes);
#endif
}

// "fossil 5.21%" of each class but the background.
std::string shares_text(const VolumeStatistics& statistics,
                        const std::vector<LabelClass>& classes) {
  std::string text;
  for (const LabelClass& c : classes) {
    const double bin = (static_cast<double>(c.value) - statistics.histogram.low) /
                       std::max(statistics.histogram.bin_width(), 1.0);
    const auto at = static_cast<std::size_t>(std::max(0.0, bin));
    const bool there = bin >= 0 && at < statistics.histogram.counts.size();
    const double count = there ? static_cast<double>(statistics.histogram.counts[at]) : 0;
    if (c.value != 0) {
      text +=
          (text.empty() ? "" : ", ") + c.name + " " +
          format_rounded(
              std::round(1e4 * count /
                         static_cast<double>(std::max<std::int64_t>(1, statistics.finite_count))) /
              100) +
          "%";
    }
  }
  return text;
}

// A class name as a part of a file name; with its value where another class would have the same.
std::string file_word(const std::vector<LabelClass>& classes, std::size_t k) {
  const auto plain_word = [](std::string word) {
    for (char& c : word) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      c = plain || c == '-' || c == '_' ? c : '_';
    }
    return word;
  };
  const std::string word = plain_word(classes[k].name);
  const auto same = std::count_if(classes.begin() + 1, classes.end(),
                                  [&](const LabelClass& c) { return plain_word(c.name) == word; });
  return same > 1 ? std::to_string(classes[k].value) + "-" + word : word;
}

class SegmentCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "segment SCAN --output LABELS.h5 | --probe [--model MODEL.safetensors] [options]",
        {"Finds the fossils of a scan with a model that `fossilct train` wrote: slices along each "
         "axis go through the network, the probabilities of all axes are averaged, and the most "
         "probable class of each voxel becomes its label. SCAN is anything that `fossilct import` "
         "reads, of any size: memory does not grow with it.",
         "Slabs of slices that are finished stay in LABELS.h5.slabs; interrupted or killed at any "
         "moment, the same command goes on where it was, to the same result."},
        {{"fossilct segment core.h5 --model fossils.safetensors -o labels.h5",
          "Labels along all three axes."},
         {"fossilct segment core.h5 --model m.safetensors -o labels.h5 --axes z --roi "
          "0:512,0:512,100:200",
          "A first look: one axis, a part of the scan."},
         {"fossilct segment core.h5 -o labels.h5",
          "With the starter model, before you have annotated anything."},
         {"fossilct segment core.h5 --model fossils.safetensors --probe",
          "What it will take on this machine: time, memory, disk."},
         {"fossilct segment shell.tif --threshold otsu -o shell-labels.h5",
          "Loose specimens in air need no network."}}};
  }

  void declare(OptionSet& options) override { declare_segment_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    check_segment_options(context.given, settings_);
    use_threads(context.common.threads);
    give_large_blocks_back();
    settings_.open.threads = context.common.threads;
    if (settings_.probe) {
      return probed(context);
    }
    const SegmentOutputs outputs = segment_outputs(settings_.output);
    require_outputs(outputs, {}, {settings_.scan, settings_.model, settings_.open.colour_map});
    const FileLock lock(outputs.lock, "segmentation into " + outputs.labels.string());
    auto scan = opened(context);
    require_outputs(outputs, {}, scan->description().files);
    if (settings_.threshold) {
      return by_threshold(context, std::move(scan), outputs);
    }
    return by_network(context, std::move(scan), outputs);
  }

 private:
  std::unique_ptr<VolumeSource> opened(const CommandContext& context) const {
    auto scan = open_scan(settings_.scan, settings_.open, context.progress);
    const ScanDescription description = scan->description();
    report_notices(description, context.progress);
    if (description.kind == VolumeKind::labels) {
      throw Error(ErrorKind::format,
                  settings_.scan.string() + ": holds labels; expected the intensities of a scan");
    }
    return scan;
  }

  CommandResult probed(const CommandContext& context) const {
    auto scan = opened(context);
    LoadedModel model = load_model(settings_, context.progress);
    NetworkRun run(context, settings_, model, std::move(scan), whole_scan(context));
    const SegmentationNeed need = run.probe();
    run.require_memory(need);
    const auto bytes = [](std::int64_t count) { return format_bytes(static_cast<double>(count)); };
    CommandResult result;
    result.text_is_report = false;
    result.json = {{"probe",
                    {{"seconds", need.seconds},
                     {"memory_bytes", need.memory_bytes},
                     {"slab_bytes", need.slab_bytes},
                     {"result_bytes", need.result_bytes},
                     {"machine", run.machine_text()}}}};
    result.text = facts_text({{"would take", format_duration(need.seconds)},
                              {"memory", bytes(need.memory_bytes)},
                              {"disk", bytes(need.slab_bytes) + " for finished slabs, " +
                                           bytes(need.result_bytes) + " for the result"},
                              {"on", run.machine_text()}});
    return result;
  }

  // Outputs that an interrupted run of the same command left are its own.
  IfExists if_exists(const SegmentOutputs& outputs) const {
    return settings_.overwrite || outputs_were_begun(outputs.slabs) ? IfExists::replace
                                                                    : IfExists::refuse;
  }

  // All that is written, the labels last; `classes` are those of the model, none: not known yet.
  std::vector<fs::path> written(const SegmentOutputs& outputs,
                                const std::vector<LabelClass>& classes) const {
    std::vector<fs::path> paths;
    for (std::size_t k = 1; settings_.probabilities && k < classes.size(); ++k) {
      paths.push_back(outputs.beside("probability-" + file_word(classes, k)));
    }
    if (settings_.uncertainty) {
      paths.push_back(outputs.beside("entropy"));
      paths.push_back(outputs.beside("disagreement"));
    }
    paths.push_back(outputs.labels);
    return paths;
  }

  void require_outputs(const SegmentOutputs& outputs, const std::vector<LabelClass>& classes,
                       const std::vector<fs::path>& read) const {
    for (const fs::path& path : written(outputs, classes)) {
      require_apart("--output", path, AtomicKind::file, read);
      require_output(path, AtomicKind::file, if_exists(outputs));
    }
  }

  // What the scale of intensities and the likeness to the model are measured on: all of the scan,
  // also where a part of it is segmented, so that the part is seen as it is in the whole.
  std::unique_ptr<VolumeSource> whole_scan(const CommandContext& context) const {
    if (!settings_.open.roi) {
      return nullptr;
    }
    OpenOptions open = settings_.open;
    open.roi.reset();
    return open_scan(settings_.scan, open, context.progress);
  }

  // The precision that is fastest here is found by a measurement, which may come out otherwise the
  // next time: what was begun goes on with what it was begun with.
  SegmentSettings as_begun(const SegmentOutputs& outputs) const {
    SegmentSettings settings = settings_;
    if (settings.precision == Precision::automatic && !settings.restart) {
      settings.precision = begun_precision(outputs.slabs).value_or(Precision::automatic);
    }
    return settings;
  }

  CommandResult by_network(const CommandContext& context, std::unique_ptr<VolumeSource> scan,
                           const SegmentOutputs& outputs) const {
    const ScanDescription description = scan->description();
    LoadedModel model = load_model(settings_, context.progress);
    const std::vector<LabelClass> classes = model.model.record.classes;
    static_cast<void>(cleaning_of(settings_.cleaning, classes));  // says it now
    std::vector<fs::path> read = description.files;
    read.push_back(model.path);
    require_outputs(outputs, classes, read);
    const ScanIdentity identity = identity_of(settings_.scan, description, context.progress);
    NetworkRun run(context, as_begun(outputs), model, std::move(scan), whole_scan(context));
    try {
      run.predict(outputs, identity.sha256);
      return write(context, outputs, run, classes, description, identity);
    } catch (const Cancelled&) {
      if (run.forget_where_empty()) {
        throw;
      }
      throw Interrupted("interrupted; finished slabs are kept in " + outputs.slabs.string() +
                        ": the same command goes on, --restart begins anew");
    } catch (const Error&) {
      if (run.forget_where_empty()) {
        throw;
      }
      rethrow_with_context("finished slabs are kept in " + outputs.slabs.string() +
                           ", the same command goes on when this is mended");
    }
  }

  CommandResult write(const CommandContext& context, const SegmentOutputs& outputs,
                      const NetworkRun& run, const std::vector<LabelClass>& classes,
                      const ScanDescription& description, const ScanIdentity& identity) const {
    Json provenance = scan_provenance_json(context, Json::array({identity.source}), description);
    provenance["prediction"] = run.to_json();
    require_outputs(outputs, classes, {});  // hours may have gone by
    begin_outputs(outputs.slabs);
    const std::vector<fs::path> paths = written(outputs, classes);
    auto path = paths.begin();
    const auto write_next = [&](std::unique_ptr<VolumeSource> volume) {
      return write_volume_file(context, *path++, IfExists::replace, *volume, provenance,
                               identity.manifest);
    };
    for (std::size_t k = 1; settings_.probabilities && k < classes.size(); ++k) {
      write_next(run.probability(static_cast<int>(k)));
    }
    if (settings_.uncertainty) {
      write_next(run.entropy());
      write_next(run.disagreement());
    }
    const VolumeStatistics statistics = write_next(cleaned(context, run.labels(), classes));
    remove_slab_store(outputs.slabs);
    return result(paths, classes, statistics, run.speed_text(), provenance);
  }

  CommandResult by_threshold(const CommandContext& context, std::unique_ptr<VolumeSource> scan,
                             const SegmentOutputs& outputs) const {
    const ScanDescription description = scan->description();
    const ScanIdentity identity = identity_of(settings_.scan, description, context.progress);
    const double value = settings_.threshold->value ? *settings_.threshold->value
                                                    : otsu_threshold(*scan, context.progress);
    context.progress.notice("threshold " + format_rounded(value) +
                            (settings_.threshold->value ? "" : " (Otsu)"));
    auto found = above(std::move(scan), value);
    const std::vector<LabelClass> classes = found->description().classes;
    const auto labels = cleaned(context, std::move(found), classes);
    Json provenance = scan_provenance_json(context, Json::array({identity.source}), description);
    provenance["prediction"] = {{"threshold", value}};
    const VolumeStatistics statistics = write_volume_file(
        context, outputs.labels, settings_.overwrite ? IfExists::replace : IfExists::refuse,
        *labels, provenance, identity.manifest);
    return result({outputs.labels}, classes, statistics, "", provenance);
  }

  std::unique_ptr<VolumeSource> cleaned(const CommandContext& context,
                                        std::unique_ptr<VolumeSource> labels,
                                        const std::vector<LabelClass>& classes) const {
    CleanLabelsOptions cleaning = cleaning_of(settings_.cleaning, classes);
    cleaning.threads = context.common.threads;
    return clean_labels(std::move(labels), cleaning, context.progress);
  }

  static CommandResult result(const std::vector<fs::path>& written,
                              const std::vector<LabelClass>& classes,
                              const VolumeStatistics& statistics, const std::string& speed,
                              const Json& provenance) {
    std::string names;
    Json outputs = Json::array();
    for (const fs::path& path : written) {
      names += (names.empty() ? "" : "\n") + path.string();
      outputs.push_back(path.string());
    }
    const Facts facts = {
        {"written", names}, {"found", shares_text(statistics, classes)}, {"took", speed}};
    return {{{"outputs", outputs},
             {"statistics", to_json(statistics)},
             {"prediction", provenance.at("prediction")},
             {"provenance", provenance}},
            facts_text(facts),
            true};
  }

  SegmentSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_segment_command() { return std::make_unique<SegmentCommand>(); }

}  // namespace fossilct
