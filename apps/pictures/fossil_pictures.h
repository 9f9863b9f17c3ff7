// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "apps/cli/command.h"
#include "apps/fossils/fossil_ids.h"
#include "render/pictures.h"
#include "render/render_backend.h"

namespace fossilct {

enum class PictureScale { fit, fixed };

// Which pictures are drawn of a catalogue's fossils.
struct FossilPictureOptions {
  std::vector<IdRange> ids;  // empty: all
  PictureOptions pictures;
  // fit: each fossil fills its pictures; fixed: all have PictureOptions::um_per_pixel, or where
  // that is not given the scale at which the longest of the fossils to be drawn fits.
  PictureScale scale = PictureScale::fit;
  RenderBackend backend = RenderBackend::automatic;
  bool again = false;  // those too that are there and not stale
  bool cards = false;  // a card beside the views
  bool svg = false;    // the card as SVG too
  double dpi = 300;    // stated in the files
};

// The options that `views` and `render` share.
void declare_drawing_options(OptionSet& options, FossilPictureOptions& drawing);

// Draws views/ID_front.png ... (six views), views/ID_cut.png where the wall is known,
// views/ID_section-front.png ... (three) and views/ID_projection.png of each fossil in the
// catalogue, rejected ones too: square and grey, of one scale a fossil; and with `cards`
// views/ID_card.png (and .svg) of the same drawings. In steps of a dozen: killed at any moment, the
// catalogue is whole and the same call goes on. Throws as Catalogue, MeshPainter and draw_fossil();
// Interrupted where a stop was asked for.
CommandResult draw_fossils(const std::filesystem::path& catalogue,
                           const FossilPictureOptions& options, const CommandContext& context);

}  // namespace fossilct
