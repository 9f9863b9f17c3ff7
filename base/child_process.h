// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace fossilct {

// Runs `body` in a forked child, whose memory and crashes are its own, and waits for its end. For
// libraries that a damaged file can crash or hang: let the child go first. What the child throws,
// prints or changes is lost; it ends without destructors of static objects and leaves no core file.
// Nothing when it came back from `body` (returning or throwing); else why it did not: "crashes
// (Segmentation fault)", "does not end within 20 s". Call it while no other thread is inside the
// library that `body` uses: locks held at the fork stay held in the child. Cost about a
// millisecond. Throws Error{device} where no process can be made.
std::optional<std::string> failure_in_child(const std::function<void()>& body, int limit_seconds);

}  // namespace fossilct
