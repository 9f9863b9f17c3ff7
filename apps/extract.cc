// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/fossils/crop_files.h"
#include "apps/fossils/earlier_catalogue.h"
#include "apps/fossils/edited_masks.h"
#include "apps/fossils/extract_inputs.h"
#include "apps/fossils/extract_options.h"
#include "apps/fossils/fossil_density.h"
#include "apps/scans/scan_provenance.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/process_memory.h"
#include "base/text.h"
#include "io/volume_file.h"
#include "specimens/catalogue.h"
#include "specimens/core_volume.h"
#include "specimens/density.h"
#include "specimens/extraction.h"
#include "specimens/identity.h"
#include "specimens/reextraction.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr double least_memory_gib = 0.25;
constexpr double least_share_to_tell = 0.01;

// What is counted of a scan.
struct ClassCount {
  std::string name;
  std::int64_t specimens = 0;
  std::optional<Density> density;
};
struct Counts {
  std::optional<Density> all;
  std::vector<ClassCount> classes;  // those that have fossils
};

std::string class_name(std::int64_t value, const std::vector<LabelClass>& classes) {
  const auto named = std::find_if(classes.begin(), classes.end(),
                                  [value](const LabelClass& c) { return c.value == value; });
  return named != classes.end() ? named->name : "class " + std::to_string(value);
}

class ExtractCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "extract LABELS --scan SCAN --output NAME.fossils [options]",
        {"Finds each fossil in labels: connected voxels are one body, bodies that touch are taken "
         "apart where their outline says so. Each is measured (shape, grey values, wall, chambers) "
         "and kept in a catalogue: a folder with a database (SQLite), a table (CSV), a volume of "
         "ids and a crop of each fossil that opens in its place in 3D Slicer.",
         "Run again after the labels were corrected, it brings the catalogue up to date: a fossil "
         "keeps its id, and what was decided on it, where the new body holds at least half of the "
         "old one. What would be lost by that is said, and refused where it was somebody's work: "
         "--retire-reviewed."},
        {{"fossilct extract labels.h5 --scan core17.h5 -o core17.fossils",
          "All fossils of a scan, measured."},
         {"fossilct extract truth.tif --scan core.h5 -o truth.fossils --classes 1,3 --apart",
          "Fossils of two of the classes, each by itself."},
         {"fossilct extract shell-labels.h5 --scan shell.tif --spacing-um 2 -o shell.fossils",
          "A loose specimen in air, labelled by `segment --threshold otsu`."}}};
  }

  void declare(OptionSet& options) override { declare_extract_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    const auto began = std::chrono::steady_clock::now();
    settle(context);
    const FileLock lock(output_.string() + ".lock", "extraction into " + output_.string());
    ExtractInputs inputs = open_extract_inputs(settings_, context);
    settle_classes(settings_, inputs.classes);
    const EarlierCatalogue earlier = open_earlier_catalogue(output_, settings_.overwrite, inputs);
    if (earlier.catalogue) {
      require_masks_as_left(*earlier.catalogue, ids_with_masks(*earlier.catalogue), {},
                            context.common.threads, context.progress);
    }
    AtomicOutput folder(output_, AtomicKind::folder, IfExists::replace);
    return write(context, inputs, earlier.catalogue, folder, began);
  }

 private:
  void settle(const CommandContext& context) {
    settings_.open.threads = context.common.threads;
    settings_.extraction.threads = context.common.threads;
    settings_.extraction.split.connectivity = settings_.extraction.connectivity;
    settings_.extraction.measuring.anatomy = !settings_.no_anatomy;
    settings_.extraction.split.check();
    if (settings_.memory_gib > 0 && settings_.memory_gib < least_memory_gib) {
      throw option_error("--memory", "'" + format_number(settings_.memory_gib) +
                                         "' GiB is too little; expected " +
                                         format_number(least_memory_gib) +
                                         " or more, or 0 for half of what is free");
    }
    const double gib = settings_.memory_gib > 0
                           ? settings_.memory_gib
                           : static_cast<double>(available_memory_bytes()) / 2 / (1 << 30);
    settings_.extraction.memory_bytes =
        static_cast<std::int64_t>(std::max(least_memory_gib, gib) * (1 << 30));
    output_ = settings_.output.has_filename() ? settings_.output : settings_.output.parent_path();
    require_output(output_, AtomicKind::folder, IfExists::replace);
    require_apart("--output", output_, AtomicKind::folder,
                  {settings_.labels, settings_.scan, settings_.uncertainty});
  }

  ExtractionSources sources_of(const ExtractInputs& inputs,
                               const std::optional<Catalogue>& earlier) const {
    ExtractionSources sources;
    sources.open_labels = [&inputs] { return shared(inputs.labels); };
    if (inputs.scan) {
      sources.scan = convert(shared(inputs.scan), PixelType::f32, std::nullopt);
    }
    if (inputs.uncertainty) {
      sources.uncertainty = shared(inputs.uncertainty);
    }
    if (earlier) {
      sources.earlier_ids =
          open_volume_file(earlier->path_of("instances.h5"), 0, settings_.extraction.threads);
    }
    return sources;
  }

  CommandResult write(const CommandContext& context, const ExtractInputs& inputs,
                      const std::optional<Catalogue>& earlier, AtomicOutput& folder,
                      std::chrono::steady_clock::time_point began) const {
    const fs::path crops = folder.temporary_path() / "crops";
    fs::create_directory(crops);
    const PixelType type = inputs.scan ? inputs.scan->type() : PixelType::u8;
    const CoreVolume core = core_of(context, inputs);
    warn_of_not_finite(core, context.progress);
    ExtractionOptions options = settings_.extraction;
    options.measuring.anatomy_options.air_grey = core.air_grey;
    Extraction extraction = extract_specimens(
        sources_of(inputs, earlier), options, folder.temporary_path(),
        [&](const ExtractedBody& body) {
          write_crop_files([&crops](const std::string& file) { return crops / file; },
                           provisional_name(body.key), body.crop, body.tissue, type);
        },
        context.progress);
    warn_of_nothing(extraction, inputs, context.progress);
    warn_of_reduced(extraction, context.progress);
    give_ids(extraction, earlier);
    std::optional<ExtractionLosses> losses;
    if (earlier) {
      losses = losses_of(*earlier, extraction.specimens);
      accept_losses(*earlier, *losses, settings_, context.progress);
    }
    for (std::size_t i = 0; i < extraction.specimens.size(); ++i) {
      name_crop_files(crops, provisional_name(extraction.keys[i]), extraction.specimens[i].id);
    }
    const Json provenance = provenance_of(context, inputs);
    write_instances(context, inputs, extraction, folder.temporary_path(), provenance);
    add_counting_volumes(extraction.specimens, inputs.grid, core, context.progress);
    const ScanRecord scan = scan_record(inputs, core, earlier, provenance);
    const Counts counts =
        write_catalogue(inputs, extraction, core, earlier, folder.temporary_path(), scan);
    folder.commit();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return result(extraction, inputs, core, counts, losses, took.count());
  }

  void warn_of_nothing(const Extraction& extraction, const ExtractInputs& inputs,
                       Progress& progress) const {
    if (extraction.components == 0) {
      progress.warning("the labels hold no voxel of a fossil: the catalogue is empty");
    } else if (extraction.specimens.empty()) {
      const std::string fewest =
          format_count(settings_.extraction.fewest_voxels(inputs.grid)) + " voxels";
      progress.warning((extraction.components == 1
                            ? "the only body is smaller than " + fewest
                            : "none of the " + format_count(extraction.components) +
                                  " bodies is as large as " + fewest) +
                       ": the catalogue is empty; --min-diameter-um keeps smaller ones");
    }
  }

  static void warn_of_not_finite(const CoreVolume& core, Progress& progress) {
    if (core.share_not_finite >= least_share_to_tell) {
      progress.warning(format_rounded(std::round(1000 * core.share_not_finite) / 10) +
                       "% of the scan's voxels are NaN or infinite: they are not counted as rock");
    }
  }

  void warn_of_reduced(const Extraction& extraction, Progress& progress) const {
    const auto reduced =
        std::count_if(extraction.specimens.begin(), extraction.specimens.end(),
                      [](const Specimen& specimen) { return specimen.reduction > 1; });
    if (reduced > 0) {
      progress.warning(counted(reduced, "fossil") + " of more than " +
                       format_count(settings_.extraction.most_crop_voxels) +
                       " voxels with what is around: not split, and measured at a lower "
                       "resolution (column reduction); a larger --largest-crop needs more memory");
    }
  }

  // The path as it leads there from any folder, since the catalogue is used from others than this.
  static std::string from_anywhere(const fs::path& path) {
    const fs::path normal = fs::absolute(path).lexically_normal();
    return (normal.has_filename() ? normal : normal.parent_path()).string();
  }

  static std::string provisional_name(std::size_t key) { return "body-" + std::to_string(key); }

  CoreVolume core_of(const CommandContext& context, const ExtractInputs& inputs) const {
    if (inputs.scan) {
      return measure_core(shared(inputs.scan), context.progress);
    }
    CoreVolume all;
    all.volume = static_cast<double>(voxel_count(inputs.grid.size)) * inputs.grid.voxel_volume();
    return all;
  }

  static void give_ids(Extraction& extraction, const std::optional<Catalogue>& earlier) {
    std::map<std::uint32_t, std::int64_t> voxels;
    for (const CatalogueEntry& entry :
         earlier ? earlier->entries() : std::vector<CatalogueEntry>()) {
      voxels[entry.specimen.id] = entry.specimen.voxels;
    }
    const std::vector<std::uint32_t> ids =
        stable_ids(extraction.overlaps, voxels, earlier ? earlier->highest_id_given() : 0);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      extraction.specimens[i].id = ids[i];
    }
  }

  Json provenance_of(const CommandContext& context, const ExtractInputs& inputs) const {
    Json sources = Json::array({inputs.labels_identity.source});
    if (inputs.scan) {
      sources.push_back(inputs.scan_identity.source);
    }
    return scan_provenance_json(context, sources, inputs.scan_description);
  }

  static void write_instances(const CommandContext& context, const ExtractInputs& inputs,
                              const Extraction& extraction, const fs::path& folder,
                              const Json& provenance) {
    const auto ids = extraction.instances(shared(inputs.labels));
    ids->mutable_description().kind = VolumeKind::labels;
    ids->mutable_description().classes.clear();
    write_volume_file(context, folder / "instances.h5", IfExists::refuse, *ids, provenance, "");
  }

  // By which volume each counts, which depends on what is rock.
  static void add_counting_volumes(std::vector<Specimen>& specimens, const Grid& grid,
                                   const CoreVolume& core, Progress& progress) {
    RockRegion rock = voxel_count(core.rock.size()) > 0 ? RockRegion(grid.size, core.rock)
                                                        : RockRegion(grid.size);
    for (Specimen& s : specimens) {
      progress.check();
      s.measurements.push_back(counting_volume(s.box, grid, rock));
    }
  }

  // Rejected ones left out.
  Counts count(const ExtractInputs& inputs, const std::vector<CatalogueEntry>& entries,
               const ScanRecord& scan) const {
    const double level = settings_.confidence / 100;
    std::map<std::int64_t, std::vector<const Specimen*>> by_class;
    const std::vector<const Specimen*> all = counting_fossils(entries, scan.name, std::nullopt);
    for (const Specimen* s : all) {
      by_class[s->class_value].push_back(s);
    }
    Counts counts = {density_of(all, scan, level), {}};
    for (const auto& [value, list] : by_class) {
      counts.classes.push_back({class_name(value, inputs.classes),
                                static_cast<std::int64_t>(list.size()),
                                density_of(list, scan, level)});
    }
    return counts;
  }

  ScanRecord scan_record(const ExtractInputs& inputs, const CoreVolume& core,
                         const std::optional<Catalogue>& earlier, const Json& provenance) const {
    return {.name = scan_name(inputs, earlier),
            .path = from_anywhere(inputs.scan ? settings_.scan : settings_.labels),
            .sha256 = inputs.scan_identity.sha256,
            .grid = inputs.grid,
            .core_volume = inputs.scan ? std::optional(core.volume) : std::nullopt,
            .top_m = std::nullopt,
            .bottom_m = std::nullopt,
            .provenance = provenance};
  }

  Counts write_catalogue(const ExtractInputs& inputs, const Extraction& extraction,
                         const CoreVolume& core, const std::optional<Catalogue>& earlier,
                         const fs::path& folder, const ScanRecord& scan) const {
    const SegmentationRecord segmentation = {
        from_anywhere(settings_.labels), inputs.labels_identity.sha256,
        options_json(inputs, core.air_grey), summary_json(extraction, inputs, core),
        scan.provenance};
    write_rock(folder, inputs.grid, core);
    Catalogue catalogue =
        Catalogue::create(folder, scan, segmentation, inputs.classes, measurement_kinds());
    Catalogue::Change change(catalogue);
    change.add(extraction.specimens);
    if (earlier) {
      change.adopt_history(*earlier);
    }
    change.commit();
    carry_over_files(output_, folder, catalogue.ids());
    return count(inputs, catalogue.entries(), scan);
  }

  std::string scan_name(const ExtractInputs& inputs,
                        const std::optional<Catalogue>& earlier) const {
    return !settings_.name.empty() ? settings_.name
           : earlier               ? earlier->scan().name
                                   : default_scan_name(inputs);
  }

  Json options_json(const ExtractInputs& inputs, std::optional<double> air_grey) const {
    const ExtractionOptions& e = settings_.extraction;
    return {{"classes", e.classes},
            {"apart", e.classes_apart},
            {"wall_class", e.wall_class ? Json(*e.wall_class) : Json()},
            {"connectivity", static_cast<int>(e.connectivity)},
            {"min_diameter", e.min_diameter_um},
            {"fewest_voxels", e.fewest_voxels(inputs.grid)},
            {"split", std::string(name_of(e.split.mode))},
            {"split_depth", e.split.depth},
            {"margin", e.margin_voxels},
            {"largest_crop", e.most_crop_voxels},
            {"confidence", settings_.confidence},
            {"anatomy", e.measuring.anatomy},
            {"air_grey", air_grey ? Json(*air_grey) : Json()}};
  }

  // What the extraction met; what is counted per volume follows from the fossils, as decided on.
  Json summary_json(const Extraction& e, const ExtractInputs& inputs,
                    const CoreVolume& core) const {
    return {{"specimens", e.specimens.size()},
            {"truncated", number_of(e, &Specimen::truncated)},
            {"fragments", number_of(e, &Specimen::fragment)},
            {"components", e.components},
            {"components_split", e.components_split},
            {"too_small", e.too_small},
            {"too_small_voxels", e.too_small_voxels},
            {"fewest_voxels", settings_.extraction.fewest_voxels(inputs.grid)},
            {"foreground_voxels", e.foreground_voxels},
            {"core_share", core.share},
            {"core_volume", core.volume},
            {"air_around_core", core.has_air}};
  }

  static std::int64_t number_of(const Extraction& e, bool Specimen::*flag) {
    return std::count_if(e.specimens.begin(), e.specimens.end(),
                         [flag](const Specimen& s) { return s.*flag; });
  }

  CommandResult result(const Extraction& e, const ExtractInputs& inputs, const CoreVolume& core,
                       const Counts& counts, const std::optional<ExtractionLosses>& losses,
                       double seconds) const {
    Json json = {{"output", output_.string()}};
    json.update(summary_json(e, inputs, core));
    json["density"] = to_json(counts.all);
    json["classes"] = Json::array();
    for (const ClassCount& c : counts.classes) {
      json["classes"].push_back(
          {{"name", c.name}, {"specimens", c.specimens}, {"density", to_json(c.density)}});
    }
    json["kept_ids"] = losses ? Json(losses->kept) : Json();
    json["retired"] = losses ? Json(losses->earlier - losses->kept) : Json();
    json["reopened"] = losses ? Json(losses->reopened) : Json();
    json["seconds"] = seconds;
    return {as_utf8(json), facts_text(facts(e, inputs, core, counts, losses, seconds)), true};
  }

  Facts facts(const Extraction& e, const ExtractInputs& inputs, const CoreVolume& core,
              const Counts& counts, const std::optional<ExtractionLosses>& losses,
              double seconds) const {
    const auto specimens = static_cast<std::int64_t>(e.specimens.size());
    std::string classes;
    for (const ClassCount& c : counts.classes) {
      classes += (classes.empty() ? " (" : ", ") + format_count(c.specimens) + " " + c.name;
    }
    return {{"catalogue", output_.string()},
            {"fossils", format_count(specimens) + classes + (classes.empty() ? "" : ")")},
            {"of them", format_count(number_of(e, &Specimen::truncated)) + " truncated, " +
                            format_count(number_of(e, &Specimen::fragment)) + " fragments"},
            {"bodies", bodies_text(e, inputs)},
            {"ids", losses ? "kept " + format_count(losses->kept) +
                                 " ids of the catalogue that was there, " +
                                 format_count(specimens - losses->kept) + " new, " +
                                 format_count(losses->earlier - losses->kept) + " retired"
                           : ""},
            {"rock", rock_text(inputs, core)},
            {"density", density_text(counts.all)},
            {"took", format_duration(seconds)}};
  }

  std::string bodies_text(const Extraction& e, const ExtractInputs& inputs) const {
    return format_count(e.components) + " found, " + format_count(e.components_split) +
           " came apart, " + format_count(e.too_small) + " of fewer than " +
           format_count(settings_.extraction.fewest_voxels(inputs.grid)) + " voxels not kept";
  }

  static std::string rock_text(const ExtractInputs& inputs, const CoreVolume& core) {
    constexpr double um3_in_cm3 = 1e12;
    const std::string volume = inputs.grid.spacing_known
                                   ? format_rounded(core.volume / um3_in_cm3) + " cm3"
                                   : format_rounded(core.volume) + " voxels";
    return volume + ", " + format_rounded(std::round(1000 * core.share) / 10) + "% of the scan" +
           (core.has_air ? "; the rest is air around it, or has no value" : "");
  }

  ExtractSettings settings_;
  fs::path output_;
};

}  // namespace

std::unique_ptr<Command> make_extract_command() { return std::make_unique<ExtractCommand>(); }

}  // namespace fossilct
