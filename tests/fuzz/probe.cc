// SPDX-License-Identifier: Apache-2.0
#include "fuzz/probe.h"

#include <algorithm>
#include <cstdint>

#include "base/progress.h"
#include "io/open_scan.h"

namespace fossilct::fuzz {
namespace {

constexpr std::int64_t probe_edge = 64;  // a header may claim any size: do not ask for all of it

}  // namespace

void probe_scan(const std::filesystem::path& path) {
  OpenOptions options;
  options.spacing.unknown = true;  // a spacing that is not there is not what is tried here
  Progress progress;
  const auto source = open_scan(path, options, progress);
  const Size3 size = source->grid().size;
  const Size3 edge = {std::min(size.x, probe_edge), std::min(size.y, probe_edge),
                      std::min(size.z, probe_edge)};
  source->read(Box{{0, 0, 0}, edge});
  source->read(Box{{size.x - edge.x, size.y - edge.y, size.z - edge.z}, size});
}

}  // namespace fossilct::fuzz
