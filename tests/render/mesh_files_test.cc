// SPDX-License-Identifier: Apache-2.0
#include "render/mesh_files.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <sstream>

#include "base/error.h"
#include "render/mesh.h"
#include "render/mesh_check.h"
#include "solids.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

TriangleMesh ring_far_out() {
  Grid grid = cube_grid(32, 2);
  grid.origin_um = {20000, -500, 40};
  const auto mask = solid(grid, torus(22, 8));
  MeshInput input{mask.view(), 1, {}, grid};
  return mesh_body(input, {}).mesh;
}

// Numbers one after the other out of a binary file.
class Bytes {
 public:
  explicit Bytes(std::string content) : content_(std::move(content)) {}
  template <typename T>
  T next() {
    T value{};
    REQUIRE(at_ + sizeof(T) <= content_.size());
    std::memcpy(&value, content_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::string line() {
    const std::size_t end = content_.find('\n', at_);
    REQUIRE(end != std::string::npos);
    std::string found = content_.substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }
  void skip(std::size_t count) { at_ += count; }
  bool at_end() const { return at_ == content_.size(); }

 private:
  std::string content_;
  std::size_t at_ = 0;
};

double distance(const Point3f& written, const TriangleMesh& mesh, std::size_t i) {
  const Point3f& p = mesh.points_um[i];
  return std::hypot(written[0] - mesh.origin_um.x - p[0], written[1] - mesh.origin_um.y - p[1],
                    written[2] - mesh.origin_um.z - p[2]);
}

constexpr double float_dust_um = 0.004;  // at 20,000 um

}  // namespace

TEST_CASE("stl: 50 bytes a triangle, corners in the scan's space, unit normals outwards") {
  const TriangleMesh mesh = ring_far_out();
  const TemporaryFolder folder;
  write_mesh(folder / "a.stl", MeshFormat::stl, mesh);
  const std::string content = read_file(folder / "a.stl");
  CHECK(content.size() == 84 + 50 * mesh.triangles.size());
  CHECK(content.substr(0, 5) != "solid");
  Bytes bytes(content);
  bytes.skip(80);
  REQUIRE(bytes.next<std::uint32_t>() == mesh.triangles.size());
  for (const auto& triangle : mesh.triangles) {
    const auto normal = bytes.next<Point3f>();
    REQUIRE(std::hypot(normal[0], normal[1], normal[2]) == doctest::Approx(1));
    for (const std::uint32_t corner : triangle) {
      REQUIRE(distance(bytes.next<Point3f>(), mesh, corner) < float_dust_um);
    }
    REQUIRE(bytes.next<std::uint16_t>() == 0);
  }
  CHECK(bytes.at_end());
}

TEST_CASE("ply: the same points, normals and triangles") {
  const TriangleMesh mesh = ring_far_out();
  const TemporaryFolder folder;
  write_mesh(folder / "a.ply", MeshFormat::ply, mesh, {.name = "17\nring"});
  Bytes bytes(read_file(folder / "a.ply"));
  std::string header;
  for (std::string line; line != "end_header"; header += line + "\n") {
    line = bytes.line();
  }
  CHECK(header.find("comment unit um") != std::string::npos);
  CHECK(header.find("comment 17\\nring\n") != std::string::npos);
  CHECK(header.find("element vertex " + std::to_string(mesh.points_um.size())) !=
        std::string::npos);
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    REQUIRE(distance(bytes.next<Point3f>(), mesh, i) < float_dust_um);
    REQUIRE(bytes.next<Point3f>() == mesh.normals[i]);
  }
  for (const auto& triangle : mesh.triangles) {
    REQUIRE(bytes.next<std::uint8_t>() == 3);
    REQUIRE(bytes.next<std::array<std::uint32_t, 3>>() == triangle);
  }
  CHECK(bytes.at_end());
}

TEST_CASE("obj: read back it is the mesh") {
  const TriangleMesh mesh = ring_far_out();
  const TemporaryFolder folder;
  write_mesh(folder / "a.obj", MeshFormat::obj, mesh);
  std::istringstream file(read_file(folder / "a.obj"));
  std::size_t points = 0;
  std::size_t triangles = 0;
  for (std::string kind; file >> kind;) {
    if (kind == "v") {
      Point3f p{};
      file >> p[0] >> p[1] >> p[2];
      REQUIRE(distance(p, mesh, points++) < float_dust_um);
    } else if (kind == "f") {
      for (const std::uint32_t corner : mesh.triangles[triangles]) {
        std::string text;
        file >> text;
        const std::string number = std::to_string(corner + 1);
        REQUIRE(text == number + "//" + number);
      }
      ++triangles;
    } else {
      std::getline(file, kind);
    }
  }
  CHECK(points == mesh.points_um.size());
  CHECK(triangles == mesh.triangles.size());
}

TEST_CASE("centred: the middle of the box is 0") {
  const TriangleMesh mesh = ring_far_out();
  const TemporaryFolder folder;
  write_mesh(folder / "a.obj", MeshFormat::obj, mesh, {.centred = true});
  std::istringstream file(read_file(folder / "a.obj"));
  double low = 1e9;
  double high = -1e9;
  for (std::string kind; file >> kind;) {
    double x = 0;
    if (kind == "v" && file >> x) {
      low = std::min(low, x);
      high = std::max(high, x);
    }
  }
  CHECK(high - low == doctest::Approx(60).epsilon(0.03));
  CHECK(std::abs(low + high) < 1e-4);
}

TEST_CASE("a file that exists is refused, or replaced, and the format is known by name") {
  const TriangleMesh mesh = ring_far_out();
  const TemporaryFolder folder;
  write_file(folder / "a.stl", "old");
  CHECK_THROWS_AS(write_mesh(folder / "a.stl", MeshFormat::stl, mesh), Error);
  CHECK(read_file(folder / "a.stl") == "old");
  write_mesh(folder / "a.stl", MeshFormat::stl, mesh, {.if_exists = IfExists::replace});
  CHECK(read_file(folder / "a.stl").size() > 1000);
  CHECK(mesh_format_from_name("GLB") == MeshFormat::glb);
  CHECK_FALSE(mesh_format_from_name("gltf"));
}

TEST_CASE("a PLY that was written is read back, point for point") {
  const TriangleMesh mesh = ring_far_out();
  const TemporaryFolder folder;
  write_mesh(folder / "a.ply", MeshFormat::ply, mesh);
  const TriangleMesh read = read_ply(folder / "a.ply");
  CHECK(read.triangles == mesh.triangles);
  CHECK(read.normals == mesh.normals);
  REQUIRE(read.points_um.size() == mesh.points_um.size());
  for (std::size_t i = 0; i < read.points_um.size(); i += 97) {
    CHECK(distance(read.points_um[i], mesh, i) < 0.01);
  }
  CHECK(signed_volume(read) == doctest::Approx(signed_volume(mesh)).epsilon(1e-3));
}

TEST_CASE("another PLY, one cut off, and one whose corners are nowhere are refused by name") {
  const TemporaryFolder folder;
  write_mesh(folder / "a.ply", MeshFormat::ply, ring_far_out());
  const std::string whole = read_file(folder / "a.ply");
  const auto fault_of = [&](const std::string& content) {
    write_file(folder / "b.ply", content);
    return message_of<Error>([&] { read_ply(folder / "b.ply"); });
  };
  CHECK(fault_of("ply\nformat ascii 1.0\n").find("b.ply: its header is another") !=
        std::string::npos);
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{60}, whole.size() / 2, whole.size() - 1}) {
    CHECK(!fault_of(whole.substr(0, bytes)).empty());
  }
  std::string wild = whole;
  wild.replace(wild.size() - 4, 4, "\xff\xff\xff\x7f");
  CHECK(fault_of(wild).find("is no triangle of its points") != std::string::npos);
  CHECK(message_of<Error>([&] { read_ply(folder / "none.ply"); }).find("none.ply") !=
        std::string::npos);
}
