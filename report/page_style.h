// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`.

#include <string>

namespace fossilct {

// The style sheet of every page, plots included. Holds no <, > and &, so that it needs no escaping.
std::string page_style();

}  // namespace fossilct
