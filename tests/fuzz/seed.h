// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fossilct::fuzz {

struct SeedFile {
  std::string name;  // relative, no folders
  std::string bytes;
};

// A small valid scan that mutations start from. `opened` is the file to open, empty = the folder
// that holds the files.
struct Seed {
  std::string name;
  std::vector<SeedFile> files;
  std::string opened;
};

// One scan of 6 x 5 x 3 voxels in each container the project reads, made by the containers' own
// libraries (or by hand where a header is a few lines), so that a seed does not depend on our
// writers; except the volume file, which only we write.
std::vector<Seed> make_seeds();
// The files of FOLDER up to `limit_bytes`, one seed each; in the order of their names.
std::vector<Seed> seeds_from(const std::filesystem::path& folder, std::int64_t limit_bytes);

// Parts of make_seeds().
std::vector<Seed> tiff_seeds();
std::vector<Seed> image_seeds();
std::vector<Seed> medical_seeds();
std::vector<Seed> hdf5_seeds();
std::vector<Seed> other_seeds();

// What all seeds show: a value for each voxel, x fastest.
constexpr int seed_width = 6;
constexpr int seed_height = 5;
constexpr int seed_depth = 3;
std::vector<std::uint16_t> seed_voxels();
// The same as bytes, little-endian, voxels [begin, end).
std::string seed_bytes(int begin = 0, int end = seed_width * seed_height * seed_depth);

}  // namespace fossilct::fuzz
