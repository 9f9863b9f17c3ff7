// SPDX-License-Identifier: Apache-2.0
// taxon_maps [POINTS DIMENSIONS GROUPS [FILE]]: time, divergence and trustworthiness of t-SNE and
// UMAP for groups of normal points that overlap a little. The points and the maps are written to
// FILE as float32, so that peer_taxon_maps.py maps the same points.
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>

#include "base/random.h"
#include "base/threads.h"
#include "classify/tsne.h"
#include "classify/umap.h"

namespace {

using namespace fossilct;

FeaturePoints made_points(std::size_t size, std::size_t dimensions, std::int64_t groups) {
  FeaturePoints points = {dimensions, {}};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      const auto place = static_cast<std::int64_t>(i);
      const auto axis = static_cast<std::int64_t>(d);
      points.values.push_back(0.35F * normal(hash(1, place % groups, axis)) +
                              normal(hash(2, place, axis)));
    }
  }
  return points;
}

template <typename Work>
void timed(const char* name, Work&& work) {
  const auto began = std::chrono::steady_clock::now();
  const std::clock_t processor = std::clock();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << name << ": " << took.count() << " s, processor "
            << static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC << " s\n";
}

void write_floats(std::ofstream& file, const PlanePoints& plane) {
  for (const auto& [x, y] : plane) {
    const std::array<float, 2> both = {static_cast<float>(x), static_cast<float>(y)};
    file.write(reinterpret_cast<const char*>(both.data()), sizeof both);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int place, int otherwise) {
    return place < argc ? std::atoi(argv[place]) : otherwise;
  };
  const FeaturePoints points = made_points(static_cast<std::size_t>(number(1, 5000)),
                                           static_cast<std::size_t>(number(2, 512)), number(3, 12));
  const int threads = available_threads();
  Progress progress;
  TsneMap first;
  PlanePoints second;
  timed("t-SNE", [&] { first = tsne(points, {.threads = threads}, progress); });
  timed("UMAP", [&] { second = umap(points, {.threads = threads}, progress); });
  std::cout << "t-SNE: divergence " << first.divergence << ", trustworthiness "
            << trustworthiness(points, first.points) << "\nUMAP: trustworthiness "
            << trustworthiness(points, second) << '\n';
  if (argc > 4) {
    std::ofstream file(argv[4], std::ios::binary);
    file.write(reinterpret_cast<const char*>(points.values.data()),
               static_cast<std::streamsize>(points.values.size() * sizeof(float)));
    write_floats(file, first.points);
    write_floats(file, second);
  }
  return 0;
}
