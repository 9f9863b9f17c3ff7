// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <memory>

#include "base/random.h"
#include "segment/scores.h"
#include "train/training_data.h"
#include "volumes/memory_source.h"

namespace fossilct::test {

// Bright balls in darker, noisy rock: what a network learns in a few steps.
struct Blobs {
  Volume<std::uint16_t> scan;
  Volume<std::uint8_t> labels;
};

inline Blobs make_blobs(const Size3& size, std::uint64_t seed, int balls = 12) {
  Blobs blobs{Volume<std::uint16_t>(size), Volume<std::uint8_t>(size)};
  HashStream random(seed);
  for (int i = 0; i < balls; ++i) {
    const double r = random.uniform(4, 7);
    const double cx = random.uniform(0, static_cast<double>(size.x));
    const double cy = random.uniform(0, static_cast<double>(size.y));
    const double cz = static_cast<double>(size.z) * (i + 0.5) / balls;
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        for (std::int64_t x = 0; x < size.x; ++x) {
          const double dx = static_cast<double>(x) - cx, dy = static_cast<double>(y) - cy,
                       dz = static_cast<double>(z) - cz;
          if (dx * dx + dy * dy + dz * dz < r * r) {
            blobs.labels(x, y, z) = 1;
          }
        }
      }
    }
  }
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    const double value = 20000 + 2000 * normal(hash(seed, i)) + 12000 * blobs.labels.data()[i];
    blobs.scan.data()[i] = static_cast<std::uint16_t>(value);
  }
  return blobs;
}

inline LabelledScan labelled_scan(const Blobs& blobs) {
  LabelledScan scan;
  scan.name = "blobs.h5";
  scan.scan = source_of(blobs.scan);
  scan.labels = source_of(blobs.labels);
  scan.scale = {.centre = 20000, .deviation = 2000};
  return scan;
}

inline TrainingData training_data(const Blobs& blobs) {
  TrainingData data;
  data.training.push_back(labelled_scan(blobs));
  data.classes = {{0, "rock", {}}, {1, "ball", {}}};
  return data;
}

}  // namespace fossilct::test
