// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "render/triangle_mesh.h"
#include "render/volume_surface.h"

namespace fossilct {

//   stl  binary, 50 bytes a triangle; a normal a triangle; no place for a unit but the header's
//   text ply  binary little-endian, with normals obj  text, with normals glb  binary glTF 2.0 with
//   KHR_mesh_quantization: positions in 16 bits (1/65535 of the longest
//        side of the box), normals in 8; some 24 bytes a point
enum class MeshFormat { stl, ply, obj, glb };
std::string_view name_of(MeshFormat format);  // as the file's extension: "stl"
// Of a name as above, in any case; nothing for any other.
std::optional<MeshFormat> mesh_format_from_name(std::string_view name);

struct MeshFileOptions {
  bool centred = false;       // the middle of the box at 0, instead of the scan's coordinates
  std::string name = "mesh";  // of the object, one line
  std::string unit = "um";    // Grid::unit(); written where the format has a place for it
  IfExists if_exists = IfExists::refuse;
};

// Coordinates are in um as they are in the mesh; a glb, whose unit is the metre, has them so in a
// node within one that scales to metres (not where the unit is "voxel"), and the unit in its
// extras. Single precision: 1e-7 of the distance from the scan's origin; glb keeps that distance
// apart, in double. The mesh must have normals (assert). The file appears when it is whole. Throws
// Error{file}, and Error{format} where a mesh has more than 2^32 - 1 triangles. Memory: some MB;
// glb that of the file.
void write_mesh(const std::filesystem::path& path, MeshFormat format, const TriangleMesh& mesh,
                const MeshFileOptions& options = {});

// Reads a PLY that write_mesh() wrote, with its normals; origin_um is 0. Throws Error{file}, and
// Error{format} for any other PLY, one that is cut off, or a corner that is no point's.
TriangleMesh read_ply(const std::filesystem::path& path);

// A mesh file that is written piece by piece (contour_volume): stl, ply or obj, without normals but
// those of an stl's triangles; coordinates in the scan's space. The file appears in finish(); what
// is destroyed before leaves nothing. Memory: some MB; a ply needs the room of its triangles on the
// disk twice.
class SurfaceFile {
 public:
  // Throws Error{option} for glb, which must be whole in memory; Error{file}.
  SurfaceFile(const std::filesystem::path& path, MeshFormat format, const MeshFileOptions& options);
  ~SurfaceFile();
  SurfaceFile(const SurfaceFile&) = delete;
  SurfaceFile& operator=(const SurfaceFile&) = delete;

  void add(const SurfacePiece& piece);  // throws Error{file}
  void finish();

  class Writer;  // of one format

 private:
  std::unique_ptr<Writer> writer_;
};

}  // namespace fossilct
