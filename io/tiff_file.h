// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: one TIFF file through libtiff, whose own type stays in the .cc files.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "volumes/image_source.h"

struct tiff;  // libtiff's TIFF

namespace fossilct {

// What the directory of one page says.
struct TiffPage {
  ImageShape shape;  // a palette image counts as 3 channels of u8, which is what is read
  bool palette = false;
  bool min_is_white = false;
  bool compressed = false;
  std::string description;
  double x_resolution = 0;  // pixels per unit; 0 where the tag is absent
  double y_resolution = 0;
  int resolution_unit = 2;  // 1 none, 2 inch (what TIFF means where nothing is said), 3 cm
};

// The open file below libtiff, and what libtiff had to say.
struct TiffStream {
  int descriptor = -1;
  std::uint64_t size = 0;
  std::uint64_t position = 0;
  std::string name;    // for messages: the path, with the page where there are several
  std::string reason;  // libtiff's first error since the last clear(), else its first warning
  bool reason_is_error = false;
  void clear() { reason.clear(), reason_is_error = false; }
  // Throws Error{format}: "NAME: what (reason)".
  [[noreturn]] void fail(std::string what) const;
};

// Classic and BigTIFF, either byte order. Holds one open file; standing on page 0 after opening.
// Not for several threads at once. All that libtiff says goes into our errors, none to stderr;
// memory is bounded by the size of the file and of one page.
class TiffFile {
 public:
  // Throws Error{file|format}.
  explicit TiffFile(const std::filesystem::path& path);
  ~TiffFile();
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  // The page it stands on. Throws Error{format} for what no scan is made of (named), and for sizes
  // that the file is too short to hold.
  TiffPage page() const;
  // Where the directory of each page lies, thumbnails and reduced copies left out. Walks the whole
  // chain: about 20 us a page. Throws Error{format} where it is damaged or runs in circles.
  std::vector<std::uint64_t> page_offsets();
  // Whether there is nothing but thumbnails after the page it stands on; cheap when it is the last.
  bool is_only_page();
  void go_to(std::uint64_t page_offset, std::int64_t page_number);
  // Samples of the page it stands on, native byte order, channels interleaved; `pixels` is
  // page.shape.bytes() long. Uncompressed strips go straight from the file into `pixels`. Throws
  // Error{format} where strips or tiles are missing, short or damaged.
  void read_pixels(const TiffPage& page, std::span<std::byte> pixels);

  bool big_endian() const;
  std::uint64_t first_strip_offset() const;

 private:
  bool next_page();

  std::string path_;
  TiffStream stream_;
  tiff* tiff_ = nullptr;
};

// The work of TiffFile::read_pixels (io/tiff_pixels.cc).
void read_tiff_pixels(tiff* file, TiffStream& stream, const TiffPage& page,
                      std::span<std::byte> pixels);

}  // namespace fossilct
