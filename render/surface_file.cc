// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "render/mesh_output.h"
#include "render/vector_math.h"

namespace fossilct {

class SurfaceFile::Writer {
 public:
  Writer(const std::filesystem::path& path, const MeshFileOptions& options)
      : output_(path, options.if_exists),
        name_(printable(options.name, 200)),
        unit_(options.unit) {}
  virtual ~Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  virtual void add(const SurfacePiece& piece) = 0;
  virtual void finish() = 0;

 protected:
  MeshOutput output_;
  std::string name_;
  std::string unit_;
};

namespace {

// Calls f(point) for the points that no earlier piece had, in the order of their numbers.
template <typename F>
void for_each_new_point(const SurfacePiece& piece, F&& f) {
  for (std::size_t i = 0; i < piece.numbers.size(); ++i) {
    if (piece.numbers[i] >= piece.first_new) {
      f(to_point(piece.points_um[i]));
    }
  }
}

class StlWriter : public SurfaceFile::Writer {
 public:
  StlWriter(const std::filesystem::path& path, const MeshFileOptions& options)
      : Writer(path, options) {
    std::string header = "binary STL, " + unit_ + ", " + name_;
    header.resize(stl_count_offset, ' ');
    output_.text(header);
    output_.value(std::uint32_t{0});
  }

  void add(const SurfacePiece& piece) override {
    for (const auto& [a, b, c] : piece.triangles) {
      const Corners corners{piece.points_um[a], piece.points_um[b], piece.points_um[c]};
      const Vector3 normal = area_vector(corners);
      const double size = length(normal);
      output_.value(to_point(size > 0 ? 1 / size * normal : normal));
      output_.value(to_point(corners.a));
      output_.value(to_point(corners.b));
      output_.value(to_point(corners.c));
      output_.value(std::uint16_t{0});
    }
    triangles_ += piece.triangles.size();
  }

  void finish() override {
    if (triangles_ > 0xffff'ffffU) {
      throw Error(ErrorKind::format, "an STL file can't count " +
                                         format_count(static_cast<std::int64_t>(triangles_)) +
                                         " triangles; write .ply");
    }
    const auto count = static_cast<std::uint32_t>(triangles_);
    output_.patch(stl_count_offset, std::as_bytes(std::span(&count, 1)));
    output_.finish();
  }

 private:
  static constexpr std::int64_t stl_count_offset = 80;
  std::uint64_t triangles_ = 0;
};

class ObjWriter : public SurfaceFile::Writer {
 public:
  ObjWriter(const std::filesystem::path& path, const MeshFileOptions& options)
      : Writer(path, options) {
    output_.text("# unit " + unit_ + "\no " + name_ + "\n");
  }

  void add(const SurfacePiece& piece) override {
    for_each_new_point(piece, [&](const Point3f& point) { output_.text(obj_line("v", point)); });
    for (const auto& triangle : piece.triangles) {
      std::string line = "f";
      for (const std::uint32_t corner : triangle) {
        line += " " + std::to_string(std::uint64_t{piece.numbers[corner]} + 1);
      }
      output_.text(line + '\n');
    }
  }

  void finish() override { output_.finish(); }
};

// Points go into the file and triangles into one beside it, until the points are all there; the
// counts are written over blanks.
class PlyWriter : public SurfaceFile::Writer {
 public:
  PlyWriter(const std::filesystem::path& path, const MeshFileOptions& options)
      : Writer(path, options),
        faces_path_(path.parent_path() / ("." + path.filename().string() + ".triangles")),
        faces_output_(std::make_unique<MeshOutput>(faces_path_, IfExists::replace)) {
    output_.text(header());
  }
  ~PlyWriter() override {
    std::error_code ignored;
    if (faces_output_ == nullptr) {
      std::filesystem::remove(faces_path_, ignored);
    }
  }

  void add(const SurfacePiece& piece) override {
    for_each_new_point(piece, [&](const Point3f& point) {
      output_.value(point);
      ++points_;
    });
    for (const auto& [a, b, c] : piece.triangles) {
      faces_output_->value(std::uint8_t{3});
      faces_output_->value(std::array{piece.numbers[a], piece.numbers[b], piece.numbers[c]});
      ++triangles_;
    }
  }

  void finish() override {
    faces_output_->finish();
    faces_output_.reset();
    output_.append(faces_path_);
    const std::string text = header();
    output_.patch(0, std::as_bytes(std::span(text.data(), text.size())));
    output_.finish();
  }

 private:
  // Of one length whatever the counts are.
  std::string header() const {
    std::string counts = std::to_string(points_) + std::to_string(triangles_);
    return "ply\nformat binary_little_endian 1.0\ncomment " + name_ + "\ncomment unit " + unit_ +
           "\ncomment " + std::string(40 - counts.size(), '-') + "\nelement vertex " +
           std::to_string(points_) +
           "\nproperty float x\nproperty float y\nproperty float z\nelement face " +
           std::to_string(triangles_) + "\nproperty list uchar uint vertex_indices\nend_header\n";
  }

  std::filesystem::path faces_path_;
  std::unique_ptr<MeshOutput> faces_output_;
  std::uint64_t points_ = 0;
  std::uint64_t triangles_ = 0;
};

}  // namespace

SurfaceFile::SurfaceFile(const std::filesystem::path& path, MeshFormat format,
                         const MeshFileOptions& options) {
  switch (format) {
    case MeshFormat::stl:
      writer_ = std::make_unique<StlWriter>(path, options);
      break;
    case MeshFormat::ply:
      writer_ = std::make_unique<PlyWriter>(path, options);
      break;
    case MeshFormat::obj:
      writer_ = std::make_unique<ObjWriter>(path, options);
      break;
    case MeshFormat::glb:
      throw option_error("--output",
                         "'" + path.string() +
                             "': a glb must be whole in memory, which the surface of a volume may "
                             "not be; write .ply, .stl or .obj");
  }
}
SurfaceFile::~SurfaceFile() = default;
void SurfaceFile::add(const SurfacePiece& piece) { writer_->add(piece); }
void SurfaceFile::finish() { writer_->finish(); }

}  // namespace fossilct
