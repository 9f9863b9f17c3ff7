// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace fossilct {

// What names of picture files say.

// The specimen, by the last "_" in the name without its ending: what stands before it, where what
// follows is a view: "front", "back", "left", "right", "top", "bottom", "side", "dorsal",
// "ventral", "umbilical", "spiral", "edge", "lateral", "apertural", "cut", "projection",
// "section-...", or "view", "v", "L", "light", "img", "image", "photo", "p", "z", "angle" with a
// number ("12_ruber_L3": specimen "12_ruber"). Capitals or not. Nothing where there is no such end.
std::optional<std::string> specimen_before_view(const std::string& stem);

// The one group of `pattern` where it is found in `stem`; nothing where it is not. Throws
// Error{option} of `option` for a text that is no regular expression, or has not one group.
std::optional<std::string> group_in(const std::string& option, const std::string& pattern,
                                    const std::string& stem);

}  // namespace fossilct
