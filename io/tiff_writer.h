// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "volumes/any_view.h"

namespace fossilct {

// Private to `io`. Pages of one TIFF file, through libtiff, whose messages end up in Error{file}
// with the system's reason and never on stderr.
class TiffWriter {
 public:
  struct PageTags {
    std::string description;     // ImageDescription; empty = none
    double x_pixels_per_um = 0;  // XResolution with ResolutionUnit none (ImageJ's way); 0 = no tag
    double y_pixels_per_um = 0;
    bool deflate = false;  // otherwise not compressed, one strip a page
  };

  // Writes into `file`, which exists; errors name `shown_as`. `big`: BigTIFF. Throws Error{file}.
  TiffWriter(const std::filesystem::path& file, const std::filesystem::path& shown_as, bool big);
  ~TiffWriter();

  // Appends `slice` (size.z = 1) as one page. Throws Error{file}.
  void write_page(const AnyConstView& slice, const PageTags& tags);
  // To be called after the last page: only then all is written. Throws Error{file}.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
