// SPDX-License-Identifier: Apache-2.0
#include "train/augment.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

namespace fossilct {
namespace {

LabelledImages sample_batch() {
  const at::Tensor labels = at::randint(3, {4, 48, 48}, at::kByte);
  return {labels.to(at::kFloat).unsqueeze(1).expand({4, 3, 48, 48}).contiguous(), labels};
}

Augmentation with(double Augmentation::*probability) {
  Augmentation augmentation = no_augmentation();
  augmentation.*probability = 1;
  return augmentation;
}

TEST_CASE("without any change samples stay as they are") {
  const LabelledImages batch = sample_batch();
  const LabelledImages same = augmented(batch, no_augmentation(), 5);
  CHECK(same.images.equal(batch.images));
  CHECK(same.labels.equal(batch.labels));
}

TEST_CASE("a draw depends on its seed alone") {
  const LabelledImages batch = sample_batch();
  const LabelledImages once = augmented(batch, {}, 5), again = augmented(batch, {}, 5);
  CHECK(once.images.equal(again.images));
  CHECK(once.labels.equal(again.labels));
  CHECK_FALSE(augmented(batch, {}, 6).images.equal(once.images));
}

TEST_CASE("mirrors and quarter turns move labels with their pixels") {
  for (const auto change :
       {&Augmentation::flip, &Augmentation::flip_rows, &Augmentation::quarter_turn}) {
    const LabelledImages batch = sample_batch();
    const LabelledImages turned = augmented(batch, with(change), 3);
    CHECK_FALSE(turned.labels.equal(batch.labels));
    CHECK(turned.images.select(1, 1).equal(turned.labels.to(at::kFloat)));
  }
}

TEST_CASE("resampling moves labels with their pixels and invents none") {
  for (const auto change :
       {&Augmentation::rotate, &Augmentation::zoom, &Augmentation::warp, &Augmentation::elastic}) {
    // A disc: wide areas of one label, so that only its rim is interpolated.
    const at::Tensor axis = at::arange(64).to(at::kFloat) - 31.5;
    const at::Tensor disc = (axis.square().unsqueeze(1) + (axis - 6).square().unsqueeze(0)).lt(200);
    const LabelledImages batch{disc.to(at::kFloat).reshape({1, 1, 64, 64}) * 2,
                               disc.to(at::kByte).unsqueeze(0) * 2};
    Augmentation augmentation = with(change);
    augmentation.elastic_pixels = 8;
    const LabelledImages moved = augmented(batch, augmentation, 11);
    CHECK_FALSE(moved.labels.equal(batch.labels));
    CHECK((moved.labels.eq(0) | moved.labels.eq(2)).all().item<bool>());
    const at::Tensor difference = (moved.images.select(1, 0) - moved.labels.to(at::kFloat)).abs();
    CHECK(difference.max().item<double>() < 1.6);
    CHECK(difference.mean().item<double>() < 0.05);
    CHECK(moved.labels.ne(0).sum().item<std::int64_t>() > 100);
  }
}

TEST_CASE("changes of intensity leave labels alone and numbers finite") {
  for (const auto change : {&Augmentation::brightness, &Augmentation::contrast,
                            &Augmentation::gamma, &Augmentation::stretch, &Augmentation::rings,
                            &Augmentation::cupping, &Augmentation::blur, &Augmentation::noise}) {
    const LabelledImages batch = sample_batch();
    const LabelledImages changed = augmented(batch, with(change), 21);
    CHECK(changed.labels.equal(batch.labels));
    CHECK_FALSE(changed.images.equal(batch.images));
    CHECK(changed.images.isfinite().all().item<bool>());
  }
}

TEST_CASE("a stretch keeps the order of intensities") {
  const at::Tensor ramp = at::linspace(-5, 5, 40 * 40).reshape({1, 1, 40, 40});
  const LabelledImages batch{ramp, at::zeros({1, 40, 40}, at::kByte)};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const at::Tensor after = augmented(batch, with(&Augmentation::stretch), seed).images.flatten();
    CHECK((after.slice(0, 1) - after.slice(0, 0, -1)).min().item<double>() > 0);
  }
}

TEST_CASE("slices that are no square and smaller than a kernel pass") {
  const LabelledImages batch{at::randn({2, 1, 5, 40}), at::zeros({2, 5, 40}, at::kByte)};
  Augmentation all;
  for (double Augmentation::*change :
       {&Augmentation::quarter_turn, &Augmentation::rotate, &Augmentation::elastic,
        &Augmentation::blur, &Augmentation::noise}) {
    all.*change = 1;
  }
  const LabelledImages changed = augmented(batch, all, 2);
  CHECK(changed.images.sizes() == batch.images.sizes());
  CHECK(changed.images.isfinite().all().item<bool>());
}

}  // namespace
}  // namespace fossilct
