// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "apps/fossils/fossil_ids.h"
#include "render/mesh.h"
#include "render/mesh_files.h"

namespace fossilct {

// Which meshes are made of a catalogue's fossils.
struct FossilMeshOptions {
  std::vector<IdRange> ids;  // empty: all
  std::vector<MeshFormat> formats = {MeshFormat::ply};
  // --probabilities, see FossilProbabilities; the bodies' surface then runs where it is 0.5.
  std::vector<std::string> probabilities = {};
  bool walls = false;    // --surface wall: of the wall with its chambers as inner shells
  bool centred = false;  // MeshFileOptions::centred
  bool again = false;    // those too that are there and not stale
  MeshOptions mesh;
};

// Makes meshes/ID.EXT, or meshes/ID_wall.EXT, of each fossil in the catalogue, rejected ones too,
// in steps of some dozens: killed at any moment, the catalogue is whole and the same call goes on.
// What an earlier body left behind goes when the first mesh of the new one comes. Throws as
// Catalogue, FossilProbabilities and mesh_body(); Interrupted where a stop was asked for.
CommandResult mesh_fossils(const std::filesystem::path& catalogue, const FossilMeshOptions& options,
                           const CommandContext& context);

}  // namespace fossilct
