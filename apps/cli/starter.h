// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/progress.h"

namespace fossilct {

// Models that come with the program, trained on phantoms alone (data/make-starter,
// data/make-starter-taxa): something to see before anything of one's own is annotated.
enum class StarterModel { segmentation, taxa };

// Whether the path is the word that stands for a starter model where a model's file is asked for.
bool names_starter(const std::filesystem::path& given);

// Where the starter model was installed with this program. Throws Error{file} where it is not
// there.
std::filesystem::path starter_file(StarterModel which);

// `given`, or the starter model's file where it is named.
std::filesystem::path model_path(const std::filesystem::path& given, StarterModel which);
// The same with a warning of what that is worth.
std::filesystem::path model_path(const std::filesystem::path& given, StarterModel which,
                                 Progress& progress);

}  // namespace fossilct
