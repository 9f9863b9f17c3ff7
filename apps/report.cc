// SPDX-License-Identifier: Apache-2.0
#include "report/fossil_report.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/fossils/fossil_crops.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/pages/catalogue_page.h"
#include "apps/pages/catalogue_slices.h"
#include "apps/pages/fossil_details.h"
#include "apps/pictures/picture_files.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/volume_file.h"
#include "render/svg_picture.h"
#include "specimens/catalogue.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr double plot_dpi = 300;

struct ReportCommandOptions {
  fs::path catalogue;
  fs::path output;
  bool folder = false;
  bool overwrite = false;
  std::string title;
  fs::path plots;
  fs::path scan;
  OpenOptions open;
};

void write_file(const fs::path& path, const std::string& content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream stream(path, std::ios::binary);
  stream << content;
  if (!stream.flush()) {
    throw file_errno_error(path, "can't write");
  }
}

class ReportCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "report CATALOGUE --output FILE.html [options]",
        {"Writes what a catalogue holds as a page that opens offline in any browser: counts and "
         "densities, sizes, the table of fossils (the most doubtful first), a card of each with a "
         "mesh to turn, sections and photographs, a dozen slices with outlines, the signature, and "
         "how it was "
         "made. CATALOGUE is the folder that `fossilct extract` wrote, or the database of several "
         "scans that `fossilct catalogue merge` wrote: its page counts by scan and by depth, and "
         "has no meshes, pictures and slices, as those lie with the scans.",
         "One file holds at most 80 MB: thumbnails of all fossils, meshes and pictures of the most "
         "doubtful ones. Where that is not enough, and with --folder, the output is a folder whose "
         "index.html is the page; it holds everything."},
        {{"fossilct report core17.fossils/ --output core17.html", "One file, to be sent."},
         {"fossilct report core17.fossils/ --output core17-report --folder --plots plots/",
          "A folder with the pictures of all fossils, and the plots as files."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("catalogue", &options_.catalogue,
                       "The catalogue: a folder NAME.fossils, or WELL.sqlite");
    options.section("Output");
    options.path("output,o", "FILE", &options_.output, "The page to write, or the folder");
    options.require();
    options.flag("folder", &options_.folder, "Write a folder, which holds everything");
    options.path("plots", "DIR", &options_.plots,
                 "Write the plots as SVG and PNG files into this folder");
    options.text("title", "TEXT", &options_.title, "The title; \"Fossils of SCAN\" otherwise");
    options.flag("overwrite", &options_.overwrite, "Replace outputs that exist");
    options.section("Slices");
    options.path("scan", "SCAN", &options_.scan,
                 "The scan, where it is not where the catalogue says; without it the slices show "
                 "outlines alone");
    declare_reading_options(options, options_.open);
  }

  CommandResult run(const CommandContext& context) override {
    check_scan_options(options_.open);
    options_.open.threads = context.common.threads;
    settle_outputs();
    const Catalogue catalogue = open_catalogue(options_.catalogue, Catalogue::Access::read);
    if (catalogue.is_merged() && !options_.scan.empty()) {
      throw option_error("--scan", "a catalogue of several scans has no slices to show");
    }
    const std::vector<CatalogueEntry> entries = catalogue.entries();
    FossilReport report = catalogue_page(catalogue, entries);
    report.title = options_.title.empty() ? report.title : options_.title;
    if (!catalogue.is_merged()) {
      failed_ =
          add_fossil_details(catalogue, entries, context.common.threads, context.progress, report);
      warn_of_failed(failed_, context.progress);
      add_slices(catalogue, entries, report, context);
    }
    const WrittenReport written =
        fossil_report_html(report, {options_.folder ? ReportForm::folder : ReportForm::automatic});
    for (const std::string& remark : written.remarks) {
      context.progress.notice(remark);
    }
    write(written);
    return result(written, report, write_plots(report));
  }

 private:
  IfExists if_exists() const { return options_.overwrite ? IfExists::replace : IfExists::refuse; }

  void settle_outputs() {
    if (!options_.output.has_filename()) {
      options_.output = options_.output.parent_path();
    }
    if (!options_.plots.has_filename()) {
      options_.plots = options_.plots.parent_path();
    }
    const std::string extension = options_.output.extension().string();
    if (!options_.folder && extension != ".html" && extension != ".htm") {
      throw option_error(
          "--output", "'" + options_.output.string() + "': expected a name in .html, or --folder");
    }
    const AtomicKind kind = options_.folder ? AtomicKind::folder : AtomicKind::file;
    require_apart("--output", options_.output, AtomicKind::folder,
                  {options_.catalogue, options_.catalogue / "catalogue.sqlite", options_.scan});
    require_output(options_.output, kind, if_exists());
    if (!options_.plots.empty()) {
      require_apart("--plots", options_.plots, AtomicKind::folder,
                    {options_.catalogue, options_.catalogue / "catalogue.sqlite", options_.output,
                     options_.scan});
      require_output(options_.plots, AtomicKind::folder, if_exists());
    }
  }

  // f32, of the catalogue's size; null where the catalogue alone names it and it can't be had.
  std::unique_ptr<VolumeSource> open_its_scan(const ScanRecord& scan, FossilReport& report,
                                              const CommandContext& context) const {
    const bool is_given = !options_.scan.empty();
    const fs::path path = is_given ? options_.scan : fs::path(scan.path);
    try {
      OpenOptions open = options_.open;
      // Its voxel size is the catalogue's.
      open.spacing.unknown = !open.spacing.spacing_um && !open.spacing.unit;
      auto source = open_scan(path, open, context.progress);
      if (source->grid().size != scan.grid.size) {
        throw format_error(path, "its size is " + size_text(source->grid().size) +
                                     " voxels, that of the catalogue's scan " +
                                     size_text(scan.grid.size));
      }
      if (source->description().kind == VolumeKind::labels) {
        throw format_error(path, "these are labels; --scan names the scan");
      }
      return convert(std::move(source), PixelType::f32, std::nullopt);
    } catch (const Error& error) {
      if (is_given) {
        throw;
      }
      context.progress.notice("the slices show outlines alone (--scan names the scan): " +
                              std::string(error.what()));
      report.skipped.push_back({"the scan in the slices", error.what()});
      return nullptr;
    }
  }

  void add_slices(const Catalogue& catalogue, const std::vector<CatalogueEntry>& entries,
                  FossilReport& report, const CommandContext& context) const {
    const ScanRecord record = catalogue.scan();
    const fs::path path = catalogue.path_of("instances.h5");
    if (!is_there(path)) {
      context.progress.notice("the page has no slices: " + path.string() + " is missing");
      report.skipped.push_back({"slices", "no instances.h5 is in the catalogue"});
      return;
    }
    const auto ids =
        convert(open_volume_file(path, 0, context.common.threads), PixelType::u32, std::nullopt);
    if (ids->grid().size != record.grid.size) {
      throw format_error(path, "its size is " + size_text(ids->grid().size) +
                                   " voxels, that of the catalogue's scan " +
                                   size_text(record.grid.size));
    }
    const auto scan = open_its_scan(record, report, context);
    report.slices = catalogue_slices(*ids, scan.get(), record.grid, entries, context.progress);
  }

  void write(const WrittenReport& written) const {
    const AtomicKind kind = written.is_folder ? AtomicKind::folder : AtomicKind::file;
    AtomicOutput output(options_.output, kind, if_exists());
    for (const ReportFile& file : written.files) {
      write_file(written.is_folder ? output.temporary_path() / file.name : output.temporary_path(),
                 file.content);
    }
    output.commit();
  }

  // How many; each is two files.
  std::size_t write_plots(const FossilReport& report) const {
    if (options_.plots.empty()) {
      return 0;
    }
    const std::vector<ReportPlot> plots = report_plots(report);
    AtomicOutput output(options_.plots, AtomicKind::folder, if_exists());
    for (const ReportPlot& plot : plots) {
      const fs::path path = output.temporary_path() / plot.name;
      write_file(path.string() + ".svg", plot.svg.text);
      write_png(path.string() + ".png", svg_picture(plot.svg.text, plot_dpi), plot_dpi);
    }
    output.commit();
    return plots.size();
  }

  CommandResult result(const WrittenReport& written, const FossilReport& report,
                       std::size_t plots) const {
    std::int64_t bytes = 0;
    for (const ReportFile& file : written.files) {
      bytes += static_cast<std::int64_t>(file.content.size());
    }
    const fs::path page =
        written.is_folder ? options_.output / written.files.front().name : options_.output;
    const Json json = {
        {"output", options_.output.string()}, {"page", page.string()},
        {"folder", written.is_folder},        {"bytes", bytes},
        {"fossils", report.fossils.size()},   {"without_details", written.fossils_without_details},
        {"slices", report.slices.size()},     {"plots", plots},
        {"failed", to_json(failed_)}};
    const Facts facts = {
        {"written", page.string()},
        {"size", format_bytes(static_cast<double>(bytes))},
        {"fossils", format_count(static_cast<std::int64_t>(report.fossils.size()))},
        {"failed", failed_text(failed_)},
        {"slices", format_count(static_cast<std::int64_t>(report.slices.size()))},
        {"plots", options_.plots.empty()
                      ? ""
                      : format_count(static_cast<std::int64_t>(plots)) + ", each as SVG and PNG"}};
    return {json, facts_text(facts), true, !failed_.empty()};
  }

  ReportCommandOptions options_;
  std::vector<FailedFossil> failed_;
};

}  // namespace

std::unique_ptr<Command> make_report_command() { return std::make_unique<ReportCommand>(); }

}  // namespace fossilct
