// SPDX-License-Identifier: Apache-2.0
#include "io/tiff_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <new>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/version.h"

namespace fossilct {

namespace {

// What libtiff is given as its file. It reports that a write failed, but not why: the first errno
// is kept here.
struct File {
  int descriptor = -1;
  int error_number = 0;
  std::string message;
};

File& file_of(thandle_t handle) { return *static_cast<File*>(handle); }

tmsize_t read_file(thandle_t handle, void* bytes, tmsize_t count) {
  return ::read(file_of(handle).descriptor, bytes, static_cast<std::size_t>(count));
}

tmsize_t write_bytes(thandle_t handle, void* bytes, tmsize_t count) {
  File& file = file_of(handle);
  for (tmsize_t done = 0; done < count;) {
    const ssize_t written = ::write(file.descriptor, static_cast<const char*>(bytes) + done,
                                    static_cast<std::size_t>(count - done));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      file.error_number = file.error_number == 0 ? errno : file.error_number;
      return -1;
    }
    done += written;
  }
  return count;
}

toff_t seek_to(thandle_t handle, toff_t offset, int whence) {
  return static_cast<toff_t>(
      ::lseek(file_of(handle).descriptor, static_cast<off_t>(offset), whence));
}

int keep_open(thandle_t /*handle*/) { return 0; }

toff_t file_size_of(thandle_t handle) {
  struct stat status {};
  return ::fstat(file_of(handle).descriptor, &status) == 0 ? static_cast<toff_t>(status.st_size)
                                                           : 0;
}

int keep_message(TIFF* /*tiff*/, void* user, const char* /*module*/, const char* format,
                 va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  static_cast<File*>(user)->message = text.data();
  return 1;  // handled: nothing goes to stderr
}

int drop_message(TIFF* /*tiff*/, void* /*user*/, const char* /*module*/, const char* /*format*/,
                 va_list /*arguments*/) {
  return 1;
}

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

TIFF* open_tiff_for_writing(File& file, const std::string& name, bool big) {
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) {
    throw std::bad_alloc();
  }
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, &file);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), drop_message, nullptr);
  return TIFFClientOpenExt(name.c_str(), big ? "w8" : "w", &file, read_file, write_bytes, seek_to,
                           keep_open, file_size_of, nullptr, nullptr, options.get());
}

int sample_format(PixelType type) {
  return dispatch(type, []<typename T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      return SAMPLEFORMAT_IEEEFP;
    } else {
      return std::is_signed_v<T> ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT;
    }
  });
}

// Programs that decode strips in parallel want several; one that is not packed is best read at
// once.
std::int64_t rows_per_strip(const AnyConstView& slice, bool deflate) {
  constexpr std::size_t packed_strip_bytes = std::size_t{1} << 20;
  return deflate ? std::clamp<std::int64_t>(
                       static_cast<std::int64_t>(packed_strip_bytes / slice.row_bytes()), 1,
                       slice.size().y)
                 : slice.size().y;
}

void set_tags(TIFF* tiff, const AnyConstView& slice, const TiffWriter::PageTags& tags) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(slice.size().x));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(slice.size().y));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes_of(slice.type())));
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, sample_format(slice.type()));
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION,
               tags.deflate ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_NONE);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP,
               static_cast<std::uint32_t>(rows_per_strip(slice, tags.deflate)));
  TIFFSetField(tiff, TIFFTAG_SOFTWARE, ("fossilct " + std::string(version())).c_str());
  if (!tags.description.empty()) {
    TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, tags.description.c_str());
  }
  if (tags.x_pixels_per_um > 0) {
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, tags.x_pixels_per_um);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, tags.y_pixels_per_um);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
  }
}

}  // namespace

class TiffWriter::Impl {
 public:
  Impl(const std::filesystem::path& path, std::filesystem::path shown_as, bool big)
      : shown_as_(std::move(shown_as)) {
    file_.descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_.descriptor < 0) {
      throw file_errno_error(shown_as_, "can't create");
    }
    tiff_ = open_tiff_for_writing(file_, shown_as_.string(), big);
    if (tiff_ == nullptr) {
      const Error error = write_error();
      ::close(file_.descriptor);
      throw error;
    }
  }

  ~Impl() {
    if (tiff_ != nullptr) {
      TIFFClose(tiff_);
    }
    if (file_.descriptor >= 0) {
      ::close(file_.descriptor);
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void write_page(const AnyConstView& slice, const PageTags& tags) {
    set_tags(tiff_, slice, tags);
    const std::int64_t rows = rows_per_strip(slice, tags.deflate);
    std::uint32_t strip = 0;
    for (std::int64_t y = 0; y < slice.size().y; y += rows) {
      const std::int64_t end = std::min(y + rows, slice.size().y);
      write_strip(strip++, slice.part({{0, y, 0}, {slice.size().x, end, 1}}));
    }
    if (TIFFWriteDirectory(tiff_) == 0) {
      throw write_error();
    }
  }

  void close() {
    TIFFClose(std::exchange(tiff_, nullptr));  // returns nothing: what went wrong is in file_
    const bool closed = ::close(std::exchange(file_.descriptor, -1)) == 0;
    if (!closed && file_.error_number == 0) {
      file_.error_number = errno;
    }
    if (file_.error_number != 0) {
      throw write_error();
    }
  }

 private:
  void write_strip(std::uint32_t strip, AnyConstView rows) {
    if (!rows.contiguous()) {
      if (packed_rows_.size() != rows.size() || packed_rows_.type() != rows.type()) {
        packed_rows_ = AnyVolume(rows.type(), rows.size());
      }
      copy_voxels(rows, packed_rows_.view());
      rows = packed_rows_.view();
    }
    const auto bytes = static_cast<tmsize_t>(rows.row_bytes()) * rows.size().y;
    // libtiff changes its input only to swap bytes, and the file is in the machine's own order.
    auto* data = const_cast<std::byte*>(rows.data());
    if (TIFFWriteEncodedStrip(tiff_, strip, data, bytes) != bytes) {
      throw write_error();
    }
  }

  Error write_error() const {
    if (file_.error_number != 0) {
      errno = file_.error_number;
      return file_errno_error(shown_as_, "can't write");
    }
    return file_error(shown_as_, "can't write: " + file_.message);
  }

  std::filesystem::path shown_as_;
  File file_;
  TIFF* tiff_ = nullptr;
  AnyVolume packed_rows_;
};

TiffWriter::TiffWriter(const std::filesystem::path& file, const std::filesystem::path& shown_as,
                       bool big)
    : impl_(std::make_unique<Impl>(file, shown_as, big)) {}
TiffWriter::~TiffWriter() = default;
void TiffWriter::write_page(const AnyConstView& slice, const PageTags& tags) {
  impl_->write_page(slice, tags);
}
void TiffWriter::close() { impl_->close(); }

}  // namespace fossilct
