// SPDX-License-Identifier: Apache-2.0
#include "io/volume_file.h"

#include <doctest/doctest.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "base/error.h"
#include "pattern.h"
#include "support.h"
#include "volumes/reduce.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

Grid turned_grid(const Size3& size) {
  Grid grid;
  grid.size = size;
  grid.spacing_um = {0.71, 0.71, 1.42};
  grid.origin_um = {-3.25, 1000, 0.125};
  grid.direction = {0, 1, 0, 1, 0, 0, 0, 0, -1};
  return grid;
}

void write_volume(const std::filesystem::path& path, const Grid& grid, const AnyConstView& volume,
                  const VolumeFileOptions& options, std::int64_t depth = 32) {
  VolumeFileSink sink(path, grid, volume.type(), options);
  write_in_slabs(sink, volume, depth);
  sink.set_provenance({{"command", "test"}}, "abc  1  a.tif\n");
  sink.finish();
}

}  // namespace

TEST_CASE("every pixel type comes back bit for bit, compressed or not, with its grid") {
  const TemporaryFolder folder;
  const Size3 size{70, 65, 37};
  for (int t = 0; t < 8; ++t) {
    for (const Compression compression : {Compression::none, Compression::deflate}) {
      const auto type = static_cast<PixelType>(t);
      CAPTURE(name_of(type));
      const AnyVolume volume = pattern_volume(type, size);
      VolumeFileOptions options;
      options.compression = compression;
      options.if_exists = IfExists::replace;
      write_volume(folder / "v.h5", turned_grid(size), volume.view(), options);
      const auto source = open_volume_file(folder / "v.h5", 0, 2);
      CHECK(source->grid() == turned_grid(size));
      CHECK(source->description().provenance["command"] == "test");
      REQUIRE(source->type() == type);
      CHECK(
          same_voxels(std::as_const(*std::make_unique<AnyVolume>(source->read(whole(size)))).view(),
                      volume.view()));
    }
  }
}

TEST_CASE("slabs of any depth give the same file content; boxes equal parts of the whole") {
  const TemporaryFolder folder;
  const Size3 size{130, 40, 71};
  const AnyVolume volume = pattern_volume(PixelType::u16, size);
  VolumeFileOptions options;
  options.threads = 2;
  for (const std::int64_t depth : {1, 7, 32, 64, 71}) {
    options.if_exists = IfExists::replace;
    write_volume(folder / "v.h5", turned_grid(size), volume.view(), options, depth);
    const auto source = open_volume_file(folder / "v.h5", 0, 2);
    for (const Box& box : {whole(size), Box{{63, 0, 31}, {66, 40, 33}},
                           Box{{0, 39, 0}, {130, 40, 71}}, Box{{129, 7, 70}, {130, 8, 71}}}) {
      const AnyVolume part = source->read(box);
      CHECK(same_voxels(part.view(), volume.view().part(box)));
    }
  }
}

TEST_CASE("levels are repeated halvings, for intensities and for labels") {
  const TemporaryFolder folder;
  const Size3 size{131, 90, 71};
  for (const VolumeKind kind : {VolumeKind::intensity, VolumeKind::labels}) {
    AnyVolume expected = pattern_volume(PixelType::u8, size);
    VolumeFileOptions options;
    options.kind = kind;
    options.threads = 2;
    options.if_exists = IfExists::replace;
    options.classes = {{1, "fossil", {10, 200, 30}}};
    write_volume(folder / "v.h5", turned_grid(size), expected.view(), options, 5);
    const auto full = open_volume_file(folder / "v.h5", 0, 1);
    CHECK(full->description().levels == 3);
    CHECK(full->description().kind == kind);
    CHECK(full->description().classes == options.classes);
    Grid grid = turned_grid(size);
    for (std::int64_t level = 1; level < 3; ++level) {
      AnyVolume half(PixelType::u8, reduced_by_two(expected.size()));
      reduce_by_two(std::as_const(expected).view(), kind, half.view());
      expected = std::move(half);
      grid = reduced(grid, 2);
      const auto source = open_volume_file(folder / "v.h5", level, 1);
      CHECK(source->grid() == grid);
      const AnyVolume found = source->read(whole(grid.size));
      CHECK(same_voxels(found.view(), std::as_const(expected).view()));
    }
  }
}

TEST_CASE("statistics are those of the voxels") {
  const TemporaryFolder folder;
  const Size3 size{50, 41, 70};
  const AnyVolume volume = pattern_volume(PixelType::i16, size);
  VolumeFileOptions options;
  options.threads = 2;
  write_volume(folder / "v.h5", turned_grid(size), volume.view(), options);
  StatisticsAccumulator expected(PixelType::i16);
  expected.add(volume.view());
  const auto found = open_volume_file(folder / "v.h5", 0, 1)->description().statistics;
  REQUIRE(found.has_value());
  CHECK(found->finite_count == voxel_count(size));
  CHECK(found->minimum == expected.result().minimum);
  CHECK(found->mean == doctest::Approx(expected.result().mean));
  CHECK(found->percentile(50) == expected.result().percentile(50));
}

TEST_CASE("one voxel, one slice, one column") {
  const TemporaryFolder folder;
  for (const Size3& size : {Size3{1, 1, 1}, Size3{300, 200, 1}, Size3{1, 1, 300}}) {
    const AnyVolume volume = pattern_volume(PixelType::f32, size);
    VolumeFileOptions options;
    options.if_exists = IfExists::replace;
    write_volume(folder / "v.h5", turned_grid(size), volume.view(), options);
    const AnyVolume found = open_volume_file(folder / "v.h5", 0, 1)->read(whole(size));
    CHECK(same_voxels(found.view(), volume.view()));
  }
}

TEST_CASE("/data is the same dataset as the VTKHDF array") {
  const TemporaryFolder folder;
  const AnyVolume volume = pattern_volume(PixelType::u8, {5, 4, 3});
  write_volume(folder / "v.h5", turned_grid({5, 4, 3}), volume.view(), {});
  const hid_t file = H5Fopen((folder / "v.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  H5O_info_t a{};
  H5O_info_t b{};
  CHECK(H5Oget_info_by_name1(file, "/data", &a, H5P_DEFAULT) >= 0);
  CHECK(H5Oget_info_by_name1(file, "/VTKHDF/PointData/intensity", &b, H5P_DEFAULT) >= 0);
  CHECK(a.addr == b.addr);
  H5Fclose(file);
}

TEST_CASE("an existing file is refused, or replaced when asked") {
  const TemporaryFolder folder;
  write_file(folder / "v.h5", "precious");
  CHECK_THROWS_AS(VolumeFileSink(folder / "v.h5", turned_grid({4, 4, 4}), PixelType::u8, {}),
                  Error);
  CHECK(read_file(folder / "v.h5") == "precious");
}

TEST_CASE("a sink given up leaves nothing") {
  const TemporaryFolder folder;
  {
    VolumeFileSink sink(folder / "v.h5", turned_grid({4, 4, 4}), PixelType::u8, {});
    const AnyVolume volume = pattern_volume(PixelType::u8, {4, 4, 2});
    sink.write(volume.view());
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("killed half-way: no file under the final name, and the next run clears up") {
  const TemporaryFolder folder;
  const AnyVolume volume = pattern_volume(PixelType::u16, {64, 64, 32});
  const pid_t child = ::fork();
  if (child == 0) {
    auto* sink = new VolumeFileSink(folder / "v.h5", turned_grid({64, 64, 64}), PixelType::u16, {});
    sink->write(volume.view());
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK_FALSE(std::filesystem::exists(folder / "v.h5"));
  write_volume(folder / "v.h5", turned_grid({64, 64, 32}), volume.view(), {});
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a level that is not there is named") {
  const TemporaryFolder folder;
  const AnyVolume volume = pattern_volume(PixelType::u8, {5, 4, 3});
  write_volume(folder / "v.h5", turned_grid({5, 4, 3}), volume.view(), {});
  const std::string message = message_of<Error>([&] { open_volume_file(folder / "v.h5", 2, 1); });
  CHECK(message.find("--level") != std::string::npos);
  CHECK(message.find("0 to 0") != std::string::npos);
}

TEST_CASE("a bit flipped in a voxel is told by the checksum of its chunk, by HDF5's own reader too") {
  const TemporaryFolder folder;
  const Size3 size{64, 64, 64};
  const AnyVolume volume = pattern_volume(PixelType::u16, size);
  VolumeFileOptions options;
  options.compression = Compression::none;
  options.levels = false;
  write_volume(folder / "v.h5", turned_grid(size), volume.view(), options);
  // Whether HDF5 reads it, which checks the sums too.
  const auto hdf5_reads = [&](const char* name) {
    std::vector<std::uint16_t> voxels(64 * 64 * 64);
    const hid_t file = H5Fopen((folder / name).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, "/data", H5P_DEFAULT);
    const bool reads =
        H5Dread(data, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, voxels.data()) >= 0;
    H5Dclose(data);
    H5Fclose(file);
    return reads;
  };
  CHECK(hdf5_reads("v.h5"));
  const std::string whole_file = read_file(folder / "v.h5");
  for (const std::size_t eighth : {2, 4, 6}) {
    std::string damaged = whole_file;
    const std::size_t at = damaged.size() / 8 * eighth;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    write_file(folder / "flipped.h5", damaged);
    CHECK(message_of<Error>([&] {
            open_volume_file(folder / "flipped.h5", 0, 1)->read(whole(size));
          }).find("its checksum is another") != std::string::npos);
    CHECK_FALSE(hdf5_reads("flipped.h5"));
  }
}

TEST_CASE("a file cut short or overwritten inside is reported, not crashed on") {
  const TemporaryFolder folder;
  const AnyVolume volume = pattern_volume(PixelType::u16, {64, 64, 64});
  write_volume(folder / "v.h5", turned_grid({64, 64, 64}), volume.view(), {});
  const std::string whole_file = read_file(folder / "v.h5");
  write_file(folder / "cut.h5", whole_file.substr(0, whole_file.size() / 2));
  CHECK_THROWS_AS(open_volume_file(folder / "cut.h5", 0, 1), Error);
  std::string damaged = whole_file;
  for (std::size_t i = damaged.size() / 4; i < damaged.size() / 2; ++i) {
    damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
  }
  write_file(folder / "damaged.h5", damaged);
  CHECK_THROWS_AS(open_volume_file(folder / "damaged.h5", 0, 1)->read(whole({64, 64, 64})), Error);
}
