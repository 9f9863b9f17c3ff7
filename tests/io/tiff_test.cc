// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstring>

#include "base/error.h"
#include "base/sha256.h"
#include "io/container.h"
#include "support.h"
#include "tiff_fixture.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Container open(const std::filesystem::path& path, const OpenOptions& options = {}) {
  Progress progress;
  return open_tiff(path, options, progress);
}

Pixels bytes_of_box(VolumeSource& source, const Box& box) {
  const AnyVolume volume = source.read(box);
  Pixels bytes(static_cast<std::size_t>(voxel_count(box.size())) * bytes_of(source.type()));
  std::memcpy(bytes.data(), volume.view().data(), bytes.size());
  return bytes;
}

Pixels all_bytes(VolumeSource& source) { return bytes_of_box(source, whole(source.grid().size)); }

std::string refusal(const std::filesystem::path& path, const OpenOptions& options = {}) {
  const std::string message = message_of<Error>([&] { all_bytes(*open(path, options).source); });
  CHECK(holds(message, path.filename().string()));
  return message;
}

void cut_to(const std::filesystem::path& path, std::size_t bytes) {
  std::filesystem::resize_file(path, bytes);
}

// A run of the ten pixel types, two shapes and three pages through one variant.
void check_round_trip(const TiffVariant& variant, const std::vector<PixelType>& types) {
  const TemporaryFolder folder;
  for (const PixelType type : types) {
    const ImageShape shape{37, 29, 1, type};
    const std::vector<Pixels> pages = {some_pixels(shape, 0), some_pixels(shape, 1),
                                       some_pixels(shape, 2)};
    const auto path = folder / (std::string(name_of(type)) + ".tif");
    write_tiff(path, variant, shape, pages);
    OpenOptions options;
    options.threads = 2;
    const Container container = open(path, options);
    CHECK(container.source->grid().size == Size3{37, 29, 3});
    CHECK(container.source->type() == type);
    Pixels expected;
    for (const Pixels& page : pages) {
      expected.insert(expected.end(), page.begin(), page.end());
    }
    CHECK(all_bytes(*container.source) == expected);
  }
}

const std::vector<PixelType> all_types = {PixelType::u8,  PixelType::i8,  PixelType::u16,
                                          PixelType::i16, PixelType::u32, PixelType::i32,
                                          PixelType::f32, PixelType::f64};

TiffVariant imagej(const std::string& fields) {
  TiffVariant variant;
  variant.description = "ImageJ=1.53t\n" + fields;
  variant.resolution = 0.5F;
  return variant;
}

TiffVariant ome(const std::string& pixels) {
  TiffVariant variant;
  variant.description =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME><Image ID=\"Image:0\"><Pixels " + pixels +
      "/></Image></OME>";
  return variant;
}

}  // namespace

TEST_CASE("every pixel type in every layout comes back voxel by voxel") {
  TiffVariant variant;
  for (const bool big_endian : {false, true}) {
    variant.big_endian = big_endian;
    for (const bool big_tiff : {false, true}) {
      variant.big_tiff = big_tiff;
      for (const std::uint32_t rows : {0U, 1U, 5U}) {
        variant.rows_per_strip = rows;
        check_round_trip(variant, all_types);
      }
    }
  }
}

TEST_CASE("compressed strips and tiles come back voxel by voxel") {
  for (const int compression :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
    for (const bool big_endian : {false, true}) {
      TiffVariant variant;
      variant.compression = static_cast<std::uint16_t>(compression);
      variant.big_endian = big_endian;
      variant.rows_per_strip = 8;
      check_round_trip(variant, all_types);
      variant.tile = 16;
      check_round_trip(variant, all_types);
    }
  }
}

TEST_CASE("predictors are undone") {
  TiffVariant variant;
  variant.compression = COMPRESSION_LZW;
  variant.predictor = PREDICTOR_HORIZONTAL;
  check_round_trip(variant, {PixelType::u8, PixelType::u16, PixelType::i32});
  variant.compression = COMPRESSION_ADOBE_DEFLATE;
  variant.predictor = PREDICTOR_FLOATINGPOINT;
  check_round_trip(variant, {PixelType::f32, PixelType::f64});
}

TEST_CASE("a box reads what the whole holds") {
  const TemporaryFolder folder;
  const ImageShape shape{20, 10, 1, PixelType::u16};
  write_tiff(folder / "a.tif", {}, shape,
             {some_pixels(shape, 0), some_pixels(shape, 1), some_pixels(shape, 2)});
  const Container container = open(folder / "a.tif");
  const AnyVolume all = container.source->read(whole({20, 10, 3}));
  const Box box{{3, 2, 1}, {17, 9, 3}};
  const AnyVolume part = container.source->read(box);
  const auto expected = all.view().as<std::uint16_t>().part(box);
  for (std::int64_t z = 0; z < 2; ++z) {
    for (std::int64_t y = 0; y < 7; ++y) {
      CHECK(std::memcmp(part.view().row(y, z), expected.row(y, z), 14 * 2) == 0);
    }
  }
}

TEST_CASE("grey in RGB is grey, planes are put together, alpha is dropped") {
  const TemporaryFolder folder;
  for (const bool separate : {false, true}) {
    for (const int channels : {3, 4}) {
      const ImageShape shape{5, 4, channels, PixelType::u16};
      Pixels pixels(shape.bytes());
      auto* values = reinterpret_cast<std::uint16_t*>(pixels.data());
      for (int i = 0; i < 20 * channels; ++i) {
        values[i] = static_cast<std::uint16_t>(i % channels == 3 ? 9 : i / channels * 300);
      }
      TiffVariant variant;
      variant.photometric = PHOTOMETRIC_RGB;
      variant.separate_planes = separate;
      variant.big_endian = separate;
      write_tiff(folder / "a.tif", variant, shape, pixels);
      const AnyVolume volume = open(folder / "a.tif").source->read(whole({5, 4, 1}));
      for (int i = 0; i < 20; ++i) {
        CHECK(volume.view().as<std::uint16_t>().data()[i] == i * 300);
      }
      values[channels] = 1;
      write_tiff(folder / "a.tif", variant, shape, pixels);
      const std::string message = refusal(folder / "a.tif");
      CHECK(holds(message, "pixel (1, 0) is red 1, green 300"));
      CHECK(holds(message, "--colour-map"));
    }
  }
}

TEST_CASE("MinIsWhite keeps its values and says so; thumbnails are no slices") {
  const TemporaryFolder folder;
  const ImageShape shape{8, 8, 1, PixelType::u8};
  TiffVariant variant;
  variant.photometric = PHOTOMETRIC_MINISWHITE;
  TiffVariant thumbnail;
  thumbnail.subfile_type = FILETYPE_REDUCEDIMAGE;
  {
    TiffWriter writer(folder / "a.tif", variant);
    writer.add(variant, shape, some_pixels(shape));
    writer.add(thumbnail, {2, 2, 1, PixelType::u8}, Pixels(4));
  }
  const Container container = open(folder / "a.tif");
  CHECK(all_bytes(*container.source) == some_pixels(shape));
  REQUIRE(container.source->description().notices.size() == 2);
  CHECK(holds(container.source->description().notices[0], "MinIsWhite"));
  CHECK(holds(container.source->description().notices[1], "depth 1"));
}

TEST_CASE("a painted palette becomes labels through its colours") {
  const TemporaryFolder folder;
  const ImageShape shape{4, 2, 1, PixelType::u8};
  TiffVariant variant;
  variant.photometric = PHOTOMETRIC_PALETTE;
  Pixels pixels(8, std::byte{3});
  pixels[5] = std::byte{200};
  write_tiff(folder / "a.tif", variant, shape, pixels);
  OpenOptions options;
  options.labels = true;
  const std::string message = refusal(folder / "a.tif", options);
  CHECK(holds(message, "#03fc07  7 pixels"));
  CHECK(holds(message, "#c83707  1 pixel\n"));
  write_file(folder / "map.txt", "#03fc07 0 stone\n#c83707 4 shell // what we look for\n");
  options.colour_map = folder / "map.txt";
  const Container container = open(folder / "a.tif", options);
  Pixels expected(8);
  expected[5] = std::byte{4};
  CHECK(all_bytes(*container.source) == expected);
  CHECK(container.source->description().kind == VolumeKind::labels);
  CHECK(container.source->description().classes[1].name == "shell");
}

TEST_CASE("the spacing of an ImageJ stack has three lengths and a unit") {
  const TemporaryFolder folder;
  const ImageShape shape{4, 4, 1, PixelType::u8};
  const std::vector<Pixels> pages(2, some_pixels(shape));
  for (const std::string unit : {"micron", "um", "\\u00B5m", "micrometer"}) {
    write_tiff(folder / "a.tif", imagej("images=2\nslices=2\nunit=" + unit + "\nspacing=2.5\n"),
               shape, pages);
    const Container container = open(folder / "a.tif");
    CHECK(container.spacing.unit == SpacingUnit::micrometre);
    CHECK(container.spacing.value == std::array<std::optional<double>, 3>{2.0, 2.0, 2.5});
    CHECK_FALSE(container.spacing.from_resolution_tag);
    CHECK(holds(container.spacing.found, "spacing=2.5"));
    CHECK(container.source->description().format == "ImageJ TIFF");
  }
  write_tiff(folder / "a.tif", imagej("images=2\nslices=2\nunit=pixel\n"), shape, pages);
  const Container container = open(folder / "a.tif");
  CHECK(container.spacing.unit == SpacingUnit::none);
  CHECK_FALSE(container.spacing.value[2].has_value());
  // Dots per inch stay what they are when ImageJ hands them on.
  write_tiff(folder / "a.tif", imagej("images=2\nslices=2\nunit=inch\nspacing=1.0\n"), shape,
             pages);
  CHECK(open(folder / "a.tif").spacing.unit == SpacingUnit::inch);
  CHECK(open(folder / "a.tif").spacing.from_resolution_tag);
}

TEST_CASE("OME-XML gives sizes, each in its unit") {
  const TemporaryFolder folder;
  const ImageShape shape{4, 4, 1, PixelType::u8};
  const std::vector<Pixels> pages(2, some_pixels(shape));
  write_tiff(folder / "a.tif",
             ome("SizeX=\"4\" SizeZ=\"2\" SizeC=\"1\" SizeT=\"1\" PhysicalSizeX=\"0.71\" "
                 "PhysicalSizeY=\"710\" PhysicalSizeYUnit=\"nm\" PhysicalSizeZ=\"1.4\""),
             shape, pages);
  const Container container = open(folder / "a.tif");
  CHECK(container.spacing.unit == SpacingUnit::micrometre);
  CHECK(*container.spacing.value[0] == doctest::Approx(0.71));
  CHECK(*container.spacing.value[1] == doctest::Approx(0.71));
  CHECK(*container.spacing.value[2] == doctest::Approx(1.4));
  CHECK(container.source->description().format == "OME-TIFF");

  write_tiff(folder / "b.tif", ome("SizeZ=\"1\" SizeC=\"2\" SizeT=\"1\""), shape, pages);
  CHECK(holds(refusal(folder / "b.tif"), "2 channels, 1 slices and 1 time points"));
  write_tiff(folder / "c.tif", ome("SizeZ=\"9\""), shape, pages);
  CHECK(holds(refusal(folder / "c.tif"), "promises 9 images, the file holds 2"));
}

TEST_CASE("resolution tags of a plain TIFF know no z") {
  const TemporaryFolder folder;
  const ImageShape shape{4, 4, 1, PixelType::u8};
  TiffVariant variant;
  variant.resolution = 1000;
  variant.resolution_unit = RESUNIT_CENTIMETER;
  write_tiff(folder / "a.tif", variant, shape, some_pixels(shape));
  const Container container = open(folder / "a.tif");
  CHECK(container.spacing.unit == SpacingUnit::centimetre);
  CHECK(container.spacing.from_resolution_tag);
  CHECK(container.spacing.value == std::array<std::optional<double>, 3>{0.001, 0.001, {}});
  CHECK(holds(container.spacing.found, "1000"));
  write_tiff(folder / "b.tif", {}, shape, some_pixels(shape));
  CHECK(holds(open(folder / "b.tif").spacing.found, "no XResolution"));
}

TEST_CASE("channels and time points are refused with their counts") {
  const TemporaryFolder folder;
  const ImageShape shape{4, 4, 1, PixelType::u8};
  const std::vector<Pixels> pages(6, some_pixels(shape));
  write_tiff(folder / "a.tif", imagej("images=6\nchannels=2\nslices=3\nhyperstack=true\n"), shape,
             pages);
  CHECK(holds(refusal(folder / "a.tif"), "2 channels, 3 slices and 1 time points"));
  write_tiff(folder / "b.tif", imagej("images=6\nframes=6\n"), shape, pages);
  const std::string message = refusal(folder / "b.tif");
  CHECK(holds(message, "1 channels, 1 slices and 6 time points"));
  CHECK(holds(message, "Properties: slices"));
}

TEST_CASE("an ImageJ stack with one directory has its voxels after the first image") {
  const TemporaryFolder folder;
  const ImageShape shape{6, 5, 1, PixelType::u16};
  for (const bool big_endian : {false, true}) {
    TiffVariant variant = imagej("images=3\nslices=3\nunit=um\nspacing=2\n");
    variant.big_endian = big_endian;
    write_tiff(folder / "a.tif", variant, shape, some_pixels(shape));
    // libtiff writes the directory after the strip; the next slices are laid behind both, so the
    // strip is moved there too.
    std::string file = read_file(folder / "a.tif");
    const auto strip = static_cast<std::uint32_t>(file.size());
    const std::string offset_tag = big_endian ? std::string("\x01\x11\0\x04\0\0\0\x01", 8)
                                              : std::string("\x11\x01\x04\0\x01\0\0\0", 8);
    std::size_t place = file.find(offset_tag);
    if (place == std::string::npos) {
      const std::string as_short = big_endian ? std::string("\x01\x11\0\x03\0\0\0\x01", 8)
                                              : std::string("\x11\x01\x03\0\x01\0\0\0", 8);
      place = file.find(as_short);
      REQUIRE(place != std::string::npos);
      file.replace(place, 8, offset_tag);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      file[place + 8 + i] = static_cast<char>(strip >> (8 * (big_endian ? 3 - i : i)));
    }
    Pixels expected;
    for (int page = 0; page < 3; ++page) {
      const Pixels slice = some_pixels(shape, page);
      expected.insert(expected.end(), slice.begin(), slice.end());
      for (std::size_t i = 0; i < slice.size(); ++i) {
        file += static_cast<char>(slice[big_endian ? i ^ 1U : i]);
      }
    }
    write_file(folder / "a.tif", file);
    const Container container = open(folder / "a.tif");
    CHECK(container.source->grid().size == Size3{6, 5, 3});
    CHECK(all_bytes(*container.source) == expected);
    write_file(folder / "a.tif", file.substr(0, file.size() - 10));
    CHECK_FALSE(refusal(folder / "a.tif").empty());
  }
}

TEST_CASE("a file cut short is named with what is missing") {
  const TemporaryFolder folder;
  const ImageShape shape{32, 32, 1, PixelType::u16};
  TiffVariant variant;
  variant.rows_per_strip = 8;
  const auto path = folder / "a.tif";
  const auto write = [&](std::uint16_t compression) {
    variant.compression = static_cast<std::uint16_t>(compression);
    write_tiff(path, variant, shape, {some_pixels(shape), some_pixels(shape, 1)});
    return std::filesystem::file_size(path);
  };
  const std::size_t size = write(COMPRESSION_NONE);
  cut_to(path, size / 2 - 200);
  CHECK(holds(refusal(path), "cut short"));
  cut_to(path, 6);
  CHECK(holds(refusal(path), "not a readable TIFF"));
  cut_to(path, 0);
  CHECK(holds(refusal(path), "not a readable TIFF"));
  cut_to(path, write(COMPRESSION_LZW) * 2 / 3);
  CHECK(holds(refusal(path), "cut short"));
}

TEST_CASE("damaged strips are an error with libtiff's own words, and nothing is printed") {
  const TemporaryFolder folder;
  const ImageShape shape{64, 64, 1, PixelType::u8};
  for (const int compression : {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
    TiffVariant variant;
    variant.compression = static_cast<std::uint16_t>(compression);
    write_tiff(folder / "a.tif", variant, shape, some_pixels(shape));
    std::string file = read_file(folder / "a.tif");
    std::fill(file.begin() + 20, file.begin() + 60, '\xff');
    write_file(folder / "a.tif", file);
    const std::string message = refusal(folder / "a.tif");
    CHECK(holds(message, "strip 0 is short or damaged"));
    CHECK(message.back() == ')');
  }
}

TEST_CASE("headers that promise too much are refused before memory is asked for") {
  const TemporaryFolder folder;
  const ImageShape shape{16, 16, 1, PixelType::u8};
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE}) {
    TiffVariant variant;
    variant.compression = static_cast<std::uint16_t>(compression);
    {
      TiffWriter writer(folder / "a.tif", variant);
      writer.add(variant, shape, some_pixels(shape));
    }
    std::string file = read_file(folder / "a.tif");
    for (const char tag : {'\0', '\1'}) {
      const std::size_t place =
          file.find(std::string{tag, '\1', '\3', '\0', '\1', '\0', '\0', '\0'});
      REQUIRE(place != std::string::npos);
      file[place + 2] = '\4';
      file.replace(place + 8, 4, std::string("\0\0\x0f\0", 4));
    }
    write_file(folder / "a.tif", file);
    CHECK(holds(refusal(folder / "a.tif"), "its header promises 983040 x 983040 u8"));
  }
}

TEST_CASE("directories that run in circles end in an error") {
  const TemporaryFolder folder;
  const ImageShape shape{4, 4, 1, PixelType::u8};
  write_tiff(folder / "a.tif", {}, shape, {some_pixels(shape), some_pixels(shape)});
  std::string file = read_file(folder / "a.tif");
  // The last directory ends the file's chain with four zero bytes; point it at the first.
  const std::string first = file.substr(4, 4);
  std::size_t place =
      static_cast<unsigned char>(first[0]) + 256U * static_cast<unsigned char>(first[1]);
  for (int directory = 0; directory < 2; ++directory) {
    const std::size_t entries = static_cast<unsigned char>(file[place]);
    const std::size_t next = place + 2 + 12 * entries;
    if (directory == 1) {
      file.replace(next, 4, first);
    } else {
      place = static_cast<unsigned char>(file[next]) +
              256U * static_cast<unsigned char>(file[next + 1]);
    }
  }
  write_file(folder / "a.tif", file);
  CHECK(holds(refusal(folder / "a.tif"), "the next page can't be read"));
}

TEST_CASE("pages of another size or type are named") {
  const TemporaryFolder folder;
  const ImageShape shape{8, 6, 1, PixelType::u8};
  {
    TiffWriter writer(folder / "a.tif", {});
    writer.add({}, shape, some_pixels(shape));
    writer.add({}, {6, 8, 1, PixelType::u8}, some_pixels({6, 8, 1, PixelType::u8}));
  }
  const std::string message = refusal(folder / "a.tif");
  CHECK(holds(message, "page 1"));
  CHECK(holds(message, "6 x 8 u8"));
  CHECK(holds(message, "8 x 6 u8"));
}

TEST_CASE("bits that no scan has are refused") {
  const TemporaryFolder folder;
  TIFF* tiff = TIFFOpen((folder / "a.tif").c_str(), "w");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 8);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 12);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  Pixels row(12);
  TIFFWriteEncodedStrip(tiff, 0, row.data(), 12);
  TIFFClose(tiff);
  CHECK(holds(refusal(folder / "a.tif"), "12 bits"));
}

TEST_CASE("real stacks") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: FOSSILCT_TEST_DATA is not there");
    return;
  }
  const Container shell = open(*data / "microct" / "shell_225x128x128.tif");
  CHECK(shell.source->grid().size == Size3{128, 128, 225});
  CHECK(shell.source->type() == PixelType::u8);
  CHECK(shell.spacing.unit == SpacingUnit::micrometre);
  CHECK_FALSE(shell.spacing.value[2].has_value());
  const Container instances = open(*data / "core-a" / "instances.tif");
  CHECK(instances.source->grid().size == Size3{256, 256, 160});
  CHECK(instances.source->type() == PixelType::u16);
  std::uint16_t highest = 0;
  const AnyVolume ids = instances.source->read(whole({256, 256, 160}));
  for (std::int64_t i = 0; i < 256 * 256 * 160; ++i) {
    highest = std::max(highest, ids.view().as<std::uint16_t>().data()[i]);
  }
  CHECK(highest == 24);
  const Container wood = open(*data / "formats" / "wood.tif");
  CHECK(wood.source->grid().size == Size3{455, 269, 1});
  CHECK(wood.spacing.value[0] == 0.001);
}
