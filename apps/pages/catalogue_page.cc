// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/catalogue_page.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "apps/cli/facts.h"
#include "apps/fossils/catalogue_report.h"
#include "apps/fossils/fossil_density.h"
#include "apps/scans/scan_report.h"
#include "base/text.h"
#include "base/version.h"
#include "report/numbers.h"
#include "specimens/doubt.h"
#include "specimens/measured_body.h"

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
constexpr double mm3_in_cm3 = 1000;

std::string spoken(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

// Of an object's number; `otherwise` where there is none.
double number_in(const Json& json, const char* key, double otherwise) {
  return json.is_object() && json.contains(key) && json[key].is_number() ? json[key].get<double>()
                                                                         : otherwise;
}

std::vector<ReportClass> classes_of(const Catalogue& catalogue,
                                    const std::vector<CatalogueEntry>& entries) {
  const ScanRecord scan = catalogue.scan();
  const double level = confidence_of(catalogue);
  std::vector<ReportClass> classes;
  for (const LabelClass& label : catalogue.classes()) {
    const std::vector<const Specimen*> fossils = counting_fossils(entries, scan.name, label.value);
    ReportClass one = {.name = label.name, .count = static_cast<std::int64_t>(fossils.size())};
    if (label.colour != std::array<std::uint8_t, 3>{}) {
      one.colour = label.colour;
    }
    const std::optional<Density> d = density_of(fossils, scan, level);
    if (d && d->per_cm3) {
      one.per_mm3 = d->value / mm3_in_cm3;
      one.per_mm3_low = d->low / mm3_in_cm3;
      one.per_mm3_high = d->high / mm3_in_cm3;
    }
    classes.push_back(std::move(one));
  }
  return classes;
}

std::string total_density_text(const Catalogue& catalogue,
                               const std::vector<CatalogueEntry>& entries) {
  const ScanRecord scan = catalogue.scan();
  const std::optional<Density> total = density_of(
      counting_fossils(entries, scan.name, std::nullopt), scan, confidence_of(catalogue));
  if (!total || !total->per_cm3) {
    return density_text(total);
  }
  const Density& d = *total;
  return number_text(d.value / mm3_in_cm3) + " per mm³ (" + number_text(d.low / mm3_in_cm3) +
         " to " + number_text(d.high / mm3_in_cm3) + ", " + format_rounded(100 * d.level) + "%), " +
         counted_text(d);
}

KeyValues scan_facts(const Catalogue& catalogue, const std::vector<CatalogueEntry>& entries) {
  const ScanRecord scan = catalogue.scan();
  KeyValues facts = {{"scan", scan.name},
                     {"file", scan.path},
                     {"size", size_text(scan.grid.size) + " voxels"},
                     {"voxel size", spacing_text(scan.grid)}};
  if (scan.grid.spacing_known) {
    facts.emplace_back("physical size", physical_size_text(scan.grid));
  }
  if (scan.core_volume) {
    constexpr double um3_in_mm3 = 1e9;
    facts.emplace_back("rock without air",
                       scan.grid.spacing_known
                           ? format_rounded(*scan.core_volume / um3_in_mm3) + " mm³"
                           : format_rounded(*scan.core_volume) + " voxels");
  }
  if (scan.top_m && scan.bottom_m) {
    facts.emplace_back("depth",
                       format_number(*scan.top_m) + " to " + format_number(*scan.bottom_m) + " m");
  }
  facts.emplace_back("fossils per volume of rock", total_density_text(catalogue, entries));
  facts.emplace_back("labels", catalogue.segmentation().path);
  return facts;
}

std::vector<ReportMeasure> measures_of(const std::vector<CatalogueKind>& kinds) {
  std::vector<ReportMeasure> measures;
  for (const CatalogueKind& kind : kinds) {
    measures.push_back({spoken(kind.name), kind.unit,
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

// Why it is doubtful, then what somebody noted.
std::string remark_of(const CatalogueEntry& entry, const Doubt* doubt) {
  std::string text;
  if (doubt != nullptr) {
    for (const std::string& reason : doubt->reasons) {
      text += (text.empty() ? "" : ", ") + reason;
    }
  }
  return text + (text.empty() || entry.note.empty() ? "" : "; ") + entry.note;
}

std::vector<ReportFossil> fossils_of(const Catalogue& catalogue,
                                     const std::vector<CatalogueEntry>& entries) {
  const Grid grid = catalogue.scan().grid;
  const std::vector<CatalogueKind> kinds = catalogue.kinds();
  std::map<std::int64_t, std::size_t> class_indices;
  for (const LabelClass& label : catalogue.classes()) {
    class_indices.emplace(label.value, class_indices.size());
  }
  const std::vector<Doubt> queue = review_queue(entries);
  std::map<std::uint32_t, const Doubt*> doubts;
  for (const Doubt& doubt : queue) {
    doubts.emplace(doubt.id, &doubt);
  }
  std::vector<ReportFossil> fossils;
  for (const CatalogueEntry& entry : entries) {
    const Specimen& specimen = entry.specimen;
    const auto found = doubts.find(specimen.id);
    const Doubt* doubt = found == doubts.end() ? nullptr : found->second;
    ReportFossil fossil;
    fossil.id = specimen.id;
    fossil.class_index = class_indices.at(specimen.class_value);
    for (const CatalogueKind& kind : kinds) {
      fossil.measures.push_back(
          measured_value(specimen.measurements, kind.name).value_or(unknown_number));
    }
    // What somebody has decided is in doubt no more.
    fossil.doubt = doubt != nullptr ? doubt->doubt : 0;
    fossil.truncated = specimen.truncated;
    fossil.fragment = specimen.fragment;
    fossil.split = specimen.split;
    fossil.review = review_of(entry.verdict);
    fossil.remark = remark_of(entry, doubt);
    place(fossil, specimen, grid);
    fossils.push_back(std::move(fossil));
  }
  return fossils;
}

std::vector<ReportSkipped> skipped_of(const Catalogue& catalogue,
                                      const std::vector<CatalogueEntry>& entries) {
  std::vector<ReportSkipped> skipped;
  const Json summary = catalogue.segmentation().summary;
  const auto too_small = static_cast<std::int64_t>(number_in(summary, "too_small", 0));
  if (too_small > 0) {
    const auto fewest = static_cast<std::int64_t>(number_in(summary, "fewest_voxels", 0));
    const auto voxels = static_cast<std::int64_t>(number_in(summary, "too_small_voxels", 0));
    skipped.push_back({too_small == 1 ? "1 body" : format_count(too_small) + " bodies",
                       "of fewer than " + format_count(fewest) + " voxels, " +
                           format_count(voxels) + " voxels in all"});
  }
  const auto rejected = std::ranges::count(entries, Verdict::rejected, &CatalogueEntry::verdict);
  if (rejected > 0) {
    skipped.push_back({counted(rejected, "fossil"),
                       "rejected in review: in the table, but not in counts, densities and plots"});
  }
  for (const RetiredId& retired : catalogue.retired()) {
    skipped.push_back({"fossil " + std::to_string(retired.id),
                       retired.reason +
                           (retired.into ? " into " + std::to_string(*retired.into) : "") + ", " +
                           retired.time});
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

Json provenance_of(const Catalogue& catalogue) {
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
  report.title = "Fossils of " + catalogue.scan().name;
  report.scan = scan_facts(catalogue, entries);
  report.classes = classes_of(catalogue, entries);
  report.measures = measures_of(catalogue.kinds());
  report.fossils = fossils_of(catalogue, entries);
  report.skipped = skipped_of(catalogue, entries);
  report.signature = signature_of(catalogue);
  report.provenance = provenance_of(catalogue);
  report.validation = validation_of(catalogue.segmentation().provenance);
  report.footer = "fossilct " + std::string(version());
  return report;
}

}  // namespace fossilct
