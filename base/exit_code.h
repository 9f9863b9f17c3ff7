// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fossilct {

// How a program of ours ends: what scripts go by, and a run its stages.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_failed_items = 3;  // done but for some items
inline constexpr int exit_lacking = 4;       // the machine lacks memory or a device
inline constexpr int exit_interrupted = 130;

}  // namespace fossilct
