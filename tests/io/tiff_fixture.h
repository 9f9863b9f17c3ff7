// SPDX-License-Identifier: Apache-2.0
#pragma once

// TIFF files of every kind the reader must know, written with libtiff itself.

#include <tiffio.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "volumes/image_source.h"

namespace fossilct::test {

struct TiffVariant {
  std::uint16_t compression = COMPRESSION_NONE;
  std::uint16_t predictor = PREDICTOR_NONE;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint32_t rows_per_strip = 0;  // 0: the whole image in one strip
  std::uint32_t tile = 0;            // tiles of this width and height; 0: strips
  bool separate_planes = false;
  bool big_endian = false;
  bool big_tiff = false;
  std::string description;
  float resolution = 0;  // pixels per unit; 0: no tags
  std::uint16_t resolution_unit = RESUNIT_NONE;
  std::uint32_t subfile_type = 0;
};

using Pixels = std::vector<std::byte>;

// Values that differ in every byte and from pixel to pixel, yet compress; seeded by the page.
inline Pixels some_pixels(const ImageShape& shape, int page = 0) {
  Pixels pixels(shape.bytes());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::byte>((i / 3 * 7 + static_cast<std::size_t>(page) * 31 + i % 5) &
                                       (is_integer(shape.type) ? 0xff : 0x3f));
  }
  return pixels;
}

class TiffWriter {
 public:
  TiffWriter(const std::filesystem::path& path, const TiffVariant& variant) {
    const std::string mode =
        std::string("w") + (variant.big_endian ? "b" : "l") + (variant.big_tiff ? "8" : "");
    tiff_ = TIFFOpen(path.c_str(), mode.c_str());
  }
  ~TiffWriter() { TIFFClose(tiff_); }
  TiffWriter(const TiffWriter&) = delete;
  TiffWriter& operator=(const TiffWriter&) = delete;

  void add(const TiffVariant& variant, const ImageShape& shape, const Pixels& pixels) {
    set_fields(variant, shape);
    const int planes = variant.separate_planes ? shape.channels : 1;
    for (int plane = 0; plane < planes; ++plane) {
      const Pixels samples = planes == 1 ? pixels : plane_of(shape, pixels, plane);
      const std::size_t row_bytes = samples.size() / static_cast<std::size_t>(shape.height);
      if (variant.tile > 0) {
        write_tiles(variant, shape, samples, row_bytes, plane);
      } else {
        write_strips(shape, samples, row_bytes, plane);
      }
    }
    TIFFWriteDirectory(tiff_);
  }

 private:
  void set_fields(const TiffVariant& variant, const ImageShape& shape) {
    const bool is_float = !is_integer(shape.type);
    const bool is_signed = name_of(shape.type)[0] == 'i';
    const auto height = static_cast<std::uint32_t>(shape.height);
    TIFFSetField(tiff_, TIFFTAG_SUBFILETYPE, variant.subfile_type);
    TIFFSetField(tiff_, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(shape.width));
    TIFFSetField(tiff_, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff_, TIFFTAG_BITSPERSAMPLE, static_cast<int>(bytes_of(shape.type)) * 8);
    TIFFSetField(tiff_, TIFFTAG_SAMPLESPERPIXEL, shape.channels);
    TIFFSetField(tiff_, TIFFTAG_SAMPLEFORMAT,
                 is_float    ? SAMPLEFORMAT_IEEEFP
                 : is_signed ? SAMPLEFORMAT_INT
                             : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff_, TIFFTAG_PHOTOMETRIC, variant.photometric);
    TIFFSetField(tiff_, TIFFTAG_PLANARCONFIG,
                 variant.separate_planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff_, TIFFTAG_COMPRESSION, variant.compression);
    if (variant.predictor != PREDICTOR_NONE) {
      TIFFSetField(tiff_, TIFFTAG_PREDICTOR, variant.predictor);
    }
    if (variant.tile > 0) {
      TIFFSetField(tiff_, TIFFTAG_TILEWIDTH, variant.tile);
      TIFFSetField(tiff_, TIFFTAG_TILELENGTH, variant.tile);
    } else {
      TIFFSetField(tiff_, TIFFTAG_ROWSPERSTRIP,
                   variant.rows_per_strip == 0 ? height : variant.rows_per_strip);
    }
    if (!variant.description.empty()) {
      TIFFSetField(tiff_, TIFFTAG_IMAGEDESCRIPTION, variant.description.c_str());
    }
    if (variant.resolution > 0) {
      TIFFSetField(tiff_, TIFFTAG_XRESOLUTION, static_cast<double>(variant.resolution));
      TIFFSetField(tiff_, TIFFTAG_YRESOLUTION, static_cast<double>(variant.resolution));
      TIFFSetField(tiff_, TIFFTAG_RESOLUTIONUNIT, variant.resolution_unit);
    }
    if (variant.photometric == PHOTOMETRIC_PALETTE) {
      set_palette();
    }
  }

  // Index i is the colour (i, 255 - i, 7).
  void set_palette() {
    std::vector<std::uint16_t> red(256), green(256), blue(256);
    for (std::size_t i = 0; i < 256; ++i) {
      red[i] = static_cast<std::uint16_t>(i * 257);
      green[i] = static_cast<std::uint16_t>((255 - i) * 257);
      blue[i] = 7 * 257;
    }
    TIFFSetField(tiff_, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data());
  }

  static Pixels plane_of(const ImageShape& shape, const Pixels& pixels, int plane) {
    const std::size_t bytes = bytes_of(shape.type);
    const std::size_t step = bytes * static_cast<std::size_t>(shape.channels);
    Pixels result;
    for (std::size_t i = 0; i < pixels.size(); i += step) {
      const std::byte* sample = pixels.data() + i + bytes * static_cast<std::size_t>(plane);
      result.insert(result.end(), sample, sample + bytes);
    }
    return result;
  }

  // libtiff swaps and predicts in the buffer it is given: hence the copies.
  void write_strips(const ImageShape& shape, const Pixels& samples, std::size_t row_bytes,
                    int plane) {
    std::uint32_t rows = 0;
    TIFFGetField(tiff_, TIFFTAG_ROWSPERSTRIP, &rows);
    const auto height = static_cast<std::uint32_t>(shape.height);
    std::uint32_t strip = (height + rows - 1) / rows * static_cast<std::uint32_t>(plane);
    for (std::uint32_t y = 0; y < height; y += rows, ++strip) {
      const std::size_t begin = y * row_bytes;
      const std::size_t end = std::min(begin + rows * row_bytes, samples.size());
      Pixels copy(samples.begin() + static_cast<std::ptrdiff_t>(begin),
                  samples.begin() + static_cast<std::ptrdiff_t>(end));
      TIFFWriteEncodedStrip(tiff_, strip, copy.data(), static_cast<tmsize_t>(copy.size()));
    }
  }

  void write_tiles(const TiffVariant& variant, const ImageShape& shape, const Pixels& samples,
                   std::size_t row_bytes, int plane) {
    const std::size_t pixel_bytes = row_bytes / static_cast<std::size_t>(shape.width);
    for (std::uint32_t y = 0; y < shape.height; y += variant.tile) {
      for (std::uint32_t x = 0; x < shape.width; x += variant.tile) {
        Pixels tile(static_cast<std::size_t>(variant.tile) * variant.tile * pixel_bytes);
        const std::size_t columns =
            std::min<std::size_t>(variant.tile, static_cast<std::size_t>(shape.width) - x);
        for (std::uint32_t row = 0; row < variant.tile && y + row < shape.height; ++row) {
          std::memcpy(tile.data() + row * variant.tile * pixel_bytes,
                      samples.data() + (y + row) * row_bytes + x * pixel_bytes,
                      columns * pixel_bytes);
        }
        const std::uint32_t number =
            TIFFComputeTile(tiff_, x, y, 0, static_cast<std::uint16_t>(plane));
        TIFFWriteEncodedTile(tiff_, number, tile.data(), static_cast<tmsize_t>(tile.size()));
      }
    }
  }

  TIFF* tiff_;
};

inline void write_tiff(const std::filesystem::path& path, const TiffVariant& variant,
                       const ImageShape& shape, const std::vector<Pixels>& pages) {
  TiffWriter writer(path, variant);
  for (const Pixels& page : pages) {
    writer.add(variant, shape, page);
  }
}

inline void write_tiff(const std::filesystem::path& path, const TiffVariant& variant,
                       const ImageShape& shape, const Pixels& page) {
  write_tiff(path, variant, shape, std::vector<Pixels>{page});
}

}  // namespace fossilct::test
