// SPDX-License-Identifier: Apache-2.0
#include "data/phantom.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/cli/provenance.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_report.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "io/volume_file.h"

namespace fossilct {

namespace {

struct PhantomCommandOptions {
  std::filesystem::path scan;
  std::filesystem::path labels;
  std::filesystem::path wall_labels;
  std::filesystem::path instances;
  std::filesystem::path truth;
  bool overwrite = false;
  Compression compression = VolumeFileOptions().compression;
  PhantomOptions phantom;
};

const std::vector<LabelClass> body_classes = {{1, "fossil", {0xe8, 0xa3, 0x3d}}};
const std::vector<LabelClass> wall_classes = {{1, "wall", {0xe8, 0xa3, 0x3d}},
                                              {2, "lumen", {0x3d, 0x8b, 0xe8}}};

std::vector<FossilKind> parse_kinds(const std::string& text) {
  std::vector<std::string> names;
  for (const FossilKind kind : all_fossil_kinds()) {
    names.emplace_back(name_of(kind));
  }
  std::vector<FossilKind> kinds;
  for (const std::string& name : split(text, ',')) {
    const auto kind = fossil_kind_from_name(name);
    if (!kind) {
      const auto near = closest_match(name, names);
      std::string message = "'" + name + "' is none of:";
      for (const std::string& known : names) {
        message += " " + known;
      }
      throw option_error("--kinds", message + (near ? "; did you mean " + *near + "?" : ""));
    }
    kinds.push_back(*kind);
  }
  return kinds;
}

// A text file beside the volumes, under its name only after finish(); nothing where not asked for.
class TruthFile {
 public:
  TruthFile(const std::filesystem::path& path, IfExists if_exists) {
    if (!path.empty()) {
      output_.emplace(path, AtomicKind::file, if_exists);
    }
  }
  void finish(const Phantom& phantom) {
    if (!output_) {
      return;
    }
    std::ofstream stream(output_->temporary_path(), std::ios::binary);
    stream << truth_csv(phantom) << std::flush;
    if (!stream) {
      throw file_errno_error(output_->path(), "can't write");
    }
    output_->commit();
  }

 private:
  std::optional<AtomicOutput> output_;
};

// The volumes asked for. All are finished together, at the end.
class VolumeOutputs {
 public:
  VolumeOutputs(const PhantomCommandOptions& options, const Grid& grid)
      : options_(options), grid_(grid) {}

  VolumeSink* add(const std::filesystem::path& path, PixelType type, VolumeKind kind,
                  const std::vector<LabelClass>& classes) {
    if (path.empty()) {
      return nullptr;
    }
    VolumeFileOptions file;
    file.kind = kind;
    file.classes = classes;
    file.compression = options_.compression;
    file.if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    file.threads = options_.phantom.threads;
    sinks_.push_back(std::make_unique<VolumeFileSink>(path, grid_, type, file));
    return sinks_.back().get();
  }

  void finish(const Json& provenance) {
    for (const auto& sink : sinks_) {
      sink->set_provenance(provenance, "");
      sink->finish();
    }
  }

 private:
  const PhantomCommandOptions& options_;
  Grid grid_;
  std::vector<std::unique_ptr<VolumeFileSink>> sinks_;
};

class PhantomCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "phantom --output FILE [options]",
        {"Grows microfossils of several kinds with chambers, walls and openings, lays them into "
         "a carbonate rock with grains, cement and pores, and scans it with the faults of a real "
         "scanner. What is where is known exactly and written beside it. The same options give "
         "the same voxels on every machine."},
        {{"fossilct phantom --output scan.h5 --labels labels.h5 --truth truth.csv",
          "A small core to try the other commands on, with its truth."},
         {"fossilct phantom --output hard.h5 --labels labels.h5 --contrast 0.1 --noise 0.1 "
          "--touching",
          "One that is hard to segment."}}};
  }

  void declare(OptionSet& options) override {
    declare_outputs(options);
    declare_core(options);
    declare_scanner(options);
  }

  CommandResult run(const CommandContext& context) override {
    const auto began = std::chrono::steady_clock::now();
    options_.phantom.threads = context.common.threads;
    options_.phantom.check();
    require_different_outputs();
    for (const Output& output : outputs()) {
      if (output.option != "--truth") {
        require_volume_file_name(output.option, output.path);
      }
    }
    const IfExists if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    TruthFile truth(options_.truth, if_exists);
    const Phantom phantom(options_.phantom, context.progress);
    VolumeOutputs volumes(options_, phantom.grid());
    const PhantomSinks sinks = {
        volumes.add(options_.scan, PixelType::u16, VolumeKind::intensity, {}),
        volumes.add(options_.labels, PixelType::u8, VolumeKind::labels, body_classes),
        volumes.add(options_.wall_labels, PixelType::u8, VolumeKind::labels, wall_classes),
        volumes.add(options_.instances, PixelType::u32, VolumeKind::labels, {})};
    write_phantom(phantom, sinks, context.progress);
    volumes.finish(provenance_json(context, Json::array()));
    truth.finish(phantom);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return result(phantom, took.count());
  }

 private:
  void declare_outputs(OptionSet& options) {
    options.section("Output");
    options.path("output,o", "FILE", &options_.scan, "The scan (.h5)");
    options.require();
    options.path("labels", "FILE", &options_.labels,
                 "Its labels: 1 = body of a fossil with its chambers");
    options.path("wall-labels", "FILE", &options_.wall_labels, "Finer labels: 1 = wall, 2 = lumen");
    options.path("instances", "FILE", &options_.instances, "The id of the fossil in each voxel");
    options.path("truth", "FILE", &options_.truth,
                 "A table (CSV): kind, place, volume, wall, chambers ... of each fossil");
    options.flag("overwrite", &options_.overwrite, "Replace the outputs where they exist");
    options.choice("compression", &options_.compression,
                   {{"none", Compression::none}, {"deflate", Compression::deflate}},
                   "How the scan is kept; labels are always deflated");
  }

  void declare_core(OptionSet& options) {
    PhantomOptions& phantom = options_.phantom;
    options.section("The core");
    options.parsed(
        "size", "N|XxYxZ",
        [&phantom](const std::string& text) { phantom.size = parse_size("--size", text); },
        "Voxels: one number for a cube, or three, as 256x256x128", size_default());
    options.number("spacing-um", "UM", &phantom.spacing_um, 1e-3, 1e6, "Voxel size in micrometres");
    options.integer("fossils", "N", &phantom.fossils, 0, 100'000, "How many fossils");
    options.number("fossil-size-um", "UM", &phantom.fossil_size_um, 0, 1e9,
                   "Length of the largest fossil; 0 = what fits the core");
    options.parsed(
        "kinds", "LIST", [&phantom](const std::string& text) { phantom.kinds = parse_kinds(text); },
        kinds_help());
    options.choice("infill", &phantom.infill,
                   {{"empty", "empty"}, {"filled", "filled"}, {"mixed", "mixed"}},
                   "What the chambers hold: nothing, cement, or some this and some that");
    options.flag("touching", &phantom.touching, "Half of the fossils touch another one");
    options.integer("seed", "N", &phantom.seed, 0, std::numeric_limits<std::int64_t>::max(),
                    "Another seed gives another core");
  }

  void declare_scanner(OptionSet& options) {
    PhantomOptions& phantom = options_.phantom;
    options.section("The scanner (air = 0, solid rock = 1)");
    options.number("noise", "X", &phantom.noise, 0, 1, "Standard deviation of the noise in rock");
    options.number("contrast", "X", &phantom.contrast, 0, 2, "Walls of fossils above the rock");
    options.number("rings", "X", &phantom.rings, 0, 1, "Standard deviation of ring artefacts");
    options.number("cupping", "X", &phantom.cupping, 0, 0.9,
                   "Share by which the axis is darker than the rim");
  }

  std::string size_default() const {
    const Size3& size = options_.phantom.size;
    return std::to_string(size.x) + "x" + std::to_string(size.y) + "x" + std::to_string(size.z);
  }

  static std::string kinds_help() {
    std::string text = "Kinds of fossils, with commas between:";
    for (const FossilKind kind : all_fossil_kinds()) {
      text += " " + std::string(name_of(kind));
    }
    return text + "; without it all of them";
  }

  struct Output {
    std::string option;
    std::string name;  // in the JSON
    std::filesystem::path path;
  };
  // Those asked for.
  std::vector<Output> outputs() const {
    std::vector<Output> all = {{"--output", "scan", options_.scan},
                               {"--labels", "labels", options_.labels},
                               {"--wall-labels", "wall_labels", options_.wall_labels},
                               {"--instances", "instances", options_.instances},
                               {"--truth", "truth", options_.truth}};
    all.erase(
        std::remove_if(all.begin(), all.end(), [](const Output& o) { return o.path.empty(); }),
        all.end());
    return all;
  }

  // Two outputs under one name would overwrite each other.
  void require_different_outputs() const {
    std::map<std::filesystem::path, std::string> seen;
    for (const auto& [option, name, path] : outputs()) {
      const auto [place, is_new] =
          seen.emplace(std::filesystem::absolute(path).lexically_normal(), option);
      if (!is_new) {
        throw option_error(option, "names the same file as " + place->second + ", " +
                                       path.string() + "; give another name");
      }
    }
  }

  CommandResult result(const Phantom& phantom, double seconds) const {
    const Grid grid = phantom.grid();
    std::map<std::string, std::int64_t> counts;
    for (const PhantomFossil& fossil : phantom.fossils()) {
      ++counts[std::string(name_of(fossil.kind))];
    }
    std::string kinds;
    for (const auto& [kind, count] : counts) {
      kinds += (kinds.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    std::string written;
    Json output_paths;
    for (const Output& output : outputs()) {
      written += (written.empty() ? "" : "\n") + output.path.string();
      output_paths[output.name] = output.path.string();
    }
    Facts facts = {{"written", written}};
    for (const auto& fact : volume_facts(grid, PixelType::u16, VolumeKind::intensity)) {
      facts.push_back(fact);
    }
    facts.emplace_back("fossils", std::to_string(phantom.fossils().size()) + ": " + kinds);
    facts.emplace_back("took", format_duration(seconds));
    Json json = {{"output", options_.scan.string()}, {"outputs", output_paths}};
    json.update(volume_json(grid, PixelType::u16, VolumeKind::intensity));
    json["fossils"] = phantom.fossils().size();
    json["kinds"] = counts;
    json["seconds"] = seconds;
    return {json, facts_text(facts), true};
  }

  PhantomCommandOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_phantom_command() { return std::make_unique<PhantomCommand>(); }

}  // namespace fossilct
