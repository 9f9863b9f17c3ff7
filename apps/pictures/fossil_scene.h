// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "apps/cli/command.h"
#include "render/render_backend.h"
#include "render/scene.h"

namespace fossilct {

// A core as a whole.
struct FossilSceneOptions {
  std::filesystem::path scan;       // for the rock; empty: none is drawn
  std::filesystem::path picture;    // a PNG; may be empty
  std::filesystem::path turntable;  // a folder of PNGs; may be empty
  int frames = 72;                  // of one turn
  SceneOptions scene;
  double dpi = 300;
  RenderBackend backend = RenderBackend::automatic;
  bool overwrite = false;
};

// Draws the fossils of a catalogue that count, or what labels hold, in the colours of their classes
// within the rock of the scan, read at a level of at most 128 voxels along an axis (labels 256).
// The turntable is 0001.png, 0002.png ... and, where the program ffmpeg is there, turntable.mp4.
// Throws as Catalogue, open_scan(), ScenePainter and AtomicOutput; Cancelled where a stop was asked
// for.
CommandResult draw_scene(const std::filesystem::path& labels_or_catalogue,
                         const FossilSceneOptions& options, const CommandContext& context);

}  // namespace fossilct
