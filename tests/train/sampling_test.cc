// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "blobs.h"
#include "train/batch_loader.h"

namespace fossilct {
namespace {

constexpr Size3 size = {50, 40, 60};

struct Fixture {
  test::Blobs blobs = test::make_blobs(size, 3);
  TrainingData data = test::training_data(blobs);
  Progress progress;
  std::vector<SampledScan> sampled;

  explicit Fixture(const ValidationOptions& options = {}) {
    LabelledScan& scan = data.training.front();
    const LabelSurvey survey = survey_labels(scan, 2, progress);
    sampled.push_back({size, split_scan(scan, survey, options, 1, 1), survey});
  }
};

const std::vector<Axis> all_axes = {Axis::z, Axis::y, Axis::x};

TEST_CASE("a survey counts labels and remembers where they are") {
  Fixture f;
  const LabelSurvey& survey = f.sampled.front().survey;
  for (std::int64_t z = 0; z < size.z; ++z) {
    const SliceSurvey& slice = survey.slices[static_cast<std::size_t>(z)];
    std::int64_t balls = 0;
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        balls += f.blobs.labels(x, y, z);
      }
    }
    CHECK(slice.counts == std::vector<std::int64_t>{size.x * size.y - balls, balls});
    CHECK(std::ssize(slice.places[1]) == std::min(balls, most_places));
    for (const std::int64_t place : slice.places[1]) {
      CHECK(f.blobs.labels(place % size.x, place / size.x, z) == 1);
    }
  }
}

TEST_CASE("a label beyond the classes is named with its place") {
  Fixture f;
  Volume<std::uint8_t> labels = f.blobs.labels.clone();
  labels(7, 9, 33) = 4;
  f.data.training.front().labels = test::source_of(labels);
  try {
    survey_labels(f.data.training.front(), 2, f.progress);
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("value 4 at x 7, y 9, slice 33") != std::string::npos);
  }
}

TEST_CASE("the validation block is the end of the scan, behind a guard") {
  Fixture f;
  const ScanSplit& split = f.sampled.front().split;
  CHECK(split.slices(SliceRole::validation).front() == 48);
  CHECK(split.slices(SliceRole::validation).size() == 12);
  CHECK(split.slices(SliceRole::training).back() == 48 - 9 - 1);  // 8 and the context
  CHECK(split.rows_begin == 0);
  CHECK(split.rows_end == 39);
}

TEST_CASE("a last block without foreground gives way to an earlier one, which is said") {
  Fixture f;
  Volume<std::uint8_t> labels = f.blobs.labels.clone();
  for (std::int64_t z = 36; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      std::fill_n(labels.view().row(y, z), size.x, std::uint8_t{0});
    }
  }
  LabelledScan& scan = f.data.training.front();
  scan.labels = test::source_of(labels);
  const LabelSurvey survey = survey_labels(scan, 2, f.progress);
  const ScanSplit split = split_scan(scan, survey, {}, 1, 1);
  const std::vector<std::int64_t> block = split.slices(SliceRole::validation);
  REQUIRE(block.size() == 12);
  CHECK(block.front() < 36);
  CHECK(block.back() - block.front() == 11);
  for (const std::int64_t z : split.slices(SliceRole::training)) {
    CHECK((z < block.front() - 9 || z > block.back() + 9));
  }
  CHECK(split.note.find("validate in its place") != std::string::npos);
  CHECK(f.sampled.front().split.note.empty());
}

TEST_CASE("sparse labels: the guard is counted in slices of the scan, other axes need a run") {
  Fixture f;
  Volume<std::uint8_t> labels(size);
  std::fill_n(labels.data(), voxel_count(size), ignored_label);
  for (const std::int64_t z : {5, 10, 15, 20, 25, 30, 33, 35, 40, 45}) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      std::copy_n(f.blobs.labels.view().row(y, z), size.x, labels.view().row(y, z));
    }
  }
  f.data.training.front().labels = test::source_of(labels);
  const LabelSurvey survey = survey_labels(f.data.training.front(), 2, f.progress);
  const ScanSplit split = split_scan(f.data.training.front(), survey, {}, 1, 1);
  CHECK(split.slices(SliceRole::validation) == std::vector<std::int64_t>{40, 45});
  CHECK(split.slices(SliceRole::training) == std::vector<std::int64_t>{5, 10, 15, 20, 25, 30});
  CHECK(split.rows_end == split.rows_begin);
  const std::vector<SampledScan> sampled = {{size, split, survey}};
  CHECK_THROWS_AS(Sampler(sampled, {Axis::y, Axis::x}, 0.3, Stage{}, 1), Error);
  const Sampler sampler(sampled, all_axes, 0.3, Stage{.crop = 32}, 1);
  CHECK(sampler.slices() == 6);
}

TEST_CASE("named and random slices") {
  Fixture named({.kind = ValidationOptions::Kind::named_slices, .slices = {3, 17}});
  CHECK(named.sampled.front().split.slices(SliceRole::validation) ==
        std::vector<std::int64_t>{3, 17});
  CHECK(named.sampled.front().split.slices(SliceRole::training).size() == 58);
  CHECK_THROWS_AS(Fixture({.kind = ValidationOptions::Kind::named_slices, .slices = {60}}), Error);
  Fixture random({.kind = ValidationOptions::Kind::random_slices, .share = 0.25});
  CHECK(random.sampled.front().split.slices(SliceRole::validation).size() == 15);
}

TEST_CASE("samples lie in training slices, a share of them on foreground") {
  const Fixture f;
  const Stage stage{.resolution = 1, .crop = 16, .batch = 6, .epoch_samples = 120};
  const Sampler sampler(f.sampled, all_axes, 0.5, stage, 9);
  CHECK(sampler.steps_an_epoch() == 20);
  int with_balls = 0;
  std::set<Axis> axes;
  for (std::int64_t step = 0; step < 20; ++step) {
    const std::vector<SamplePlan> plans = sampler.step(2, step);
    REQUIRE(plans.size() == 6);
    for (std::size_t i = 0; i < plans.size(); ++i) {
      const Box box = box_of(plans[i].part, 0);
      CHECK(whole(size).contains(box));
      CHECK(box.end.z <= 39);
      CHECK(plans[i].part.rows == 16);
      CHECK(plans[i].part.columns == 16);
      axes.insert(plans[i].part.axis);
      LabelledScan scan = test::labelled_scan(f.blobs);
      const LabelledImages sample =
          read_sample(scan, f.sampled.front().split, plans[i].part, 1, stage);
      const bool ball = sample.labels.eq(1).any().item<bool>();
      with_balls += ball ? 1 : 0;
      CHECK((i % 2 == 0 || ball));
    }
    const std::vector<SamplePlan> again = sampler.step(2, step);
    for (std::size_t i = 0; i < plans.size(); ++i) {
      CHECK(box_of(again[i].part, 0) == box_of(plans[i].part, 0));
    }
  }
  CHECK(axes.size() == 3);
  CHECK(with_balls < 120);
}

TEST_CASE("of batches of any size a third is for foreground") {
  const Fixture f;
  for (const auto& [batch, accumulate] : {std::pair{1, 1}, {2, 1}, {4, 1}, {2, 3}}) {
    const Stage stage{
        .resolution = 1, .crop = 8, .batch = batch, .accumulate = accumulate, .epoch_samples = 360};
    const Sampler some(f.sampled, all_axes, 1.0 / 3, stage, 9),
        none(f.sampled, all_axes, 0, stage, 9);
    int different = 0, all = 0;
    for (std::int64_t step = 0; step < some.steps_an_epoch(); ++step) {
      const std::vector<SamplePlan> with = some.step(0, step), without = none.step(0, step);
      for (std::size_t i = 0; i < with.size(); ++i, ++all) {
        different += box_of(with[i].part, 0) == box_of(without[i].part, 0) ? 0 : 1;
      }
    }
    CHECK(all == 360);
    CHECK(different == 120);
  }
}

TEST_CASE("without foreground samples an epoch goes once through all slices") {
  const Fixture f;
  const Stage stage{.resolution = 1, .crop = 0, .batch = 1};
  const Sampler sampler(f.sampled, all_axes, 0, stage, 9);
  CHECK(sampler.steps_an_epoch() == 39 + size.y + size.x);
  std::set<std::tuple<Axis, std::int64_t>> seen;
  for (std::int64_t step = 0; step < sampler.steps_an_epoch(); ++step) {
    for (const SamplePlan& plan : sampler.step(0, step)) {
      seen.emplace(plan.part.axis, plan.part.slice);
      CHECK(plan.part.rows == (plan.part.axis == Axis::z ? size.y : 39));
    }
  }
  CHECK(std::ssize(seen) == sampler.slices());
}

TEST_CASE("whole slices of several scans and axes: an epoch shows each, a batch is of one kind") {
  Fixture f;
  f.sampled.push_back(f.sampled.front());
  const Stage stage{.resolution = 1, .crop = 0, .batch = 5};
  const Sampler sampler(f.sampled, all_axes, 0, stage, 9);
  std::set<std::tuple<int, Axis, std::int64_t>> seen;
  for (std::int64_t step = 0; step < sampler.steps_an_epoch(); ++step) {
    const std::vector<SamplePlan> plans = sampler.step(3, step);
    REQUIRE(plans.size() == 5);
    for (const SamplePlan& plan : plans) {
      seen.emplace(plan.scan, plan.part.axis, plan.part.slice);
      CHECK(plan.scan == plans.front().scan);
      CHECK(plan.part.axis == plans.front().part.axis);
    }
  }
  CHECK(std::ssize(seen) == sampler.slices());
  CHECK(sampler.steps_an_epoch() == 2 * (8 + 8 + 10));  // of 39, 40 and 50 slices
}

TEST_CASE("a sample at a quarter is the mean of its pixels and the majority of its labels") {
  Fixture f;
  LabelledScan& scan = f.data.training.front();
  const SlicePart part{Axis::z, 20, 4, 8, 32, 36};
  const LabelledImages full =
      read_sample(scan, f.sampled.front().split, part, 1, {.resolution = 1, .crop = 0});
  const LabelledImages quarter =
      read_sample(scan, f.sampled.front().split, part, 1, {.resolution = 4, .crop = 0});
  CHECK(quarter.images.sizes() == at::IntArrayRef({1, 3, 8, 9}));
  const at::Tensor mean = full.images.reshape({1, 3, 8, 4, 9, 4}).mean(at::IntArrayRef({3, 5}));
  CHECK(at::allclose(quarter.images, mean, 1e-5, 1e-5));
  const at::Tensor share =
      full.labels.to(at::kFloat).reshape({1, 8, 4, 9, 4}).mean(at::IntArrayRef({2, 4}));
  CHECK(quarter.labels.equal(share.ge(0.5).to(at::kByte)));
}

TEST_CASE("a part smaller than the crop is enlarged, what was added is ignored") {
  Fixture f;
  const SlicePart part{Axis::y, 20, 0, 0, 39, 50};
  const LabelledImages sample = read_sample(f.data.training.front(), f.sampled.front().split, part,
                                            0, {.resolution = 1, .crop = 64});
  CHECK(sample.images.sizes() == at::IntArrayRef({1, 1, 64, 64}));
  CHECK(sample.labels.ne(ignored_label).sum().item<std::int64_t>() == 39 * 50);
}

TEST_CASE("batches come in order, whoever reads them ahead") {
  Fixture f;
  const Stage stage{.resolution = 1, .crop = 32, .batch = 2, .epoch_samples = 10};
  const Sampler sampler(f.sampled, all_axes, 0.5, stage, 4);
  std::vector<at::Tensor> images;
  {
    BatchLoader loader(f.data.training, f.sampled, sampler, stage, 1, 0, 0);
    for (int i = 0; i < 5; ++i) {
      images.push_back(loader.next().images);
    }
  }
  BatchLoader later(f.data.training, f.sampled, sampler, stage, 1, 0, 3);
  CHECK(later.next().images.equal(images[3]));
  CHECK(later.next().images.equal(images[4]));
}

}  // namespace
}  // namespace fossilct
