// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace fossilct {

// What the machine (and its cgroup's affinity) offers, at least 1: the default of --threads.
int available_threads();

// Calls body(i) for every i in [0, count), on up to `threads` threads including the caller's; an
// index is taken by whoever is free. Returns when all are done; the first exception of a body stops
// the handing out and is rethrown here. Cost of a call about 20 us a thread: give it pieces of
// milliseconds (a slice, a chunk), not voxels.
void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& body);

}  // namespace fossilct
