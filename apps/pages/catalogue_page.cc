// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/catalogue_page.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "apps/cli/facts.h"
#include "apps/fossils/catalogue_report.h"
#include "apps/pages/page_scans.h"
#include "base/text.h"
#include "base/version.h"
#include "specimens/doubt.h"
#include "specimens/measured_body.h"
#include "specimens/written_unit.h"

namespace fossilct {

namespace {

// What the table shows; the cards show all.
constexpr std::array in_table = {"equivalent_diameter",
                                 "volume",
                                 "sphericity",
                                 "elongation",
                                 "solidity",
                                 "porosity",
                                 "chambers"};
constexpr const char* depth_name = "depth";

std::string spoken(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

// Of an object's number; `otherwise` where there is none.
double number_in(const Json& json, const char* key, double otherwise) {
  return json.is_object() && json.contains(key) && json[key].is_number() ? json[key].get<double>()
                                                                         : otherwise;
}

bool has_depth(const ScanRecord& scan) { return scan.top_m && scan.bottom_m; }

// Of the middle of its box; slices run downwards.
double depth_of(const Specimen& specimen, const ScanRecord& scan) {
  if (!has_depth(scan)) {
    return unknown_number;
  }
  const double middle = static_cast<double>(specimen.box.begin.z + specimen.box.end.z) / 2;
  return *scan.top_m +
         (*scan.bottom_m - *scan.top_m) * middle / static_cast<double>(scan.grid.size.z);
}

// The depth first, where that of a scan is known.
std::vector<ReportMeasure> measures_of(const std::vector<CatalogueKind>& kinds,
                                       const std::vector<ScanRecord>& scans) {
  std::vector<ReportMeasure> measures;
  if (std::ranges::any_of(scans, has_depth)) {
    measures.push_back({.name = depth_name,
                        .unit = "m",
                        .explanation = "in the well, of the middle of the fossil's box",
                        .decimals = 4});
  }
  for (const CatalogueKind& kind : kinds) {
    // "voxels (voxels)" says nothing more.
    measures.push_back({spoken(kind.name), kind.unit == kind.name ? "" : written_unit(kind.unit),
                        kind.definition + (kind.source.empty() ? "" : " (" + kind.source + ")"),
                        std::ranges::find(in_table, kind.name) != in_table.end()});
  }
  return measures;
}

void place(ReportFossil& fossil, const Specimen& specimen, const Grid& grid) {
  const auto corner = [&grid](const Index3& i) {
    // A voxel reaches half its edge to either side of its centre.
    const Vector3 p =
        grid.physical_from_index({static_cast<double>(i.x) - 0.5, static_cast<double>(i.y) - 0.5,
                                  static_cast<double>(i.z) - 0.5});
    return std::array{p.x, p.y, p.z};
  };
  const auto begin = corner(specimen.box.begin);
  const auto end = corner(specimen.box.end);
  constexpr std::array names = {"centroid_x", "centroid_y", "centroid_z"};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    fossil.box_low_um[axis] = std::min(begin[axis], end[axis]);
    fossil.box_high_um[axis] = std::max(begin[axis], end[axis]);
    fossil.centroid_um[axis] =
        measured_value(specimen.measurements, names[axis]).value_or((begin[axis] + end[axis]) / 2);
  }
}

Review review_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return Review::accepted;
    case Verdict::rejected:
      return Review::rejected;
    case Verdict::undecided:
      break;
  }
  return Review::open;
}

// Whether the page says so of the fossil anyway.
bool is_flag(const std::string& reason) {
  return reason == reason_fragment || reason == reason_split || reason == reason_truncated;
}

ReportTaxon taxon_of(const CatalogueEntry& entry) {
  ReportTaxon taxon;
  taxon.by = entry.taxon_by == TaxonBy::person  ? NamedBy::person
             : entry.taxon_by == TaxonBy::model ? NamedBy::model
                                                : NamedBy::nobody;
  const bool is_unsure = entry.taxon_by == TaxonBy::model && entry.taxon == unsure_taxon;
  taxon.name = is_unsure ? "" : entry.taxon;
  if (const auto& answer = entry.classification) {
    for (const TaxonScore& one : answer->best) {
      taxon.best.emplace_back(one.taxon, one.score);
    }
    taxon.deviation = answer->deviation.value_or(unknown_number);
    taxon.novelty = answer->novelty.value_or(unknown_number);
  }
  return taxon;
}

// Why it is doubtful, then what somebody noted.
std::string remark_of(const CatalogueEntry& entry, const Doubt* doubt) {
  std::string text;
  if (doubt != nullptr) {
    for (const std::string& reason : doubt->reasons) {
      text += is_flag(reason) ? "" : (text.empty() ? "" : ", ") + reason;
    }
  }
  return text + (text.empty() || entry.note.empty() ? "" : "; ") + entry.note;
}

// What an id is of in a catalogue of several scans.
using ScanAndId = std::pair<std::string, std::uint32_t>;

// Fossils are compared with those of their own scan.
std::map<ScanAndId, Doubt> doubts_of(const std::vector<CatalogueEntry>& entries) {
  std::map<std::string, std::vector<CatalogueEntry>> by_scan;
  for (const CatalogueEntry& entry : entries) {
    by_scan[entry.scan].push_back(entry);
  }
  std::map<ScanAndId, Doubt> doubts;
  for (const auto& [scan, its_entries] : by_scan) {
    for (Doubt& doubt : review_queue(its_entries)) {
      doubts.emplace(ScanAndId(scan, doubt.id), std::move(doubt));
    }
  }
  return doubts;
}

std::vector<double> values_of(const Specimen& specimen, const ScanRecord& scan,
                              const std::vector<ReportMeasure>& measures,
                              const std::vector<CatalogueKind>& kinds) {
  std::vector<double> values;
  if (measures.size() > kinds.size()) {
    values.push_back(depth_of(specimen, scan));
  }
  for (const CatalogueKind& kind : kinds) {
    values.push_back(measured_value(specimen.measurements, kind.name).value_or(unknown_number));
  }
  return values;
}

std::vector<ReportFossil> fossils_of(const Catalogue& catalogue,
                                     const std::vector<CatalogueEntry>& entries,
                                     const std::vector<ReportMeasure>& measures) {
  const std::vector<ScanRecord> scans = catalogue.scans();
  const std::vector<CatalogueKind> kinds = catalogue.kinds();
  std::map<std::int64_t, std::size_t> class_indices;
  for (const LabelClass& label : classes_of_fossils(catalogue)) {
    class_indices.emplace(label.value, class_indices.size());
  }
  const std::map<ScanAndId, Doubt> doubts = doubts_of(entries);
  std::vector<ReportFossil> fossils;
  for (const CatalogueEntry& entry : entries) {
    const Specimen& specimen = entry.specimen;
    const auto found = doubts.find({entry.scan, specimen.id});
    const Doubt* doubt = found == doubts.end() ? nullptr : &found->second;
    const auto scan = std::ranges::find(scans, entry.scan, &ScanRecord::name);
    ReportFossil fossil;
    fossil.id = specimen.id;
    fossil.scan = static_cast<std::size_t>(scan - scans.begin());
    fossil.class_index = class_indices.at(specimen.class_value);
    fossil.measures = values_of(specimen, *scan, measures, kinds);
    // What somebody has decided is in doubt no more.
    fossil.doubt = doubt == nullptr ? 0 : doubt->is_told ? doubt->doubt : unknown_number;
    fossil.truncated = specimen.truncated;
    fossil.fragment = specimen.fragment;
    fossil.split = specimen.split;
    fossil.review = review_of(entry.verdict);
    fossil.taxon = taxon_of(entry);
    fossil.remark = remark_of(entry, doubt);
    place(fossil, specimen, scan->grid);
    fossils.push_back(std::move(fossil));
  }
  return fossils;
}

void add_too_small(const Catalogue& catalogue, std::vector<ReportSkipped>& skipped) {
  const Json summary = catalogue.segmentation().summary;
  const auto too_small = static_cast<std::int64_t>(number_in(summary, "too_small", 0));
  if (too_small > 0) {
    const auto fewest = static_cast<std::int64_t>(number_in(summary, "fewest_voxels", 0));
    const auto voxels = static_cast<std::int64_t>(number_in(summary, "too_small_voxels", 0));
    skipped.push_back({too_small == 1 ? "1 body" : format_count(too_small) + " bodies",
                       "of fewer than " + format_count(fewest) + " voxels, " +
                           format_count(voxels) + " voxels in all"});
  }
}

void add_retired(const Catalogue& catalogue, std::vector<ReportSkipped>& skipped) {
  for (const RetiredId& retired : catalogue.retired()) {
    skipped.push_back({"fossil " + std::to_string(retired.id),
                       retired.reason +
                           (retired.into ? " into " + std::to_string(*retired.into) : "") + ", " +
                           retired.time});
  }
}

std::vector<ReportSkipped> skipped_of(const Catalogue& catalogue,
                                      const std::vector<CatalogueEntry>& entries) {
  std::vector<ReportSkipped> skipped;
  if (catalogue.is_merged()) {
    skipped.push_back({"meshes, pictures and slices",
                       "a catalogue of several scans has no crops: the reports of the scans show "
                       "them, and what each extraction left out"});
  } else {
    add_too_small(catalogue, skipped);
  }
  const auto rejected = std::ranges::count(entries, Verdict::rejected, &CatalogueEntry::verdict);
  if (rejected > 0) {
    skipped.push_back({counted(rejected, "fossil"),
                       "rejected in review: in the table, but not in counts, densities and plots"});
  }
  if (!catalogue.is_merged()) {
    add_retired(catalogue, skipped);
  }
  return skipped;
}

std::optional<ReportSignature> signature_of(const Catalogue& catalogue) {
  const SignatureCheck check = check_signature(catalogue);
  if (!check.is_signed) {
    return std::nullopt;
  }
  const Signature& last = check.last;
  const std::string what = counted(last.specimens, "fossil") + ", " + format_count(last.undecided) +
                           " of them undecided; SHA-256 " + last.sha256;
  const bool holds = last.holds && !check.altered;
  const std::string state = holds           ? "the catalogue is as it was signed"
                            : check.altered ? "VOID, altered by another program since"
                                            : "VOID, the catalogue was changed since";
  return ReportSignature{last.person, last.time, state + " (" + what + ")", holds};
}

Json provenance_of_merged(const Catalogue& catalogue) {
  Json scans = Json::object();
  for (const ScanRecord& scan : catalogue.scans()) {
    scans[scan.name] = {{"scan sha256", scan.sha256}, {"made by", scan.provenance}};
  }
  return {{"scans", std::move(scans)},
          {"catalogue sha256", catalogue.content_sha256()},
          {"report by", "fossilct " + std::string(version())}};
}

Json provenance_of(const Catalogue& catalogue) {
  if (catalogue.is_merged()) {
    return provenance_of_merged(catalogue);
  }
  const ScanRecord scan = catalogue.scan();
  const SegmentationRecord segmentation = catalogue.segmentation();
  return {{"extraction", segmentation.provenance},
          {"extraction options", segmentation.options},
          {"counted by the extraction", segmentation.summary},
          {"scan sha256", scan.sha256},
          {"labels sha256", segmentation.sha256},
          {"catalogue sha256", catalogue.content_sha256()},
          {"catalogue revision", catalogue.revision()},
          {"report by", "fossilct " + std::string(version())}};
}

// What training measured on slices that the model had not seen; nothing where the labels do not
// say.
std::optional<Table> validation_of(const Json& extraction) {
  // The labels are the first source of an extraction.
  const Json::json_pointer model("/sources/0/provenance/prediction/model");
  const Json::json_pointer scores("/scores/validation/scores/classes");
  if (!extraction.contains(model) || !extraction[model].contains(scores)) {
    return std::nullopt;
  }
  const Json names = extraction[model].value("classes", Json::array());
  const Json& classes = extraction[model][scores];
  Table result;
  result.columns = {{"class", ""},
                    {"IoU", "intersection over union with the labels"},
                    {"Dice", ""},
                    {"precision", "share of what was found that is right"},
                    {"recall", "share of what is there that was found"}};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const bool named = i < names.size() && names[i].is_string();
    std::vector<Cell>& row = result.rows.emplace_back();
    row.push_back(text_cell(named ? names[i].get<std::string>() : "class " + std::to_string(i)));
    for (const char* key : {"iou", "dice", "precision", "recall"}) {
      row.push_back(number_cell(number_in(classes[i], key, unknown_number), 3));
    }
  }
  result.missing_means = "the class was in none of the validation slices";
  return result;
}

}  // namespace

FossilReport catalogue_page(const Catalogue& catalogue,
                            const std::vector<CatalogueEntry>& entries) {
  FossilReport report;
  report.scans = page_scans(catalogue, entries);
  report.title =
      "Fossils of " + (report.scans.size() == 1 ? report.scans.front().name
                                                : std::to_string(report.scans.size()) + " scans");
  report.is_signable = !catalogue.is_merged();
  report.classes = page_classes(catalogue, report.scans);
  report.measures = measures_of(catalogue.kinds(), catalogue.scans());
  report.depth_measure = depth_name;
  report.fossils = fossils_of(catalogue, entries, report.measures);
  report.skipped = skipped_of(catalogue, entries);
  report.signature = signature_of(catalogue);
  report.provenance = provenance_of(catalogue);
  if (report.is_signable) {
    report.validation = validation_of(catalogue.segmentation().provenance);
  }
  report.footer = "fossilct " + std::string(version());
  return report;
}

}  // namespace fossilct
