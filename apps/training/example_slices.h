// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "report/markup.h"
#include "train/training_record.h"

namespace fossilct {

// The recorded slices with truth and errors drawn over them, the worst first: pictures of at most
// 512 x 512 pixels and an overlay each, which a box hides. A sentence where there are none.
Markup example_slices(const std::vector<ExampleRecord>& examples);

}  // namespace fossilct
