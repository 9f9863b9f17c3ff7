// SPDX-License-Identifier: Apache-2.0
#include "specimens/catalogue.h"

#include <fstream>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/fossils/catalogue_report.h"
#include "apps/fossils/open_catalogue.h"
#include "base/error.h"
#include "specimens/well.h"

namespace fossilct {

namespace {

enum class Action { info, merge };

struct CatalogueOptions {
  Action action = Action::info;
  std::vector<std::filesystem::path> catalogues;
  std::filesystem::path output;
  std::filesystem::path depth_table;
  bool overwrite = false;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw file_errno_error(path, "can't read");
  }
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void require_not(bool given, const std::string& option) {
  if (given) {
    throw option_error(option, "belongs to `catalogue merge`");
  }
}

class CatalogueCommand : public Command {
 public:
  CommandHelp help() const override {
    return {"catalogue info CATALOGUE, or: fossilct catalogue merge CATALOGUE ... --output FILE",
            {"CATALOGUE is the folder that `fossilct extract` wrote. `info` tells its fossils by "
             "class, what was decided and whether it is signed. `merge` joins the catalogues of "
             "the scans of one well into one SQLite file of the same tables, which `info` and any "
             "program that knows SQLite read; it is made anew after a catalogue changed.",
             "The depth table is a CSV file with the columns scan (the scan's name), top_m and "
             "bottom_m, a line a scan: depths in metres of the scan's first and last slice. Each "
             "fossil then has its depth."},
            {{"fossilct catalogue info core17.fossils/", "What was found and decided."},
             {"fossilct catalogue merge a.fossils/ b.fossils/ --output well.sqlite --depth-table "
              "cores.csv",
              "One table of the fossils of two scans, with their depths."}}};
  }

  void declare(OptionSet& options) override {
    options.positional_choice("action", &options_.action,
                              {{"info", Action::info}, {"merge", Action::merge}},
                              "`info` tells what a catalogue holds, `merge` joins several");
    options.positionals("catalogue", &options_.catalogues, "The catalogues: folders");
    options.section("merge");
    options.path("output,o", "FILE", &options_.output, "The SQLite file to write");
    options.path("depth-table", "CSV", &options_.depth_table,
                 "Depths of the scans: columns scan, top_m, bottom_m");
    options.flag("overwrite", &options_.overwrite, "Replace the output where it exists");
  }

  CommandResult run(const CommandContext& context) override {
    return options_.action == Action::info ? info() : merge(context.progress);
  }

 private:
  CommandResult info() const {
    require_not(!options_.output.empty(), "--output");
    require_not(!options_.depth_table.empty(), "--depth-table");
    require_not(options_.overwrite, "--overwrite");
    if (options_.catalogues.size() > 1) {
      throw Error(ErrorKind::option, "'" + options_.catalogues[1].string() +
                                         "': an argument too many; `catalogue info` takes one "
                                         "CATALOGUE");
    }
    return described(options_.catalogues[0], false);
  }

  CommandResult merge(Progress& progress) const {
    if (options_.output.empty()) {
      throw Error(ErrorKind::option, "--output is missing: the SQLite file to write");
    }
    const IfExists if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    std::vector<std::filesystem::path> sources = options_.catalogues;
    for (const auto& folder : options_.catalogues) {
      sources.push_back(folder / "catalogue.sqlite");
    }
    require_apart("--output", options_.output, AtomicKind::file, sources);
    require_output(options_.output, AtomicKind::file, if_exists);
    const DepthTable depths =
        options_.depth_table.empty()
            ? DepthTable()
            : parse_depth_table(options_.depth_table, text_of(options_.depth_table));
    AtomicOutput output(options_.output, AtomicKind::file, if_exists);
    for (const std::string& line :
         merge_catalogues(options_.catalogues, depths, output.temporary_path())) {
      progress.warning(line);
    }
    output.commit();
    return described(output.path(), true);
  }

  static CommandResult described(const std::filesystem::path& path, bool is_report) {
    const Catalogue catalogue = open_catalogue(path, Catalogue::Access::read);
    return {catalogue_json(path, catalogue), facts_text(catalogue_facts(path, catalogue)),
            is_report};
  }

  CatalogueOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_catalogue_command() { return std::make_unique<CatalogueCommand>(); }

}  // namespace fossilct
