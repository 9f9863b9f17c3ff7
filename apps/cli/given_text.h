// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fossilct {

// Text that a person gives to be kept: it must be shown on any terminal and written to any file.
// Throws Error{option} of `option` for what is no UTF-8 and for control characters; line ends and
// tabs are none where `lines` says so.
void require_text(const std::string& option, const std::string& text, bool lines = false);

}  // namespace fossilct
