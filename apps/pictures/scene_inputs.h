// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "apps/cli/command.h"
#include "apps/fossils/fossil_crops.h"
#include "render/scene.h"

namespace fossilct {

struct SceneInputs {
  Scene scene;
  std::vector<FailedFossil> failed;  // those of a catalogue that it lacks
};

// What draw_scene() draws, read. `scan` may be empty. Throws as Catalogue and
// open_scan(); Error{format} where the scan and the labels are of different sizes, where nothing is
// there to draw, and where labels have more values than classes could have.
SceneInputs read_scene(const std::filesystem::path& labels_or_catalogue,
                       const std::filesystem::path& scan, const SceneOptions& options,
                       const CommandContext& context);

}  // namespace fossilct
