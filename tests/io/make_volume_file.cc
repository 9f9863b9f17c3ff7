// SPDX-License-Identifier: Apache-2.0
// Writes volume files of the test pattern, for readers in other languages to check.
#include <cstdio>
#include <exception>

#include "io/volume_file.h"
#include "pattern.h"

int main(int argc, char** argv) {
  using namespace fossilct;
  try {
    if (argc != 3) {
      std::fputs("usage: make_volume_file OUTPUT none|deflate\n", stderr);
      return 2;
    }
    VolumeFileOptions options;
    options.compression =
        std::string_view(argv[2]) == "none" ? Compression::none : Compression::deflate;
    Grid grid;
    grid.size = {70, 33, 40};
    grid.spacing_um = {0.5, 0.75, 2};
    const AnyVolume volume = test::pattern_volume(PixelType::u16, grid.size);
    VolumeFileSink sink(argv[1], grid, PixelType::u16, options);
    sink.set_provenance({{"command", "make_volume_file"}}, "");
    sink.write(volume.view());
    sink.finish();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
