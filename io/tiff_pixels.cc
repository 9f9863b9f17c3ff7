// SPDX-License-Identifier: Apache-2.0
#include <tiffio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "io/byte_order.h"
#include "io/image_size.h"
#include "io/tiff_file.h"

namespace fossilct {

namespace {

// Where the samples of one plane are in the file. One plane holds all channels (interleaved)
// unless the planar configuration is separate.
struct Layout {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int planes = 1;
  int samples_in_plane = 1;
  std::size_t sample_bytes = 1;
  bool tiled = false;

  std::size_t pixel_bytes() const {
    return sample_bytes * static_cast<std::size_t>(samples_in_plane);
  }
  std::size_t row_bytes() const { return pixel_bytes() * static_cast<std::size_t>(width); }
  std::size_t plane_bytes() const { return row_bytes() * static_cast<std::size_t>(height); }
};

std::uint16_t short_field(TIFF* tiff, std::uint32_t tag, std::uint16_t fallback) {
  std::uint16_t value = 0;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : fallback;
}

Layout layout_of(TIFF* tiff, const TiffPage& page) {
  Layout layout;
  layout.width = page.shape.width;
  layout.height = page.shape.height;
  layout.sample_bytes = bytes_of(page.shape.type);
  const int samples = page.palette ? 1 : page.shape.channels;
  const bool separate =
      short_field(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  layout.planes = separate ? samples : 1;
  layout.samples_in_plane = separate ? 1 : samples;
  layout.tiled = TIFFIsTiled(tiff) != 0;
  return layout;
}

std::int64_t rows_per_strip(TIFF* tiff, const Layout& layout) {
  std::uint32_t rows = 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
  return rows == 0 ? layout.height : std::min<std::int64_t>(rows, layout.height);
}

[[noreturn]] void fail_short(const TiffStream& stream, const char* piece, std::uint32_t number,
                             std::uint64_t found, std::uint64_t expected) {
  stream.fail(std::string(piece) + " " + std::to_string(number) +
              " is short or damaged: " + format_count(static_cast<std::int64_t>(found)) + " of " +
              format_count(static_cast<std::int64_t>(expected)) +
              " bytes; the file was cut short or is damaged, copy it anew");
}

void read_exactly(const TiffStream& stream, std::uint64_t offset, std::span<std::byte> out,
                  std::uint32_t strip) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(stream.descriptor, out.data() + done, out.size() - done,
                              static_cast<off_t>(offset + done));
    if (n <= 0) {
      fail_short(stream, "strip", strip, done, out.size());
    }
    done += static_cast<std::size_t>(n);
  }
}

// Strips that follow each other in the file are fetched by one read: a slice that was written in
// one go costs one system call, which is what makes a folder of them as fast as memory.
void read_strips_directly(TIFF* tiff, const TiffStream& stream, const Layout& layout,
                          std::span<std::byte> out) {
  const std::int64_t strip_rows = rows_per_strip(tiff, layout);
  std::uint64_t run_offset = 0;
  std::size_t run_begin = 0;
  std::size_t run_end = 0;
  std::uint32_t strip = 0;
  for (std::int64_t row = 0; row < layout.height; row += strip_rows, ++strip) {
    const auto rows = static_cast<std::size_t>(std::min(strip_rows, layout.height - row));
    const std::size_t bytes = rows * layout.row_bytes();
    const std::uint64_t offset = TIFFGetStrileOffset(tiff, strip);
    const std::uint64_t stored = TIFFGetStrileByteCount(tiff, strip);
    if (offset == 0 || stored < bytes || offset > stream.size || stream.size - offset < bytes) {
      const std::uint64_t there = offset == 0 || offset > stream.size ? 0 : stream.size - offset;
      fail_short(stream, "strip", strip, std::min(stored, there), bytes);
    }
    if (offset != run_offset + (run_end - run_begin)) {
      read_exactly(stream, run_offset, out.subspan(run_begin, run_end - run_begin), strip);
      run_offset = offset;
      run_begin = run_end;
    }
    run_end += bytes;
  }
  read_exactly(stream, run_offset, out.subspan(run_begin, run_end - run_begin), strip);
  if (TIFFIsByteSwapped(tiff) != 0) {
    swap_bytes(out.data(), out.size() / layout.sample_bytes, layout.sample_bytes);
  }
}

void decode_strips(TIFF* tiff, const TiffStream& stream, const Layout& layout, int plane,
                   std::span<std::byte> out) {
  const std::int64_t strip_rows = rows_per_strip(tiff, layout);
  const auto strips_in_plane =
      static_cast<std::uint32_t>((layout.height + strip_rows - 1) / strip_rows);
  std::uint32_t strip = strips_in_plane * static_cast<std::uint32_t>(plane);
  std::size_t done = 0;
  for (std::int64_t row = 0; row < layout.height; row += strip_rows, ++strip) {
    const auto rows = static_cast<std::size_t>(std::min(strip_rows, layout.height - row));
    const std::size_t bytes = rows * layout.row_bytes();
    const tmsize_t got =
        TIFFReadEncodedStrip(tiff, strip, out.data() + done, static_cast<tmsize_t>(bytes));
    if (got < 0 || static_cast<std::size_t>(got) != bytes) {
      fail_short(stream, "strip", strip, static_cast<std::uint64_t>(std::max<tmsize_t>(got, 0)),
                 bytes);
    }
    done += bytes;
  }
}

struct TileSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

TileSize tile_size(TIFF* tiff, const TiffStream& stream) {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
  if (width == 0 || height == 0 || !is_plausible_size(TIFFTileSize64(tiff), stream.size)) {
    stream.fail("its tiles of " + std::to_string(width) + " x " + std::to_string(height) +
                " can't be: the header is damaged");
  }
  return {width, height};
}

void decode_tiles(TIFF* tiff, const TiffStream& stream, const Layout& layout, int plane,
                  std::span<std::byte> out) {
  const TileSize tile = tile_size(tiff, stream);
  const std::size_t tile_row_bytes = layout.pixel_bytes() * static_cast<std::size_t>(tile.width);
  const std::size_t tile_bytes = tile_row_bytes * static_cast<std::size_t>(tile.height);
  std::vector<std::byte> buffer(tile_bytes);
  for (std::int64_t y = 0; y < layout.height; y += tile.height) {
    for (std::int64_t x = 0; x < layout.width; x += tile.width) {
      const std::uint32_t number =
          TIFFComputeTile(tiff, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                          static_cast<std::uint16_t>(plane));
      const tmsize_t got =
          TIFFReadEncodedTile(tiff, number, buffer.data(), static_cast<tmsize_t>(tile_bytes));
      if (got < 0 || static_cast<std::size_t>(got) != tile_bytes) {
        fail_short(stream, "tile", number, static_cast<std::uint64_t>(std::max<tmsize_t>(got, 0)),
                   tile_bytes);
      }
      const auto columns = static_cast<std::size_t>(std::min(tile.width, layout.width - x));
      for (std::int64_t row = 0; row < std::min(tile.height, layout.height - y); ++row) {
        std::memcpy(out.data() + static_cast<std::size_t>(y + row) * layout.row_bytes() +
                        static_cast<std::size_t>(x) * layout.pixel_bytes(),
                    buffer.data() + static_cast<std::size_t>(row) * tile_row_bytes,
                    columns * layout.pixel_bytes());
      }
    }
  }
}

void decode_plane(TIFF* tiff, const TiffStream& stream, const Layout& layout, int plane,
                  std::span<std::byte> out) {
  if (layout.tiled) {
    decode_tiles(tiff, stream, layout, plane, out);
  } else {
    decode_strips(tiff, stream, layout, plane, out);
  }
}

void interleave_planes(TIFF* tiff, const TiffStream& stream, const Layout& layout,
                       std::span<std::byte> pixels) {
  std::vector<std::byte> plane(layout.plane_bytes());
  const std::size_t step = layout.sample_bytes * static_cast<std::size_t>(layout.planes);
  for (int p = 0; p < layout.planes; ++p) {
    decode_plane(tiff, stream, layout, p, plane);
    std::byte* to = pixels.data() + layout.sample_bytes * static_cast<std::size_t>(p);
    for (std::size_t i = 0; i < plane.size(); i += layout.sample_bytes, to += step) {
      std::memcpy(to, plane.data() + i, layout.sample_bytes);
    }
  }
}

void expand_palette(TIFF* tiff, const TiffStream& stream, const Layout& layout,
                    std::span<std::byte> pixels) {
  std::uint16_t* red = nullptr;
  std::uint16_t* green = nullptr;
  std::uint16_t* blue = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue) != 1) {
    stream.fail("a palette image without a palette");
  }
  // The tag holds 16 bits a colour; some old programs wrote 8.
  const auto is_small = [](const std::uint16_t* c) {
    return std::all_of(c, c + 256, [](std::uint16_t v) { return v < 256; });
  };
  const int shift = is_small(red) && is_small(green) && is_small(blue) ? 0 : 8;
  std::vector<std::byte> indices(layout.plane_bytes());
  decode_plane(tiff, stream, layout, 0, indices);
  std::byte* to = pixels.data();
  for (const std::byte index : indices) {
    for (const std::uint16_t* colour : {red, green, blue}) {
      *to++ = static_cast<std::byte>(colour[std::to_integer<std::size_t>(index)] >> shift);
    }
  }
}

}  // namespace

void read_tiff_pixels(TIFF* tiff, TiffStream& stream, const TiffPage& page,
                      std::span<std::byte> pixels) {
  const Layout layout = layout_of(tiff, page);
  const bool usual_bit_order =
      short_field(tiff, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB) == FILLORDER_MSB2LSB;
  if (page.palette) {
    expand_palette(tiff, stream, layout, pixels);
  } else if (layout.planes > 1) {
    interleave_planes(tiff, stream, layout, pixels);
  } else if (!page.compressed && !layout.tiled && usual_bit_order) {
    read_strips_directly(tiff, stream, layout, pixels);
  } else {
    decode_plane(tiff, stream, layout, 0, pixels);
  }
}

}  // namespace fossilct
