// SPDX-License-Identifier: Apache-2.0
#include "segment/volume_scores.h"

#include <doctest/doctest.h>

#include <cmath>

#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using Labels = Volume<std::uint8_t>;

TEST_CASE("voxels of each slice, by hand, the same for any slab and number of threads") {
  Labels truth(Size3{4, 1, 3}), prediction(Size3{4, 1, 3});
  const std::array<std::uint8_t, 12> true_labels = {0, 1, 1, 2, 0, 0, 0, 0, 255, 255, 1, 1};
  const std::array<std::uint8_t, 12> predicted = {1, 1, 2, 0, 0, 0, 0, 0, 1, 0, 0, 2};
  std::copy(true_labels.begin(), true_labels.end(), truth.data());
  std::copy(predicted.begin(), predicted.end(), prediction.data());
  for (const int threads : {1, 3}) {
    const auto a = test::source_of(prediction, threads), b = test::source_of(truth, threads);
    Progress progress;
    const VoxelCounts counts = count_voxels(*a, *b, 3, threads, progress);
    REQUIRE(counts.slices.size() == 3);
    CHECK(counts.slices[0].hits == 2);
    CHECK(counts.slices[0].false_positives == 1);
    CHECK(counts.slices[0].false_negatives == 1);
    CHECK(counts.slices[0].iou() == doctest::Approx(0.5));
    CHECK(counts.slices[1].background == 4);
    CHECK(std::isnan(counts.slices[1].iou()));
    CHECK(counts.slices[2].hits == 1);
    CHECK(counts.slices[2].looked_at());
    CHECK_FALSE(SliceErrors{}.looked_at());
    CHECK(counts.ignored == 2);
    CHECK(counts.confusion.total() == 10);
    CHECK(counts.confusion.count(1, 2) == 2);
  }
}

}  // namespace
}  // namespace fossilct
