// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/starter.h"

#include <system_error>

#include "apps/cli/companion.h"
#include "base/error.h"

namespace fossilct {

namespace fs = std::filesystem;

bool names_starter(const fs::path& given) { return given == "starter"; }

fs::path starter_file(StarterModel which) {
  const char* name =
      which == StarterModel::segmentation ? "starter.safetensors" : "starter-taxa.safetensors";
  const fs::path program = own_program();
  // fossilct lies in one folder, its companions in another.
  for (const char* share : {FOSSILCT_SHARE_FROM_BIN, FOSSILCT_SHARE_FROM_COMPANION}) {
    const fs::path path = (program.parent_path() / share / name).lexically_normal();
    std::error_code ignored;
    if (fs::exists(path, ignored)) {
      return path;
    }
  }
  throw file_error(program, std::string("the starter model ") + name +
                                " is not where it was installed with this program; give a model's "
                                "file with --model");
}

fs::path model_path(const fs::path& given, StarterModel which) {
  return names_starter(given) ? starter_file(which) : given;
}

fs::path model_path(const fs::path& given, StarterModel which, Progress& progress) {
  if (!names_starter(given)) {
    return given;
  }
  progress.warning(which == StarterModel::segmentation
                       ? "the starter model, trained on phantoms only, shows what can be had; a "
                         "model of your own rock finds more (`fossilct help train`)"
                       : "the starter model knows seven kinds of phantoms, no taxa; name fossils "
                         "of your own and train on them (`fossilct help train-classifier`)");
  return starter_file(which);
}

}  // namespace fossilct
