// SPDX-License-Identifier: Apache-2.0
// bench_slabs write FILE.h5 none|deflate EDGE    an EDGE^3 u16 volume file of rock-like noise
// bench_slabs read FILE.h5 z|y|x COUNT THREADS    COUNT consecutive slices along an axis, slab-wise
// bench_slabs plain FILE BYTES                    read() of as many bytes of the file, 1 MiB at a
// time Prints seconds and decoded MB/s.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "base/threads.h"
#include "io/volume_file.h"

namespace {

using namespace fossilct;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void report(double seconds, std::int64_t bytes) {
  std::printf("%.4f s %.0f MB/s\n", seconds, static_cast<double>(bytes) / seconds / 1e6);
}

// Two phases and a noise of 3% of the range, as a 16 bit reconstruction has.
AnyVolume rock(const Size3& size, std::int64_t seed) {
  AnyVolume volume(PixelType::u16, size);
  std::minstd_rand random(static_cast<unsigned int>(seed + 1));
  const VolumeView<std::uint16_t> view = volume.view().as<std::uint16_t>();
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        const bool pore = ((x / 23) ^ (y / 29) ^ (z / 17)) % 5 == 0;
        const unsigned int noise = (random() & 1023U) + (random() & 1023U);
        view(x, y, z) = static_cast<std::uint16_t>((pore ? 9000 : 31000) + noise);
      }
    }
  }
  return volume;
}

void write(const std::string& path, bool deflate, std::int64_t edge) {
  VolumeFileOptions options;
  options.compression = deflate ? Compression::deflate : Compression::none;
  options.if_exists = IfExists::replace;
  options.threads = available_threads();
  Grid grid;
  grid.size = {edge, edge, edge};
  VolumeFileSink sink(path, grid, PixelType::u16, options);
  const AnyVolume slab_of_rock = rock({edge, edge, sink.preferred_slab()}, 7);
  const Stopwatch watch;
  while (sink.next_slice() < edge) {
    const std::int64_t depth = std::min(sink.preferred_slab(), edge - sink.next_slice());
    sink.write(slab_of_rock.view().part(slab(slab_of_rock.size(), 0, depth)));
  }
  const double written = watch.seconds();
  sink.finish();
  std::printf("finish took %.3f s\n", watch.seconds() - written);
  report(watch.seconds(), voxel_count(grid.size) * 2);
}

Box slices_along(char axis, const Size3& size, std::int64_t begin, std::int64_t end) {
  switch (axis) {
    case 'x':
      return {{begin, 0, 0}, {end, size.y, size.z}};
    case 'y':
      return {{0, begin, 0}, {size.x, end, size.z}};
    default:
      return {{0, 0, begin}, {size.x, size.y, end}};
  }
}

void read(const std::string& path, char axis, std::int64_t count, int threads) {
  const auto source = open_volume_file(path, 0, threads);
  const Size3& size = source->grid().size;
  const std::int64_t depth = axis == 'z' ? 32 : axis == 'y' ? 64 : 128;
  AnyVolume buffer(source->type(), slices_along(axis, size, 0, depth).size());
  source->read(slices_along(axis, size, 0, depth), buffer.view());  // pages of the buffer are there
  const Stopwatch watch;
  for (std::int64_t begin = 128; begin < 128 + count; begin += depth) {
    source->read(slices_along(axis, size, begin, begin + depth), buffer.view());
  }
  report(watch.seconds(), voxel_count(slices_along(axis, size, 0, count).size()) *
                              static_cast<std::int64_t>(bytes_of(source->type())));
}

void plain(const std::string& path, std::int64_t bytes) {
  const FileDescriptor file(path);
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  const Stopwatch watch;
  for (std::int64_t offset = 0; offset + (1 << 20) <= bytes; offset += 1 << 20) {
    file.read_at(offset, buffer);
  }
  report(watch.seconds(), bytes);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string verb = argc > 1 ? argv[1] : "";
    if (verb == "write" && argc == 5) {
      write(argv[2], std::string(argv[3]) == "deflate", std::atoll(argv[4]));
    } else if (verb == "read" && argc == 6) {
      read(argv[2], argv[3][0], std::atoll(argv[4]), std::atoi(argv[5]));
    } else if (verb == "plain" && argc == 4) {
      plain(argv[2], std::atoll(argv[3]));
    } else {
      std::fputs("see the head of bench/slabs.cc\n", stderr);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
