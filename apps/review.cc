// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/fossils/body_edits.h"
#include "apps/fossils/catalogue_report.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/fossils/review_options.h"
#include "apps/fossils/taxon_table.h"
#include "apps/scans/scan_provenance.h"
#include "base/error.h"
#include "base/text.h"
#include "io/image_files.h"
#include "io/open_scan.h"
#include "specimens/catalogue.h"
#include "specimens/doubt.h"
#include "specimens/measured_body.h"

namespace fossilct {

namespace {

std::string person_of(const ReviewOptions& options) {
  const char* user = std::getenv("USER");
  return !options.by.empty() ? options.by : user != nullptr && *user != '\0' ? user : "unknown";
}

// "photos/7-2.jpg", of the fossil's second photograph. A file that has the name already may be the
// only copy of one of an earlier catalogue.
std::string photo_name(const Catalogue& catalogue, const CatalogueEntry& entry,
                       const std::filesystem::path& file) {
  const std::string ending = lower(file.extension().string());
  for (std::size_t number = entry.photos.size() + 1;; ++number) {
    const std::string name =
        "photos/" + std::to_string(entry.specimen.id) + "-" + std::to_string(number) + ending;
    std::error_code ignored;
    if (std::ranges::find(entry.photos, name) == entry.photos.end() &&
        !std::filesystem::exists(catalogue.path_of(name), ignored)) {
      return name;
    }
  }
}

void attach_photo(const Catalogue& catalogue, Catalogue::Change& change, std::uint32_t id,
                  const std::filesystem::path& file, const std::string& person) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw option_error("--photo", "there is no file '" + file.string() + "'");
  }
  if (!image_format_of(file)) {
    throw option_error("--photo", "'" + file.string() +
                                      "' is no picture that browsers and programs show: JPEG, PNG, "
                                      "TIFF or BMP");
  }
  const std::string name = photo_name(catalogue, catalogue.entry(id, "--photo"), file);
  std::filesystem::copy_file(file, change.new_file(name),
                             std::filesystem::copy_options::overwrite_existing, error);
  if (error) {
    throw file_code_error(file, "can't copy it into the catalogue", error);
  }
  change.attach_photo(id, name, person);
}

// As the extraction measured, by what it kept of its options.
MeasuringOptions measuring_as(const Json& extraction) {
  MeasuringOptions options;
  options.anatomy = extraction.value("anatomy", true);
  if (extraction.contains("air_grey") && extraction["air_grey"].is_number()) {
    options.anatomy_options.air_grey = extraction["air_grey"].get<double>();
  }
  return options;
}

// The scan that the fossils were found in; null where the catalogue alone names it and it can't be
// had, or is another one.
std::shared_ptr<VolumeSource> open_its_scan(const ScanRecord& record, const ReviewOptions& options,
                                            const CommandContext& context) {
  const bool is_given = !options.scan.empty();
  const std::filesystem::path path = is_given ? options.scan : std::filesystem::path(record.path);
  try {
    OpenOptions open;
    open.spacing.unknown = true;  // the catalogue's counts
    open.threads = context.common.threads;
    std::shared_ptr<VolumeSource> scan = open_scan(path, open, context.progress);
    if (scan->grid().size != record.grid.size ||
        identity_of(path, scan->description(), context.progress).sha256 != record.sha256) {
      throw format_error(path, "is another scan than the catalogue's: its size or SHA-256 differs");
    }
    return scan;
  } catch (const Error& error) {
    if (is_given) {
      throw;
    }
    context.progress.notice("the catalogue's scan is not at hand (--scan names it): " +
                            std::string(error.what()));
    return nullptr;
  }
}

void require_class(const Catalogue& catalogue, std::optional<std::int64_t> value) {
  const std::vector<LabelClass> classes = catalogue.classes();
  if (value && std::ranges::find(classes, *value, &LabelClass::value) == classes.end()) {
    throw option_error("--new-class", "the catalogue has no class " + std::to_string(*value));
  }
}

BodyChanges edit_bodies(const Catalogue& catalogue, Catalogue::Change& change,
                        const ReviewOptions& options, const CommandContext& context) {
  Json extraction = catalogue.segmentation().options;
  extraction = extraction.is_object() ? extraction : Json::object();
  const MeasuringOptions measuring = measuring_as(extraction);
  require_class(catalogue, options.new_class);
  BodyEditing editing;
  editing.measure = [&measuring](const BodyCrop& crop, const VolumeView<const std::uint8_t>* wall) {
    return measure_body(crop, wall, measuring);
  };
  editing.person = person_of(options);
  editing.margin_voxels = extraction.value("margin", editing.margin_voxels);
  editing.threads = context.common.threads;
  editing.retire_missing = options.retire_missing;
  editing.wall_class = extraction.contains("wall_class") && extraction["wall_class"].is_number();
  editing.new_class = options.new_class;
  editing.open_scan = [&] { return open_its_scan(catalogue.scan(), options, context); };
  if (!options.merge.empty()) {
    return merge_bodies(catalogue, change, ids_in(options.merge, catalogue, "--merge"), editing,
                        context.progress);
  }
  if (options.split) {
    SplitOptions split;
    split.mode = SplitMode::always;  // a person has seen that they are several
    split.depth = options.split_depth;
    return split_fossil(catalogue, change, *options.split, split, editing, context.progress);
  }
  if (!options.import_labels.empty()) {
    return import_labels(catalogue, change, options.import_labels, options.import_id, editing,
                         context.progress);
  }
  return {};
}

void decide(const Catalogue& catalogue, Catalogue::Change& change,
            const std::vector<VerdictOf>& verdicts, const std::string& person) {
  std::unordered_map<std::uint32_t, const VerdictOf*> given;
  for (const VerdictOf& verdict : verdicts) {
    for (const std::uint32_t id : ids_in(verdict.ids, catalogue, verdict.option)) {
      const auto [other, is_first] = given.emplace(id, &verdict);
      if (other->second->kind != verdict.kind) {
        throw option_error(verdict.option, "fossil " + std::to_string(id) + " is given to " +
                                               other->second->option +
                                               " too; give it to one of them");
      }
      if (is_first) {
        change.decide({id, verdict.kind, "", person});
      }
    }
  }
}

void name_taxa(const Catalogue& catalogue, Catalogue::Change& change, const ReviewOptions& options,
               Progress& progress) {
  const std::string person = person_of(options);
  if (!options.taxon_table.empty()) {
    const TaxonTable table = read_taxon_table("--taxa", options.taxon_table, catalogue);
    for (const auto& [id, name] : table.names) {
      change.decide({id, DecisionKind::taxon, name, person});
    }
    progress.notice("named by " + options.taxon_table.string() + ": " +
                    counted(static_cast<std::int64_t>(table.names.size()), "fossil") +
                    (table.rows_without_fossil == 0
                         ? ""
                         : "; where " + counted(table.rows_without_fossil, "row") +
                               " say, there is none of its own"));
  }
  for (const TaxonOf& taxon : options.taxa) {
    for (const std::uint32_t id : ids_in(taxon.ids, catalogue, "--taxon")) {
      change.decide({id, DecisionKind::taxon, taxon.name, person});
    }
  }
}

// All that one call asks for is one step: made whole or not at all. Bodies first: a verdict given
// with them is on what they became.
BodyChanges apply(Catalogue& catalogue, const ReviewOptions& options,
                  const CommandContext& context) {
  const std::string person = person_of(options);
  Catalogue::Change change(catalogue);
  BodyChanges changes = edit_bodies(catalogue, change, options, context);
  decide(catalogue, change, options.verdicts, person);
  for (const auto& [id, text] : options.notes) {
    catalogue.entry(id, "--note");
    change.decide({id, DecisionKind::note, text, person});
  }
  for (const auto& [id, file] : options.photos) {
    attach_photo(catalogue, change, id, file, person);
  }
  name_taxa(catalogue, change, options, context.progress);
  if (!options.sign.empty()) {
    change.sign(options.sign);
  }
  change.commit();
  return changes;
}

// "fossil 3: 1,515 -> 858 voxels"
std::string changes_text(const BodyChanges& changes) {
  std::string text;
  for (const BodyChange& c : changes) {
    text += "fossil " + std::to_string(c.id) + ": " +
            (c.voxels_before == 0 ? "new" : format_count(c.voxels_before)) + " -> " +
            (c.voxels == 0 ? "gone" : format_count(c.voxels) + " voxels") + "\n";
  }
  return text.empty() ? "The labels are those of the catalogue: no fossil changed.\n" : text;
}

Json changes_json(const BodyChanges& changes) {
  Json list = Json::array();
  for (const BodyChange& c : changes) {
    list.push_back({{"id", c.id}, {"voxels_before", c.voxels_before}, {"voxels", c.voxels}});
  }
  return list;
}

std::string reasons_text(const Doubt& doubt) {
  std::string text;
  for (const std::string& reason : doubt.reasons) {
    text += (text.empty() ? "" : ", ") + reason;
  }
  return text.empty() ? "-" : text;
}

std::string queue_text(const std::vector<Doubt>& queue, const std::vector<CatalogueEntry>& entries,
                       std::size_t limit) {
  if (queue.empty()) {
    return "No fossil is undecided.\n";
  }
  std::vector<std::vector<std::string>> rows = {{"id", "doubt", "class, taxon", "voxels", "why"}};
  for (std::size_t i = 0; i < std::min(limit, queue.size()); ++i) {
    const auto entry = std::ranges::find(entries, queue[i].id,
                                         [](const CatalogueEntry& e) { return e.specimen.id; });
    rows.push_back({std::to_string(queue[i].id),
                    queue[i].is_told ? format_rounded(queue[i].doubt) : "–",
                    printable(entry->class_name) +
                        (entry->taxon.empty() ? "" : ", " + printable(entry->taxon)),
                    format_count(entry->specimen.voxels), reasons_text(queue[i])});
  }
  const std::size_t left = queue.size() - (rows.size() - 1);
  return columns_text(rows) +
         (left == 0
              ? ""
              : "... and " + format_count(static_cast<std::int64_t>(left)) + " more (--limit)\n");
}

Json queue_json(const std::vector<Doubt>& queue, std::size_t limit) {
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(limit, queue.size()); ++i) {
    list.push_back({{"id", queue[i].id},
                    {"doubt", queue[i].is_told ? Json(queue[i].doubt) : Json()},
                    {"reasons", queue[i].reasons}});
  }
  return list;
}

class ReviewCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "review CATALOGUE [options]",
        {"CATALOGUE is the folder that `fossilct extract` wrote. Without other options the "
         "undecided fossils are listed, the most doubtful first: uncertain labels, fragments, "
         "separated ones, those cut by the border, odd sizes, an unsure taxon.",
         "Every decision is kept with its time and who made it; the last one holds. Rejected "
         "fossils stay in the catalogue and leave the counts. All that one call asks for is done, "
         "or nothing of it. specimens.csv and specimens.json follow.",
         "`--merge`, `--split` and `--import-labels` change bodies: instances.h5, the crops and "
         "the "
         "measurements follow, meshes and views are to be made anew, and the fossils are undecided "
         "again.",
         "`--sign` freezes the counts with the date, a SHA-256 of all that was found, measured "
         "and decided, and the number of undecided fossils; any later change voids it, and "
         "`fossilct catalogue info` says so."},
        {{"fossilct review core17.fossils/ --queue --limit 50", "What to look at first."},
         {"fossilct review core17.fossils/ --accept 1-12,15 --reject 13 --note '13=a pebble'",
          "Thirteen fossils are right and one is none."},
         {"fossilct review core17.fossils/ --taxon '4,9-12=Globigerina bulloides'",
          "What five of them are, to train on or against a model's answer."},
         {"fossilct review core17.fossils/ --import-labels 7=7_mask_edited.nrrd",
          "A mask that was corrected in 3D Slicer."},
         {"fossilct review core17.fossils/ --sign 'Dr. A. Reader'", "The counts are final."}}};
  }

  void declare(OptionSet& options) override { declare_review_options(options, options_); }

  CommandResult run(const CommandContext& context) override {
    if (options_.edits() > 1) {
      throw Error(ErrorKind::option,
                  "--merge, --split and --import-labels: give one of them a call");
    }
    require_used(options_.retire_missing, "--retire-missing");
    require_used(options_.new_class.has_value(), "--new-class");
    if (!options_.scan.empty() && options_.edits() == 0) {
      throw option_error("--scan", "belongs to --merge, --split and --import-labels");
    }
    if (options_.changes()) {
      Catalogue catalogue = open_catalogue(options_.catalogue, Catalogue::Access::write);
      const BodyChanges changes = apply(catalogue, options_, context);
      CommandResult result = described(catalogue);
      if (options_.edits() > 0) {
        result.text = changes_text(changes) + "\n" + result.text;
        result.json["changes"] = changes_json(changes);
      }
      return result;
    }
    return described(open_catalogue(options_.catalogue, Catalogue::Access::read));
  }

 private:
  void require_used(bool given, const char* option) const {
    if (given && options_.import_labels.empty()) {
      throw option_error(option, "belongs to --import-labels");
    }
  }

  CommandResult described(const Catalogue& catalogue) const {
    if (catalogue.is_merged()) {
      throw file_error(options_.catalogue,
                       "joins several scans and is only read; review the catalogue of the scan");
    }
    const bool lists = options_.queue || !options_.changes();
    Json json = catalogue_json(options_.catalogue, catalogue);
    std::string text = facts_text(catalogue_facts(options_.catalogue, catalogue));
    if (lists) {
      const std::vector<CatalogueEntry> entries = catalogue.entries();
      const std::vector<Doubt> queue = review_queue(entries);
      const auto limit = static_cast<std::size_t>(options_.limit);
      json["queue"] = queue_json(queue, limit);
      text = queue_text(queue, entries, limit) + "\n" + text;
    }
    return {json, text, !lists};
  }

  ReviewOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_review_command() { return std::make_unique<ReviewCommand>(); }

}  // namespace fossilct
