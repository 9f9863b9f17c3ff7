// SPDX-License-Identifier: Apache-2.0
#include "io/metaimage_sink.h"

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "io/voxel_edges.h"
#include "io/voxel_stream_sink.h"

namespace fossilct {

namespace {

std::string_view meta_type(PixelType type) {
  switch (type) {
    case PixelType::u8:
      return "MET_UCHAR";
    case PixelType::i8:
      return "MET_CHAR";
    case PixelType::u16:
      return "MET_USHORT";
    case PixelType::i16:
      return "MET_SHORT";
    case PixelType::u32:
      return "MET_UINT";
    case PixelType::i32:
      return "MET_INT";
    case PixelType::f32:
      return "MET_FLOAT";
    case PixelType::f64:
      return "MET_DOUBLE";
  }
  __builtin_unreachable();
}

std::string line(std::string_view key, double x, double y, double z) {
  return std::string(key) + " = " + format_number(x) + " " + format_number(y) + " " +
         format_number(z) + "\n";
}

// MetaImage lists the direction of the first index axis, then the second, then the third: our
// columns.
std::string transform_line(const Matrix3& d) {
  std::string text = "TransformMatrix =";
  for (const std::size_t axis : {0, 1, 2}) {
    for (const std::size_t component : {0, 1, 2}) {
      text += " " + format_number(d[component * 3 + axis]);
    }
  }
  return text + "\n";
}

std::string geometry(const Grid& grid) {
  const auto mm = [&](std::string_view key, const Vector3& um) {
    return line(key, millimetres_that_read_back(um.x), millimetres_that_read_back(um.y),
                millimetres_that_read_back(um.z));
  };
  const Vector3 edges = in_voxel_edges(grid);
  std::string text = transform_line(grid.direction);
  text +=
      grid.spacing_known ? mm("Offset", grid.origin_um) : line("Offset", edges.x, edges.y, edges.z);
  text += line("CenterOfRotation", 0, 0, 0);
  text +=
      grid.spacing_known ? mm("ElementSpacing", grid.spacing_um) : line("ElementSpacing", 1, 1, 1);
  text += "DimSize = " + std::to_string(grid.size.x) + " " + std::to_string(grid.size.y) + " " +
          std::to_string(grid.size.z) + "\n";
  return text;
}

// Written here and not by ITK's MetaImageIO, though that writes in pieces: it picks the layout by
// the ending of the name, which a temporary file has not, and reports a full disk to stderr or,
// when it comes at closing, not at all.
std::string header(const ScanDescription& description) {
  const Grid& grid = description.grid;
  std::string text = "ObjectType = Image\nNDims = 3\nComment = fossilct " + std::string(version());
  text += grid.spacing_known ? "; lengths in millimetres\n" : "; voxel size not known\n";
  text += "BinaryData = True\nBinaryDataByteOrderMSB = ";
  text += std::endian::native == std::endian::big ? "True\n" : "False\n";
  text += "CompressedData = False\n" + geometry(grid);
  text += "ElementType = " + std::string(meta_type(description.type)) + "\n";
  return text + "ElementDataFile = LOCAL\n";
}

}  // namespace

double millimetres_that_read_back(double um) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double mm = um / 1000;
  for (const double candidate : {mm, std::nextafter(mm, -infinity), std::nextafter(mm, infinity)}) {
    if (candidate * 1000 == um) {
      return candidate;
    }
  }
  return mm;
}

std::unique_ptr<VolumeSink> make_metaimage_sink(const std::filesystem::path& path,
                                                const ScanDescription& description,
                                                IfExists if_exists) {
  if (lower(path.extension().string()) == ".mhd") {
    throw format_error(path,
                       "is a header whose voxels lie in a second file, and two files can't appear "
                       "at the same instant; give a name ending in .mha");
  }
  return std::make_unique<VoxelStreamSink>(path, description, header(description), Packing::none,
                                           if_exists, 1);
}

}  // namespace fossilct
