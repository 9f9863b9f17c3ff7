// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "networks/weights/mapped_file.h"
#include "networks/weights/weight_file.h"

namespace fossilct {

// Reads the state dict of a file of torch.save's zip form: NAME/data.pkl, a pickle that describes
// it, and NAME/data/KEY, the bytes of each storage. Nothing of the pickle is executed. Tensors that
// share a storage share it here too. Throws Error{format}.
WeightFile read_torch_zip(const std::shared_ptr<const MappedFile>& file);

}  // namespace fossilct
