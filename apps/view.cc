// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/fossils/fossil_crops.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/pictures/viewed_volumes.h"
#include "apps/scans/scan_options.h"
#include "base/error.h"
#include "base/text.h"
#include "view/viewer.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

struct ViewCommandOptions {
  fs::path input;
  fs::path labels;
  fs::path scan;
  std::string by;
  fs::path picture;
  RenderBackend backend = RenderBackend::automatic;
  OpenOptions open;
};

std::string person_of(const std::string& by) {
  const char* user = std::getenv("USER");
  return !by.empty() ? by : user != nullptr && *user != '\0' ? user : "unknown";
}

// As `fossilct review` does.
void keep(const fs::path& path, std::span<const Decision> decisions) {
  Catalogue catalogue = open_catalogue(path, Catalogue::Access::write);
  Catalogue::Change change(catalogue);
  for (const Decision& decision : decisions) {
    catalogue.entry(decision.id);
    change.decide(decision);
  }
  change.commit();
}

class ViewCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "view CATALOGUE|SCAN [LABELS] [options]",
        {"Opens a window with three slices, the fossils in 3D, and their list: the most doubtful "
         "first, filtered by class, size, doubt and verdict. A click on a fossil, anywhere, shows "
         "its measures and its outline. F1 lists the keys.",
         "CATALOGUE is the folder that `fossilct extract` wrote. A accepts, R rejects the selected "
         "fossil: kept in the catalogue at once, as `fossilct review` does.",
         "Of a SCAN its slices are shown; LABELS of it, or ids, are shown over them, each value "
         "as a body. A volume file of any size opens at once, from its smaller levels; what is "
         "looked at is read as it is needed. Other formats are read whole, up to 1 GB."},
        {{"fossilct view core17.fossils/", "To go through its fossils."},
         {"fossilct view core17.fossils/ --scan /archive/core17.h5", "Where the scan has moved."},
         {"fossilct view core.h5 labels.h5", "A scan and what was found in it."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("input", &options_.input,
                       "The catalogue (a folder NAME.fossils), or the scan");
    options.positional("labels", &options_.labels, "Labels of the scan");
    options.make_optional();
    options.path("scan", "SCAN", &options_.scan,
                 "Of a catalogue: its scan, where it is not where the catalogue says");
    options.text("by", "NAME", &options_.by, "Who decides; the user's name otherwise");
    options.choice("backend", &options_.backend,
                   {{"auto", RenderBackend::automatic},
                    {"egl", RenderBackend::egl},
                    {"x11", RenderBackend::x11}},
                   "What draws the 3D view");
    options.path("picture", "FILE", &options_.picture,
                 "Write a picture of the window (PNG) once all is drawn, and end");
    options.section("Voxel size");
    declare_spacing_options(options, options_.open.spacing);
  }

  CommandResult run(const CommandContext& context) override {
    began_ = std::chrono::steady_clock::now();
    check_scan_options(options_.open);
    options_.open.threads = context.common.threads;
    if (!options_.picture.empty()) {
      require_output(options_.picture, AtomicKind::file, IfExists::refuse);
    }
    const bool of_fossils = is_catalogue(options_.input) || options_.input.extension() == ".sqlite";
    Viewing viewing = of_fossils ? of_catalogue(context) : of_scan(context);
    ViewerOptions window;
    window.backend = options_.backend;
    window.picture = options_.picture.string();
    window.on_first_slices = [this, &context] {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
      context.progress.detail("first slices after " + format_rounded(took.count()) + " s");
    };
    return result(run_viewer(std::move(viewing), window, context.progress));
  }

 private:
  Viewing of_catalogue(const CommandContext& context) const {
    if (!options_.labels.empty()) {
      throw option_error("LABELS", "'" + options_.labels.string() +
                                       "': a catalogue has its own ids; labels are for a scan");
    }
    const Catalogue catalogue = open_catalogue(options_.input, Catalogue::Access::read);
    if (catalogue.is_merged()) {
      throw file_error(options_.input,
                       "joins several scans, and has no crops; view the catalogue of a scan");
    }
    Viewing viewing = viewed_catalogue(catalogue, options_.scan, options_.open, context.progress);
    viewing.person = person_of(options_.by);
    if (::access(catalogue.folder().c_str(), W_OK) == 0) {
      viewing.decide = [path = options_.input](std::span<const Decision> decisions) {
        keep(path, decisions);
      };
    } else {
      viewing.notices.push_back("The folder can't be written: nothing can be decided.");
    }
    return viewing;
  }

  Viewing of_scan(const CommandContext& context) const {
    for (const auto& [option, is_given] :
         {std::pair{"--scan", !options_.scan.empty()}, {"--by", !options_.by.empty()}}) {
      if (is_given) {
        throw option_error(
            option, "is for a catalogue (NAME.fossils); '" + options_.input.string() + "' is none");
      }
    }
    return viewed_scan(options_.input, options_.labels, options_.open, context.progress);
  }

  CommandResult result(const ViewerResult& viewed) const {
    if (!viewed.not_kept.empty()) {
      throw file_error(options_.input, "decisions were not kept: " + viewed.not_kept.back());
    }
    const Facts facts = {{"decided", viewed.decided == 0 ? "" : counted(viewed.decided, "time")},
                         {"written", options_.picture.string()}};
    return {{{"decided", viewed.decided}}, facts_text(facts), true};
  }

  ViewCommandOptions options_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace

std::unique_ptr<Command> make_view_command() { return std::make_unique<ViewCommand>(); }

}  // namespace fossilct
