// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/page_scans.h"

#include <optional>
#include <string>

#include "apps/cli/facts.h"
#include "apps/fossils/fossil_density.h"
#include "apps/scans/scan_report.h"
#include "base/text.h"
#include "report/numbers.h"
#include "specimens/written_unit.h"
#include "volumes/class_colours.h"

namespace fossilct {

namespace {

// "2 um" as the page writes units.
std::string with_written_unit(const std::string& text) {
  const std::size_t blank = text.rfind(' ');
  return blank == text.npos ? text
                            : text.substr(0, blank + 1) + written_unit(text.substr(blank + 1));
}

ReportCount count_of(const std::vector<const Specimen*>& fossils, const ScanRecord& scan,
                     double level) {
  ReportCount one = {.count = static_cast<std::int64_t>(fossils.size())};
  const std::optional<Density> d = density_of(fossils, scan, level);
  if (d && d->per_cm3) {
    one.per_mm3 = d->value / mm3_in_cm3;
    one.per_mm3_low = d->low / mm3_in_cm3;
    one.per_mm3_high = d->high / mm3_in_cm3;
  }
  return one;
}

std::string total_density_text(const std::vector<CatalogueEntry>& entries, const ScanRecord& scan,
                               double level) {
  const std::optional<Density> total =
      density_of(counting_fossils(entries, scan.name, std::nullopt), scan, level);
  if (!total || !total->per_cm3) {
    return density_text(total);
  }
  const Density& d = *total;
  return number_text(d.value / mm3_in_cm3) + " per mm³ (" + number_text(d.low / mm3_in_cm3) +
         " to " + number_text(d.high / mm3_in_cm3) + ", " + format_rounded(100 * d.level) + "%), " +
         counted_text(d);
}

KeyValues facts_of(const std::vector<CatalogueEntry>& entries, const ScanRecord& scan,
                   double level) {
  KeyValues facts = {{"scan", scan.name},
                     {"file", scan.path},
                     {"size", size_text(scan.grid.size) + " voxels"},
                     {"voxel size", with_written_unit(spacing_text(scan.grid))}};
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
  facts.emplace_back("fossils per volume of rock", total_density_text(entries, scan, level));
  return facts;
}

}  // namespace

std::vector<LabelClass> classes_of_fossils(const Catalogue& catalogue) {
  std::vector<LabelClass> classes = catalogue.classes();
  std::erase_if(classes, [](const LabelClass& label) { return label.value == 0; });
  return classes;
}

std::vector<ReportScan> page_scans(const Catalogue& catalogue,
                                   const std::vector<CatalogueEntry>& entries) {
  const double level = confidence_of(catalogue);
  const std::vector<LabelClass> classes = classes_of_fossils(catalogue);
  std::vector<ReportScan> scans;
  for (const ScanRecord& record : catalogue.scans()) {
    ReportScan scan = {.name = record.name, .facts = facts_of(entries, record, level)};
    scan.top_m = record.top_m.value_or(unknown_number);
    scan.bottom_m = record.bottom_m.value_or(unknown_number);
    scan.found = count_of(counting_fossils(entries, record.name, std::nullopt), record, level);
    for (const LabelClass& label : classes) {
      scan.by_class.push_back(
          count_of(counting_fossils(entries, record.name, label.value), record, level));
    }
    scans.push_back(std::move(scan));
  }
  if (!catalogue.is_merged()) {
    scans.front().facts.emplace_back("labels", catalogue.segmentation().path);
  }
  return scans;
}

std::vector<ReportClass> page_classes(const Catalogue& catalogue,
                                      const std::vector<ReportScan>& scans) {
  std::vector<ReportClass> classes;
  for (const LabelClass& label : classes_of_fossils(catalogue)) {
    const bool has_colour = label.colour != std::array<std::uint8_t, 3>{};
    ReportClass one = {.name = label.name,
                       .colour = has_colour ? label.colour : own_class_colour(label.value)};
    for (const ReportScan& scan : scans) {
      const ReportCount& found = scan.by_class[classes.size()];
      if (scans.size() == 1) {
        one.found = found;
      } else {
        one.found.count += found.count;
      }
    }
    classes.push_back(std::move(one));
  }
  return classes;
}

}  // namespace fossilct
