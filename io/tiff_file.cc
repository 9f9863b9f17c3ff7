// SPDX-License-Identifier: Apache-2.0
#include "io/tiff_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "io/image_size.h"

namespace fossilct {

namespace {

TiffStream& stream_of(thandle_t handle) { return *static_cast<TiffStream*>(handle); }

tmsize_t read_stream(thandle_t handle, void* buffer, tmsize_t size) {
  TiffStream& stream = stream_of(handle);
  tmsize_t done = 0;
  while (done < size) {
    const ssize_t n =
        ::pread(stream.descriptor, static_cast<std::byte*>(buffer) + done,
                static_cast<std::size_t>(size - done), static_cast<off_t>(stream.position));
    if (n <= 0) {
      break;
    }
    done += n;
    stream.position += static_cast<std::uint64_t>(n);
  }
  return done;
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  TiffStream& stream = stream_of(handle);
  const std::uint64_t base = whence == SEEK_CUR   ? stream.position
                             : whence == SEEK_END ? stream.size
                                                  : 0;
  stream.position = base + offset;
  return stream.position;
}

int close_nothing(thandle_t) { return 0; }
toff_t stream_size(thandle_t handle) { return stream_of(handle).size; }
int map_nothing(thandle_t, void**, toff_t*) { return 0; }
void unmap_nothing(thandle_t, void*, toff_t) {}

std::string formatted(const char* format, va_list arguments) {
  std::array<char, 256> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  return std::string(trim(text.data()));
}

// Returning 1 keeps libtiff from calling its global handlers, which print.
int keep_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& stream = *static_cast<TiffStream*>(user);
  if (!stream.reason_is_error) {
    stream.reason = formatted(format, arguments);
    stream.reason_is_error = true;
  }
  return 1;
}

int keep_warning(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& stream = *static_cast<TiffStream*>(user);
  if (stream.reason.empty()) {
    stream.reason = formatted(format, arguments);
  }
  return 1;
}

// "r" read, "m" no memory map (a file cut short while mapped kills the process), "c" strips as
// they are in the file, so that a slice in one strip is one read.
constexpr const char* open_mode = "rmc";

TIFF* open_tiff_handle(const std::string& path, TiffStream& stream) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, &stream);
  TIFFOpenOptionsSetWarningHandlerExtR(options, keep_warning, &stream);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options,
                                      static_cast<tmsize_t>(stream.size + free_image_bytes));
  TIFF* tiff = TIFFClientOpenExt(path.c_str(), open_mode, &stream, read_stream, write_nothing, seek,
                                 close_nothing, stream_size, map_nothing, unmap_nothing, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

template <typename T>
T field(TIFF* tiff, std::uint32_t tag, T fallback) {
  T value{};
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : fallback;
}

std::optional<PixelType> sample_type(int bits, int format) {
  const bool is_signed = format == SAMPLEFORMAT_INT;
  if (format == SAMPLEFORMAT_IEEEFP) {
    return bits == 32   ? std::optional(PixelType::f32)
           : bits == 64 ? std::optional(PixelType::f64)
                        : std::nullopt;
  }
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID && !is_signed) {
    return std::nullopt;
  }
  switch (bits) {
    case 8:
      return is_signed ? PixelType::i8 : PixelType::u8;
    case 16:
      return is_signed ? PixelType::i16 : PixelType::u16;
    case 32:
      return is_signed ? PixelType::i32 : PixelType::u32;
    default:
      return std::nullopt;
  }
}

PixelType require_sample_type(TIFF* tiff, const TiffStream& stream) {
  const int bits = field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  const int format = field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  const std::optional<PixelType> type = sample_type(bits, format);
  if (!type) {
    stream.fail("its samples have " + std::to_string(bits) + " bits (sample format " +
                std::to_string(format) +
                "); expected 8, 16 or 32 bit integers or 32 or 64 bit floats: save it as one of "
                "these");
  }
  return *type;
}

// How many channels of what meaning; refuses what is neither grey nor RGB.
void take_colour(TIFF* tiff, const TiffStream& stream, TiffPage& page) {
  const int photometric = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  const int samples = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  page.palette = photometric == PHOTOMETRIC_PALETTE;
  page.min_is_white = photometric == PHOTOMETRIC_MINISWHITE;
  page.shape.channels = page.palette ? 3 : samples;
  const bool grey = (photometric == PHOTOMETRIC_MINISBLACK || page.min_is_white) && samples <= 2;
  const bool rgb = photometric == PHOTOMETRIC_RGB && (samples == 3 || samples == 4);
  if (page.palette && (samples != 1 || page.shape.type != PixelType::u8)) {
    stream.fail("a palette image that is not 8 bit; save it as 8 bit palette, RGB or grey");
  }
  if (!grey && !rgb && !page.palette) {
    stream.fail("it has " + std::to_string(samples) +
                " samples a pixel with photometric interpretation " + std::to_string(photometric) +
                "; expected grey images, or RGB for colour masks");
  }
}

void require_plausible_size(const TiffPage& page, const TiffStream& stream) {
  const auto width = static_cast<double>(page.shape.width);
  const double bytes = width * static_cast<double>(page.shape.height) *
                       (page.palette ? 1 : page.shape.channels) *
                       static_cast<double>(bytes_of(page.shape.type));
  const bool fits = page.compressed
                        ? bytes < 9e15 && is_plausible_size(static_cast<std::uint64_t>(bytes) *
                                                                (page.palette ? 3 : 1),
                                                            stream.size)
                        : bytes <= static_cast<double>(stream.size);
  if (!fits) {
    stream.fail("its header promises " + describe(page.shape) + ", " + format_bytes(bytes) +
                ", but the file has only " + format_bytes(static_cast<double>(stream.size)) +
                ": it was cut short or its header is damaged; copy it anew");
  }
}

bool is_reduced(TIFF* tiff) {
  const auto type = field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0);
  return (type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

}  // namespace

void TiffStream::fail(std::string what) const {
  if (!reason.empty()) {
    what += " (" + reason + ")";
  }
  throw format_error(name, what);
}

TiffFile::TiffFile(const std::filesystem::path& path) : path_(path.string()) {
  stream_.name = path_;
  stream_.descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (stream_.descriptor < 0 || ::fstat(stream_.descriptor, &status) != 0) {
    throw file_errno_error(path, "can't open");
  }
  stream_.size = static_cast<std::uint64_t>(status.st_size);
  tiff_ = open_tiff_handle(path_, stream_);
  if (tiff_ == nullptr) {
    ::close(stream_.descriptor);
    stream_.fail("not a readable TIFF file: it is damaged, cut short or of another format");
  }
}

TiffFile::~TiffFile() {
  TIFFClose(tiff_);
  ::close(stream_.descriptor);
}

TiffPage TiffFile::page() const {
  TiffPage page;
  page.shape.width = field<std::uint32_t>(tiff_, TIFFTAG_IMAGEWIDTH, 0);
  page.shape.height = field<std::uint32_t>(tiff_, TIFFTAG_IMAGELENGTH, 0);
  if (page.shape.width < 1 || page.shape.height < 1) {
    stream_.fail("a TIFF without a width and a height: it is damaged");
  }
  page.shape.type = require_sample_type(tiff_, stream_);
  take_colour(tiff_, stream_, page);
  page.compressed =
      field<std::uint16_t>(tiff_, TIFFTAG_COMPRESSION, COMPRESSION_NONE) != COMPRESSION_NONE;
  require_plausible_size(page, stream_);
  page.x_resolution = static_cast<double>(field<float>(tiff_, TIFFTAG_XRESOLUTION, 0));
  page.y_resolution = static_cast<double>(field<float>(tiff_, TIFFTAG_YRESOLUTION, 0));
  page.resolution_unit = field<std::uint16_t>(tiff_, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  if (const char* text = field<const char*>(tiff_, TIFFTAG_IMAGEDESCRIPTION, nullptr)) {
    page.description = text;
  }
  return page;
}

bool TiffFile::next_page() {
  if (TIFFLastDirectory(tiff_) != 0) {
    return false;
  }
  stream_.clear();
  const std::uint64_t before = TIFFCurrentDirOffset(tiff_);
  if (TIFFReadDirectory(tiff_) == 0 || TIFFCurrentDirOffset(tiff_) == before) {
    stream_.fail(
        "the directory of the next page can't be read: the file was cut short or is "
        "damaged; copy it anew");
  }
  return true;
}

std::vector<std::uint64_t> TiffFile::page_offsets() {
  std::vector<std::uint64_t> offsets;
  do {
    if (!is_reduced(tiff_)) {
      offsets.push_back(TIFFCurrentDirOffset(tiff_));
    }
    stream_.name = path_ + ", after page " + std::to_string(offsets.size());
  } while (next_page());
  stream_.name = path_;
  if (offsets.empty()) {
    stream_.fail("it holds thumbnails only, no image");
  }
  return offsets;
}

bool TiffFile::is_only_page() {
  if (TIFFLastDirectory(tiff_) != 0) {
    return true;
  }
  const std::uint64_t here = TIFFCurrentDirOffset(tiff_);
  bool only = true;
  while (only && next_page()) {
    only = is_reduced(tiff_);
  }
  TIFFSetSubDirectory(tiff_, here);
  return only;
}

void TiffFile::go_to(std::uint64_t page_offset, std::int64_t page_number) {
  stream_.name = path_ + ", page " + std::to_string(page_number);
  stream_.clear();
  if (TIFFCurrentDirOffset(tiff_) != page_offset && TIFFSetSubDirectory(tiff_, page_offset) == 0) {
    stream_.fail("its directory can't be read");
  }
}

void TiffFile::read_pixels(const TiffPage& page, std::span<std::byte> pixels) {
  stream_.clear();
  read_tiff_pixels(tiff_, stream_, page, pixels);
}

bool TiffFile::big_endian() const { return TIFFIsBigEndian(tiff_) != 0; }

std::uint64_t TiffFile::first_strip_offset() const { return TIFFGetStrileOffset(tiff_, 0); }

}  // namespace fossilct
