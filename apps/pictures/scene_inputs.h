// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "apps/cli/command.h"
#include "render/scene.h"

namespace fossilct {

// What draw_scene() draws, read. `scan` may be empty. Throws as Catalogue, CropReader and
// open_scan(); Error{format} where the scan and the labels are of different sizes, where nothing is
// there to draw, and where labels have more values than classes could have.
Scene read_scene(const std::filesystem::path& labels_or_catalogue,
                 const std::filesystem::path& scan, const SceneOptions& options,
                 const CommandContext& context);

}  // namespace fossilct
