// SPDX-License-Identifier: Apache-2.0
#include "io/recognise.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.h"
#include "support.h"

using namespace fossilct;
using namespace std::string_literals;
using test::message_of;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string dicom() { return std::string(128, '\0') + "DICM" + std::string(40, '\0'); }

std::string nifti(const char* magic) {
  std::string header(352, '\0');
  header[0] = '\x5c';
  header[1] = '\x01';
  header.replace(344, 3, magic);
  return header;
}

}  // namespace

TEST_CASE("a file is recognised by its first bytes whatever its name") {
  const test::TemporaryFolder folder;
  const struct {
    std::string bytes;
    ScanFormat format;
  } rows[] = {
      {"II*\0\x08\0\0\0"s, ScanFormat::tiff},
      {"MM\0*\0\0\0\x08"s, ScanFormat::tiff},
      {"II+\0\x08\0\0\0"s, ScanFormat::tiff},
      {"MM\0+\0\x08\0\0"s, ScanFormat::tiff},
      {"\x89PNG\r\n\x1a\n....", ScanFormat::single_image},
      {"\xff\xd8\xff\xe0....", ScanFormat::single_image},
      {"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0"s, ScanFormat::single_image},
      {dicom(), ScanFormat::dicom},
      {"NRRD0004\ntype: float\n", ScanFormat::nrrd},
      {"ObjectType = Image\nNDims = 3\n", ScanFormat::metaimage},
      {"NDims = 3\nDimSize = 2 2 2\n", ScanFormat::metaimage},
      {nifti("n+1"), ScanFormat::nifti},
      {nifti("ni1"), ScanFormat::nifti},
      {"\x1c\x02\0\0n+2\0\r\n\x1a\n"s + std::string(536, '\0'), ScanFormat::nifti},
      {"\x89HDF\r\n\x1a\n", ScanFormat::hdf5},
      {std::string(2048, 'u') + "\x89HDF\r\n\x1a\n", ScanFormat::hdf5},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ScanFormat::xradia},
      {"{volume1}\n[representation]\nsize = 2 2 2\n", ScanFormat::vgi},
  };
  for (const auto& row : rows) {
    test::write_file(folder / "scan.bin", row.bytes);
    CAPTURE(name_of(row.format));
    CHECK(recognise(folder / "scan.bin", false).format == row.format);
    CHECK(recognise(folder / "scan.bin", true).format == ScanFormat::raw);
  }
  test::write_file(folder / "old.dcm", "\x08\0\x05\0\x0a\0\0\0ISO_IR 100"s);
  CHECK(recognise(folder / "old.dcm", false).format == ScanFormat::dicom);
}

TEST_CASE("what is not recognised is told what it begins with and what is read") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "text.tif", "hello world\n");
  std::string message = message_of<Error>([&] { recognise(folder / "text.tif", false); });
  CHECK(holds(message, "starts with 'hello world', which is no TIFF"));
  CHECK(holds(message, "--raw 1024x1024x1000:u16le"));
  test::write_file(folder / "voxels.bin", "\x01\x02\xff\x03\x04\x05\x06\x07\x08"s);
  message = message_of<Error>([&] { recognise(folder / "voxels.bin", false); });
  CHECK(holds(message, "01 02 ff 03"));
  CHECK(holds(message, "NIfTI"));
  test::write_file(folder / "empty.tif", "");
  message = message_of<Error>([&] { recognise(folder / "empty.tif", false); });
  CHECK(holds(message, "is empty (0 bytes); expected a scan: copy the file again"));
  test::write_file(folder / "noise.raw", "]\xb8I\xf0\xc2w;?%H\xe1");
  message = message_of<Error>([&] { recognise(folder / "noise.raw", false); });
  CHECK(holds(message, "the bytes 5d b8 49 f0"));
  test::write_file(folder / "letter.bmp", "BMs are fine letters to begin with");
  message = message_of<Error>([&] { recognise(folder / "letter.bmp", false); });
  CHECK(holds(message, "which is no BMP"));
}

TEST_CASE("missing, unreadable and odd paths are errors of the file") {
  const test::TemporaryFolder folder;
  CHECK(holds(message_of<Error>([&] { recognise(folder / "none.tif", false); }), "none.tif"));
  CHECK(holds(message_of<Error>([&] { recognise("/dev/null", false); }), "neither a plain file"));
  CHECK(holds(message_of<Error>([&] { recognise(folder.path(), true); }), "--raw"));
  test::write_file(folder / "secret.tif", "II*\0"s);
  std::filesystem::permissions(folder / "secret.tif", std::filesystem::perms::none);
  if (::geteuid() != 0) {  // root reads everything
    CHECK(holds(message_of<Error>([&] { recognise(folder / "secret.tif", false); }),
                "Permission denied; check the rights"));
  }
}

TEST_CASE("folders hold slices or a DICOM series") {
  const test::TemporaryFolder folder;
  CHECK(holds(message_of<Error>([&] { recognise(folder.path(), false); }), "empty folder"));
  std::filesystem::create_directory(folder / "slices");
  CHECK(holds(message_of<Error>([&] { recognise(folder.path(), false); }), "(slices)"));
  test::write_file(folder / "notes.txt", "hello");
  const std::string message = message_of<Error>([&] { recognise(folder.path(), false); });
  CHECK(holds(message, "holds no slices"));
  CHECK(holds(message, "notes.txt"));
  test::write_file(folder / "s1.tif", "II*\0"s);
  CHECK(recognise(folder.path(), false).format == ScanFormat::slice_folder);
  for (const char* name : {"IM0001", "IM0002", "IM0003"}) {
    test::write_file(folder / name, dicom());
  }
  CHECK(recognise(folder.path(), false).format == ScanFormat::dicom);
}

TEST_CASE("a data file is read through the header beside it") {
  const struct {
    const char* header;
    const char* content;
    ScanFormat format;
  } rows[] = {
      {"a.vgi", "[file1]\nName = C:\\scans\\data.vol\n", ScanFormat::vgi},
      {"a.nhdr", "NRRD0004\ntype: float\ndata file: ./data.vol\n", ScanFormat::nrrd},
      {"a.mhd", "NDims = 3\nElementDataFile = data.vol\n", ScanFormat::metaimage},
  };
  for (const auto& row : rows) {
    const test::TemporaryFolder folder;
    test::write_file(folder / "data.vol", "\x01\x02\x03\x04");
    test::write_file(folder / "b.vgi", "[file1]\nName = other.vol\n");
    test::write_file(folder / row.header, row.content);
    const Recognised found = recognise(folder / "data.vol", false);
    CHECK(found.format == row.format);
    CHECK(found.path == folder / row.header);
    REQUIRE(found.notices.size() == 1);
    CHECK(holds(found.notices[0], row.header));
  }
  const test::TemporaryFolder folder;
  test::write_file(folder / "brain.img", "\x01\x02\x03\x04");
  test::write_file(folder / "brain.hdr", nifti("ni1"));
  CHECK(recognise(folder / "brain.img", false).path == folder / "brain.hdr");
  test::write_file(folder / "other.dat", "\x01\x02\x03\x04");
  CHECK(holds(message_of<Error>([&] { recognise(folder / "other.dat", false); }), "--raw"));
}

TEST_CASE("the real files are what their names say") {
  const auto data = test::test_data();
  if (!data) {
    MESSAGE("skipped: no test data");
    return;
  }
  const auto format = [&](const char* name) { return recognise(*data / name, false).format; };
  CHECK(format("formats/stent.nrrd") == ScanFormat::nrrd);
  CHECK(format("formats/lung_ct_sm.nii.gz") == ScanFormat::nifti);
  CHECK(format("formats/vessels_256cube_LABELS.h5") == ScanFormat::hdf5);
  CHECK(format("formats/test_chip00.xrm") == ScanFormat::xradia);
  CHECK(format("formats/wood.tif") == ScanFormat::tiff);
  CHECK(format("core-a/scan") == ScanFormat::slice_folder);
  CHECK(format("sandstone/scan") == ScanFormat::slice_folder);
}
