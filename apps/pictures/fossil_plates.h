// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "apps/cli/command.h"
#include "apps/fossils/fossil_ids.h"
#include "render/render_backend.h"

namespace fossilct {

// Contact sheets of a catalogue's fossils.
struct FossilPlateOptions {
  std::vector<IdRange> ids;      // empty: all
  std::filesystem::path output;  // a PDF
  double dpi = 300;
  RenderBackend backend = RenderBackend::automatic;
  bool overwrite = false;
};

// Draws the fossils that count, or those of `ids`, twenty a page, by class as the catalogue lists
// them and from the largest to the smallest; where a fossil's crop can't be read its place stays
// empty, and that is told. The catalogue is only read. Throws as Catalogue,
// MeshPainter and PlateFile; Cancelled where a stop was asked for.
CommandResult draw_plates(const std::filesystem::path& catalogue, const FossilPlateOptions& options,
                          const CommandContext& context);

}  // namespace fossilct
