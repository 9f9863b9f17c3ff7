// SPDX-License-Identifier: Apache-2.0
#include "io/label_slices.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "io/open_scan.h"
#include "support.h"
#include "tiff_fixture.h"

namespace fossilct {
namespace {

using test::message_of;
using test::Pixels;
using test::TemporaryFolder;

constexpr ImageShape shape{5, 4, 1, PixelType::u8};

// Slices with these numbers; all voxels of one are `value`.
void write_slices(const std::filesystem::path& folder, const std::vector<int>& numbers,
                  const std::string& ending = ".tif", int value = 1) {
  std::filesystem::create_directories(folder);
  for (const int number : numbers) {
    std::string digits = std::to_string(number);
    digits.insert(0, 4 - digits.size(), '0');
    test::write_tiff(folder / ("s" + digits + ending), {}, shape,
                     Pixels(shape.bytes(), static_cast<std::byte>(value)));
  }
}

std::unique_ptr<VolumeSource> open(const std::filesystem::path& path, bool masks = false) {
  OpenOptions options;
  options.spacing.unknown = true;
  options.labels = masks;
  options.some_slices = masks;
  Progress silent;
  return open_scan(path, options, silent);
}

std::vector<int> numbered(int begin, int end, int step = 1) {
  std::vector<int> numbers;
  for (int i = begin; i < end; i += step) {
    numbers.push_back(i);
  }
  return numbers;
}

struct Folders {
  TemporaryFolder root;
  Folders(const std::vector<int>& scan, const std::vector<int>& masks) {
    write_slices(root / "scan", scan);
    write_slices(root / "masks", masks, "_GT.tif");
  }
  LabelPlaces places() const {
    return places_of_label_slices(open(root / "masks", true)->description(), "masks",
                                  open(root / "scan")->description(), "scan");
  }
  std::string refusal() const {
    return message_of<Error>([&] { places(); });
  }
};

TEST_CASE("the numbers of slices are those of their names, through crop and flip") {
  const TemporaryFolder root;
  write_slices(root / "scan", numbered(100, 110));
  OpenOptions options;
  options.spacing.unknown = true;
  options.roi = {{0, 0, 2}, {5, 4, 5}};
  Progress silent;
  CHECK(open(root / "scan")->description().slice_numbers.front() == 100);
  CHECK(open_scan(root / "scan", options, silent)->description().slice_numbers ==
        std::vector<std::int64_t>{102, 103, 104});
  options.reorientation.flip = {false, false, true};
  CHECK(open_scan(root / "scan", options, silent)->description().slice_numbers ==
        std::vector<std::int64_t>{107, 106, 105});
  options.roi.reset();
  options.downsample = 2;
  CHECK(open_scan(root / "scan", options, silent)->description().slice_numbers.empty());
  options = {};
  options.spacing.unknown = true;
  options.reorientation.axis_of_new = {0, 2, 1};
  CHECK(open_scan(root / "scan", options, silent)->description().slice_numbers.empty());
}

TEST_CASE("slices counted from 0 have no other numbers") {
  const TemporaryFolder root;
  write_slices(root / "scan", numbered(0, 4));
  const auto source = open(root / "scan");
  CHECK(source->description().slice_numbers.empty());
  CHECK(slice_numbers_text(source->description()) == "0, 1, 2, 3");
  CHECK(slice_text(source->description(), 2) == "number 2 (s0002.tif)");
}

TEST_CASE("masks of some slices are matched by number") {
  const Folders folders(numbered(100, 120), {103, 104, 111});
  const LabelPlaces places = folders.places();
  CHECK(places.places == std::vector<std::int64_t>{3, 4, 11});
  CHECK(places.note ==
        "masks: masks of 3 slices of the scan's 20, matched by number: 103, 104, 111 of 100, 101, "
        "102, 103 ... 119; the other slices are not labelled");
}

TEST_CASE("a lone mask is matched by the number in its name") {
  CHECK(Folders(numbered(0, 300, 50), {200}).places().places == std::vector<std::int64_t>{4});
}

TEST_CASE("gaps in the masks' numbers are no matter, and are not reported") {
  const Folders folders(numbered(0, 30), {3, 9, 27});
  CHECK(open(folders.root / "masks", true)->description().notices.size() == 1);  // the spacing
}

TEST_CASE("as many masks as slices are taken in order") {
  CHECK(Folders(numbered(0, 6), numbered(0, 6)).places().note.empty());
  const LabelPlaces places = Folders(numbered(0, 6), numbered(1, 7)).places();
  CHECK(places.places == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(places.note ==
        "masks: numbered otherwise than the scan, and as many as it has slices, so they are taken "
        "in order (slices of masks: 1, 2, 3, 4, 5, 6; of scan: 0, 1, 2, 3, 4, 5)");
}

TEST_CASE("a mask of no slice of the scan is an error that shows both numberings") {
  CHECK(Folders(numbered(0, 100), {12, 100}).refusal() ==
        "masks: there is no slice of the scan for the mask of number 100 (s0100_GT.tif) (slices of "
        "masks: 12, 100; of scan: 0, 1, 2, 3 ... 99); give the masks the numbers of the scan's "
        "slices");
  CHECK(
      Folders(numbered(0, 3), numbered(0, 5))
          .refusal()
          .find(
              "5 slices of labels for a scan of 3 slices (slices of masks: 0, 1, 2, 3, 4; of scan: "
              "0, 1, 2)") != std::string::npos);
}

TEST_CASE("fewer labels without numbers are an error") {
  const TemporaryFolder root;
  write_slices(root / "scan", numbered(0, 20));
  ScanDescription labels;
  labels.grid.size = {5, 4, 12};
  labels.files = {"labels.h5"};
  const std::string message = message_of<Error>([&] {
    places_of_label_slices(labels, "labels.h5", open(root / "scan")->description(), "scan");
  });
  CHECK(message.find("labels.h5: 12 slices of labels for a scan of 20 slices, and nothing tells "
                     "which") != std::string::npos);
  labels.grid.size.z = 1;
  labels.files = {"labels.png"};
  CHECK(message_of<Error>([&] {
          places_of_label_slices(labels, "labels.png", open(root / "scan")->description(), "scan");
        }).find("nothing tells which") != std::string::npos);
}

TEST_CASE("slices without a mask are filled, those with one are read") {
  const TemporaryFolder root;
  write_slices(root / "scan", numbered(0, 10));
  for (const int number : {2, 3, 4, 8}) {
    write_slices(root / "masks", {number}, "_GT.tif", number);
  }
  const auto scan = open(root / "scan");
  auto labels = open(root / "masks", true);
  const auto places =
      places_of_label_slices(labels->description(), "masks", scan->description(), "scan");
  const auto source = spread_slices(std::move(labels), places.places, scan->description(), 255);
  CHECK(source->grid() == scan->grid());
  for (const auto& [begin, end] : {std::pair{0, 10}, {3, 9}, {4, 5}, {5, 8}}) {
    const AnyVolume read = source->read({{1, 1, begin}, {5, 3, end}});
    const auto view = read.view().as<std::uint8_t>();
    for (int z = begin; z < end; ++z) {
      CHECK(view(3, 1, z - begin) == ((z >= 2 && z <= 4) || z == 8 ? z : 255));
    }
  }
}

}  // namespace
}  // namespace fossilct
