// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_plates.h"

#include <algorithm>
#include <chrono>
#include <tuple>

#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/pictures/fossil_card.h"
#include "apps/pictures/fossil_solids.h"
#include "base/error.h"
#include "base/text.h"
#include "render/plates.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

std::vector<CatalogueEntry> ordered_fossils(const Catalogue& catalogue,
                                            const std::vector<IdRange>& ids) {
  std::vector<CatalogueEntry> entries = chosen_fossils(catalogue, ids);
  if (ids.empty()) {
    std::erase_if(entries, [](const CatalogueEntry& entry) { return !entry.counts(); });
  }
  std::ranges::sort(entries, {}, [](const CatalogueEntry& entry) {
    const Specimen& fossil = entry.specimen;
    return std::tuple(fossil.class_value, -fossil.voxels, fossil.id);
  });
  return entries;
}

PlateFossil plate_fossil(MeshPainter& painter, const CatalogueEntry& entry,
                         const FossilSolid& solid, std::int64_t edge_pixels) {
  return {draw_front(painter, solid.body, solid.crop.grid, {.edge_pixels = edge_pixels}),
          std::to_string(entry.specimen.id), entry.class_name,
          diameter_text(entry, solid.crop.grid)};
}

// Its place stays, so that a page shows that one is missing.
PlateFossil missing_fossil(const CatalogueEntry& entry, const Grid& grid) {
  return {.view = {},
          .number = std::to_string(entry.specimen.id),
          .class_name = entry.class_name,
          .size = diameter_text(entry, grid),
          .missing = "crop damaged"};
}

}  // namespace

CommandResult draw_plates(const fs::path& path, const FossilPlateOptions& options,
                          const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const IfExists if_exists = options.overwrite ? IfExists::replace : IfExists::refuse;
  require_output(options.output, AtomicKind::file, if_exists);
  const Catalogue catalogue = open_catalogue(path, Catalogue::Access::read);
  const std::vector<CatalogueEntry> entries = ordered_fossils(catalogue, options.ids);
  if (entries.empty()) {
    throw format_error(path, "it has no fossils to draw on plates");
  }
  const CropReader crops(catalogue);
  MeshPainter painter(options.backend);
  const auto count = static_cast<std::int64_t>(entries.size());
  PlateFile plates(options.output, {catalogue.scan().name, count, if_exists});
  context.progress.begin("plates", count, WorkUnit::items);
  SolidsAhead solids(crops, entries, false);
  const Grid grid = catalogue.scan().grid;
  std::vector<FailedFossil> failed;
  for (const CatalogueEntry& entry : entries) {
    context.progress.check();
    const FossilSolid solid = solids.next();
    if (solid.fault.empty()) {
      plates.add(plate_fossil(painter, entry, solid, PlateFile::edge_pixels(options.dpi)));
    } else {
      failed.push_back({entry.specimen.id, solid.fault});
      plates.add(missing_fossil(entry, grid));
    }
    context.progress.advance(1);
  }
  plates.finish();
  context.progress.end();
  warn_of_failed(failed, context.progress);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const std::int64_t pages = (count - 1) / PlateFile::fossils_a_page + 1;
  return {{{"output", options.output.string()},
           {"fossils", count},
           {"pages", pages},
           {"failed", to_json(failed)},
           {"renderer", painter.renderer()},
           {"seconds", took.count()}},
          facts_text({{"written", options.output.string()},
                      {"fossils", format_count(count) + " on " + counted(pages, "page")},
                      {"failed", failed_text(failed)},
                      {"drawn by", painter.renderer()},
                      {"took", format_duration(took.count())}}),
          true,
          !failed.empty()};
}

}  // namespace fossilct
