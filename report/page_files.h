// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`: the files of report/page/, embedded by the build.

#include <string_view>

namespace fossilct {

// "report.css", "page.js", "map.css", "map.js" and "three.js"; the last is empty in a build without three.js.
std::string_view page_file(std::string_view name);

}  // namespace fossilct
