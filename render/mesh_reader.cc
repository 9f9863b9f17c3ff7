// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "render/mesh_files.h"

namespace fossilct {
namespace {

constexpr std::string_view properties =
    "property float x\nproperty float y\nproperty float z\nproperty float nx\n"
    "property float ny\nproperty float nz\n";
constexpr std::string_view corners_property = "property list uchar uint vertex_indices\n";
constexpr std::size_t vertex_bytes = 6 * sizeof(float);
constexpr std::size_t face_bytes = 1 + 3 * sizeof(std::uint32_t);

class PlyText {
 public:
  PlyText(const std::filesystem::path& path, std::string text)
      : path_(path), text_(std::move(text)), rest_(text_) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw format_error(path_, std::string(what) + "; fossilct reads the PLY files that it wrote");
  }
  std::string_view take(std::size_t bytes) {
    if (rest_.size() < bytes) {
      fail("it is cut off");
    }
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  void expect(std::string_view expected) {
    if (!rest_.starts_with(expected)) {
      fail("its header is another than expected: '" + printable(rest_.substr(0, 40)) + "'");
    }
    rest_.remove_prefix(expected.size());
  }
  std::string_view line() {
    const std::string_view line = take(std::min(rest_.find('\n'), rest_.size()));
    take(1);
    return line;
  }
  bool at(std::string_view word) const { return rest_.starts_with(word); }
  std::size_t count(std::string_view element) {
    expect(element);
    const auto number = parse_integer(line());
    if (!number || *number < 0 || static_cast<std::size_t>(*number) > text_.size()) {
      fail("it states no plausible number of elements");
    }
    return static_cast<std::size_t>(*number);
  }

 private:
  const std::filesystem::path& path_;
  std::string text_;
  std::string_view rest_;
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw file_errno_error(path, "can't read");
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TriangleMesh read_ply(const std::filesystem::path& path) {
  PlyText text(path, content_of(path));
  text.expect("ply\nformat binary_little_endian 1.0\n");
  while (text.at("comment")) {
    text.line();
  }
  TriangleMesh mesh;
  const std::size_t points = text.count("element vertex ");
  text.expect(properties);
  const std::size_t triangles = text.count("element face ");
  text.expect(corners_property);
  text.expect("end_header\n");
  const std::string_view vertices = text.take(points * vertex_bytes);
  mesh.points_um.resize(points);
  mesh.normals.resize(points);
  for (std::size_t i = 0; i < points; ++i) {
    const char* from = vertices.data() + i * vertex_bytes;
    std::memcpy(mesh.points_um[i].data(), from, sizeof(Point3f));
    std::memcpy(mesh.normals[i].data(), from + sizeof(Point3f), sizeof(Point3f));
  }
  const std::string_view faces = text.take(triangles * face_bytes);
  mesh.triangles.resize(triangles);
  for (std::size_t i = 0; i < triangles; ++i) {
    const char* from = faces.data() + i * face_bytes;
    std::memcpy(mesh.triangles[i].data(), from + 1, face_bytes - 1);
    const bool is_whole =
        *from == 3 &&
        std::ranges::all_of(mesh.triangles[i], [points](std::uint32_t c) { return c < points; });
    if (!is_whole) {
      text.fail("face " + std::to_string(i) + " is no triangle of its points");
    }
  }
  return mesh;
}

}  // namespace fossilct
