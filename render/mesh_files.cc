// SPDX-License-Identifier: Apache-2.0
#include "render/mesh_files.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "render/mesh_output.h"
#include "render/vector_math.h"

namespace fossilct {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::array formats{MeshFormat::stl, MeshFormat::ply, MeshFormat::obj, MeshFormat::glb};
constexpr std::array<std::string_view, 4> names{"stl", "ply", "obj", "glb"};

Point3f placed(const Point3f& point, const Vector3& offset) {
  return to_point(to_vector(point) + offset);
}

std::string one_line(const std::string& text) { return printable(text, 200); }

void write_stl(MeshOutput& output, const TriangleMesh& mesh, const MeshFileOptions& options) {
  // A binary file must not begin with "solid", by which readers know the text form.
  std::string header = "binary STL, " + options.unit + ", " + one_line(options.name);
  header.resize(80, ' ');
  output.text(header);
  output.value(static_cast<std::uint32_t>(mesh.triangles.size()));
  const Vector3 offset = offset_of(mesh, options);
  for (const auto& triangle : mesh.triangles) {
    const Vector3 normal = area_vector(corners_of(mesh, triangle));
    const double size = length(normal);
    output.value(size > 0 ? to_point(1 / size * normal) : Point3f{0, 0, 0});
    for (const std::uint32_t corner : triangle) {
      output.value(placed(mesh.points_um[corner], offset));
    }
    output.value(std::uint16_t{0});
  }
}

void write_ply(MeshOutput& output, const TriangleMesh& mesh, const MeshFileOptions& options) {
  output.text("ply\nformat binary_little_endian 1.0\ncomment " + one_line(options.name) +
              "\ncomment unit " + options.unit + "\nelement vertex " +
              std::to_string(mesh.points_um.size()) +
              "\nproperty float x\nproperty float y\nproperty float z\nproperty float nx\n"
              "property float ny\nproperty float nz\nelement face " +
              std::to_string(mesh.triangles.size()) +
              "\nproperty list uchar uint vertex_indices\nend_header\n");
  const Vector3 offset = offset_of(mesh, options);
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    output.value(placed(mesh.points_um[i], offset));
    output.value(mesh.normals[i]);
  }
  for (const auto& triangle : mesh.triangles) {
    output.value(std::uint8_t{3});
    output.value(triangle);
  }
}

void write_obj(MeshOutput& output, const TriangleMesh& mesh, const MeshFileOptions& options) {
  output.text("# unit " + options.unit + "\no " + one_line(options.name) + "\n");
  const Vector3 offset = offset_of(mesh, options);
  for (const Point3f& point : mesh.points_um) {
    output.text(obj_line("v", placed(point, offset)));
  }
  for (const Point3f& normal : mesh.normals) {
    output.text(obj_line("vn", normal));
  }
  for (const auto& triangle : mesh.triangles) {
    std::string line = "f";
    for (const std::uint32_t corner : triangle) {
      const std::string number = std::to_string(std::uint64_t{corner} + 1);
      line.append(" ").append(number).append("//").append(number);
    }
    output.text(line + '\n');
  }
}

}  // namespace

std::string obj_line(std::string_view kind, const Point3f& point) {
  std::string line(kind);
  for (const float coordinate : point) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), coordinate).ptr;
    line += ' ';
    line.append(digits.data(), end);
  }
  return line + '\n';
}

MeshOutput::MeshOutput(const std::filesystem::path& path, IfExists if_exists)
    : output_(path, AtomicKind::file, if_exists),
      stream_(output_.temporary_path(), std::ios::binary | std::ios::trunc) {
  if (!stream_) {
    throw file_errno_error(path, "opening it for writing");
  }
}

void MeshOutput::bytes(std::span<const std::byte> bytes) {
  constexpr std::size_t piece = std::size_t{1} << 20;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() >= piece) {
    flush();
  }
}

void MeshOutput::flush() {
  stream_.write(reinterpret_cast<const char*>(buffer_.data()),
                static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
  if (!stream_.flush()) {
    throw file_errno_error(output_.path(), "writing it");
  }
}

void MeshOutput::patch(std::int64_t offset, std::span<const std::byte> replacement) {
  flush();
  stream_.seekp(offset);
  bytes(replacement);
  flush();
  stream_.seekp(0, std::ios::end);
}

void MeshOutput::append(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> piece(std::size_t{1} << 20);
  while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
         stream.gcount() > 0) {
    bytes(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(stream.gcount()))));
  }
}

void MeshOutput::finish() {
  flush();
  stream_.close();
  output_.commit();
}

Vector3 offset_of(const TriangleMesh& mesh, const MeshFileOptions& options) {
  if (!options.centred) {
    return mesh.origin_um;
  }
  const Bounds bounds = bounds_of(mesh);
  return -0.5 * (to_vector(bounds.low) + to_vector(bounds.high));
}

std::string_view name_of(MeshFormat format) { return names[static_cast<std::size_t>(format)]; }

std::optional<MeshFormat> mesh_format_from_name(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), lower(name));
  return found == names.end()
             ? std::nullopt
             : std::optional(formats[static_cast<std::size_t>(found - names.begin())]);
}

void write_mesh(const std::filesystem::path& path, MeshFormat format, const TriangleMesh& mesh,
                const MeshFileOptions& options) {
  assert(mesh.normals.size() == mesh.points_um.size());
  if (mesh.triangles.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw format_error(path, "a mesh of " +
                                 format_count(static_cast<std::int64_t>(mesh.triangles.size())) +
                                 " triangles is more than the format can count; reduce it");
  }
  MeshOutput output(path, options.if_exists);
  switch (format) {
    case MeshFormat::stl:
      write_stl(output, mesh, options);
      break;
    case MeshFormat::ply:
      write_ply(output, mesh, options);
      break;
    case MeshFormat::obj:
      write_obj(output, mesh, options);
      break;
    case MeshFormat::glb:
      write_glb(output, mesh, options);
      break;
  }
  output.finish();
}

}  // namespace fossilct
