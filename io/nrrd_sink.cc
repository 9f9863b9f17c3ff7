// SPDX-License-Identifier: Apache-2.0
#include "io/nrrd_sink.h"

#include <bit>
#include <cassert>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "io/export.h"
#include "io/gzip_packer.h"
#include "io/spacing.h"
#include "io/voxel_edges.h"
#include "io/voxel_stream_sink.h"

namespace fossilct {

namespace {

std::string_view nrrd_type(PixelType type) {
  switch (type) {
    case PixelType::u8:
      return "uint8";
    case PixelType::i8:
      return "int8";
    case PixelType::u16:
      return "uint16";
    case PixelType::i16:
      return "int16";
    case PixelType::u32:
      return "uint32";
    case PixelType::i32:
      return "int32";
    case PixelType::f32:
      return "float";
    case PixelType::f64:
      return "double";
  }
  __builtin_unreachable();
}

std::string vector_text(double x, double y, double z) {
  return "(" + format_number(x) + "," + format_number(y) + "," + format_number(z) + ")";
}

// The step from one voxel to the next along index axis `axis`.
std::string step_text(const Matrix3& direction, std::size_t axis, double length) {
  return vector_text(direction[axis] * length, direction[axis + 3] * length,
                     direction[axis + 6] * length);
}

std::string geometry(const Grid& grid) {
  const Vector3 step = grid.spacing_known ? grid.spacing_um : Vector3{1, 1, 1};
  const Vector3 origin = grid.spacing_known ? grid.origin_um : in_voxel_edges(grid);
  std::string text = "space: left-posterior-superior\n";
  text += "sizes: " + std::to_string(grid.size.x) + " " + std::to_string(grid.size.y) + " " +
          std::to_string(grid.size.z) + "\n";
  text += "space directions: " + step_text(grid.direction, 0, step.x) + " " +
          step_text(grid.direction, 1, step.y) + " " + step_text(grid.direction, 2, step.z) + "\n";
  text += "kinds: domain domain domain\n";
  if (grid.spacing_known) {
    text += "space units: \"um\" \"um\" \"um\"\n";
    text += std::string(exact_spacing_key) + ":=" + format_number(step.x) + "," +
            format_number(step.y) + "," + format_number(step.z) + "\n";
  }
  text += "space origin: " + vector_text(origin.x, origin.y, origin.z) + "\n";
  return text;
}

// Written here and not by ITK's NrrdImageIO, which takes the whole volume at once and drops units.
std::string header(const ScanDescription& description, const NrrdKeys& keys, bool packed) {
  std::string text = "NRRD0004\n# written by fossilct " + std::string(version()) + "\n";
  text += "type: " + std::string(nrrd_type(description.type)) + "\ndimension: 3\n";
  text += geometry(description.grid);
  for (const auto& [key, value] : keys) {
    text += key + ":=" + value + "\n";
  }
  text += std::string("endian: ") +
          (std::endian::native == std::endian::little ? "little" : "big") + "\n";
  text += std::string("encoding: ") + (packed ? "gzip" : "raw") + "\n\n";
  return text;
}

}  // namespace

std::unique_ptr<VolumeSink> make_nrrd_sink(const std::filesystem::path& path,
                                           const ScanDescription& description, IfExists if_exists,
                                           int threads) {
  if (lower(path.extension().string()) == ".nhdr") {
    throw format_error(path,
                       "is a header whose voxels lie in a second file, and two files can't appear "
                       "at the same instant; give a name ending in .nrrd");
  }
  const bool packed = description.kind == VolumeKind::labels;
  return std::make_unique<VoxelStreamSink>(path, description, header(description, {}, packed),
                                           packed ? Packing::voxels : Packing::none, if_exists,
                                           threads);
}

void write_nrrd(const std::filesystem::path& path, const ScanDescription& description,
                const AnyConstView& voxels, const NrrdKeys& keys) {
  assert(voxels.size() == description.grid.size && voxels.type() == description.type);
  assert(voxels.contiguous());
  std::ofstream stream(path, std::ios::binary);
  const auto emit = [&stream](std::span<const std::byte> bytes) {
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
  };
  const std::span<const std::byte> bytes(
      voxels.data(), voxels.row_bytes() * static_cast<std::size_t>(voxels.size().y) *
                         static_cast<std::size_t>(voxels.size().z));
  stream << header(description, keys, true);
  GzipPacker packer(1,
                    description.kind == VolumeKind::labels ? GzipPacker::Effort::fastest
                                                           : GzipPacker::Effort::stored,
                    emit);
  packer.begin();
  packer.write(bytes);
  packer.finish();
  stream.close();
  if (!stream) {
    throw file_errno_error(path, "can't write");
  }
}

}  // namespace fossilct
