// SPDX-License-Identifier: Apache-2.0
#include <tiffio.h>

#include "fuzz/seed.h"
#include "support.h"

namespace fossilct::fuzz {
namespace {

constexpr int slice_voxels = seed_width * seed_height;

void describe_page(TIFF* tiff, std::uint16_t compression) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, seed_width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, seed_height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 2);
  TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 5000.0);
  TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 5000.0);
}

// Pages [first, first + pages) of the seed; `mode` as for TIFFOpen ("wl", "wb", "w8").
std::string tiff_bytes(const char* mode, std::uint16_t compression, const std::string& description,
                       int first = 0, int pages = seed_depth) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "seed.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), mode);
  auto voxels = seed_voxels();
  for (int page = first; page < first + pages; ++page) {
    describe_page(tiff, compression);
    if (!description.empty() && page == first) {
      TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, description.c_str());
    }
    for (int y = 0; y < seed_height; ++y) {
      auto row = voxels.begin() + page * slice_voxels + y * seed_width;
      std::vector<std::uint16_t> copy(row, row + seed_width);  // libtiff swaps bytes in place
      TIFFWriteScanline(tiff, copy.data(), static_cast<std::uint32_t>(y), 0);
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return test::read_file(path);
}

Seed stack(const std::string& name, const char* mode, std::uint16_t compression,
           const std::string& description = {}) {
  return {name, {{"seed.tif", tiff_bytes(mode, compression, description)}}, "seed.tif"};
}

constexpr const char* imagej =
    "ImageJ=1.53t\nimages=3\nslices=3\nunit=micron\nspacing=2.5\nloop=false\n";
constexpr const char* ome =
    R"(<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">)"
    R"(<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="6" )"
    R"(SizeY="5" SizeZ="3" SizeC="1" SizeT="1" PhysicalSizeX="2.0" PhysicalSizeY="2.0" )"
    R"(PhysicalSizeZ="2.5"><TiffData/></Pixels></Image></OME>)";

void put(std::string& bytes, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xff);
  }
}

void put_entry(std::string& bytes, std::uint32_t tag, std::uint32_t type, std::uint32_t count,
               std::uint32_t value) {
  put(bytes, tag, 2);
  put(bytes, type, 2);
  put(bytes, count, 4);
  put(bytes, value, 4);
}

// As ImageJ saves a stack over 4 GB: one page is described, the voxels of all follow it. By hand,
// since libtiff writes no voxels that no page describes.
Seed imagej_one_page() {
  constexpr std::uint32_t entries = 9;
  constexpr std::uint32_t text_begin = 8 + 2 + 12 * entries + 4;
  const std::string text = std::string(imagej) + '\0';
  const auto voxels_begin = static_cast<std::uint32_t>(text_begin + text.size());
  std::string bytes = "II";
  put(bytes, 42, 2);
  put(bytes, 8, 4);
  put(bytes, entries, 2);
  put_entry(bytes, TIFFTAG_IMAGEWIDTH, TIFF_LONG, 1, seed_width);
  put_entry(bytes, TIFFTAG_IMAGELENGTH, TIFF_LONG, 1, seed_height);
  put_entry(bytes, TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, 1, 16);
  put_entry(bytes, TIFFTAG_PHOTOMETRIC, TIFF_SHORT, 1, PHOTOMETRIC_MINISBLACK);
  put_entry(bytes, TIFFTAG_IMAGEDESCRIPTION, TIFF_ASCII, static_cast<std::uint32_t>(text.size()),
            text_begin);
  put_entry(bytes, TIFFTAG_STRIPOFFSETS, TIFF_LONG, 1, voxels_begin);
  put_entry(bytes, TIFFTAG_SAMPLESPERPIXEL, TIFF_SHORT, 1, 1);
  put_entry(bytes, TIFFTAG_ROWSPERSTRIP, TIFF_LONG, 1, seed_height);
  put_entry(bytes, TIFFTAG_STRIPBYTECOUNTS, TIFF_LONG, 1, slice_voxels * 2);
  put(bytes, 0, 4);
  return {"tiff-imagej-one-page", {{"seed.tif", bytes + text + seed_bytes()}}, "seed.tif"};
}

Seed folder_of_slices() {
  Seed seed{"tiff-folder", {}, ""};
  for (int z = 0; z < seed_depth; ++z) {
    seed.files.push_back(
        {"slice_" + std::to_string(z + 9) + ".tif", tiff_bytes("wl", COMPRESSION_LZW, "", z, 1)});
  }
  return seed;
}

}  // namespace

std::vector<Seed> tiff_seeds() {
  return {stack("tiff-none", "wl", COMPRESSION_NONE),
          stack("tiff-big-endian", "wb", COMPRESSION_NONE),
          stack("tiff-lzw", "wl", COMPRESSION_LZW),
          stack("tiff-deflate", "wl", COMPRESSION_ADOBE_DEFLATE),
          stack("tiff-packbits", "wl", COMPRESSION_PACKBITS),
          stack("tiff-big", "w8", COMPRESSION_NONE),
          stack("tiff-imagej", "wb", COMPRESSION_NONE, imagej),
          stack("tiff-ome", "wl", COMPRESSION_NONE, ome),
          imagej_one_page(),
          folder_of_slices()};
}

}  // namespace fossilct::fuzz
