// SPDX-License-Identifier: Apache-2.0
#include "specimens/abundance.h"

#include <algorithm>
#include <set>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/taxa/abundance_page.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

struct AbundanceCommandOptions {
  std::vector<fs::path> catalogues;
  fs::path output;
  fs::path groups;
  fs::path manual;
  double bin_m = 0;
  double level = 0.95;
  std::string title = "Abundance of taxa";
  bool overwrite = false;
};

// Both tables with the same samples and taxa, in the order of the first.
void align(const Abundance& found, Abundance& manual) {
  for (const AbundanceSample& sample : found.samples) {
    if (std::ranges::find(manual.samples, sample.name, &AbundanceSample::name) ==
        manual.samples.end()) {
      manual.samples.push_back(
          {sample.name, sample.depth_m, std::vector<std::int64_t>(manual.taxa.size()), 0});
    }
  }
  std::vector<AbundanceSample> ordered;
  for (const AbundanceSample& sample : found.samples) {
    ordered.push_back(*std::ranges::find(manual.samples, sample.name, &AbundanceSample::name));
  }
  manual.samples = std::move(ordered);
}

class AbundanceCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "abundance CATALOGUE... --output FILE.csv|FILE.html [options]",
        {"Counts the fossils of catalogues (folders NAME.fossils, or the file that `catalogue "
         "merge` wrote) by taxon and sample: absolute, and as a share with its interval (Wilson "
         "1927). A sample is a scan, or with --bin-m a stretch of depth. Rejected fossils do not "
         "count. A fossil's taxon is the name that a person gave it, else that of a taxon model "
         "that is sure, else the class of its labels.",
         "The page draws the taxa side by side down the well. --groups adds the share of "
         "planktonic specimens, --manual compares with counts by hand: r2, slope and bias of each "
         "taxon."},
        {{"fossilct abundance well.sqlite --output abundance.html --bin-m 0.5",
          "A page, in steps of half a metre."},
         {"fossilct abundance well.sqlite --output abundance.csv --groups groups.csv --manual "
          "counts.csv",
          "The numbers, beside those counted by hand."}}};
  }

  void declare(OptionSet& options) override {
    options.positionals("catalogue", &options_.catalogues,
                        "Catalogues of scans, or of a well (catalogue merge)");
    options.path("output,o", "FILE", &options_.output, "The table (.csv) or the page (.html)");
    options.require();
    options.number("bin-m", "METRES", &options_.bin_m, 0, 1e4,
                   "Count by so many metres of depth; 0: by scan");
    options.path("groups", "CSV", &options_.groups,
                 "Columns taxon, group (planktonic or benthic): for their ratio");
    options.path("manual", "CSV", &options_.manual,
                 "Counts by hand: columns sample or depth_m, taxon, count");
    options.number("level", "X", &options_.level, 0.5, 0.999, "Of the intervals");
    options.text("title", "TEXT", &options_.title, "Of the page");
    options.flag("overwrite", &options_.overwrite, "Replace the output where it exists");
  }

  CommandResult run(const CommandContext& context) override {
    const std::string ending = lower(options_.output.extension().string());
    if (ending != ".csv" && ending != ".html" && ending != ".htm") {
      throw option_error(
          "--output", "'" + options_.output.string() + "': a table ends in .csv, a page in .html");
    }
    const IfExists if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    std::vector<fs::path> sources = options_.catalogues;
    sources.insert(sources.end(), {options_.groups, options_.manual});
    require_apart("--output", options_.output, AtomicKind::file, sources);
    require_output(options_.output, AtomicKind::file, if_exists);
    const AbundanceResult result = counted_all(context.progress);
    write_file_atomically(options_.output, ending == ".csv"
                                               ? abundance_csv(result)
                                               : abundance_html(result, options_.title));
    return described(result);
  }

 private:
  AbundanceResult counted_all(Progress& progress) const {
    const std::vector<Occurrence> occurrences = occurrences_in(options_.catalogues);
    AbundanceResult result;
    result.level = options_.level;
    result.found = count_abundance(occurrences, options_.bin_m);
    if (!options_.manual.empty()) {
      compare(occurrences, result, progress);
    }
    if (!options_.groups.empty()) {
      const auto groups = read_groups(options_.groups);
      for (const std::string& taxon : result.found.taxa) {
        if (!groups.contains(taxon)) {
          progress.warning(options_.groups.string() + ": the taxon '" + printable(taxon) +
                           "' is in no group, and does not count for the ratio");
        }
      }
      result.groups = group_counts(result.found, groups);
    }
    return result;
  }

  void compare(const std::vector<Occurrence>& occurrences, AbundanceResult& result,
               Progress& progress) const {
    const std::vector<Occurrence> by_hand =
        read_manual_counts(options_.manual, result.found.samples);
    std::set<std::string> names(result.found.taxa.begin(), result.found.taxa.end());
    for (const Occurrence& each : by_hand) {
      names.insert(each.taxon);
    }
    const std::vector<std::string> taxa(names.begin(), names.end());
    result.found = count_abundance(occurrences, options_.bin_m, taxa);
    Abundance manual = count_abundance(by_hand, options_.bin_m, taxa);
    for (const AbundanceSample& sample : manual.samples) {
      if (std::ranges::find(result.found.samples, sample.name, &AbundanceSample::name) ==
          result.found.samples.end()) {
        progress.warning(options_.manual.string() + ": sample '" + printable(sample.name) +
                         "' is in no catalogue, and is left out");
      }
    }
    align(result.found, manual);
    result.manual = std::move(manual);
  }

  CommandResult described(const AbundanceResult& result) const {
    std::int64_t specimens = 0;
    for (const AbundanceSample& sample : result.found.samples) {
      specimens += sample.total;
    }
    const auto samples = static_cast<std::int64_t>(result.found.samples.size());
    const auto taxa = static_cast<std::int64_t>(result.found.taxa.size());
    Json json = {{"output", options_.output.string()},
                 {"specimens", specimens},
                 {"samples", samples},
                 {"taxa", result.found.taxa}};
    std::vector<std::vector<std::string>> rows = {{"taxon", "samples", "r2", "slope", "bias %"}};
    if (result.manual) {
      json["agreement"] = Json::object();
      for (std::size_t i = 0; i < result.found.taxa.size(); ++i) {
        const Agreement a = agreement(percents_of(*result.manual, i), percents_of(result.found, i));
        json["agreement"][result.found.taxa[i]] = {
            {"samples", a.samples}, {"r2", a.r2}, {"slope", a.slope}, {"bias_percent", a.bias}};
        rows.push_back({result.found.taxa[i], std::to_string(a.samples), format_rounded(a.r2),
                        format_rounded(a.slope), format_rounded(a.bias)});
      }
    }
    const Facts facts = {{"written", options_.output.string()},
                         {"specimens", format_count(specimens)},
                         {"samples", format_count(samples)},
                         {"taxa", format_count(taxa)},
                         {"against counts by hand", result.manual ? columns_text(rows) : ""}};
    return {json, facts_text(facts), true};
  }

  AbundanceCommandOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_abundance_command() { return std::make_unique<AbundanceCommand>(); }

}  // namespace fossilct
