// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "hdf5_files.h"
#include "io/container.h"
#include "reader_checks.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;
using hdf5::Handle;

namespace {

Container open_it(const std::filesystem::path& path, const std::string& dataset = {}) {
  OpenOptions options;
  options.dataset = dataset;
  Progress silent;
  return open_hdf5(path, options, silent);
}

std::string refusal(const std::filesystem::path& path, const std::string& dataset = {}) {
  return message_of<Error>([&] { open_it(path, dataset); });
}

template <typename T>
std::vector<T> all_voxels(VolumeSource& source) {
  const AnyVolume volume = source.read(whole(source.grid().size));
  const auto view = volume.view().as<T>();
  return {view.data(), view.data() + voxel_count(source.grid().size)};
}

template <typename T>
bool counts_up(const std::vector<T>& voxels) {
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    if (voxels[i] != static_cast<T>(i)) {
      return false;
    }
  }
  return !voxels.empty();
}

}  // namespace

TEST_CASE("/data is taken before all others, its axes are z, y, x") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "a.h5");
    add_dataset(file, "/data", {{3, 4, 5}});
    add_dataset(file, "/exchange/data", {{2, 2, 2}});
  }
  const Container scan = open_it(folder / "a.h5");
  CHECK(scan.source->grid().size == Size3{5, 4, 3});
  CHECK(scan.source->type() == PixelType::u16);
  CHECK(counts_up(all_voxels<std::uint16_t>(*scan.source)));
  CHECK_FALSE(scan.spacing.value[0].has_value());
  CHECK(contains(scan.spacing.found, "element_size_um"));
  CHECK(scan.source->description().files.size() == 1);
}

TEST_CASE("every element type is read, whatever its byte order") {
  const TemporaryFolder folder;
  const std::pair<hid_t, PixelType> types[] = {
      {H5T_STD_U8LE, PixelType::u8},    {H5T_STD_I8LE, PixelType::i8},
      {H5T_STD_U16BE, PixelType::u16},  {H5T_STD_I16LE, PixelType::i16},
      {H5T_STD_U32BE, PixelType::u32},  {H5T_STD_I32LE, PixelType::i32},
      {H5T_IEEE_F32BE, PixelType::f32}, {H5T_IEEE_F64LE, PixelType::f64}};
  for (const auto& [stored, expected] : types) {
    add_dataset(create_h5(folder / "t.h5"), "/data", {{2, 3, 4}, stored});
    const Container scan = open_it(folder / "t.h5");
    REQUIRE(scan.source->type() == expected);
    dispatch(expected, [&]<typename T>(std::type_identity<T>) {
      CHECK(counts_up(all_voxels<T>(*scan.source)));
    });
  }
}

TEST_CASE("h5py's booleans are read as 0 and 1") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "mask.h5");
    const Handle type(H5Tenum_create(H5T_STD_I8LE));
    const signed char no = 0;
    const signed char yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    const Handle dataset = add_dataset(file, "/data", {{1, 2, 2}, type, {}, false, false});
    const std::vector<signed char> values{1, 0, 0, 1};
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  const Container scan = open_it(folder / "mask.h5");
  CHECK(all_voxels<std::uint8_t>(*scan.source) == std::vector<std::uint8_t>{1, 0, 0, 1});
}

TEST_CASE("boxes of a chunked, compressed dataset land in views with strides") {
  const TemporaryFolder folder;
  add_dataset(create_h5(folder / "c.h5"), "/data", {{20, 17, 13}, H5T_STD_I32LE, {8, 6, 5}, true});
  const Container scan = open_it(folder / "c.h5");
  CHECK(scan.source->preferred_slab() == 8);
  const Box box{{2, 3, 5}, {11, 16, 18}};
  const Size3 size = box.size();
  // Rows 3 longer than needed; slices once a multiple of the row stride, once not.
  for (const std::int64_t slice_stride : {(size.x + 3) * (size.y + 2), (size.x + 3) * size.y + 1}) {
    Volume<std::int32_t> memory({slice_stride, 1, size.z});
    std::fill_n(memory.data(), slice_stride * size.z, -1);
    const VolumeView<std::int32_t> view(memory.data(), size, size.x + 3, slice_stride);
    scan.source->read(box, AnyView(view));
    bool equal = true;
    for (std::int64_t z = 0; z < size.z; ++z)
      for (std::int64_t y = 0; y < size.y; ++y)
        for (std::int64_t x = 0; x < size.x; ++x)
          equal = equal && view(x, y, z) == ((z + 5) * 17 + y + 3) * 13 + x + 2;
    CHECK(equal);
    CHECK(std::count(memory.data(), memory.data() + slice_stride * size.z, -1) ==
          slice_stride * size.z - voxel_count(size));
  }
}

TEST_CASE("axes of length 1 are left out, with a notice; a fourth real axis is refused") {
  const TemporaryFolder folder;
  for (const std::vector<hsize_t>& extent :
       {std::vector<hsize_t>{1, 3, 4, 5}, {3, 4, 5, 1}, {1, 3, 4, 5, 1}}) {
    add_dataset(create_h5(folder / "4.h5"), "/data", {extent});
    const Container scan = open_it(folder / "4.h5");
    CHECK(scan.source->grid().size == Size3{5, 4, 3});
    CHECK(contains(all_notices(scan), "axes of length 1 are left out"));
    CHECK(counts_up(all_voxels<std::uint16_t>(*scan.source)));
  }
  add_dataset(create_h5(folder / "4.h5"), "/data", {{2, 3, 4, 5}});
  CHECK(contains(refusal(folder / "4.h5"), "4 axes (2 x 3 x 4 x 5, uint16)"));
  add_dataset(create_h5(folder / "2.h5"), "/data", {{30, 40}});
  CHECK(contains(refusal(folder / "2.h5"), "2 axes (30 x 40, uint16)"));
}

TEST_CASE("types that are no voxels are refused by name") {
  const TemporaryFolder folder;
  add_dataset(create_h5(folder / "i64.h5"), "/data", {{2, 2, 2}, H5T_STD_I64LE});
  CHECK(contains(refusal(folder / "i64.h5"), "/data is of type int64"));
  const Handle half(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_ebias(half, 15);
  H5Tset_precision(half, 16);
  H5Tset_size(half, 2);
  add_dataset(create_h5(folder / "f16.h5"), "/data", {{2, 2, 2}, half});
  CHECK(contains(refusal(folder / "f16.h5"), "/data is of type float16"));
}

TEST_CASE("--dataset chooses; a path that is not there lists what is") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "many.h5");
    for (int i = 0; i < 25; ++i) {
      add_dataset(file, "/g/volume_" + std::to_string(i), {{2, 3, 4}, H5T_STD_U8LE});
    }
    H5Lcreate_hard(file, "/g/volume_0", file, "/again", H5P_DEFAULT, H5P_DEFAULT);
  }
  CHECK(open_it(folder / "many.h5", "g/volume_7").source->grid().size == Size3{4, 3, 2});
  const std::string which = refusal(folder / "many.h5");
  CHECK(contains(which, "which dataset is the scan?"));
  CHECK(contains(which, "/again (2 x 3 x 4, uint8)"));
  CHECK(contains(which, "and 5 more"));
  CHECK(contains(refusal(folder / "many.h5", "/nothing"), "there is no dataset /nothing in it"));
  CHECK(contains(refusal(folder / "many.h5", "/g"), "there is no dataset /g in it"));
}

TEST_CASE("the only volume in a file is taken, with a notice") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "one.h5");
    add_dataset(file, "/a/line", {{7}});
    add_dataset(file, "/a/volume", {{2, 3, 4}});
    H5Lcreate_soft("/a/volume", file, "/shortcut", H5P_DEFAULT, H5P_DEFAULT);
  }
  const Container scan = open_it(folder / "one.h5");
  CHECK(scan.source->description().format == "HDF5 /a/volume");
  CHECK(contains(all_notices(scan), "took the dataset /a/volume"));
  create_h5(folder / "none.h5");
  CHECK(contains(refusal(folder / "none.h5"), "none.h5: the file holds no dataset at all"));
}

TEST_CASE("NeXus: the default is followed by attributes, or by classes where there are none") {
  const TemporaryFolder folder;
  for (const bool attributes : {true, false}) {
    {
      const Handle file = create_h5(folder / "scan.nxs");
      const Handle entry = add_group(file, "/scan7", "NXentry");
      const Handle data = add_group(file, "/scan7/result", "NXdata");
      hdf5::write_attribute(data, "signal", std::string_view("density"));
      add_dataset(file, "/scan7/result/density", {{2, 3, 4}});
      add_dataset(file, "/scan7/other", {{5, 5, 5}});
      if (attributes) {
        hdf5::write_attribute(Handle(H5Gopen2(file, "/", H5P_DEFAULT)), "default",
                              std::string_view("scan7"));
        hdf5::write_attribute(entry, "default", std::string_view("result"));
      }
    }
    CHECK(open_it(folder / "scan.nxs").source->description().format ==
          "HDF5 /scan7/result/density");
  }
}

TEST_CASE("an external link is followed relative to its file; a broken one names the file") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "raw");
  add_dataset(create_h5(folder / "raw/voxels.h5"), "/stack", {{2, 3, 4}});
  {
    const Handle file = create_h5(folder / "scan.nxs");
    add_group(file, "/entry", "NXentry");
    add_group(file, "/entry/data", "NXdata");
    H5Lcreate_external("raw/voxels.h5", "/stack", file, "/entry/data/data", H5P_DEFAULT,
                       H5P_DEFAULT);
  }
  {
    const Container scan = open_it(folder / "scan.nxs");
    CHECK(counts_up(all_voxels<std::uint16_t>(*scan.source)));
    const auto& files = scan.source->description().files;
    REQUIRE(files.size() == 2);
    CHECK(files[0] == folder / "scan.nxs");
    CHECK(files[1].filename() == "voxels.h5");
  }
  std::filesystem::remove(folder / "raw/voxels.h5");
  const std::string message = refusal(folder / "scan.nxs");
  CHECK(contains(message, "external link /entry/data/data points to /stack in"));
  CHECK(contains(message, "raw/voxels.h5, which is missing"));
  add_dataset(create_h5(folder / "raw/voxels.h5"), "/other", {{2, 3, 4}});
  CHECK(contains(refusal(folder / "scan.nxs"), "does not hold it"));
}

TEST_CASE("a soft link to nowhere, and a ring of them, are named") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "soft.h5");
    H5Lcreate_soft("/gone", file, "/data", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/b", file, "/a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/a", file, "/b", H5P_DEFAULT, H5P_DEFAULT);
  }
  CHECK(contains(refusal(folder / "soft.h5"), "its link /data points to /gone"));
  CHECK(contains(refusal(folder / "soft.h5", "/a"), "its link /"));
}

TEST_CASE("a virtual dataset whose source is missing is refused, not read as zeros") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "virtual.h5");
    const hsize_t extent[] = {2, 3, 4};
    const Handle space(H5Screate_simple(3, extent, nullptr));
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_virtual(creation, space, "part.h5", "/stack", space);
    Handle(H5Dcreate2(file, "/data", H5T_STD_U16LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  }
  CHECK(contains(refusal(folder / "virtual.h5"), "part.h5, which is missing"));
  add_dataset(create_h5(folder / "part.h5"), "/stack", {{2, 3, 4}});
  const Container scan = open_it(folder / "virtual.h5");
  CHECK(counts_up(all_voxels<std::uint16_t>(*scan.source)));
  CHECK(scan.source->description().files.size() == 2);
}

TEST_CASE("spacing is found where others write it") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "s.h5");
    hdf5::write_attribute(add_dataset(file, "/um", {{2, 3, 4}}), "element_size_um",
                          std::vector<double>{3, 2, 1});
    const Handle mm = add_dataset(file, "/mm", {{2, 3, 4}});
    hdf5::write_attribute(mm, "voxel_size", std::vector<double>{0.002});
    hdf5::write_attribute(mm, "units", std::string_view("mm"));
    const Handle counts = add_dataset(file, "/counts", {{2, 3, 4}});
    hdf5::write_attribute(counts, "spacing", std::vector<double>{3, 2, 1});
    hdf5::write_attribute(counts, "units", std::string_view("counts"));
  }
  const FoundSpacing um = open_it(folder / "s.h5", "/um").spacing;
  CHECK(um.unit == SpacingUnit::micrometre);
  CHECK(um.value == std::array<std::optional<double>, 3>{1, 2, 3});
  const FoundSpacing mm = open_it(folder / "s.h5", "/mm").spacing;
  CHECK(mm.unit == SpacingUnit::millimetre);
  CHECK(mm.value == std::array<std::optional<double>, 3>{0.002, 0.002, 0.002});
  const FoundSpacing counts = open_it(folder / "s.h5", "/counts").spacing;
  CHECK(counts.unit == SpacingUnit::none);
  CHECK(counts.value[2] == 3);
  CHECK(contains(counts.found, "no unit"));
}

namespace {

void add_axis(hid_t file, const std::string& name, const std::vector<double>& positions,
              const char* unit) {
  const Handle axis = add_dataset(file, name, {{positions.size()}, H5T_IEEE_F64LE});
  H5Dwrite(axis, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, positions.data());
  hdf5::write_attribute(axis, "units", std::string_view(unit));
}

}  // namespace

TEST_CASE("NeXus axes that are evenly spaced give the spacing") {
  const TemporaryFolder folder;
  for (const double last_z : {0.6, 0.7}) {
    {
      const Handle file = create_h5(folder / "n.nxs");
      const Handle entry = add_group(file, "/entry", "NXentry");
      const Handle data = add_group(file, "/entry/data", "NXdata");
      add_dataset(file, "/entry/data/data", {{3, 3, 2}});
      const Handle text(H5Tcopy(H5T_C_S1));
      H5Tset_size(text, 2);
      const hsize_t three = 3;
      const Handle space(H5Screate_simple(1, &three, nullptr));
      const Handle axes(H5Acreate2(data, "axes", text, space, H5P_DEFAULT, H5P_DEFAULT));
      H5Awrite(axes, text, "z\0y\0x");
      add_axis(file, "/entry/data/z", {0, 0.3, last_z}, "mm");
      add_axis(file, "/entry/data/y", {0.4, 0.2, 0}, "mm");
      add_axis(file, "/entry/data/x", {5, 5.1}, "mm");
    }
    const FoundSpacing spacing = open_it(folder / "n.nxs").spacing;
    if (last_z == 0.6) {
      CHECK(spacing.unit == SpacingUnit::millimetre);
      CHECK(*spacing.value[0] == doctest::Approx(0.1));
      CHECK(*spacing.value[1] == doctest::Approx(0.2));
      CHECK(*spacing.value[2] == doctest::Approx(0.3));
    } else {
      CHECK_FALSE(spacing.value[2].has_value());
    }
  }
}

TEST_CASE("sizes no scan has are refused before anything is allocated; sparse files are read") {
  const TemporaryFolder folder;
  const hsize_t m = hsize_t{1} << 20;
  for (const std::vector<hsize_t>& extent :
       {std::vector<hsize_t>{m, m, m}, {hsize_t{1} << 60, 1, 1}, {1, 1, hsize_t{1} << 60}}) {
    add_dataset(create_h5(folder / "huge.h5"), "/data",
                {extent, H5T_STD_U8LE, {1, 1, 1}, false, false});
    CHECK(contains(refusal(folder / "huge.h5"), "more voxels than any scan has"));
  }
  add_dataset(create_h5(folder / "sparse.h5"), "/data",
              {{40000, 4000, 4000}, H5T_STD_U8LE, {16, 64, 64}, true, false});
  const Container scan = open_it(folder / "sparse.h5");
  CHECK(contains(all_notices(scan), "no voxel of the dataset /data was ever written"));
  const AnyVolume corner = scan.source->read({{3990, 3990, 39990}, {4000, 4000, 40000}});
  CHECK(corner.view().as<std::uint8_t>()(9, 9, 9) == 0);
}

TEST_CASE("a filter this machine lacks is named") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "lzf.h5");
    const hsize_t extent[] = {4, 4, 4};
    const Handle space(H5Screate_simple(3, extent, nullptr));
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_chunk(creation, 3, extent);
    H5Pset_filter(creation, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
    REQUIRE(
        Handle(H5Dcreate2(file, "/data", H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT))
            .valid());
  }
  const std::string message = refusal(folder / "lzf.h5");
  CHECK(contains(message, "lzf (filter 32000)"));
  CHECK(contains(message, "h5repack"));
}

TEST_CASE("a file cut short and one damaged inside are errors, not crashes") {
  const TemporaryFolder folder;
  add_dataset(create_h5(folder / "whole.h5"), "/data",
              {{16, 32, 32}, H5T_STD_U16LE, {4, 32, 32}, true});
  const std::string bytes = read_file(folder / "whole.h5");
  write_file(folder / "cut.h5", bytes.substr(0, bytes.size() / 2));
  CHECK(contains(refusal(folder / "cut.h5"), "cut short"));
  std::string damaged = bytes;
  std::fill(damaged.end() - 200, damaged.end() - 20, '\xff');
  write_file(folder / "damaged.h5", damaged);
  const std::string message = message_of<Error>([&] {
    const Container scan = open_it(folder / "damaged.h5");
    scan.source->read(whole(scan.source->grid().size));
  });
  CHECK(contains(message, "damaged.h5"));
  CHECK(contains(message, "damaged or cut short"));
}

TEST_CASE("a header whose chunks are larger than the chunks there are is refused") {
  const TemporaryFolder folder;
  add_dataset(create_h5(folder / "c.h5"), "/data", {{8, 20, 20}, H5T_STD_U16LE, {4, 10, 10}, true});
  std::string bytes = read_file(folder / "c.h5");
  // The layout message has the chunk's lengths and the element size as 32-bit numbers.
  const std::string shape("\4\0\0\0\12\0\0\0\12\0\0\0\2\0\0\0", 16);
  const std::size_t at = bytes.find(shape);
  REQUIRE(at != std::string::npos);
  bytes[at + 8] = 19;
  write_file(folder / "c.h5", bytes);
  CHECK(contains(refusal(folder / "c.h5"),
                 "the chunks of /data hold 800 bytes each, but its header says 1520"));
}

TEST_CASE("an uncompressed chunk stored shorter than its header says is refused, not read beyond") {
  const TemporaryFolder folder;
  {
    const Handle file = create_h5(folder / "a.h5");
    const hsize_t extent[] = {4, 4, 4};
    const hsize_t chunk[] = {2, 4, 4};
    const Handle space(H5Screate_simple(3, extent, nullptr));
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_chunk(creation, 3, chunk);
    const Handle data(
        H5Dcreate2(file, "/data", H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    const std::vector<std::uint8_t> voxels(32, 7);
    const hsize_t first[] = {0, 0, 0};
    const hsize_t second[] = {2, 0, 0};
    REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, 0, first, 32, voxels.data()) >= 0);
    REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, 0, second, 20, voxels.data()) >= 0);
  }
  const Container scan = open_it(folder / "a.h5");
  CHECK(scan.source->read(Box{{0, 0, 0}, {4, 4, 2}}).view().as<std::uint8_t>()(3, 3, 1) == 7);
  const std::string message = message_of<Error>([&] {
    scan.source->read(Box{{0, 0, 1}, {4, 4, 3}});
  });
  CHECK(contains(message, "stored in 20 bytes where its header says 32"));
}

TEST_CASE("real files") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: no test data");
    return;
  }
  SUBCASE("labels of volume-segmantics") {
    const Container scan = open_it(*data / "formats/vessels_256cube_LABELS.h5");
    CHECK(scan.source->grid().size == Size3{256, 256, 256});
    CHECK(scan.source->type() == PixelType::u8);
    CHECK(scan.source->preferred_slab() == 32);
    // h5py: d.sum() == 1499260770; the first 255 is at z, y, x = 0, 0, 160.
    const auto voxels = all_voxels<std::uint8_t>(*scan.source);
    std::int64_t sum = 0;
    for (const auto voxel : voxels) {
      sum += voxel;
    }
    CHECK(sum == 1499260770);
    CHECK(std::find(voxels.begin(), voxels.end(), 255) - voxels.begin() == 160);
  }
  SUBCASE("DXchange projections") {
    const Container scan = open_it(*data / "formats/tooth.h5");
    CHECK(scan.source->grid().size == Size3{640, 2, 181});
    CHECK(scan.source->type() == PixelType::f32);
    CHECK(scan.source->description().projections);
    CHECK(contains(all_notices(scan), "not a reconstruction"));
    // h5py: d[0, 0, 0], d[180, 1, 639], and the maximum at d[11, 1, 484].
    const AnyVolume volume = scan.source->read(whole(scan.source->grid().size));
    const auto view = volume.view().as<float>();
    CHECK(view(0, 0, 0) == 26963.25F);
    CHECK(view(639, 1, 180) == 27192.0F);
    CHECK(view(484, 1, 11) == 33891.5F);
  }
}
