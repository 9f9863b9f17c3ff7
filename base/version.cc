// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"

#include "fossilct_version.h"

namespace fossilct {

std::string_view version() { return FOSSILCT_VERSION; }

}  // namespace fossilct
