// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "networks/weights/pickle.h"

namespace fossilct {

// The state dict among whatever a training program has saved with it.
struct FoundStateDict {
  std::string key;  // "state_dict", "model.ema"; empty: the file is the state dict
  std::vector<std::pair<std::string_view, const PickleTensor*>> tensors;
  std::vector<std::string> ignored;  // "optimizer", "epoch"
  // Those of them that stand among the tensors and may hold weights: "head (a dict)".
  std::vector<std::string> not_read;
};

// Looks under the usual keys (state_dict, model_state_dict, model, ...) up to three deep, then for
// tensors in `root` itself, then for the one other dict that holds tensors. Throws Error{format}
// that names what it found instead, without the file: an object that only its own program can
// build, several candidates, no tensor, a kind of tensor that is not read here.
FoundStateDict find_state_dict(const PickleValue& root);

}  // namespace fossilct
