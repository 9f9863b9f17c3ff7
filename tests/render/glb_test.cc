// SPDX-License-Identifier: Apache-2.0
// Somebody else's reader, tinygltf, must see the mesh that we wrote.
#include <doctest/doctest.h>
#define TINYGLTF_NO_STB_IMAGE_WRITE
#include <tiny_gltf.h>

#include <cmath>
#include <cstring>

#include "render/mesh.h"
#include "render/mesh_files.h"
#include "solids.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

tinygltf::Model load(const std::filesystem::path& path) {
  tinygltf::TinyGLTF loader;
  tinygltf::Model model;
  std::string fault;
  std::string warning;
  const bool loaded = loader.LoadBinaryFromFile(&model, &fault, &warning, path.string());
  CAPTURE(fault);
  REQUIRE(loaded);
  CHECK(warning.empty());
  return model;
}

template <typename T>
T component(const tinygltf::Model& model, int accessor_index, std::size_t element, std::size_t k) {
  const tinygltf::Accessor& accessor = model.accessors[static_cast<std::size_t>(accessor_index)];
  const tinygltf::BufferView& view =
      model.bufferViews[static_cast<std::size_t>(accessor.bufferView)];
  const auto stride = static_cast<std::size_t>(accessor.ByteStride(view));
  T value{};
  std::memcpy(&value,
              model.buffers[0].data.data() + view.byteOffset + accessor.byteOffset +
                  element * stride + k * sizeof(T),
              sizeof(T));
  return value;
}

BodyMesh torus_mesh(std::int64_t edge, double ring, double tube) {
  Grid grid = cube_grid(edge, 2);
  grid.origin_um = {20000, -500, 40};
  const auto mask = solid(grid, torus(ring, tube));
  MeshInput input{mask.view(), 1, {}, grid};
  return mesh_body(input, {});
}

}  // namespace

TEST_CASE("glb: tinygltf reads the mesh, each point within half a step of its place") {
  const BodyMesh body = torus_mesh(32, 22, 8);
  const TriangleMesh& mesh = body.mesh;
  const TemporaryFolder folder;
  write_mesh(folder / "a.glb", MeshFormat::glb, mesh, {.name = "17"});
  const tinygltf::Model model = load(folder / "a.glb");
  REQUIRE(model.meshes.size() == 1);
  CHECK(model.nodes[0].name == "17");
  CHECK(model.asset.extras.Get("unit").Get<std::string>() == "um");
  // Micrometres within a node that makes metres of them.
  REQUIRE(model.scenes[0].nodes == std::vector<int>{1});
  CHECK(model.nodes[1].children == std::vector<int>{0});
  CHECK(model.nodes[1].scale == std::vector<double>{1e-6, 1e-6, 1e-6});
  const tinygltf::Primitive& primitive = model.meshes[0].primitives[0];
  const int position = primitive.attributes.at("POSITION");
  const int normal = primitive.attributes.at("NORMAL");
  REQUIRE(model.accessors[static_cast<std::size_t>(position)].count == mesh.points_um.size());
  const std::vector<double>& scale = model.nodes[0].scale;
  const std::vector<double>& translation = model.nodes[0].translation;
  const std::array<double, 3> origin{mesh.origin_um.x, mesh.origin_um.y, mesh.origin_um.z};
  CHECK(scale[0] == doctest::Approx(60.0 / 65535).epsilon(0.05));
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double read =
          scale[k] * component<std::uint16_t>(model, position, i, k) + translation[k];
      REQUIRE(std::abs(read - origin[k] - mesh.points_um[i][k]) < 0.501 * scale[k]);
      REQUIRE(std::abs(component<std::int8_t>(model, normal, i, k) / 127.0 - mesh.normals[i][k]) <
              0.005);
    }
  }
  REQUIRE(model.accessors[static_cast<std::size_t>(primitive.indices)].count ==
          3 * mesh.triangles.size());
  for (std::size_t i = 0; i < mesh.triangles.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      REQUIRE(component<std::uint16_t>(model, primitive.indices, 3 * i + k, 0) ==
              mesh.triangles[i][k]);
    }
  }
  const std::size_t bytes = read_file(folder / "a.glb").size();
  CHECK(bytes < 12 * mesh.points_um.size() + 6 * mesh.triangles.size() + 1600);
}

TEST_CASE("glb: beyond 65,535 points indices are 32 bits; an empty mesh is an asset without one") {
  const BodyMesh body = torus_mesh(190, 130, 55);
  REQUIRE(body.mesh.points_um.size() > 65535);
  const TemporaryFolder folder;
  write_mesh(folder / "a.glb", MeshFormat::glb, body.mesh);
  const tinygltf::Model model = load(folder / "a.glb");
  const int indices = model.meshes[0].primitives[0].indices;
  const std::size_t last = body.mesh.triangles.size() - 1;
  CHECK(component<std::uint32_t>(model, indices, 3 * last + 2, 0) == body.mesh.triangles[last][2]);
  write_mesh(folder / "voxels.glb", MeshFormat::glb, torus_mesh(32, 22, 8).mesh, {.unit = "voxel"});
  CHECK(load(folder / "voxels.glb").nodes[1].scale.empty());
  write_mesh(folder / "empty.glb", MeshFormat::glb, TriangleMesh{});
  CHECK(load(folder / "empty.glb").meshes.empty());
}
