// SPDX-License-Identifier: Apache-2.0
#include "export_foreign_readers.h"

#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>
#include <nifti2_io.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <vector>

namespace fossilct::test {

namespace fs = std::filesystem;

namespace {

PixelType tiff_type(int bits, int format) {
  const std::map<std::pair<int, int>, PixelType> types = {
      {{8, SAMPLEFORMAT_UINT}, PixelType::u8},     {{8, SAMPLEFORMAT_INT}, PixelType::i8},
      {{16, SAMPLEFORMAT_UINT}, PixelType::u16},   {{16, SAMPLEFORMAT_INT}, PixelType::i16},
      {{32, SAMPLEFORMAT_UINT}, PixelType::u32},   {{32, SAMPLEFORMAT_INT}, PixelType::i32},
      {{32, SAMPLEFORMAT_IEEEFP}, PixelType::f32}, {{64, SAMPLEFORMAT_IEEEFP}, PixelType::f64}};
  return types.at({bits, format});
}

template <typename T>
T tag(TIFF* tiff, std::uint32_t name) {
  T value{};
  if (TIFFGetField(tiff, name, &value) == 0) {
    return T{};
  }
  return value;
}

void read_page(TIFF* tiff, const AnyView& slice) {
  auto* bytes = reinterpret_cast<char*>(slice.data());
  for (std::uint32_t strip = 0; strip < TIFFNumberOfStrips(tiff); ++strip) {
    const tmsize_t count = TIFFReadEncodedStrip(tiff, strip, bytes, -1);
    if (count < 0) {
      throw std::runtime_error("libtiff can't read a strip");
    }
    bytes += count;
  }
}

PixelType itk_type(itk::IOComponentEnum type) {
  switch (type) {
    case itk::IOComponentEnum::UCHAR:
      return PixelType::u8;
    case itk::IOComponentEnum::CHAR:
      return PixelType::i8;
    case itk::IOComponentEnum::USHORT:
      return PixelType::u16;
    case itk::IOComponentEnum::SHORT:
      return PixelType::i16;
    case itk::IOComponentEnum::UINT:
      return PixelType::u32;
    case itk::IOComponentEnum::INT:
      return PixelType::i32;
    case itk::IOComponentEnum::FLOAT:
      return PixelType::f32;
    case itk::IOComponentEnum::DOUBLE:
      return PixelType::f64;
    default:
      throw std::runtime_error("another component type");
  }
}

ForeignScan read_with(itk::ImageIOBase& io, const fs::path& path) {
  if (!io.CanReadFile(path.c_str())) {
    throw std::runtime_error("ITK does not know it");
  }
  io.SetFileName(path.string());
  io.ReadImageInformation();
  ForeignScan scan;
  const auto size = [&](unsigned int axis) {
    return static_cast<std::int64_t>(io.GetDimensions(axis));
  };
  scan.voxels = AnyVolume(itk_type(io.GetComponentType()), {size(0), size(1), size(2)});
  scan.spacing = {io.GetSpacing(0), io.GetSpacing(1), io.GetSpacing(2)};
  scan.origin = {io.GetOrigin(0), io.GetOrigin(1), io.GetOrigin(2)};
  itk::ImageIORegion region(3);
  for (unsigned int axis = 0; axis < 3; ++axis) {
    region.SetSize(axis, io.GetDimensions(axis));
    for (unsigned int row = 0; row < 3; ++row) {
      scan.direction[row * 3 + axis] = io.GetDirection(axis)[row];
    }
  }
  io.SetIORegion(region);
  io.Read(scan.voxels.view().data());
  return scan;
}

PixelType nifti_type(int type) {
  const std::map<int, PixelType> types = {
      {DT_UINT8, PixelType::u8},    {DT_INT8, PixelType::i8},    {DT_UINT16, PixelType::u16},
      {DT_INT16, PixelType::i16},   {DT_UINT32, PixelType::u32}, {DT_INT32, PixelType::i32},
      {DT_FLOAT32, PixelType::f32}, {DT_FLOAT64, PixelType::f64}};
  return types.at(type);
}

}  // namespace

ForeignScan read_tiff(const fs::path& path) {
  TIFF* tiff = TIFFOpen(path.c_str(), "r");
  if (tiff == nullptr) {
    throw std::runtime_error("libtiff can't open it");
  }
  ForeignScan scan;
  scan.big = TIFFIsBigTIFF(tiff) != 0;
  scan.compressed = tag<std::uint16_t>(tiff, TIFFTAG_COMPRESSION) != COMPRESSION_NONE;
  const char* description = tag<const char*>(tiff, TIFFTAG_IMAGEDESCRIPTION);
  scan.unit = description == nullptr ? "" : description;
  const float x = tag<float>(tiff, TIFFTAG_XRESOLUTION);
  const float y = tag<float>(tiff, TIFFTAG_YRESOLUTION);
  scan.spacing = {x > 0 ? 1 / double{x} : 0, y > 0 ? 1 / double{y} : 0, 0};
  const Size3 size{tag<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH),
                   tag<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH), TIFFNumberOfDirectories(tiff)};
  scan.voxels = AnyVolume(tiff_type(tag<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE),
                                    tag<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT)),
                          size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    TIFFSetDirectory(tiff, static_cast<tdir_t>(z));
    read_page(tiff, scan.voxels.view().part(slab(size, z, z + 1)));
  }
  TIFFClose(tiff);
  return scan;
}

ForeignScan read_tiff_folder(const fs::path& folder) {
  std::vector<fs::path> files(fs::directory_iterator(folder), fs::directory_iterator{});
  std::sort(files.begin(), files.end());
  ForeignScan scan = read_tiff(files.at(0));
  const Size3 size{scan.voxels.size().x, scan.voxels.size().y,
                   static_cast<std::int64_t>(files.size())};
  AnyVolume whole_scan(scan.voxels.type(), size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    const ForeignScan slice = read_tiff(files[static_cast<std::size_t>(z)]);
    copy_voxels(slice.voxels.view(), whole_scan.view().part(slab(size, z, z + 1)));
  }
  scan.voxels = std::move(whole_scan);
  return scan;
}

ForeignScan read_nrrd(const fs::path& path) { return read_with(*itk::NrrdImageIO::New(), path); }

ForeignScan read_metaimage(const fs::path& path) {
  return read_with(*itk::MetaImageIO::New(), path);
}

ForeignScan read_nifti(const fs::path& path) {
  nifti_image* image = nifti_image_read(path.c_str(), 0);
  if (image == nullptr) {
    throw std::runtime_error("niftilib can't read it");
  }
  ForeignScan scan;
  scan.voxels = AnyVolume(nifti_type(image->datatype), {image->nx, image->ny, image->nz});
  // Not nifti_image_load(), which turns NaN into 0.
  znzFile file = znzopen(path.c_str(), "rb", nifti_is_gzfile(path.c_str()));
  znzseek(file, image->iname_offset, SEEK_SET);
  const auto bytes =
      static_cast<std::size_t>(image->nvox) * static_cast<std::size_t>(image->nbyper);
  const bool whole_file = znzread(scan.voxels.view().data(), 1, bytes, file) == bytes &&
                          znzread(std::array<char, 1>{}.data(), 1, 1, file) == 0;
  znzclose(file);
  if (!whole_file) {
    throw std::runtime_error("more or fewer voxels than the header says");
  }
  scan.spacing = {image->dx, image->dy, image->dz};
  scan.unit = image->xyz_units == NIFTI_UNITS_MICRON ? "um" : "none";
  int version = 0;
  std::free(nifti_read_header(path.c_str(), &version, 1));
  scan.big = version == 2;
  const auto lps = [&](const nifti_dmat44& ras, std::size_t row, std::size_t column) {
    return (row < 2 ? -1 : 1) * ras.m[row][column];
  };
  // sform and qform must agree, since readers differ in which they take.
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      if (!(std::abs(image->sto_xyz.m[row][column] - image->qto_xyz.m[row][column]) < 1e-4)) {
        throw std::runtime_error("qform is not sform");
      }
    }
    const std::array<double, 3> step = {image->dx, image->dy, image->dz};
    for (std::size_t column = 0; column < 3; ++column) {
      scan.direction[row * 3 + column] = lps(image->sto_xyz, row, column) / step[column];
    }
  }
  scan.origin = {lps(image->sto_xyz, 0, 3), lps(image->sto_xyz, 1, 3), lps(image->sto_xyz, 2, 3)};
  nifti_image_free(image);
  return scan;
}

}  // namespace fossilct::test
