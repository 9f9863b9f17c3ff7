// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/review_options.h"

#include "apps/cli/given_text.h"
#include "apps/fossils/fossil_ids.h"
#include "apps/fossils/taxon_table.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::int64_t most_ids = 1'000'000;

// "7=TEXT" in two.
std::pair<std::uint32_t, std::string> parse_of_id(const std::string& option,
                                                  const std::string& text,
                                                  const std::string& what) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || trim(text.substr(equals + 1)).empty()) {
    throw option_error(option, "'" + printable(text) + "' is not of the form ID=" + what);
  }
  return {parse_id(option, text.substr(0, equals)), text.substr(equals + 1)};
}

void declare_verdict(OptionSet& options, ReviewOptions& review, const std::string& name,
                     DecisionKind kind, const std::string& help) {
  const std::string option = "--" + name;
  options.repeated(
      name, "ID,ID-ID",
      [&review, option, kind](const std::string& text) {
        review.verdicts.push_back({parse_ids(option, text), kind, option});
      },
      help);
}

TaxonOf parse_taxon(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw option_error("--taxon", "'" + printable(text) + "' is not of the form ID=NAME");
  }
  TaxonOf taxon = {parse_ids("--taxon", text.substr(0, equals)),
                   std::string(trim(text.substr(equals + 1)))};
  if (!taxon.name.empty()) {
    require_taxon_name("--taxon", taxon.name);
  }
  return taxon;
}

// Files may have a = in their names: an id is digits alone.
void take_import(ReviewOptions& review, const std::string& text) {
  const std::size_t equals = text.find('=');
  const bool has_id =
      equals != std::string::npos && equals > 0 && text.find_first_not_of("0123456789") == equals;
  if (has_id) {
    review.import_id = parse_id("--import-labels", text.substr(0, equals));
  }
  review.import_labels = has_id ? text.substr(equals + 1) : text;
  if (review.import_labels.empty()) {
    throw option_error("--import-labels", "the path is empty");
  }
}

}  // namespace

void declare_review_options(OptionSet& options, ReviewOptions& review) {
  options.positional("catalogue", &review.catalogue, "The catalogue: a folder NAME.fossils");
  options.section("What to look at");
  options.flag("queue", &review.queue,
               "List the undecided fossils, the most doubtful first; done where nothing else is "
               "asked for");
  options.integer("limit", "N", &review.limit, 1, most_ids, "Fossils of the queue that are listed");
  options.section("What to decide");
  declare_verdict(options, review, "accept", DecisionKind::accept, "These fossils are right");
  declare_verdict(options, review, "reject", DecisionKind::reject,
                  "These are no fossils, and leave the counts");
  declare_verdict(options, review, "reopen", DecisionKind::reopen,
                  "These are undecided again, whatever was said");
  options.repeated(
      "note", "ID=TEXT",
      [&review](const std::string& text) {
        review.notes.push_back(parse_of_id("--note", text, "TEXT"));
        require_text("--note", review.notes.back().second, true);
      },
      "Write this beside the fossil");
  options.repeated(
      "photo", "ID=FILE",
      [&review](const std::string& text) {
        const auto [id, file] = parse_of_id("--photo", text, "FILE");
        review.photos.emplace_back(id, file);
      },
      "Attach a copy of this photograph");
  options.repeated(
      "taxon", "ID,ID-ID=NAME",
      [&review](const std::string& text) { review.taxa.push_back(parse_taxon(text)); },
      "These are of this taxon, whatever a model says; an empty name takes it back");
  options.path("taxa", "FILE.csv", &review.taxon_table,
               "The same for all rows of a table: columns id, or centre_x_um, centre_y_um and "
               "centre_z_um (as the truth of `fossilct phantom`), and taxon, class or kind");
  options.section("What to correct, one of them a call");
  options.parsed(
      "merge", "ID,ID",
      [&review](const std::string& text) {
        review.merge = parse_ids("--merge", text);
        if (review.merge.size() == 1 && review.merge[0].first == review.merge[0].last) {
          throw option_error("--merge", "'" + printable(text) + "': takes two ids or more");
        }
      },
      "These are one fossil; it keeps the id of the largest");
  options.parsed(
      "split", "ID",
      [&review](const std::string& text) { review.split = parse_id("--split", text); },
      "This is several fossils; a part with half of it keeps the id");
  options.number("split-depth", "X", &review.split_depth, 0.05, 0.95,
                 "With --split: how far it must narrow between two; smaller gives more parts");
  options.parsed(
      "import-labels", "[ID=]FILE",
      [&review](const std::string& text) { take_import(review, text); },
      "Labels corrected in another program, on the scan's grid: with ID, or where the file says "
      "whose crop it is, a mask as crops/ID_mask.nrrd, otherwise ids as in instances.h5, new "
      "values new fossils");
  options.flag("retire-missing", &review.retire_missing,
               "With --import-labels: fossils that it leaves no voxel are retired; refused without "
               "it");
  options.parsed(
      "new-class", "VALUE",
      [&review](const std::string& text) {
        const auto value = parse_integer(trim(text));
        if (!value || *value < 0) {
          throw option_error("--new-class", "'" + printable(text) + "' is no value of a class");
        }
        review.new_class = *value;
      },
      "With --import-labels: the class of new fossils; needed where the catalogue has several");
  options.path("scan", "SCAN", &review.scan,
               "The scan, where it is not where the catalogue says: read where a corrected fossil "
               "reaches beyond the crops");
  options.section("Who");
  options.parsed(
      "by", "NAME",
      [&review](const std::string& name) {
        require_text("--by", name);
        review.by = name;
      },
      "Who decides; the user's name otherwise");
  options.section("Signing");
  options.parsed(
      "sign", "NAME",
      [&review](const std::string& name) {
        if (trim(name).empty()) {
          throw option_error("--sign", "the name is empty");
        }
        require_text("--sign", name);
        review.sign = name;
      },
      "Freeze the counts under this name; any later change voids it");
}

}  // namespace fossilct
