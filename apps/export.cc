// SPDX-License-Identifier: Apache-2.0
#include "io/export.h"

#include <algorithm>
#include <chrono>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_provenance.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/transfer.h"
#include "io/volume_file.h"

namespace fossilct {

namespace {

struct ExportOptions {
  std::filesystem::path scan;
  std::filesystem::path output;
  std::optional<ExportFormat> format;
  bool overwrite = false;
  OpenOptions open;
};

ExportFormat format_of(const ExportOptions& options) {
  const auto format = options.format ? options.format : export_format_of(options.output);
  if (!format) {
    throw option_error("--output", "'" + options.output.string() +
                                       "': the format can't be told from this name; expected .tif, "
                                       ".nrrd, .mha, .nii, .h5 or a folder, or give --format");
  }
  return *format;
}

// What the scan knows and the format has no place for.
void warn_of_losses(const ScanDescription& description, ExportFormat format, Progress& progress) {
  const Grid& grid = description.grid;
  if (!grid.spacing_known) {
    progress.warning(
        "the voxel size is not known, so the output has none; other programs will take it for 1");
  }
  const bool numbered = format == ExportFormat::tiff_folder || format == ExportFormat::hdf5;
  if (description.slice_step > 1 && !numbered) {
    progress.warning("only every " + std::to_string(description.slice_step) +
                     "th slice is there, which this format can't say: other programs will take the "
                     "slices for neighbours (a folder of slices keeps their numbers)");
  }
  const bool is_tiff = format == ExportFormat::tiff || format == ExportFormat::tiff_folder;
  const bool placed = !(grid.origin_um == Vector3{}) || grid.direction != identity_direction;
  if (is_tiff && placed) {
    progress.notice(
        "TIFF has no place for the origin and the directions of the axes; .nrrd, .mha, "
        ".nii and .h5 have");
  }
}

// The voxels, and what only a volume file has a place for.
void write_scan(const CommandContext& context, const std::filesystem::path& scan,
                VolumeSource& source, VolumeSink& sink) {
  auto* const volume_file = dynamic_cast<VolumeFileSink*>(&sink);
  if (volume_file == nullptr) {
    transfer(source, sink, "export", context.progress);
    return;
  }
  transfer_with_provenance(context, scan, source, *volume_file, "export");
}

class ExportCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "export SCAN --output FILE|FOLDER [options]",
        {"SCAN is anything that `fossilct import` reads, a volume file above all. The voxel size "
         "goes along with its unit, in the way of the format: ImageJ's description (TIFF), space "
         "units (NRRD), millimetres (MetaImage, NIfTI). The output appears under its name only "
         "when it is whole."},
        {{"fossilct export core.h5 --output core.tif", "One TIFF file that Fiji opens."},
         {"fossilct export core.h5 --output slices/ --roi 0:512,0:512,100:200",
          "A part of it, one TIFF file a slice."},
         {"fossilct export core.h5 --output quarter.nrrd --level 2",
          "At a quarter of the resolution, for 3D Slicer."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("scan", &options_.scan, "The scan: a file or a folder");
    options.section("Output");
    options.path("output,o", "PATH", &options_.output,
                 "What to write: a name in .tif, .nrrd, .mha, .nii, .nii.gz, .h5, or a folder");
    options.require();
    options.choice<std::optional<ExportFormat>>("format", &options_.format,
                                                {{"by-name", std::nullopt},
                                                 {"tiff", ExportFormat::tiff},
                                                 {"tiff-folder", ExportFormat::tiff_folder},
                                                 {"nrrd", ExportFormat::nrrd},
                                                 {"metaimage", ExportFormat::metaimage},
                                                 {"nifti", ExportFormat::nifti},
                                                 {"hdf5", ExportFormat::hdf5}},
                                                "What to write, whatever its name");
    options.flag("overwrite", &options_.overwrite, "Replace the output where it exists");
    declare_reading_options(options, options_.open);
    declare_kind_option(options, options_.open);
    declare_changing_options(options, options_.open);
  }

  CommandResult run(const CommandContext& context) override {
    const auto began = std::chrono::steady_clock::now();
    const IfExists if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    check_scan_options(options_.open);
    const ExportFormat format = format_of(options_);
    const AtomicKind kind =
        format == ExportFormat::tiff_folder ? AtomicKind::folder : AtomicKind::file;
    require_apart("--output", options_.output, kind, {options_.scan, options_.open.colour_map});
    if (kind == AtomicKind::folder && options_.overwrite) {
      require_only_slices(options_.output);
    }
    require_output(options_.output, kind, if_exists);
    options_.open.threads = context.common.threads;
    const auto source = open_scan(options_.scan, options_.open, context.progress);
    const ScanDescription& description = source->description();
    require_apart("--output", options_.output, kind, description.files);
    report_notices(description, context.progress);
    warn_of_losses(description, format, context.progress);
    const auto sink =
        make_export_sink(options_.output, format, description, if_exists, context.common.threads);
    write_scan(context, options_.scan, *source, *sink);
    finish(*sink, context.progress);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return result(description, took.count());
  }

 private:
  CommandResult result(const ScanDescription& d, double seconds) const {
    Facts facts = {{"written", options_.output.string()}};
    for (const auto& fact : volume_facts(d.grid, d.type, d.kind)) {
      facts.push_back(fact);
    }
    facts.emplace_back("took", format_duration(seconds));
    Json json = {{"output", options_.output.string()}};
    json.update(volume_json(d.grid, d.type, d.kind));
    json["notices"] = d.notices;
    json["seconds"] = seconds;
    return {json, facts_text(facts), true};
  }

  ExportOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_export_command() { return std::make_unique<ExportCommand>(); }

}  // namespace fossilct
