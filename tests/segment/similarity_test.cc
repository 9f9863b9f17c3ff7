// SPDX-License-Identifier: Apache-2.0
#include "segment/similarity.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

// Rock of Gaussian noise about `centre`, with `bright` of it 4 deviations brighter, smoothed along
// x.
Volume<std::uint16_t> rock(double centre, double deviation, double bright, int smooth) {
  Volume<std::uint16_t> volume({64, 64, 16});
  for (std::int64_t i = 0; i < voxel_count(volume.size()); ++i) {
    double sum = 0;
    for (int k = 0; k < smooth; ++k) {
      sum += normal(hash(1, i + k));
    }
    const double noise = sum / std::sqrt(static_cast<double>(smooth));
    const double up = unit_interval(hash(2, i / 8)) < bright ? 4 : 0;
    volume.data()[i] = static_cast<std::uint16_t>(centre + deviation * (noise + up));
  }
  return volume;
}

struct Looked {
  Histogram histogram;
  FeatureStatistics features;
};

Looked look(const Network& network, const Volume<std::uint16_t>& volume) {
  Progress progress;
  const auto scan = test::source_of(volume);
  SliceRecipe recipe;
  recipe.scale = intensity_scale(*scan, progress);
  return {histogram_of_rock(*scan, recipe.scale, progress),
          first_layer_statistics(network, *scan, recipe, progress)};
}

TEST_CASE("contrast and brightness are no difference, another rock and another noise are") {
  const auto network = make_network({.encoder = "resnet18", .channels = 3, .classes = 2}, 3);
  const Looked known = look(*network, rock(20000, 2000, 0.1, 1));
  const std::vector<ModelScan> trained_on = {{"known", "u16", {}, known.histogram, known.features}};
  const auto far_from_known = [&](const Volume<std::uint16_t>& volume) {
    const Looked other = look(*network, volume);
    return similarity(trained_on, other.histogram, other.features);
  };
  const Similarity same = far_from_known(rock(40000, 3000, 0.1, 1));
  CHECK_FALSE(same.far());
  CHECK(same.histogram_distance < 0.01);
  CHECK(same.feature_distance < 0.01);
  CHECK(far_from_known(rock(20000, 2000, 0.4, 1)).histogram_distance > 0.15);
  CHECK(far_from_known(rock(20000, 2000, 0.1, 6)).feature_distance > 0.05);
}

TEST_CASE("the nearest of several scans counts") {
  const Histogram a{-8, 8, {0, 4, 0, 0}}, b{-8, 8, {0, 0, 0, 4}};
  const std::vector<ModelScan> trained_on = {{"a", "u8", {}, a, {}}, {"b", "u8", {}, b, {}}};
  const Similarity near_b = similarity(trained_on, {-8, 8, {0, 0, 1, 3}}, {});
  CHECK(near_b.nearest == "b");
  // A quarter of the voxels is one bin of 4 away.
  CHECK(near_b.histogram_distance == doctest::Approx(1));
  CHECK_THROWS_AS(similarity({}, a, {}), Error);
}

}  // namespace
}  // namespace fossilct
