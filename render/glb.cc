// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "render/mesh_output.h"
#include "render/vector_math.h"

namespace fossilct {
namespace {

// Numbers of the glTF 2.0 specification, sections 3.6 and 4.4.
constexpr int type_byte = 5120;
constexpr int type_unsigned_short = 5123;
constexpr int type_unsigned_int = 5125;
constexpr int target_points = 34962;
constexpr int target_indices = 34963;
constexpr std::uint32_t magic = 0x46546C67;
constexpr std::uint32_t chunk_json = 0x4E4F534A;
constexpr std::uint32_t chunk_binary = 0x004E4942;

// Positions as steps of one length from the box's lower corner. Vectors begin at multiples of four
// bytes: each has a fourth component that nobody reads.
struct Quantised {
  double step_um = 1;
  Point3f low{};
  std::array<std::uint16_t, 3> highest{};
  std::vector<std::array<std::uint16_t, 4>> positions;
  std::vector<std::array<std::int8_t, 4>> normals;
};

Quantised quantised(const TriangleMesh& mesh) {
  const Bounds bounds = bounds_of(mesh);
  Quantised result;
  result.low = bounds.low;
  double longest = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    longest = std::max(longest, static_cast<double>(bounds.high[axis]) - bounds.low[axis]);
  }
  result.step_um = longest > 0 ? longest / 65535 : 1;
  for (const Point3f& point : mesh.points_um) {
    auto& position = result.positions.emplace_back();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double steps = (static_cast<double>(point[axis]) - bounds.low[axis]) / result.step_um;
      position[axis] = static_cast<std::uint16_t>(std::lround(std::clamp(steps, 0.0, 65535.0)));
      result.highest[axis] = std::max(result.highest[axis], position[axis]);
    }
  }
  for (const Point3f& normal : mesh.normals) {
    auto& direction = result.normals.emplace_back();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      direction[axis] = static_cast<std::int8_t>(std::lround(127 * normal[axis]));
    }
  }
  return result;
}

// The binary chunk, and where in it each part is.
class Parts {
 public:
  template <typename T>
  void add(const std::vector<T>& values, int target, bool strided) {
    const std::size_t length = values.size() * sizeof(T);
    Json view{
        {"buffer", 0}, {"byteOffset", bytes.size()}, {"byteLength", length}, {"target", target}};
    if (strided) {
      view["byteStride"] = sizeof(T);
    }
    views.push_back(view);
    const auto begin = std::as_bytes(std::span(values));
    bytes.insert(bytes.end(), begin.begin(), begin.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
  }

  std::vector<std::byte> bytes;
  Json views = Json::array();
};

// The largest index of a type is reserved.
bool fits_short(const TriangleMesh& mesh) { return mesh.points_um.size() <= 65535; }

void add_indices(const TriangleMesh& mesh, Parts& parts) {
  if (!fits_short(mesh)) {
    parts.add(mesh.triangles, target_indices, false);
    return;
  }
  std::vector<std::array<std::uint16_t, 3>> triangles;
  triangles.reserve(mesh.triangles.size());
  for (const auto& [a, b, c] : mesh.triangles) {
    triangles.push_back({static_cast<std::uint16_t>(a), static_cast<std::uint16_t>(b),
                         static_cast<std::uint16_t>(c)});
  }
  parts.add(triangles, target_indices, false);
}

Json accessors_of(const TriangleMesh& mesh, const Quantised& points) {
  const std::size_t count = mesh.points_um.size();
  return {{{"bufferView", 0},
           {"componentType", type_unsigned_short},
           {"count", count},
           {"type", "VEC3"},
           {"min", {0, 0, 0}},
           {"max", points.highest}},
          {{"bufferView", 1},
           {"componentType", type_byte},
           {"normalized", true},
           {"count", count},
           {"type", "VEC3"}},
          {{"bufferView", 2},
           {"componentType", fits_short(mesh) ? type_unsigned_short : type_unsigned_int},
           {"count", 3 * mesh.triangles.size()},
           {"type", "SCALAR"}}};
}

// An asset without a mesh: a glTF buffer can't be empty.
Json empty_document(const MeshFileOptions& options) {
  return {{"asset",
           {{"version", "2.0"}, {"generator", "fossilct"}, {"extras", {{"unit", options.unit}}}}}};
}

// The mesh's node is in micrometres; glTF means metres. Where the voxel size is not known, a
// voxel's edge stays 1.
Json scaled_to_metres(const std::string& unit) {
  Json node = {{"name", unit}, {"children", {0}}};
  if (unit == "um") {
    node["scale"] = {1e-6, 1e-6, 1e-6};
  }
  return node;
}

Json document(const TriangleMesh& mesh, const MeshFileOptions& options, const Quantised& points,
              const Parts& parts) {
  const Vector3 corner = offset_of(mesh, options) + to_vector(points.low);
  const std::string name = printable(options.name, 200);
  Json json = empty_document(options);
  json["extensionsUsed"] = {"KHR_mesh_quantization"};
  json["extensionsRequired"] = {"KHR_mesh_quantization"};
  json["scene"] = 0;
  json["scenes"] = Json::array({{{"nodes", {1}}}});
  json["nodes"] = Json::array({{{"name", name},
                                {"mesh", 0},
                                {"translation", {corner.x, corner.y, corner.z}},
                                {"scale", {points.step_um, points.step_um, points.step_um}}},
                               scaled_to_metres(options.unit)});
  json["meshes"] =
      Json::array({{{"name", name},
                    {"primitives", Json::array({{{"attributes", {{"POSITION", 0}, {"NORMAL", 1}}},
                                                 {"indices", 2},
                                                 {"material", 0}}})}}});
  json["materials"] = Json::array({{{"pbrMetallicRoughness",
                                     {{"baseColorFactor", {0.7, 0.7, 0.7, 1.0}},
                                      {"metallicFactor", 0.0},
                                      {"roughnessFactor", 0.9}}}}});
  json["accessors"] = accessors_of(mesh, points);
  json["bufferViews"] = parts.views;
  json["buffers"] = Json::array({{{"byteLength", parts.bytes.size()}}});
  return json;
}

}  // namespace

void write_glb(MeshOutput& output, const TriangleMesh& mesh, const MeshFileOptions& options) {
  Parts parts;
  Json json = empty_document(options);
  if (!mesh.triangles.empty()) {
    const Quantised points = quantised(mesh);
    parts.add(points.positions, target_points, true);
    parts.add(points.normals, target_points, true);
    add_indices(mesh, parts);
    json = document(mesh, options, points, parts);
  }
  std::string text = json_text(json);
  text.resize((text.size() + 3) / 4 * 4, ' ');
  const std::size_t chunks = 8 + text.size() + (parts.bytes.empty() ? 0 : 8 + parts.bytes.size());
  output.value(magic);
  output.value(std::uint32_t{2});
  output.value(static_cast<std::uint32_t>(12 + chunks));
  output.value(static_cast<std::uint32_t>(text.size()));
  output.value(chunk_json);
  output.text(text);
  if (!parts.bytes.empty()) {
    output.value(static_cast<std::uint32_t>(parts.bytes.size()));
    output.value(chunk_binary);
    output.bytes(parts.bytes);
  }
}

}  // namespace fossilct
