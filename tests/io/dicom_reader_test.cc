// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "dicom_files.h"
#include "io/container.h"
#include "reader_checks.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t position_tag = 0x00200032;
constexpr std::uint32_t orientation_tag = 0x00200037;
constexpr std::uint32_t spacing_tag = 0x00280030;
constexpr std::uint32_t thickness_tag = 0x00180050;
constexpr std::uint32_t frames_tag = 0x00280008;
constexpr std::uint32_t recognition_code_tag = 0x00080010;
constexpr std::uint32_t intercept_tag = 0x00281052;
constexpr std::uint32_t slope_tag = 0x00281053;

constexpr int pixels = 40 * 36;

// Slice k of a series along z: voxel n of it is 100 k + n; 0.5 mm apart, 0.2 x 0.1 mm pixels
// (row distance first, as DICOM has it), a slice thickness that must not be believed.
DicomFile slice(int k) {
  DicomFile file;
  file.instance = 100 - k;
  file.voxels.resize(pixels);
  std::iota(file.voxels.begin(), file.voxels.end(), static_cast<std::uint16_t>(100 * k));
  file.texts = {{position_tag, "10\\-20\\" + format_number(0.5 * k)},
                {orientation_tag, "1\\0\\0\\0\\1\\0"},
                {spacing_tag, "0.1\\0.2"},
                {thickness_tag, "7"}};
  return file;
}

// Names run against the order in space.
void write_series(const fs::path& folder, int count) {
  for (int k = 0; k < count; ++k) {
    write_dicom(folder / ("im" + std::to_string(50 - k) + ".dcm"), slice(k));
  }
}

Container open_it(const fs::path& path, const OpenOptions& options = {}) {
  Progress silent;
  return open_dicom(path, options, silent);
}

std::string refusal(const fs::path& path) {
  return message_of<Error>([&] { open_it(path); });
}

void check_voxels(const Container& scan, int count) {
  const AnyVolume volume = scan.source->read(whole(scan.source->grid().size));
  const auto view = volume.view().as<std::uint16_t>();
  bool equal = true;
  for (int k = 0; k < count; ++k) {
    for (int n = 0; n < pixels; ++n) {
      equal = equal && view.row(0, k)[n] == 100 * k + n;
    }
  }
  CHECK(equal);
}

}  // namespace

TEST_CASE("a series is ordered by position; spacing comes from PixelSpacing and positions") {
  const TemporaryFolder folder;
  write_series(folder.path(), 4);
  for (const fs::path& path : {folder.path(), folder / "im49.dcm"}) {
    const Container scan = open_it(path);
    CHECK(scan.source->grid().size == Size3{40, 36, 4});
    CHECK(scan.source->type() == PixelType::u16);
    CHECK(scan.source->grid().origin_um == Vector3{10, -20, 0});
    CHECK(scan.source->grid().direction == identity_direction);
    CHECK(scan.spacing.unit == SpacingUnit::millimetre);
    CHECK(*scan.spacing.value[0] == doctest::Approx(0.2));
    CHECK(*scan.spacing.value[1] == doctest::Approx(0.1));
    CHECK(*scan.spacing.value[2] == doctest::Approx(0.5));
    CHECK(scan.source->description().files.front().filename() == "im50.dcm");
    CHECK(scan.source->description().notices.empty());
    check_voxels(scan, 4);
  }
}

TEST_CASE("a box lands in a view with strides") {
  const TemporaryFolder folder;
  write_series(folder.path(), 3);
  const Container scan = open_it(folder.path());
  std::vector<std::uint16_t> memory(200, 9999);
  const VolumeView<std::uint16_t> view(memory.data(), {3, 2, 2}, 7, 50);
  scan.source->read({{2, 3, 1}, {5, 5, 3}}, AnyView(view));
  CHECK(view(0, 0, 0) == 100 + 3 * 40 + 2);
  CHECK(view(2, 1, 1) == 200 + 4 * 40 + 4);
  CHECK(std::count(memory.begin(), memory.end(), 9999) == 200 - 12);
}

TEST_CASE("a tilted series: the third axis is the normal of the slices") {
  const TemporaryFolder folder;
  for (int k = 0; k < 3; ++k) {
    DicomFile file = slice(k);
    // Rows along y, columns along z: the normal is x.
    file.texts[orientation_tag] = "0\\1\\0\\0\\0\\1";
    file.texts[position_tag] = format_number(5 - 0.25 * k) + "\\1\\2";
    write_dicom(folder / ("s" + std::to_string(k)), file);
  }
  const Container scan = open_it(folder.path());
  CHECK(scan.source->grid().direction == Matrix3{0, 0, 1, 1, 0, 0, 0, 1, 0});
  CHECK(scan.source->grid().origin_um == Vector3{4.5, 1, 2});
  CHECK(*scan.spacing.value[2] == doctest::Approx(0.25));
  CHECK(scan.source->description().files.front().filename() == "s2");
}

TEST_CASE("JPEG 2000, JPEG-LS and RLE decode to the same voxels") {
  const TemporaryFolder folder;
  write_series(folder.path(), 4);
  recompress(folder / "im50.dcm", gdcm::TransferSyntax::JPEG2000Lossless);
  recompress(folder / "im49.dcm", gdcm::TransferSyntax::RLELossless);
  recompress(folder / "im48.dcm", gdcm::TransferSyntax::JPEGLSLossless);
  const Container scan = open_it(folder.path());
  CHECK(scan.source->type() == PixelType::u16);
  check_voxels(scan, 4);
}

TEST_CASE("rescaling is applied; slices that differ in it become f32") {
  const TemporaryFolder folder;
  for (int k = 0; k < 3; ++k) {
    DicomFile file = slice(k);
    file.texts[intercept_tag] = "-1000";
    file.texts[slope_tag] = "2";
    write_dicom(folder / ("s" + std::to_string(k)), file);
  }
  {
    const Container scan = open_it(folder.path());
    const AnyVolume volume = scan.source->read(whole({40, 36, 3}));
    CHECK(is_integer(scan.source->type()));
    dispatch(scan.source->type(), [&]<typename T>(std::type_identity<T>) {
      CHECK(volume.view().as<T>()(1, 0, 0) == static_cast<T>(-998));
      CHECK(volume.view().as<T>()(39, 35, 2) == static_cast<T>((200 + pixels - 1) * 2 - 1000));
    });
  }
  DicomFile other = slice(1);
  other.texts[slope_tag] = "0.5";
  other.texts[intercept_tag] = "3";
  write_dicom(folder / "s1", other);
  const Container scan = open_it(folder.path());
  CHECK(scan.source->type() == PixelType::f32);
  CHECK(contains(all_notices(scan), "rescaled and read as f32"));
  const AnyVolume volume = scan.source->read(whole({40, 36, 3}));
  CHECK(volume.view().as<float>()(1, 0, 0) == -998.0F);
  CHECK(volume.view().as<float>()(1, 0, 1) == 53.5F);
}

TEST_CASE("a missing slice is refused with the places, read with --allow-gaps") {
  const TemporaryFolder folder;
  write_series(folder.path(), 6);
  fs::remove(folder / "im47.dcm");
  const std::string message = refusal(folder.path());
  CHECK(contains(message, "0.5 mm apart, but 1 mm between im48.dcm at 1 mm and im46.dcm at 2 mm"));
  CHECK(contains(message, "--allow-gaps"));
  OpenOptions options;
  options.advise_gaps = false;
  CHECK_FALSE(
      contains(message_of<Error>([&] { open_it(folder.path(), options); }), "--allow-gaps"));
  options.allow_gaps = true;
  const Container scan = open_it(folder.path(), options);
  CHECK(scan.source->grid().size.z == 5);
  CHECK(*scan.spacing.value[2] == doctest::Approx(0.5));
  CHECK(contains(all_notices(scan), "read as if all were 0.5 mm apart"));
}

TEST_CASE("two slices at one place are refused") {
  const TemporaryFolder folder;
  write_series(folder.path(), 3);
  fs::copy_file(folder / "im49.dcm", folder / "im49 copy.dcm");
  CHECK(contains(refusal(folder.path()), "lies at the same place as"));
}

TEST_CASE("several series: refused with a list, unless only one is a stack") {
  const TemporaryFolder folder;
  write_series(folder.path(), 3);
  DicomFile scout = slice(0);
  scout.series = "9.9";
  scout.texts[0x0008103e] = "Scout";
  write_dicom(folder / "scout.dcm", scout);
  {
    const Container scan = open_it(folder.path());
    CHECK(scan.source->grid().size.z == 3);
    CHECK(contains(all_notices(scan), "9.9 \"Scout\": 1 image, first scout.dcm"));
  }
  write_dicom(folder / "scout2.dcm", scout);
  const std::string message = refusal(folder.path());
  CHECK(contains(message, "2 DICOM series"));
  CHECK(contains(message, "1.2.3: 3 images"));
  CHECK(contains(message, "9.9 \"Scout\": 2 images"));
  CHECK(open_it(folder / "im50.dcm").source->grid().size.z == 3);
}

TEST_CASE("without positions the order is InstanceNumber and z has no spacing") {
  const TemporaryFolder folder;
  for (int k = 0; k < 3; ++k) {
    DicomFile file = slice(k);
    file.texts[position_tag] = "";
    file.instance = k;
    write_dicom(folder / ("x" + std::to_string(9 - k)), file);
  }
  const Container scan = open_it(folder.path());
  check_voxels(scan, 3);
  CHECK(contains(all_notices(scan), "ordered by InstanceNumber"));
  CHECK_FALSE(scan.spacing.value[2].has_value());
  CHECK(scan.spacing.value[0] == 0.2);
}

TEST_CASE("slices unlike the rest are named") {
  const TemporaryFolder folder;
  write_series(folder.path(), 3);
  DicomFile odd = slice(3);
  SUBCASE("size") {
    odd.columns = 36;
    odd.rows = 40;
    write_dicom(folder / "odd.dcm", odd);
    const std::string message = refusal(folder.path());
    CHECK(contains(message, "36 x 40 pixels"));
    CHECK(contains(message, "40 x 36"));
  }
  SUBCASE("orientation") {
    odd.texts[orientation_tag] = "0\\1\\0\\1\\0\\0";
    write_dicom(folder / "odd.dcm", odd);
    CHECK(contains(refusal(folder.path()), "odd.dcm"));
    CHECK(contains(refusal(folder.path()), "ImageOrientationPatient"));
  }
  SUBCASE("an orientation that is none") {
    for (const char* name : {"im50.dcm", "im49.dcm", "im48.dcm"}) {
      odd.texts[orientation_tag] = "2\\0\\0\\0\\1\\0";
      write_dicom(folder / name, odd);
    }
    CHECK(contains(refusal(folder.path()), "not two unit vectors"));
  }
  SUBCASE("several frames") {
    DicomFile frames = slice(3);
    frames.texts[0x00280008] = "2";
    frames.voxels.resize(2 * pixels);
    write_dicom(folder / "odd.dcm", frames);
    CHECK(contains(refusal(folder.path()), "2 frames in one file"));
  }
}

TEST_CASE("a count of frames that no file holds is refused, not multiplied") {
  const TemporaryFolder folder;
  DicomFile file = slice(0);
  file.texts[frames_tag] = "9223372036854775807";
  write_dicom(folder / "s.dcm", file);
  CHECK(contains(refusal(folder.path()), "s.dcm: is cut short: its header promises more than any"));
}

TEST_CASE("a recognition code that GDCM would end the process over is refused") {
  const TemporaryFolder folder;
  DicomFile file = slice(0);
  file.texts[recognition_code_tag] = "12";
  write_dicom(folder / "s.dcm", file);
  CHECK(contains(refusal(folder.path()), "s.dcm: is a damaged DICOM file: its RecognitionCode"));
}

TEST_CASE("stray files are left out by name; damaged DICOM files are refused by name") {
  const TemporaryFolder folder;
  write_series(folder.path(), 3);
  write_file(folder / "notes.txt", "scanned on a Tuesday\n");
  write_file(folder / ".hidden", "x");
  CHECK(contains(all_notices(open_it(folder.path())), "no DICOM images: notes.txt"));
  const std::string bytes = read_file(folder / "im49.dcm");
  SUBCASE("cut within the pixels") {
    write_file(folder / "im49.dcm", bytes.substr(0, bytes.size() - 20));
    const std::string message = message_of<Error>([&] {
      const Container scan = open_it(folder.path());
      scan.source->read(whole(scan.source->grid().size));
    });
    CHECK(contains(message, "im49.dcm"));
  }
  SUBCASE("cut within the header") {
    write_file(folder / "im49.dcm", bytes.substr(0, 200));
    CHECK(contains(refusal(folder.path()), "im49.dcm"));
    CHECK(contains(refusal(folder / "im49.dcm"), "im49.dcm"));
  }
  SUBCASE("no byte") {
    write_file(folder / "im49.dcm", "");
    CHECK(contains(refusal(folder.path()), "im49.dcm"));
  }
  SUBCASE("text under the name of an image") {
    write_file(folder / "im49.dcm", std::string(1000, 'a'));
    CHECK(contains(refusal(folder.path()), "im49.dcm"));
  }
  SUBCASE("compressed pixels cut short") {
    recompress(folder / "im49.dcm", gdcm::TransferSyntax::JPEG2000Lossless);
    const std::string packed = read_file(folder / "im49.dcm");
    write_file(folder / "im49.dcm", packed.substr(0, packed.size() - 60));
    const std::string message = message_of<Error>([&] {
      const Container scan = open_it(folder.path());
      scan.source->read(whole(scan.source->grid().size));
    });
    CHECK(contains(message, "im49.dcm"));
  }
}

TEST_CASE("who names one file is not refused for a stranger beside it") {
  const TemporaryFolder folder;
  write_series(folder.path(), 4);
  write_file(folder / "zero.dcm", "");
  CHECK(contains(refusal(folder.path()), "zero.dcm"));
  const Container scan = open_it(folder / "im49.dcm");
  CHECK(scan.source->grid().size == Size3{40, 36, 4});
  CHECK(
      contains(all_notices(scan), "left out, since they are damaged or no DICOM files: zero.dcm"));
  check_voxels(scan, 4);
  // A slice that is cut off is missed by its place, and named.
  write_file(folder / "im48.dcm", read_file(folder / "im48.dcm").substr(0, 300));
  const std::string message = refusal(folder / "im49.dcm");
  CHECK(contains(message, "slices are missing"));
  CHECK(contains(message, "im48.dcm, zero.dcm"));
}

TEST_CASE("a folder without DICOM files is refused") {
  const TemporaryFolder folder;
  write_file(folder / "notes.txt", "nothing here\n");
  CHECK(contains(refusal(folder.path()), "there is no DICOM image in this folder"));
  CHECK(contains(refusal(folder / "notes.txt"), "is no DICOM image"));
}
