// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/atomic_file.h"
#include "render/pictures.h"

namespace fossilct {

struct PlateOptions {
  std::string title;       // of every page: the scan's name
  std::int64_t count = 0;  // fossils in all, for "Plate 2 of 7"
  IfExists if_exists = IfExists::refuse;
};

// One fossil of a plate; without a picture its place says why.
struct PlateFossil {
  PosedPicture view;
  std::string number;        // "17": its id
  std::string class_name;    // the classes of a page are named in its heading
  std::string size;          // "312 µm", may be empty
  std::string missing = {};  // "crop damaged", in the place of the picture
};

// Contact sheets for print: a PDF of A4 pages with 20 fossils each in the order they are added, on
// black, every one with number, size and its own scale bar; heading and numbers are vector text.
// Memory: one page. The file appears in finish(); what is destroyed before leaves nothing.
class PlateFile {
 public:
  static constexpr std::int64_t fossils_a_page = 20;
  // Edge of a view that is printed at `dpi`.
  static std::int64_t edge_pixels(double dpi);

  // Throws Error{file} as AtomicOutput, here and when pages are written.
  PlateFile(const std::filesystem::path& path, const PlateOptions& options);
  ~PlateFile();
  PlateFile(const PlateFile&) = delete;
  PlateFile& operator=(const PlateFile&) = delete;

  void add(PlateFossil fossil);
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
