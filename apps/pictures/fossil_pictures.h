// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "apps/cli/command.h"
#include "apps/fossils/fossil_ids.h"
#include "render/pictures.h"
#include "render/render_backend.h"

namespace fossilct {

// Which pictures are drawn of a catalogue's fossils.
struct FossilPictureOptions {
  std::vector<IdRange> ids;  // empty: all
  PictureOptions pictures;
  RenderBackend backend = RenderBackend::automatic;
  bool again = false;  // those too that are there and not stale
  bool cards = false;  // a card beside the views
  bool svg = false;    // the card as SVG too
  double dpi = 300;    // stated in the files
};

// The options that `views` and `render` share.
void declare_drawing_options(OptionSet& options, FossilPictureOptions& drawing);

// Draws views/ID_front.png ... (six views), views/ID_cut.png where the wall is known, and
// views/ID_section-front.png ... (three) of each fossil in the catalogue, rejected ones too: square
// and grey, of one scale; and with `cards` views/ID_card.png (and .svg) of the same drawings. In
// steps of a dozen: killed at any moment, the catalogue is whole and the same call goes on. Throws
// as Catalogue, MeshPainter and draw_fossil(); Interrupted where a stop was asked for.
CommandResult draw_fossils(const std::filesystem::path& catalogue,
                           const FossilPictureOptions& options, const CommandContext& context);

}  // namespace fossilct
