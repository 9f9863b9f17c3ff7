// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>

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

struct ImportOptions {
  std::filesystem::path scan;
  std::filesystem::path output;
  bool overwrite = false;
  bool no_levels = false;
  OpenOptions open;
  VolumeFileOptions file;
};

// What the scan says of itself, and what the user says of it on top.
VolumeFileOptions file_options(const ImportOptions& options, const ScanDescription& description) {
  VolumeFileOptions file = options.file;
  file.kind = description.kind;
  file.classes = options.file.classes.empty() ? description.classes : options.file.classes;
  file.slice_step = description.slice_step;
  file.slice_numbers = description.slice_numbers;
  file.projections = description.projections;
  file.levels = !options.no_levels;
  file.if_exists = options.overwrite ? IfExists::replace : IfExists::refuse;
  file.threads = options.open.threads;
  if (!file.classes.empty() && file.kind != VolumeKind::labels) {
    throw option_error("--class", "the scan is read as intensities; give --labels too");
  }
  return file;
}

std::string done_text(const Grid& grid, PixelType type, double seconds) {
  const double bytes =
      static_cast<double>(voxel_count(grid.size)) * static_cast<double>(bytes_of(type));
  return format_duration(seconds) + ", " + format_bytes(bytes / std::max(seconds, 1e-3)) + "/s";
}

class ImportCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "import SCAN --output FILE [options]",
        {"SCAN is a folder of slices (TIFF, PNG, JPEG, BMP), a multi-page, ImageJ or OME TIFF, a "
         "DICOM series, NRRD, MetaImage, NIfTI, HDF5 (NeXus, DXchange, any with --dataset), "
         "Xradia TXM, TXRM or XRM, raw voxels with --raw or a header beside them, or a volume "
         "file. What it is is told from its content. It is read slab by slab, so a scan may be "
         "larger than the memory.",
         "The voxel size is never guessed: where the file states none, or no unit, or a "
         "placeholder, the import stops and says which option to give. The output appears under "
         "its name only when it is whole."},
        {{"fossilct import slices/ --output core.h5 --spacing-um 0.71",
          "A folder of TIFF slices with voxels of 0.71 um."},
         {"fossilct import labels/ --output truth.h5 --labels --class '1=fossil:#e8a33d'",
          "Masks as labels, with a name and a colour."},
         {"fossilct import core.raw --output core.h5 --raw 1024x1024x1000:u16le --spacing-um 2",
          "A file without a header."},
         {"fossilct import scan.nii.gz --output small.h5 --downsample 2 --type u8 --window "
          "0.5%:99.5%",
          "At half the resolution, intensities between two percentiles spread over 8 bit."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("scan", &options_.scan, "The scan: a file or a folder");
    options.section("Output");
    options.path("output,o", "FILE", &options_.output, "The volume file to write (.h5)");
    options.require();
    options.flag("overwrite", &options_.overwrite, "Replace the output where it exists");
    options.choice("compression", &options_.file.compression,
                   {{"none", Compression::none}, {"deflate", Compression::deflate}},
                   "How intensities are kept; labels are always deflated");
    options.integer("deflate-level", "N", &options_.file.deflate_level, 1, 12,
                    "From fast to small");
    options.flag("no-levels", &options_.no_levels, "Leave out the lower resolutions");
    options.repeated(
        "class", "VALUE=NAME[:#RRGGBB]",
        [this](const std::string& text) {
          options_.file.classes.push_back(parse_label_class(text));
        },
        "Labels: name and colour of a value");
    declare_reading_options(options, options_.open);
    declare_kind_option(options, options_.open);
    declare_changing_options(options, options_.open);
  }

  CommandResult run(const CommandContext& context) override {
    const auto began = std::chrono::steady_clock::now();
    check_scan_options(options_.open);
    require_volume_file_name("--output", options_.output);
    require_apart("--output", options_.output, AtomicKind::file,
                  {options_.scan, options_.open.colour_map});
    require_output(options_.output, AtomicKind::file,
                   options_.overwrite ? IfExists::replace : IfExists::refuse);
    options_.open.threads = context.common.threads;
    const auto source = open_scan(options_.scan, options_.open, context.progress);
    const ScanDescription& description = source->description();
    require_apart("--output", options_.output, AtomicKind::file, description.files);
    report_notices(description, context.progress);
    context.progress.detail("reading " + counted(std::ssize(description.files), "file") + " with " +
                            counted(context.common.threads, "thread"));
    VolumeFileSink sink(options_.output, source->grid(), source->type(),
                        file_options(options_, description));
    const Json provenance =
        transfer_with_provenance(context, options_.scan, *source, sink, "import");
    finish(sink, context.progress);
    report_not_finite(sink.statistics(), context.progress);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return result(description, sink.statistics(), provenance, took.count());
  }

 private:
  CommandResult result(const ScanDescription& d, const VolumeStatistics& statistics,
                       const Json& provenance, double seconds) const {
    const auto file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(options_.output));
    Facts facts = {{"written", options_.output.string() + ", " +
                                   format_bytes(static_cast<double>(file_bytes))}};
    for (const auto& fact : volume_facts(d.grid, d.type, d.kind)) {
      facts.push_back(fact);
    }
    facts.emplace_back("range", range_text(statistics));
    facts.emplace_back("took", done_text(d.grid, d.type, seconds));
    Json json = {{"output", options_.output.string()}, {"output_bytes", file_bytes}};
    json.update(volume_json(d.grid, d.type, d.kind));
    json["statistics"] = to_json(statistics);
    json["notices"] = d.notices;
    json["seconds"] = seconds;
    json["provenance"] = provenance;
    return {json, facts_text(facts), true};
  }

  ImportOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_import_command() { return std::make_unique<ImportCommand>(); }

}  // namespace fossilct
