// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "render/render_backend.h"
#include "render/triangle_mesh.h"
#include "view/fossil_list.h"
#include "view/slice_picture.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What a window shows, handed in whole. The sources are read by one thread of the window's own.
struct Viewing {
  std::string title;  // "core17"
  Grid grid;          // of the full resolution
  // From the finest level down, each half the one before; empty where there is no scan (ids).
  std::vector<std::unique_ptr<VolumeSource>> scan_levels;
  std::vector<std::unique_ptr<VolumeSource>> id_levels;  // whole numbers up to 2^32 - 1
  std::optional<GreyWindow> window;  // to begin with; else from the first slices
  std::vector<ViewedClass> classes;
  std::vector<ViewedFossil> fossils;
  bool has_catalogue = false;  // else the "fossils" are labels, on which nothing is decided
  // The body's surface in the scan's space, coarse and quick or fine. Called by one thread of the
  // window's own; may throw Error: then the fossil has no mesh.
  std::function<TriangleMesh(std::uint32_t id, bool fine)> mesh_of;
  // Keeps decisions, all or none. Called by one thread of the window's own; may throw Error. Null:
  // nothing can be decided.
  std::function<void(std::span<const Decision>)> decide;
  std::string person;                // who decides
  std::vector<std::string> notices;  // shown above the slices
};

struct ViewerOptions {
  RenderBackend backend = RenderBackend::automatic;    // of the 3D pane
  std::int64_t cache_bytes = std::int64_t{512} << 20;  // of voxels kept
  std::function<void()> on_first_slices;               // called once all three are on the screen
  // The window's picture is written there (PNG) once all is drawn, and the viewer ends. Empty:
  // none.
  std::string picture;
};

struct ViewerResult {
  std::int64_t decided = 0;           // that were kept
  std::vector<std::string> not_kept;  // errors of those that were not
};

// Opens the window and returns when it is closed, all decisions kept. To be called once, by the
// main thread. Throws Error{device} where no window can be opened (what was found, and what to do),
// and Error{file} for the picture; a scene that can't be drawn is said in its pane.
ViewerResult run_viewer(Viewing viewing, const ViewerOptions& options, const Progress& progress);

}  // namespace fossilct
