// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "render/triangle_mesh.h"

namespace fossilct {

// The surfaces of a catalogue's fossils, in the scan's space: coarse from a crop of fewer voxels,
// fine as meshes/ID.ply where it is there, not stale and in its place (not written --centred), else
// from the crop. The catalogue is opened for reading, as long as the function is there; calls come
// from one thread at a time, and throw Error.
std::function<TriangleMesh(std::uint32_t id, bool fine)> catalogue_meshes(
    const std::filesystem::path& folder);

}  // namespace fossilct
