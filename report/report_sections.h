// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`: what of a report stands in the page as it is, without a script.

#include <cstdint>

#include "report/fossil_report.h"

namespace fossilct {

// The whole of <main>, with the empty places that report/page/ fills.
Markup report_body(const FossilReport& report, std::int64_t fossils_without_details,
                   bool shows_meshes);

}  // namespace fossilct
