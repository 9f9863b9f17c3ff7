// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "apps/cli/companion.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/taxa/found_images.h"
#include "base/error.h"
#include "specimens/catalogue.h"
#include "specimens/measured_body.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// Measures of form and build that tell taxa apart; places, directions and greys would tell scans
// apart. See docs/measurements.md.
constexpr std::array feature_kinds = {"equivalent_diameter",
                                      "feret_maximum",
                                      "elongation",
                                      "flatness",
                                      "sphericity",
                                      "solidity",
                                      "porosity",
                                      "chambers",
                                      "wall_thickness_mean",
                                      "wall_thickness_median",
                                      "chamber_volume_largest"};

std::vector<CatalogueKind> features_of(const Catalogue& catalogue) {
  std::vector<CatalogueKind> features;
  for (const CatalogueKind& kind : catalogue.kinds()) {
    if (std::ranges::find(feature_kinds, kind.name) != feature_kinds.end()) {
      features.push_back(kind);
    }
  }
  return features;
}

std::vector<CatalogueEntry> counting_entries(const Catalogue& catalogue) {
  std::vector<CatalogueEntry> entries = catalogue.entries();
  std::erase_if(entries, [](const CatalogueEntry& entry) { return !entry.counts(); });
  return entries;
}

fs::path view_file(const fs::path& folder, std::uint32_t id, const std::string& view) {
  return folder / "views" / (std::to_string(id) + "_" + view + ".png");
}

bool has_views(const fs::path& folder, const CatalogueEntry& entry,
               const std::vector<std::string>& views) {
  std::error_code ignored;
  return !entry.views_stale && std::ranges::all_of(views, [&](const std::string& view) {
    return fs::exists(view_file(folder, entry.specimen.id, view), ignored);
  });
}

void make_views(const fs::path& folder, const CommandContext& context) {
  const auto table = command_table();
  const auto row = std::ranges::find(table, std::string("views"), &CommandRow::name);
  if (row == table.end()) {
    throw file_error(folder,
                     "has no pictures of some fossils, and this fossilct was built without "
                     "`fossilct views`, which makes them");
  }
  context.progress.notice("making the pictures that " + folder.string() + " lacks");
  std::vector<std::string> arguments = {folder.string()};
  if (context.common.quiet) {
    arguments.emplace_back("--quiet");
  }
  run_command_elsewhere(*row, arguments, context.progress);
}

double depth_share(const CatalogueEntry& entry, const ScanRecord& scan) {
  const Box& box = entry.specimen.box;
  return static_cast<double>(box.begin.z + box.end.z) /
         (2.0 * static_cast<double>(scan.grid.size.z));
}

FoundSpecimen specimen_of(const fs::path& folder, const CatalogueEntry& entry,
                          const ScanRecord& scan, const std::vector<CatalogueKind>& features) {
  FoundSpecimen specimen;
  specimen.name = scan.name + ":" + std::to_string(entry.specimen.id);
  specimen.sample = scan.name;
  if (scan.top_m && scan.bottom_m) {
    specimen.depth_m = *scan.top_m + (*scan.bottom_m - *scan.top_m) * depth_share(entry, scan);
  }
  specimen.taxon = entry.taxon_by == TaxonBy::person ? entry.taxon : "";
  for (const CatalogueKind& kind : features) {
    if (const auto value = measured_value(entry.specimen.measurements, kind.name)) {
      specimen.measurements[kind.column] = *value;
    }
  }
  specimen.fossil = FossilOfCatalogue{folder, entry.specimen.id};
  return specimen;
}

}  // namespace

FoundImages images_of_catalogue(const fs::path& folder, const ImageSetOptions& options,
                                const CommandContext& context) {
  const std::vector<std::string>& views =
      options.views.empty() ? fossil_view_names() : options.views;
  const auto open = [&] { return open_catalogue(folder, Catalogue::Access::read); };
  FoundImages found;
  std::vector<CatalogueEntry> entries = counting_entries(open());
  const auto is_drawn = [&](const CatalogueEntry& entry) {
    return has_views(folder, entry, views);
  };
  if (!std::ranges::all_of(entries, is_drawn)) {
    make_views(folder, context);
    entries = counting_entries(open());
    found.undrawn = static_cast<std::int64_t>(
        std::erase_if(entries, [&](const CatalogueEntry& entry) { return !is_drawn(entry); }));
  }
  const Catalogue catalogue = open();
  const ScanRecord scan = catalogue.scan();
  const std::vector<CatalogueKind> features = features_of(catalogue);
  for (const CatalogueKind& kind : features) {
    found.measurements.push_back(kind.column);
  }
  for (const CatalogueEntry& entry : entries) {
    FoundSpecimen specimen = specimen_of(folder, entry, scan, features);
    for (const std::string& view : views) {
      specimen.images.push_back(view_file(folder, entry.specimen.id, view));
    }
    found.specimens.push_back(std::move(specimen));
  }
  return found;
}

}  // namespace fossilct
