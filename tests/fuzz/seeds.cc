// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "fuzz/seed.h"

namespace fossilct::fuzz {

std::vector<std::uint16_t> seed_voxels() {
  std::vector<std::uint16_t> voxels(seed_width * seed_height * seed_depth);
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    voxels[i] = static_cast<std::uint16_t>(i * 613);
  }
  return voxels;
}

std::string seed_bytes(int begin, int end) {
  const auto voxels = seed_voxels();
  std::string bytes;
  for (int i = begin; i < end; ++i) {
    bytes += static_cast<char>(voxels[static_cast<std::size_t>(i)] & 0xff);
    bytes += static_cast<char>(voxels[static_cast<std::size_t>(i)] >> 8);
  }
  return bytes;
}

std::vector<Seed> make_seeds() {
  std::vector<Seed> seeds;
  for (auto* part : {tiff_seeds, image_seeds, medical_seeds, hdf5_seeds, other_seeds}) {
    for (Seed& seed : part()) {
      seeds.push_back(std::move(seed));
    }
  }
  return seeds;
}

std::vector<Seed> seeds_from(const std::filesystem::path& folder, std::int64_t limit_bytes) {
  std::vector<Seed> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() <= static_cast<std::uintmax_t>(limit_bytes)) {
      std::ifstream stream(entry.path(), std::ios::binary);
      const std::string name = entry.path().filename();
      seeds.push_back({name, {{name, {std::istreambuf_iterator<char>(stream), {}}}}, name});
    }
  }
  std::sort(seeds.begin(), seeds.end(),
            [](const Seed& a, const Seed& b) { return a.name < b.name; });
  return seeds;
}

}  // namespace fossilct::fuzz
