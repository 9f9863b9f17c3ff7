// SPDX-License-Identifier: Apache-2.0
#include "io/nifti_sink.h"

#include <nifti2_io.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/version.h"
#include "io/spacing.h"
#include "io/voxel_edges.h"
#include "io/voxel_stream_sink.h"

namespace fossilct {

namespace {

struct FreeNifti {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};
using NiftiPointer = std::unique_ptr<nifti_image, FreeNifti>;

int nifti_type(PixelType type) {
  switch (type) {
    case PixelType::u8:
      return NIFTI_TYPE_UINT8;
    case PixelType::i8:
      return NIFTI_TYPE_INT8;
    case PixelType::u16:
      return NIFTI_TYPE_UINT16;
    case PixelType::i16:
      return NIFTI_TYPE_INT16;
    case PixelType::u32:
      return NIFTI_TYPE_UINT32;
    case PixelType::i32:
      return NIFTI_TYPE_INT32;
    case PixelType::f32:
      return NIFTI_TYPE_FLOAT32;
    case PixelType::f64:
      return NIFTI_TYPE_FLOAT64;
  }
  __builtin_unreachable();
}

// x and y change sign between left-posterior-superior and right-anterior-superior.
nifti_dmat44 ras_from_index(const Matrix3& direction, const Vector3& spacing,
                            const Vector3& origin) {
  const std::array<double, 3> sign = {-1, -1, 1};
  const std::array<double, 3> step = {spacing.x, spacing.y, spacing.z};
  const std::array<double, 3> start = {origin.x, origin.y, origin.z};
  nifti_dmat44 result{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      result.m[row][column] = sign[row] * direction[row * 3 + column] * step[column];
    }
    result.m[row][3] = sign[row] * start[row];
  }
  result.m[3][3] = 1;
  return result;
}

void set_geometry(nifti_image& image, const Grid& grid) {
  const Vector3 spacing = grid.spacing_known ? grid.spacing_um : Vector3{1, 1, 1};
  const Vector3 origin = grid.spacing_known ? grid.origin_um : in_voxel_edges(grid);
  image.sto_xyz = ras_from_index(grid.direction, spacing, origin);
  image.qto_xyz = image.sto_xyz;
  nifti_dmat44_to_quatern(image.qto_xyz, &image.quatern_b, &image.quatern_c, &image.quatern_d,
                          &image.qoffset_x, &image.qoffset_y, &image.qoffset_z, nullptr, nullptr,
                          nullptr, &image.qfac);
  image.qform_code = NIFTI_XFORM_SCANNER_ANAT;
  image.sform_code = NIFTI_XFORM_SCANNER_ANAT;
  // The lengths themselves, not those of the matrix's columns, which are rounded once more.
  image.pixdim[1] = image.dx = spacing.x;
  image.pixdim[2] = image.dy = spacing.y;
  image.pixdim[3] = image.dz = spacing.z;
  image.xyz_units = grid.spacing_known ? NIFTI_UNITS_MICRON : NIFTI_UNITS_UNKNOWN;
}

// After the header come four bytes, zero here, that say whether extensions follow.
std::int64_t voxels_at(int nifti_version) {
  return 4 + static_cast<std::int64_t>(nifti_version == 1 ? sizeof(nifti_1_header)
                                                          : sizeof(nifti_2_header));
}

// What a header is made of, in the library's own form; it knows where each field goes.
NiftiPointer image_of(const ScanDescription& description, int nifti_version) {
  const Size3& size = description.grid.size;
  const std::array<std::int64_t, 8> dims = {3, size.x, size.y, size.z, 1, 1, 1, 1};
  NiftiPointer image(nifti_make_new_nim(dims.data(), nifti_type(description.type), 0));
  if (image == nullptr) {
    throw std::bad_alloc();
  }
  image->nifti_type = nifti_version == 1 ? NIFTI_FTYPE_NIFTI1_1 : NIFTI_FTYPE_NIFTI2_1;
  image->intent_code =
      description.kind == VolumeKind::labels ? NIFTI_INTENT_LABEL : NIFTI_INTENT_NONE;
  const std::string writer =
      "fossilct " + std::string(version()) +
      (description.grid.spacing_known ? " " + std::string(exact_spacing_key) : "");
  std::strncpy(image->descrip, writer.c_str(), sizeof(image->descrip) - 1);
  set_geometry(*image, description.grid);
  // The library's own nifti_set_iname_offset() knows the place for NIfTI-1 only.
  image->iname_offset = voxels_at(nifti_version);
  return image;
}

template <typename Header>
std::string padded(const Header& header, int nifti_version) {
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes.resize(static_cast<std::size_t>(voxels_at(nifti_version)), '\0');
  return bytes;
}

std::string header(const ScanDescription& description) {
  const Size3& size = description.grid.size;
  constexpr std::int64_t most_of_nifti1 = std::numeric_limits<std::int16_t>::max();
  if (std::max({size.x, size.y, size.z}) <= most_of_nifti1) {
    const NiftiPointer image = image_of(description, 1);
    nifti_1_header header1{};
    nifti_convert_nim2n1hdr(image.get(), &header1);
    return padded(header1, 1);
  }
  const NiftiPointer image = image_of(description, 2);
  nifti_2_header header2{};
  nifti_convert_nim2n2hdr(image.get(), &header2);
  // The library leaves out the last four of the eight, which tell of text-mode transfers.
  std::memcpy(header2.magic, "n+2\0\r\n\032\n", sizeof(header2.magic));
  return padded(header2, 2);
}

}  // namespace

std::unique_ptr<VolumeSink> make_nifti_sink(const std::filesystem::path& path,
                                            const ScanDescription& description, IfExists if_exists,
                                            int threads) {
  const bool packed = lower(path.extension().string()) == ".gz";
  return std::make_unique<VoxelStreamSink>(path, description, header(description),
                                           packed ? Packing::file : Packing::none, if_exists,
                                           threads);
}

}  // namespace fossilct
