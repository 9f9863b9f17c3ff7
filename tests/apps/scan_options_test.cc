// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/scan_options.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support.h"

namespace fossilct {

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Reads the arguments as import would.
OpenOptions opened(const std::vector<std::string>& arguments) {
  OpenOptions open;
  OptionSet options;
  declare_reading_options(options, open);
  declare_kind_option(options, open);
  declare_changing_options(options, open);
  options.assign(options.read_arguments(arguments), {});
  check_scan_options(open);
  return open;
}

std::string failure(const std::vector<std::string>& arguments) {
  return test::message_of<Error>([&] { opened(arguments); });
}

}  // namespace

TEST_CASE("the same voxels are read however the options are typed") {
  const auto read = [](const std::vector<std::string>& arguments) {
    return voxels_read(opened(arguments));
  };
  CHECK(read({}) == read({"--downsample", "1", "--permute", "xyz", "--level", "00"}));
  CHECK(read({"--roi", "0:08,0:1,2:3", "--flip", "xy"}) ==
        read({"--flip", "yx", "--roi", "00:8,0:1,2:3"}));
  CHECK(read({"--window", "1e3:2000"}) == read({"--window", "1000:2000.0"}));
  CHECK(read({"--dataset", "exchange//data"}) == read({"--dataset", "/exchange/data"}));
  CHECK(read({"--raw", "010x10x10:u16le"}) == read({"--raw", "10x10x10:u16le:0"}));
  CHECK(read({"--scratch", "/tmp", "--spacing-um", "2"}) == read({}));
  const std::vector<std::vector<std::string>> others = {{"--raw", "10x10x10:u16be"},
                                                        {"--dataset", "a"},
                                                        {"--allow-gaps"},
                                                        {"--level", "1"},
                                                        {"--permute", "zyx"},
                                                        {"--flip", "z"},
                                                        {"--roi", "0:1,0:1,0:1"},
                                                        {"--downsample", "2"},
                                                        {"--replace-nan"},
                                                        {"--type", "u8"},
                                                        {"--window", "1:99"},
                                                        {"--window", "1%:99%"}};
  for (std::size_t i = 0; i < others.size(); ++i) {
    CAPTURE(i);
    CHECK(read(others[i]) != read({}));
    CHECK(read(others[i]) != read(others[(i + 1) % others.size()]));
  }
}

TEST_CASE("a region of interest has whole numbers, each range rising") {
  CHECK(parse_roi("0:256,10:20,100:200") == Box{{0, 10, 100}, {256, 20, 200}});
  for (const char* wrong : {"", "0:1,0:1", "0:1,0:1,0:1,0:1", "0:0,0:1,0:1", "2:1,0:1,0:1",
                            "-1:2,0:1,0:1", "a:2,0:1,0:1", "0:1.5,0:1,0:1", "0-1,0-1,0-1"}) {
    CHECK_MESSAGE(contains(failure({"--roi", wrong}), "x0:x1,y0:y1,z0:z1"), wrong);
  }
}

TEST_CASE("axes are turned by their letters") {
  CHECK(parse_flip("xz") == std::array{true, false, true});
  CHECK(parse_permute("zyx") == std::array{2, 1, 0});
  CHECK(parse_permute("yzx") == std::array{1, 2, 0});
  for (const char* wrong : {"", "w", "xx", "xyzx"}) {
    CHECK(contains(failure({"--flip", wrong}), "--flip: "));
  }
  for (const char* wrong : {"", "xy", "xyy", "xyzx", "XYZ"}) {
    CHECK(contains(failure({"--permute", wrong}), "--permute: "));
  }
}

TEST_CASE("a window is two intensities or two percentiles") {
  const OpenOptions values = opened({"--type", "u8", "--window", "-1000:2e3"});
  CHECK(values.window->low == -1000);
  CHECK(values.window->high == 2000);
  CHECK_FALSE(values.window_percentiles.has_value());
  const OpenOptions shares = opened({"--type", "u8", "--window", "0.5%:99.5%"});
  CHECK(*shares.window_percentiles == std::pair{0.5, 99.5});
  CHECK_FALSE(shares.window.has_value());
  CHECK(contains(failure({"--type", "u8", "--window", "3"}), "not of the form low:high"));
  CHECK(contains(failure({"--type", "u8", "--window", "3:2"}), "below the high end"));
  CHECK(contains(failure({"--type", "u8", "--window", "nan:2"}), "'nan' is not a number"));
  CHECK(contains(failure({"--type", "u8", "--window", "1%:200"}), "'200' is not a percentile"));
  CHECK(contains(failure({"--type", "u8", "--window", "1%:101%"}), "'101%' is not a percentile"));
}

TEST_CASE("options that contradict each other are refused") {
  CHECK(contains(failure({"--spacing-um", "1.5", "--spacing-unknown"}),
                 "excludes --spacing-unknown"));
  CHECK(contains(failure({"--spacing-um", "1.5", "--spacing-unit", "mm"}),
                 "excludes --spacing-unit"));
  CHECK(contains(failure({"--window", "1:2", "--type", "u8", "--labels"}), "excludes --labels"));
  CHECK(contains(failure({"--colour-map", "a.txt"}), "--colour-map: needs --labels"));
}

TEST_CASE("types, units and factors are checked by name") {
  CHECK(opened({"--type", "f32"}).type == PixelType::f32);
  CHECK(opened({"--downsample", "4"}).downsample == 4);
  CHECK(opened({}).downsample == 1);
  CHECK(opened({"--spacing-unit", "mm"}).spacing.unit == SpacingUnit::millimetre);
  CHECK(contains(failure({"--spacing-unit", "inch"}), "neither um nor mm"));
  CHECK(contains(failure({"--type", "u64"}), "'u64' is none of u8"));
  for (const char* wrong : {"0", "3", "-2", "128", "x"}) {
    CHECK(contains(failure({"--downsample", wrong}), "is none of 1, 2, 4"));
  }
}

TEST_CASE("a class has a value, a name and perhaps a colour") {
  const LabelClass fossil = parse_label_class("1=fossil:#e8a33d");
  CHECK(fossil.value == 1);
  CHECK(fossil.name == "fossil");
  CHECK(fossil.colour == std::array<std::uint8_t, 3>{0xe8, 0xa3, 0x3d});
  const LabelClass plain = parse_label_class("2=a pore: large");
  CHECK(plain.name == "a pore: large");
  CHECK(plain.colour != fossil.colour);
  for (const char* wrong : {"fossil", "1=", "x=a", "-1=a", "1=a:#12", "1=a:#gggggg", "=a"}) {
    CHECK_MESSAGE(contains(test::message_of<Error>([&] { parse_label_class(wrong); }), "--class: "),
                  wrong);
  }
}

TEST_CASE("a size is one number or three") {
  CHECK(parse_size("--size", "64") == Size3{64, 64, 64});
  CHECK(parse_size("--size", "64x32x16") == Size3{64, 32, 16});
  CHECK(parse_size("--size", "64,32,16") == Size3{64, 32, 16});
  for (const char* wrong : {"", "0", "64x32", "a", "-3", "1x2x3x4"}) {
    CHECK(contains(test::message_of<Error>([&] { parse_size("--size", wrong); }), "--size: "));
  }
}

}  // namespace fossilct
