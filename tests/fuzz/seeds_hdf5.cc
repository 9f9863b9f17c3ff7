// SPDX-License-Identifier: Apache-2.0
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fuzz/seed.h"
#include "io/volume_file.h"
#include "support.h"

namespace fossilct::fuzz {
namespace {

constexpr std::array<hsize_t, 3> shape = {seed_depth, seed_height, seed_width};

// The seed as a dataset; chunked and deflated, or as one block.
hid_t write_dataset(hid_t group, const char* name, bool chunked) {
  const hid_t space = H5Screate_simple(3, shape.data(), nullptr);
  const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
  if (chunked) {
    const std::array<hsize_t, 3> chunk = {2, 4, 4};
    H5Pset_chunk(layout, 3, chunk.data());
    H5Pset_shuffle(layout);
    H5Pset_deflate(layout, 1);
  }
  const hid_t dataset =
      H5Dcreate2(group, name, H5T_STD_U16LE, space, H5P_DEFAULT, layout, H5P_DEFAULT);
  const auto voxels = seed_voxels();
  H5Dwrite(dataset, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, voxels.data());
  H5Pclose(layout);
  H5Sclose(space);
  return dataset;
}

void write_attribute(hid_t object, const char* name, const std::array<double, 3>& values) {
  const hsize_t count = values.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute = H5Acreate2(object, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data());
  H5Aclose(attribute);
  H5Sclose(space);
}

void write_text_attribute(hid_t object, const char* name, const std::string& value) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, value.size());
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, type, value.c_str());
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

template <typename Write>
Seed seed_of(const std::string& name, const std::string& file_name, Write&& write) {
  const test::TemporaryFolder folder;
  const std::string path = folder / file_name;
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  write(file);
  H5Fclose(file);
  return {name, {{file_name, test::read_file(path)}}, file_name};
}

Seed plain(const std::string& name, bool chunked) {
  return seed_of(name, "seed.h5", [&](hid_t file) {
    const hid_t dataset = write_dataset(file, "data", chunked);
    write_attribute(dataset, "element_size_um", {2.5, 2, 2});
    H5Dclose(dataset);
  });
}

Seed exchange() {
  return seed_of("hdf5-exchange", "seed.h5", [](hid_t file) {
    const hid_t group = H5Gcreate2(file, "exchange", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(write_dataset(group, "data", true));
    H5Gclose(group);
  });
}

Seed nexus() {
  return seed_of("hdf5-nexus", "seed.nxs", [](hid_t file) {
    write_text_attribute(file, "default", "entry");
    const hid_t entry = H5Gcreate2(file, "entry", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    write_text_attribute(entry, "NX_class", "NXentry");
    write_text_attribute(entry, "default", "data");
    const hid_t data = H5Gcreate2(entry, "data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    write_text_attribute(data, "NX_class", "NXdata");
    write_text_attribute(data, "signal", "volume");
    H5Dclose(write_dataset(data, "volume", false));
    H5Gclose(data);
    H5Gclose(entry);
  });
}

Seed volume_file() {
  const test::TemporaryFolder folder;
  const auto path = folder / "seed.h5";
  Grid grid;
  grid.size = {seed_width, seed_height, seed_depth};
  grid.spacing_um = {2, 2, 2.5};
  VolumeFileSink sink(path, grid, PixelType::u16, {});
  AnyVolume volume(PixelType::u16, grid.size);
  const auto voxels = seed_voxels();
  std::copy(voxels.begin(), voxels.end(), volume.view().as<std::uint16_t>().data());
  sink.write(std::as_const(volume).view());
  sink.set_provenance(Json::object(), "");
  sink.finish();
  return {"volume-file", {{"seed.h5", test::read_file(path)}}, "seed.h5"};
}

}  // namespace

std::vector<Seed> hdf5_seeds() {
  return {plain("hdf5-contiguous", false), plain("hdf5-chunked", true), exchange(), nexus(),
          volume_file()};
}

}  // namespace fossilct::fuzz
