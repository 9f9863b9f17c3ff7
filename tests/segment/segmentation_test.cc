// SPDX-License-Identifier: Apache-2.0
#include "segment/segmentation.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "networks/inference.h"
#include "segment/merged_planes.h"
#include "support.h"
#include "volumes/memory_source.h"
#include "volumes/random_volume.h"

namespace fossilct {
namespace {

constexpr Size3 size = {23, 19, 31};
const std::vector<Axis> all_axes = {Axis::z, Axis::y, Axis::x};

// The probability of foreground is that of the middle channel's pixel: the same along every axis.
at::Tensor pointwise(const at::Tensor& images) {
  const at::Tensor x = images.select(1, images.size(1) / 2).unsqueeze(1);
  return at::cat({at::zeros_like(x), x}, 1);
}

Volume<std::uint16_t> noise() {
  Volume<std::uint16_t> volume = test::random_volume<std::uint16_t>(size, 5);
  return volume;
}

SliceRecipe recipe() {
  SliceRecipe recipe;
  recipe.scale = {.centre = 32768, .deviation = 10000};
  return recipe;
}

struct Run {
  Volume<std::uint8_t> probability;
  SegmentationTimes times;
};

Run predicted(const SliceRecipe& how, const std::vector<NetworkFunction>& networks,
              std::int64_t slab_bytes, int batch, const Volume<std::uint16_t>& voxels,
              Progress& progress) {
  const test::TemporaryFolder folder;
  const auto scan = test::source_of(voxels);
  SlabStore store(folder.path() / "slabs", size,
                  plan_slabs(size, all_axes, 2, how.prediction.planes(), slab_bytes),
                  how.prediction.planes(), {}, progress);
  const SegmentationTimes times = predict_slabs(*scan, how, batch, networks, store, progress);
  Grid grid;
  grid.size = size;
  return {test::read_all<std::uint8_t>(*merged_plane(store, 0, grid)), times};
}

TEST_CASE("probabilities are where their voxels are, whatever the slabs, batches and devices") {
  const Volume<std::uint16_t> voxels = noise();
  Progress progress;
  for (const std::int64_t slab_bytes : {1, 3000, 1 << 20}) {
    for (const int batch : {1, 4}) {
      for (const std::size_t devices : {1, 2}) {
        const std::vector<NetworkFunction> networks(devices, pointwise);
        const Run run = predicted(recipe(), networks, slab_bytes, batch, voxels, progress);
        CHECK(run.times.slices == size.x + size.y + size.z);
        for (std::int64_t i = 0; i < voxel_count(size); i += 7) {
          const double x = (voxels.data()[i] - 32768.0) / 10000;
          const double expected = 255 / (1 + std::exp(-x));
          REQUIRE(std::abs(run.probability.data()[i] - expected) <= 0.501);
        }
      }
    }
  }
}

TEST_CASE("a store that has slabs predicts the others only, to the same bytes") {
  const test::TemporaryFolder folder;
  const Volume<std::uint16_t> voxels = noise();
  const auto scan = test::source_of(voxels);
  const auto slabs = plan_slabs(size, all_axes, 2, 1, 3000);
  // Cancels itself after so many voxels.
  struct Stops : Progress {
    void advance(std::int64_t done) override {
      left -= done;
      if (left < 0) {
        request_cancel();
      }
    }
    std::int64_t left = 20'000;
  } stops;
  SlabStore store(folder.path(), size, slabs, 1, {}, stops);
  CHECK_THROWS_AS(predict_slabs(*scan, recipe(), 1, {pointwise}, store, stops), Cancelled);
  std::size_t there = 0;
  for (std::size_t i = 0; i < slabs.size(); ++i) {
    there += store.has(i) ? 1 : 0;
  }
  CHECK(there > 0);
  CHECK(there < slabs.size());
  Progress progress;
  SlabStore again(folder.path(), size, slabs, 1, {}, progress);
  const SegmentationTimes times = predict_slabs(*scan, recipe(), 1, {pointwise}, again, progress);
  CHECK(times.slices < size.x + size.y + size.z);
  Grid grid;
  grid.size = size;
  const auto merged = test::read_all<std::uint8_t>(*merged_plane(again, 0, grid));
  const Run whole = predicted(recipe(), {pointwise}, 3000, 1, voxels, progress);
  CHECK(test::same_voxels(merged, whole.probability));
}

TEST_CASE("a batch that does not fit the device is halved, and a slice that does not is an error") {
  struct Notices : Progress {
    void notice(std::string_view line) override { lines.emplace_back(line); }
    std::vector<std::string> lines;
  } progress;
  const auto at_most = [](std::int64_t most) {
    return [most](const at::Tensor& images) {
      if (images.size(0) > most) {
        throw OutOfDeviceMemory("out of memory");
      }
      return pointwise(images);
    };
  };
  const Volume<std::uint16_t> voxels = noise();
  const Run halved = predicted(recipe(), {at_most(2)}, 1 << 20, 8, voxels, progress);
  const Run whole = predicted(recipe(), {pointwise}, 1 << 20, 8, voxels, progress);
  CHECK(test::same_voxels(halved.probability, whole.probability));
  REQUIRE(progress.lines.size() == 2);  // 8 to 4, 4 to 2, and not again
  CHECK(progress.lines[1].find("batches of 4 slices; going on with 2") != std::string::npos);
  CHECK_THROWS_WITH_AS(predicted(recipe(), {at_most(0)}, 1 << 20, 1, voxels, progress),
                       doctest::Contains("give a smaller --tile"), Error);
}

TEST_CASE("slices of air are left out and are background") {
  Volume<std::uint16_t> voxels = noise();
  // Air of a noise that reaches the threshold in single voxels, but not in the mean of some.
  for (std::int64_t i = 0; i < 10 * size.x * size.y; ++i) {
    voxels.data()[i] = static_cast<std::uint16_t>(voxels.data()[i] % 6000);
  }
  SliceRecipe how = recipe();
  how.air_below = (4500.0 - 32768) / 10000;
  Progress progress;
  const Run run = predicted(how, {pointwise}, 3000, 1, voxels, progress);
  CHECK(run.times.air_slices == 10);
  CHECK(run.times.slices == size.x + size.y + size.z - 10);
}

TEST_CASE("the level of air lies between the air and the threshold, in scaled intensities") {
  const IntensityScale rock{
      .centre = 100, .deviation = 10, .without_air = true, .air_threshold = 60, .air = 20};
  CHECK(*air_level(rock, rock) == doctest::Approx(-6));
  CHECK_FALSE(air_level({.centre = 100, .deviation = 10}, rock));
}

TEST_CASE("what a scan throws ends the prediction") {
  class Breaks : public VolumeSource {
   public:
    explicit Breaks(const ScanDescription& description) : VolumeSource(description) {}

   private:
    void read_box(const Box& box, const AnyView& out) override {
      if (box.end.z == size.z && box.begin.z > 0) {
        throw file_error("core.h5", "the disk has gone");
      }
      std::fill_n(out.data(),
                  out.row_bytes() * static_cast<std::size_t>(out.size().y * out.size().z),
                  std::byte{1});
    }
  };
  const test::TemporaryFolder folder;
  Breaks scan(test::full_description(noise()));
  Progress progress;
  SlabStore store(folder.path(), size, plan_slabs(size, {Axis::z}, 2, 1, 3000), 1, {}, progress);
  CHECK_THROWS_WITH_AS(predict_slabs(scan, recipe(), 1, {pointwise}, store, progress),
                       doctest::Contains("the disk has gone"), Error);
  CHECK(store.has(0));
}

}  // namespace
}  // namespace fossilct
