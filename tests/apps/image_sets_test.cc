// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/image_sets.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "apps/taxa/image_names.h"
#include "base/error.h"
#include "io/png_encoder.h"
#include "tests/specimens/catalogue_files.h"
#include "tests/support.h"

namespace fossilct {

// Nothing here is made by another program.
std::span<const CommandRow> command_table() { return {}; }

namespace {

namespace fs = std::filesystem;

void write_png(const fs::path& path, std::int64_t width, std::int64_t height, int channels = 1,
               std::uint8_t value = 90) {
  fs::create_directories(path.parent_path());
  const ImageShape shape = {width, height, channels, PixelType::u8};
  const std::vector<std::byte> pixels(shape.bytes(), static_cast<std::byte>(value));
  const std::vector<std::byte> file = encode_png(shape, pixels);
  test::write_file(path, {reinterpret_cast<const char*>(file.data()), file.size()});
}

// Reads with what was said on the way.
struct Reading {
  ReadImages read;
  std::string said;
};

Reading reading(ImageSetOptions options) {
  options.size = 16;
  Reading result;
  const CommonOptions common;
  TerminalProgress progress(
      {}, [&](std::string_view line) { result.said += line; }, [] { return 80; });
  result.read = read_images(options, {progress, common, "", {}});
  return result;
}

Reading reading(const fs::path& input) { return reading(ImageSetOptions{.inputs = {input}}); }

std::string refusal(const fs::path& input) {
  return test::message_of<Error>([&] { reading(input); });
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a folder for each taxon: names tell which pictures are of one specimen") {
  const test::TemporaryFolder folder;
  for (const char* name :
       {"ruber/01_L1.png", "ruber/01_L10.png", "ruber/01_L2.png", "ruber/02_L1.png",
        "bulloides/01_L1.png", "bulloides/deep/01_L1.png", ".hidden/x_L1.png", "ruber/.x_L1.png"}) {
    write_png(folder / name, 20, 30);
  }
  test::write_file(folder / "ruber/notes.txt", "no picture");
  const Reading result = reading(folder.path());
  const ImageSet& set = result.read.set;
  CHECK(set.taxa == std::vector<std::string>{"bulloides", "ruber"});
  CHECK(specimens_per_taxon(set) == std::vector<std::int64_t>{2, 2});
  REQUIRE(set.specimens.size() == 4);
  CHECK(set.specimens[2].name == "ruber/01");
  REQUIRE(set.images.size() == 6);
  CHECK(set.images[4].name.ends_with("01_L10.png"));
  CHECK(set.images[4].pixels.size() == 256);
  CHECK_FALSE(says(result.said, "warning"));
  CHECK_FALSE(result.read.fossils[0]);
}

TEST_CASE("grey, colour and opacity mixed; what is damaged or of one pixel is named and left out") {
  const test::TemporaryFolder folder;
  write_png(folder / "a/1_L1.png", 9, 9, 1);
  write_png(folder / "a/2_L1.png", 9, 9, 4);
  write_png(folder / "b/1_L1.png", 9, 9, 3);
  write_png(folder / "b/2_L1.png", 9, 9, 2);
  write_png(folder / "b/3_L1.png", 1, 1, 1);
  test::write_file(folder / "b/4_L1.jpg", "\xFF\xD8\xFF no more");
  test::write_file(folder / "b/5_L1.png", "text");
  const Reading result = reading(folder.path());
  CHECK(result.read.set.specimens.size() == 4);
  CHECK(result.read.skipped == 3);
  for (const char* part : {"3_L1.png: is 1 x 1 pixels", "4_L1.jpg: this JPEG can't be decoded",
                           "5_L1.png: is no picture", "3 pictures could not be used"}) {
    CHECK(says(result.said, part));
  }
}

TEST_CASE("what would spoil a training is said") {
  const test::TemporaryFolder folder;
  write_png(folder / "a/one.png", 9, 9);
  write_png(folder / "b/two.png", 9, 9);
  write_png(folder / "b/three.png", 9, 9);
  const Reading result = reading(folder.path());
  CHECK(says(result.said, "taxon 'a' has one specimen"));
  CHECK(says(result.said, "which of 3 photographs are of one specimen"));
  write_png(folder / "B/four.png", 9, 9);
  CHECK(says(refusal(folder.path()), "'b' differ only in capitals"));
}

TEST_CASE("what holds no pictures is refused by name") {
  const test::TemporaryFolder folder;
  CHECK(says(refusal(folder.path()), folder.path().string() + ": no picture that can be used"));
  CHECK(says(refusal(folder / "none"), "none: there is no such folder"));
  test::write_file(folder / "well.sqlite", "x");
  CHECK(says(refusal(folder / "well.sqlite"), "give the catalogue of each scan"));
  test::write_file(folder / "notes.txt", "x");
  CHECK(says(refusal(folder / "notes.txt"), "is neither a picture"));
}

TEST_CASE("a table names specimen, sample and depth") {
  const test::TemporaryFolder folder;
  for (const char* name : {"p/1.png", "p/2.png", "p/3_L1.png", "p/3_L2.png"}) {
    write_png(folder / name, 9, 9);
  }
  test::write_file(folder / "t.csv",
                   "path,Class,specimen,sample,depth,remark\n"
                   "p/1.png,ruber,s1,top,1.5,x\n"
                   "p/2.png,ruber,s1,top,1.5,\n"
                   "p/3_L1.png,,,,,\n"
                   "p/3_L2.png,,,,,\n");
  const ImageSet set = reading(folder / "t.csv").read.set;
  REQUIRE(set.specimens.size() == 2);
  CHECK(set.specimens[0].name == "s1");
  CHECK(set.specimens[0].sample == "top");
  CHECK(set.specimens[0].depth_m == 1.5);
  CHECK(set.specimens[1].name == "3");
  CHECK_FALSE(set.specimens[1].taxon);

  test::write_file(folder / "two.csv",
                   "path,class,specimen\np/1.png,ruber,s1\np/2.png,bulloides,s1\n");
  CHECK(says(refusal(folder / "two.csv"), "specimen 's1' is 'ruber' in one picture"));
  test::write_file(folder / "bad.csv", "file,class\np/1.png,ruber\n");
  CHECK(says(refusal(folder / "bad.csv"), "the column 'path' is missing"));
}

TEST_CASE("patterns tell specimen and taxon") {
  const test::TemporaryFolder folder;
  for (const char* name : {"01_ruber_x.png", "01_ruber_y.png", "02_sacculifer_x.png"}) {
    write_png(folder / name, 9, 9);
  }
  ImageSetOptions options = {.inputs = {folder.path()}};
  options.specimen_pattern = "^([0-9]+)_";
  options.taxon_pattern = "_([a-z]+)_";
  const ImageSet set = reading(options).read.set;
  CHECK(set.taxa == std::vector<std::string>{"ruber", "sacculifer"});
  CHECK(set.specimens.size() == 2);
  options.taxon_pattern = "_[a-z]+_";
  CHECK(says(test::message_of<Error>([&] { reading(options); }),
             "--taxon-pattern: '_[a-z]+_' has 0"));
  options.taxon_pattern = "(";
  CHECK(says(test::message_of<Error>([&] { reading(options); }), "is no regular expression"));
}

TEST_CASE("what a name says of the specimen") {
  CHECK(specimen_before_view("12_ruber_L3") == "12_ruber");
  CHECK(specimen_before_view("7_section-front") == "7");
  CHECK(specimen_before_view("a_b_UMBILICAL") == "a_b");
  CHECK(specimen_before_view("x_view-2") == "x");
  CHECK_FALSE(specimen_before_view("12_ruber"));
  CHECK_FALSE(specimen_before_view("image_0012"));
  CHECK_FALSE(specimen_before_view("_front"));
}

TEST_CASE("a catalogue gives views, names by persons, depths and measurements") {
  const test::TemporaryFolder folder;
  const fs::path path = folder / "core-t.fossils";
  {
    Catalogue catalogue = test::make_test_catalogue(path, 3);
    Catalogue::Change change(catalogue);
    change.decide({1, DecisionKind::taxon, "ruber", "A. Reader"});
    change.decide({2, DecisionKind::reject, "", "A. Reader"});
    change.set_depth(1000, 1008);
    for (const std::uint32_t id : {1U, 2U, 3U}) {
      change.mark_views_made(id);
    }
    change.commit();
  }
  ImageSetOptions options = {.inputs = {path}};
  options.views = {"front", "section-top"};
  options.with_measurements = true;
  for (const char* id : {"1", "3"}) {
    write_png(path / "views" / (std::string(id) + "_front.png"), 9, 9);
    write_png(path / "views" / (std::string(id) + "_section-top.png"), 9, 9);
  }
  const ReadImages read = reading(options).read;
  REQUIRE(read.set.specimens.size() == 2);
  CHECK(read.set.specimens[0].name == "core-t:1");
  CHECK(read.set.specimens[0].sample == "core-t");
  CHECK(read.set.specimens[0].taxon == 0);
  CHECK(*read.set.specimens[0].depth_m == doctest::Approx(1000 + 8 * 11 / 80.0));
  CHECK(read.set.measurements == std::vector<std::string>{"equivalent_diameter_um", "chambers"});
  CHECK(read.set.specimens[0].measurements[0] == 31.25);
  CHECK(std::isnan(read.set.specimens[0].measurements[1]));
  CHECK_FALSE(read.set.specimens[1].taxon);
  REQUIRE(read.fossils[1]);
  CHECK(read.fossils[1]->id == 3);
  CHECK(read.set.images.size() == 4);
  // A view that lacks would be made, by a program that is not here.
  options.views = {"back"};
  CHECK(says(test::message_of<Error>([&] { reading(options); }), "built without `fossilct views`"));
}

}  // namespace fossilct
