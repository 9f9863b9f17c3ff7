// SPDX-License-Identifier: Apache-2.0
#include "io/export.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "base/error.h"
#include "export_support.h"
#include "io/metaimage_sink.h"
#include "io/open_scan.h"
#include "io/tiff_sink.h"
#include "io/tiff_writer.h"
#include "io/volume_file.h"
#include "support.h"

namespace fossilct {

namespace fs = std::filesystem;
using namespace test;  // NOLINT(google-build-using-namespace)

TEST_CASE("every container returns every pixel type to a foreign reader, whatever the slabs") {
  for (const ContainerCase& container : containers()) {
    for (const PixelType type : all_types) {
      for (const VolumeKind kind : {VolumeKind::intensity, VolumeKind::labels}) {
        for (const std::int64_t slices : {1, 3, 7}) {
          CAPTURE(container.name);
          CAPTURE(name_of(type));
          CAPTURE(slices);
          const TemporaryFolder folder;
          ScanDescription description = describe(type, {13, 11, 7});
          description.kind = kind;
          const AnyVolume voxels = random_volume(type, description.grid.size);
          write(folder / container.name, container.format, description, voxels.view(), slices);
          CHECK(same_voxels(container.read(folder / container.name).voxels, voxels));
        }
      }
    }
  }
}

TEST_CASE("slabs whose rows lie apart in memory, and a scan of one slice") {
  for (const ContainerCase& container : containers()) {
    CAPTURE(container.name);
    for (const std::int64_t depth : {1, 4}) {
      const TemporaryFolder folder;
      const AnyVolume larger = random_volume(PixelType::u16, {9, 8, depth});
      const ScanDescription description = describe(PixelType::u16, {5, 6, depth});
      const AnyConstView part = larger.view().part({{2, 1, 0}, {7, 7, depth}});
      AnyVolume expected(PixelType::u16, part.size());
      copy_voxels(part, expected.view());
      write(folder / container.name, container.format, description, part, 2);
      CHECK(same_voxels(container.read(folder / container.name).voxels, expected));
    }
  }
}

TEST_CASE("spacing, origin and direction where the container has a place for them") {
  for (const ContainerCase& container : containers()) {
    for (const bool mirrored : {false, true}) {
      CAPTURE(container.name);
      CAPTURE(mirrored);
      const TemporaryFolder folder;
      ScanDescription description = describe(PixelType::u8, {4, 3, 2});
      description.grid.origin_um = {-120.5, 33.25, 1000.125};
      description.grid.direction = turned(mirrored);
      const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
      write(folder / container.name, container.format, description, voxels.view(), 2);
      const ForeignScan scan = container.read(folder / container.name);
      const double k = container.um_per_unit;
      Vector3 expected = description.grid.spacing_um;
      const bool is_tiff =
          container.format == ExportFormat::tiff || container.format == ExportFormat::tiff_folder;
      expected.z = is_tiff ? 0 : expected.z;
      CHECK(near({scan.spacing.x * k, scan.spacing.y * k, scan.spacing.z * k}, expected, 1e-7));
      if (!is_tiff) {
        CHECK(near({scan.origin.x * k, scan.origin.y * k, scan.origin.z * k},
                   description.grid.origin_um, 1e-6));
        for (std::size_t i = 0; i < 9; ++i) {
          CHECK(scan.direction[i] == doctest::Approx(description.grid.direction[i]).epsilon(1e-6));
        }
      }
    }
  }
}

TEST_CASE("an upright grid keeps its spacing to the last bit in NRRD and MetaImage") {
  const TemporaryFolder folder;
  const ScanDescription description = describe(PixelType::u8, {4, 3, 2});
  const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
  write(folder / "a.nrrd", ExportFormat::nrrd, description, voxels.view(), 2);
  write(folder / "a.mha", ExportFormat::metaimage, description, voxels.view(), 2);
  const Vector3& um = description.grid.spacing_um;
  CHECK(test::read_nrrd(folder / "a.nrrd").spacing == um);
  const Vector3 mm = test::read_metaimage(folder / "a.mha").spacing;
  CHECK(mm.x == millimetres_that_read_back(um.x));
  CHECK(mm.x * 1000 == um.x);
  CHECK(mm.y == millimetres_that_read_back(um.y));
  CHECK(mm.z == millimetres_that_read_back(um.z));
  for (const double length : {0.71, 0.5, 1.4, 2.0, 13.27, 4.9087, 1e-3, -120.5, 0.0}) {
    CHECK(std::abs(millimetres_that_read_back(length) * 1000 - length) <=
          std::abs(length) * 2.3e-16);
  }
}

TEST_CASE("the unit is stored the container's way") {
  const TemporaryFolder folder;
  const ScanDescription description = describe(PixelType::u8, {4, 3, 2});
  const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
  for (const ContainerCase& container : containers()) {
    write(folder / container.name, container.format, description, voxels.view(), 1);
  }
  CHECK(test::read_file(folder / "scan.nrrd").find("space units: \"um\" \"um\" \"um\"\n") !=
        std::string::npos);
  CHECK(test::read_file(folder / "scan.mha").find("lengths in millimetres") != std::string::npos);
  CHECK(test::read_nifti(folder / "scan.nii").unit == "um");
  const std::string lines =
      "unit=micron\nspacing=1.4\nfossilct.spacing_um=0.71,0.65432100001,1.4\nloop=false\n";
  CHECK(test::read_tiff(folder / "scan.tif").unit == "ImageJ=1.53t\nslices=2\n" + lines);
  CHECK(test::read_tiff(folder / "scan" / "scan_0000.tif").unit == "ImageJ=1.53t\n" + lines);
  CHECK(test::read_tiff(folder / "scan" / "scan_0001.tif").unit == "ImageJ=1.53t\n" + lines);
}

TEST_CASE("an unknown spacing is written as no spacing, the origin in voxels") {
  const TemporaryFolder folder;
  ScanDescription description = describe(PixelType::u8, {4, 3, 2});
  description.grid.spacing_um = {2, 2, 2};
  description.grid.origin_um = {0.5, 20, 5};
  description.grid.spacing_known = false;
  const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
  for (const ContainerCase& container : containers()) {
    CAPTURE(container.name);
    write(folder / container.name, container.format, description, voxels.view(), 1);
    const ForeignScan scan = container.read(folder / container.name);
    const bool is_tiff = scan.unit.starts_with("ImageJ=");
    CHECK(scan.spacing == (is_tiff ? Vector3{} : Vector3{1, 1, 1}));
    CHECK(near(scan.origin, is_tiff ? Vector3{} : Vector3{0.25, 10, 2.5}, 0));
    CHECK(scan.unit.find("micron") == std::string::npos);
    CHECK(scan.unit.find("spacing") == std::string::npos);
    CHECK(scan.unit != "um");
  }
  CHECK(test::read_file(folder / "scan.nrrd").find("space units") == std::string::npos);
}

TEST_CASE("labels are packed, intensities are not, and ImageJ gets the range where it is known") {
  const TemporaryFolder folder;
  ScanDescription description = describe(PixelType::u8, {64, 64, 16});
  description.statistics = VolumeStatistics{};
  description.statistics->finite_count = 1;
  description.statistics->minimum = 3;
  description.statistics->maximum = 200;
  AnyVolume voxels(PixelType::u8, description.grid.size);
  std::memset(voxels.view().data(), 1, 64 * 64 * 16);
  write(folder / "i.tif", ExportFormat::tiff, description, voxels.view(), 16);
  write(folder / "i.nrrd", ExportFormat::nrrd, description, voxels.view(), 16);
  description.kind = VolumeKind::labels;
  write(folder / "l.tif", ExportFormat::tiff, description, voxels.view(), 16);
  write(folder / "l.nrrd", ExportFormat::nrrd, description, voxels.view(), 16);
  CHECK_FALSE(test::read_tiff(folder / "i.tif").compressed);
  CHECK(test::read_tiff(folder / "l.tif").compressed);
  CHECK(fs::file_size(folder / "l.nrrd") * 20 < fs::file_size(folder / "i.nrrd"));
  CHECK(test::read_tiff(folder / "i.tif").unit.ends_with("min=3\nmax=200\n"));
}

TEST_CASE("packed voxels of several blocks come back, and are the same bytes on any threads") {
  const TemporaryFolder folder;
  const ScanDescription description = describe(PixelType::u16, {700, 600, 10});  // 8.4 MB
  const AnyVolume voxels = random_volume(PixelType::u16, description.grid.size);
  for (const int threads : {1, 3}) {
    const auto sink = make_export_sink(folder / (std::to_string(threads) + ".nii.gz"),
                                       ExportFormat::nifti, description, IfExists::refuse, threads);
    sink->write(voxels.view());
    sink->finish();
  }
  CHECK(same_voxels(test::read_nifti(folder / "3.nii.gz").voxels, voxels));
  CHECK(test::read_file(folder / "1.nii.gz") == test::read_file(folder / "3.nii.gz"));
}

TEST_CASE("a NRRD file written at once has the voxels of the streamed one, and gzip's checksum") {
  for (const VolumeKind kind : {VolumeKind::intensity, VolumeKind::labels}) {
    const TemporaryFolder folder;
    ScanDescription description = describe(PixelType::u16, {13, 11, 7});
    description.kind = kind;
    const AnyVolume voxels = random_volume(PixelType::u16, description.grid.size);
    write(folder / "streamed.nrrd", ExportFormat::nrrd, description, voxels.view(), 7);
    write_nrrd(folder / "at-once.nrrd", description, voxels.view());
    const auto read_back = [&](const std::string& name) {
      Progress silent;
      OpenOptions options;
      options.spacing.unknown = true;
      const auto source = open_scan(folder / name, options, silent);
      AnyVolume back(source->type(), source->grid().size);
      source->read(whole(source->grid().size), back.view());
      return back;
    };
    CHECK(same_voxels(read_back("at-once.nrrd"), voxels));
    if (kind == VolumeKind::labels) {
      CHECK(read_file(folder / "at-once.nrrd") == read_file(folder / "streamed.nrrd"));
    }
    std::string content = read_file(folder / "at-once.nrrd");
    content[content.size() - 12] ^= 1;  // before the sum and the length at gzip's end
    std::ofstream(folder / "flipped.nrrd", std::ios::binary) << content;
    CHECK(test::message_of<Error>([&] { read_back("flipped.nrrd"); }).find("flipped.nrrd") !=
          std::string::npos);
  }
  CHECK_THROWS_AS(write_nrrd("/nowhere/a.nrrd", describe(PixelType::u8, {1, 1, 1}),
                             Volume<std::uint8_t>({1, 1, 1}).view()),
                  Error);
}

TEST_CASE("keys of a NRRD file come back, and other files have none") {
  const TemporaryFolder folder;
  ScanDescription description = describe(PixelType::u8, {2, 1, 1});
  description.grid.spacing_known = false;
  const Volume<std::uint8_t> voxels({2, 1, 1});
  const NrrdKeys keys = {{"fossilct.begin", "7,40,3"}, {"fossilct.fossil", "5"}};
  write_nrrd(folder / "a.nrrd", description, voxels.view(), keys);
  CHECK(read_nrrd_keys(folder / "a.nrrd") == keys);
  rewrite_nrrd_key(folder / "a.nrrd", "fossilct.begin", "1,2,3");
  CHECK(read_nrrd_keys(folder / "a.nrrd").at("fossilct.begin") == "1,2,3");
  CHECK(read_nrrd_keys(folder / "a.nrrd").at("fossilct.fossil") == "5");
  CHECK_THROWS_AS(rewrite_nrrd_key(folder / "a.nrrd", "fossilct.fossil", "12"), Error);
  CHECK_THROWS_AS(rewrite_nrrd_key(folder / "a.nrrd", "fossilct.other", ""), Error);
  CHECK(test::read_nrrd(folder / "a.nrrd").voxels.view().size() == voxels.size());
  write(folder / "a.mha", ExportFormat::metaimage, description, voxels.view(), 1);
  CHECK(read_nrrd_keys(folder / "a.mha").empty());
}

TEST_CASE("the volume file keeps what other containers lose") {
  const TemporaryFolder folder;
  ScanDescription description = describe(PixelType::u8, {20, 10, 6});
  description.kind = VolumeKind::labels;
  description.slice_step = 5;
  description.classes = {{.value = 1, .name = "fossil", .colour = {1, 2, 3}}};
  const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
  write(folder / "scan.h5", ExportFormat::hdf5, description, voxels.view(), 4);
  const auto source = open_volume_file(folder / "scan.h5", 0, 1);
  CHECK(same_voxels(source->read(whole(description.grid.size)), voxels));
  CHECK(source->grid() == description.grid);
  CHECK(source->description().kind == VolumeKind::labels);
  CHECK(source->description().classes == description.classes);
  CHECK(source->description().slice_step == 5);
}

TEST_CASE("BigTIFF from 4 GB on, and NIfTI-2 from 32,768 voxels along an axis") {
  CHECK_FALSE(needs_big_tiff(1000, 3'900'000));
  CHECK(needs_big_tiff(1000, 4'000'000));
  CHECK(needs_big_tiff(1, 5'000'000'000));
  const TemporaryFolder folder;
  const AnyVolume slice = random_volume(PixelType::u16, {33, 9, 1});
  TiffWriter writer(folder / "big.tif", folder / "big.tif", true);
  TiffWriter::PageTags tags;
  tags.deflate = true;
  writer.write_page(slice.view(), tags);
  writer.close();
  const ForeignScan big = test::read_tiff(folder / "big.tif");
  CHECK(big.big);
  CHECK(same_voxels(big.voxels, slice));
  for (const std::int64_t width : {32767, 32768}) {
    const ScanDescription description = describe(PixelType::u8, {width, 2, 2});
    const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
    const fs::path path = folder / (std::to_string(width) + ".nii");
    write(path, ExportFormat::nifti, description, voxels.view(), 1);
    const ForeignScan scan = test::read_nifti(path);
    CHECK(scan.big == (width > 32767));
    CHECK(same_voxels(scan.voxels, voxels));
    CHECK(near(scan.spacing, description.grid.spacing_um, scan.big ? 0 : 1e-7));
  }
}

TEST_CASE("the format follows from the name") {
  CHECK(export_format_of("a/scan.TIFF") == ExportFormat::tiff);
  CHECK(export_format_of("a/slices") == ExportFormat::tiff_folder);
  CHECK(export_format_of("a/core 0.71um/") == ExportFormat::tiff_folder);
  CHECK(export_format_of("scan.nrrd") == ExportFormat::nrrd);
  CHECK(export_format_of("scan.mha") == ExportFormat::metaimage);
  CHECK(export_format_of("scan.nii") == ExportFormat::nifti);
  CHECK(export_format_of("scan.nii.gz") == ExportFormat::nifti);
  CHECK(export_format_of("scan.h5") == ExportFormat::hdf5);
  CHECK_FALSE(export_format_of("scan.gz"));
  CHECK_FALSE(export_format_of("scan.png"));
  CHECK_FALSE(export_format_of(""));
}

TEST_CASE("files of a folder are numbered with as many digits as they need") {
  const TemporaryFolder folder;
  const ScanDescription description = describe(PixelType::u8, {1, 1, 10001});
  const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
  {
    const auto sink = make_export_sink(folder / "deep/", ExportFormat::tiff_folder, description,
                                       IfExists::refuse, 2);
    sink->write(voxels.view().part(slab(description.grid.size, 0, 2)));
    const fs::path partial = fs::directory_iterator(folder.path())->path();
    CHECK(fs::exists(partial / "deep_00000.tif"));
    CHECK(fs::exists(partial / "deep_00001.tif"));
  }
  CHECK(fs::is_empty(folder.path()));
}

}  // namespace fossilct
