// SPDX-License-Identifier: Apache-2.0
#include "render/volume_surface.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <sstream>

#include "base/error.h"
#include "render/mesh.h"
#include "render/mesh_check.h"
#include "render/mesh_files.h"
#include "solids.h"
#include "support.h"
#include "volumes/memory_source.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

struct Surface {
  TriangleMesh mesh;  // in one piece; its origin is 0
  VolumeSurface facts;
  int pieces = 0;
};

void add(Surface& surface, const SurfacePiece& piece) {
  REQUIRE(piece.first_new == surface.mesh.points_um.size());
  for (std::size_t i = 0; i < piece.numbers.size(); ++i) {
    const Vector3& p = piece.points_um[i];
    const Point3f point{static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(p.z)};
    if (piece.numbers[i] >= piece.first_new) {
      REQUIRE(piece.numbers[i] == surface.mesh.points_um.size());
      surface.mesh.points_um.push_back(point);
    } else {
      REQUIRE(surface.mesh.points_um[piece.numbers[i]] == point);
    }
  }
  for (const auto& [a, b, c] : piece.triangles) {
    surface.mesh.triangles.push_back({piece.numbers[a], piece.numbers[b], piece.numbers[c]});
  }
  ++surface.pieces;
}

std::unique_ptr<VolumeSource> source_on(const Volume<std::uint8_t>& labels, const Grid& grid) {
  ScanDescription description;
  description.grid = grid;
  description.type = PixelType::u8;
  return std::make_unique<MemorySource<std::uint8_t>>(labels.clone(), description);
}

Surface surface_of(const Volume<std::uint8_t>& labels, const Grid& grid,
                   const std::vector<std::uint32_t>& values) {
  Progress progress;
  Surface surface;
  surface.facts = contour_volume(
      *source_on(labels, grid), values, [&](const SurfacePiece& piece) { add(surface, piece); },
      progress);
  return surface;
}

// Slices of so many voxels that only two are read at once: the seams are many.
Grid wide_grid() {
  Grid grid;
  grid.size = {2048, 2000, 7};
  grid.spacing_um = {1, 2, 3};
  grid.origin_um = {100, -50, 7};
  return grid;
}

Volume<std::uint8_t> noise_in_a_corner(const Grid& grid) {
  const Volume<std::uint8_t> noise = random_mask({12, 11, 7}, 0.5, 4);
  Volume<std::uint8_t> labels(grid.size);
  for (std::int64_t z = 0; z < 7; ++z) {
    for (std::int64_t y = 0; y < 11; ++y) {
      for (std::int64_t x = 0; x < 12; ++x) {
        labels(x, y, z) = noise(x, y, z) != 0 ? static_cast<std::uint8_t>(1 + (x + y) % 3) : 0;
      }
    }
  }
  return labels;
}

}  // namespace

TEST_CASE("a volume in pieces gives the surface of the whole, whatever the seams cut") {
  const Grid grid = wide_grid();
  const auto labels = noise_in_a_corner(grid);
  const Surface surface = surface_of(labels, grid, {1, 3});
  CHECK(surface.pieces >= 4);
  const MeshCheck check = check_mesh(surface.mesh);
  CHECK(check.sound());
  Volume<std::uint8_t> mask({12, 11, 7});
  for (std::int64_t z = 0; z < 7; ++z) {
    for (std::int64_t y = 0; y < 11; ++y) {
      for (std::int64_t x = 0; x < 12; ++x) {
        mask(x, y, z) = labels(x, y, z) == 1 || labels(x, y, z) == 3 ? 1 : 0;
      }
    }
  }
  const BodyMesh whole =
      mesh_body({mask.view(), 1, {}, cropped(grid, {{0, 0, 0}, {12, 11, 7}})}, {.exact = true});
  CHECK(check.euler_number == whole.check.euler_number);
  CHECK(check.points == whole.check.points);
  CHECK(check.triangles == whole.check.triangles);
  CHECK(surface.facts.points == check.points);
  CHECK(surface.facts.triangles == check.triangles);
  CHECK(surface.facts.volume_um3 == doctest::Approx(whole.check.volume_um3));
  CHECK(static_cast<double>(surface.facts.voxels) * 6 == doctest::Approx(whole.voxels_um3));
}

TEST_CASE("a mirrored grid faces outwards too; a class that is not there has no surface") {
  Grid grid = cube_grid(12, 2);
  grid.direction = {-1, 0, 0, 0, 1, 0, 0, 0, 1};
  const auto labels = solid(grid, ball(8));
  const Surface surface = surface_of(labels, grid, {1});
  CHECK(check_mesh(surface.mesh).sound());
  CHECK(surface.facts.volume_um3 > 0);
  CHECK(surface_of(labels, grid, {2}).facts.triangles == 0);
}

TEST_CASE("files written in pieces count what they hold") {
  const Grid grid = wide_grid();
  const auto labels = noise_in_a_corner(grid);
  const TemporaryFolder folder;
  Progress progress;
  VolumeSurface facts;
  for (const MeshFormat format : {MeshFormat::stl, MeshFormat::ply, MeshFormat::obj}) {
    SurfaceFile file(folder / "rock", format, {.if_exists = IfExists::replace});
    facts = contour_volume(
        *source_on(labels, grid), std::vector<std::uint32_t>{1},
        [&](const SurfacePiece& piece) { file.add(piece); }, progress);
    file.finish();
    const std::string content = read_file(folder / "rock");
    if (format == MeshFormat::stl) {
      std::uint32_t count = 0;
      std::memcpy(&count, content.data() + 80, 4);
      CHECK(count == facts.triangles);
      CHECK(content.size() == 84 + 50 * static_cast<std::size_t>(facts.triangles));
    } else if (format == MeshFormat::ply) {
      CHECK(content.find("element vertex " + std::to_string(facts.points) + "\n") !=
            std::string::npos);
      CHECK(content.find("element face " + std::to_string(facts.triangles) + "\n") !=
            std::string::npos);
      const std::size_t header = content.find("end_header\n") + 11;
      CHECK(content.size() - header ==
            static_cast<std::size_t>(12 * facts.points + 13 * facts.triangles));
    } else {
      CHECK(content.find("# unit um\no mesh\nv ") == 0);
    }
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK(message_of<Error>([&] {
          SurfaceFile(folder / "a.glb", MeshFormat::glb, {});
        }).find("--output") != std::string::npos);
}
