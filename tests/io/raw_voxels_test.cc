// SPDX-License-Identifier: Apache-2.0
#include "io/raw_voxels.h"

#include <doctest/doctest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "base/error.h"
#include "support.h"

using namespace fossilct;
using test::message_of;

namespace {

// Voxel value that tells its place.
std::uint16_t value_at(std::int64_t x, std::int64_t y, std::int64_t z) {
  return static_cast<std::uint16_t>(x + 100 * y + 1000 * z + 7);
}

std::string bytes_of_ramp(const Size3& size, std::size_t offset, bool big_endian) {
  std::string bytes(offset, 'H');
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        const std::uint16_t v = value_at(x, y, z);
        const char low = static_cast<char>(v & 0xff);
        const char high = static_cast<char>(v >> 8);
        bytes += big_endian ? high : low;
        bytes += big_endian ? low : high;
      }
    }
  }
  return bytes;
}

bool is_ramp(const VolumeView<const std::uint16_t>& view, const Box& box) {
  for (std::int64_t z = 0; z < view.size().z; ++z) {
    for (std::int64_t y = 0; y < view.size().y; ++y) {
      for (std::int64_t x = 0; x < view.size().x; ++x) {
        if (view(x, y, z) != value_at(box.begin.x + x, box.begin.y + y, box.begin.z + z)) {
          return false;
        }
      }
    }
  }
  return true;
}

const Size3 size{13, 9, 5};
const std::vector<Box> boxes = {whole(size),
                                slab(size, 1, 3),
                                {{0, 2, 1}, {13, 7, 4}},
                                {{3, 2, 1}, {11, 7, 4}},
                                {{12, 0, 0}, {13, 9, 5}},
                                {{4, 8, 4}, {5, 9, 5}}};

}  // namespace

TEST_CASE("every box is what a copy of the whole gives, in both byte orders") {
  const test::TemporaryFolder folder;
  for (const bool big_endian : {false, true}) {
    test::write_file(folder / "a.raw", bytes_of_ramp(size, 17, big_endian));
    const auto source =
        open_raw_voxels(folder / "a.raw", {size, PixelType::u16, big_endian, 17}, {});
    CHECK(source->grid().size == size);
    CHECK(source->type() == PixelType::u16);
    for (const Box& box : boxes) {
      const AnyVolume read = source->read(box);
      CHECK(is_ramp(read.view().as<std::uint16_t>(), box));
    }
  }
}

TEST_CASE("a box is read into part of a larger volume and touches nothing else") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.raw", bytes_of_ramp(size, 0, true));
  const auto source = open_raw_voxels(folder / "a.raw", {size, PixelType::u16, true, 0}, {});
  for (const Box& box : boxes) {
    const Size3 larger{box.size().x + 4, box.size().y + 3, box.size().z + 2};
    Volume<std::uint16_t> volume(larger);
    const Box inner{{2, 1, 1}, {2 + box.size().x, 1 + box.size().y, 1 + box.size().z}};
    const AnyView all = volume.view();
    source->read(box, all.part(inner));
    CHECK(is_ramp(volume.view().part(inner), box));
    std::int64_t outside = 0;
    for (std::int64_t i = 0; i < voxel_count(larger); ++i) {
      outside += volume.data()[i] == 0 ? 1 : 0;
    }
    CHECK(outside == voxel_count(larger) - voxel_count(box.size()));
  }
}

TEST_CASE("rows far apart are read one by one") {
  const test::TemporaryFolder folder;
  const Size3 wide{40'000, 3, 2};
  std::string bytes;
  for (std::int64_t i = 0; i < voxel_count(wide); ++i) {
    bytes += static_cast<char>(i % 251);
  }
  test::write_file(folder / "a.raw", bytes);
  const auto source = open_raw_voxels(folder / "a.raw", {wide, PixelType::u8, false, 0}, {});
  const AnyVolume read = source->read({{39'990, 1, 0}, {39'995, 3, 2}});
  const auto view = read.view().as<std::uint8_t>();
  for (std::int64_t z = 0; z < 2; ++z) {
    for (std::int64_t y = 0; y < 2; ++y) {
      for (std::int64_t x = 0; x < 5; ++x) {
        CHECK(view(x, y, z) == ((z * 3 + y + 1) * 40'000 + 39'990 + x) % 251);
      }
    }
  }
}

TEST_CASE("wider words are swapped whole") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "f.raw", std::string("\x3f\x80\x00\x00\xc0\x49\x0f\xdb", 8));
  const auto source = open_raw_voxels(folder / "f.raw", {{2, 1, 1}, PixelType::f32, true, 0}, {});
  const AnyVolume read = source->read(whole({2, 1, 1}));
  CHECK(read.view().as<float>()(0, 0, 0) == 1.0F);
  CHECK(read.view().as<float>()(1, 0, 0) == doctest::Approx(-3.14159274F));
  test::write_file(folder / "d.raw", std::string("\x3f\xf0\0\0\0\0\0\0", 8));
  const auto doubles = open_raw_voxels(folder / "d.raw", {{1, 1, 1}, PixelType::f64, true, 0}, {});
  CHECK(doubles->read(whole({1, 1, 1})).view().as<double>()(0, 0, 0) == 1.0);
}

TEST_CASE("several threads read at once") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.raw", bytes_of_ramp(size, 3, false));
  const auto source = open_raw_voxels(folder / "a.raw", {size, PixelType::u16, false, 3}, {});
  std::array<bool, 4> good{};
  std::vector<std::thread> threads;
  for (bool& is_good : good) {
    threads.emplace_back([&is_good, &source] {
      is_good = true;
      for (int round = 0; round < 50; ++round) {
        for (const Box& box : boxes) {
          is_good = is_good && is_ramp(source->read(box).view().as<std::uint16_t>(), box);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(good == std::array<bool, 4>{true, true, true, true});
}

TEST_CASE("a file shorter than its header says is refused with both sizes") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.raw", std::string(1169, 'x'));
  const auto open = [&](const RawLayout& layout) {
    return message_of<Error>([&] { open_raw_voxels(folder / "a.raw", layout, {}); });
  };
  CHECK(open({size, PixelType::u16, false, 0}).find("1,169 bytes") != std::string::npos);
  CHECK(open({size, PixelType::u16, false, 0}).find("take 1,170 bytes") != std::string::npos);
  CHECK(open({size, PixelType::u8, false, 584}).empty());
  CHECK(open({size, PixelType::u8, false, 585}).find("take 1,170 bytes") != std::string::npos);
}

TEST_CASE("absurd layouts are refused and never asked memory for") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.raw", "voxels");
  const std::int64_t huge = std::int64_t{1} << 60;
  for (const RawLayout& layout :
       {RawLayout{{huge, 1, 1}, PixelType::f64, false, 0},
        RawLayout{{huge, huge, huge}, PixelType::u8, false, 0},
        RawLayout{{1, 1, 1}, PixelType::u8, false, INT64_MAX},
        RawLayout{{0, 1, 1}, PixelType::u8, false, 0}, RawLayout{{1, -1, -1}, PixelType::u8},
        RawLayout{{1, 1, 1}, PixelType::u8, false, -1}}) {
    const std::string message =
        message_of<Error>([&] { open_raw_voxels(folder / "a.raw", layout, {}); });
    CHECK(message.find("a.raw") != std::string::npos);
  }
  CHECK(message_of<Error>([&] {
          open_raw_voxels(folder / "none.raw", {{1, 1, 1}}, {});
        }).find("No such file") != std::string::npos);
  CHECK(message_of<Error>([&] {
          open_raw_voxels(folder.path(), {{1, 1, 1}}, {});
        }).find("no plain file") != std::string::npos);
}

TEST_CASE("a file that shrinks while it is open is an error") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.raw", bytes_of_ramp(size, 0, false));
  const auto source = open_raw_voxels(folder / "a.raw", {size, PixelType::u16, false, 0}, {});
  std::filesystem::resize_file(folder / "a.raw", 100);
  CHECK(message_of<Error>([&] { source->read(whole(size)); }).find("ends after 100 bytes") !=
        std::string::npos);
}
