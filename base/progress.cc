// SPDX-License-Identifier: Apache-2.0
#include "base/progress.h"

namespace fossilct {

void Progress::check() const {
  if (cancel_requested()) {
    throw Cancelled();
  }
}

}  // namespace fossilct
