// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`.

#include "report/fossil_report.h"

namespace fossilct {

// Throws Error where an index of the report leads nowhere, naming the fossil or slice.
void check_report(const FossilReport& report);

}  // namespace fossilct
