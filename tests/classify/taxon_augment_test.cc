// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_augment.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

namespace fossilct {
namespace {

const TaxonAugmentation still = {.rotate_degrees = 0};

TEST_CASE("no change asked for is none, and seeds decide alone") {
  const at::Tensor images = at::rand({3, 3, 16, 16});
  CHECK(at::equal(changed_pictures(images, still, {1, 2, 3}), images));
  TaxonAugmentation all;
  all.flip = all.quarter_turns = true;
  all.gains = {0.8, 1.2};
  all.gammas = {0.5, 2};
  all.zooms = {0.9, 1.1};
  all.brightness = all.contrast = all.saturation = 0.1;
  all.crop = 0.4;
  const at::Tensor changed = changed_pictures(images, all, {1, 2, 3});
  CHECK(at::equal(changed, changed_pictures(images, all, {1, 2, 3})));
  CHECK_FALSE(at::equal(changed, changed_pictures(images, all, {4, 2, 3})));
  // Each picture for itself, whatever stands beside it.
  CHECK(at::allclose(changed[1], changed_pictures(images.slice(0, 1, 2), all, {2})[0]));
  CHECK(changed.min().item<float>() >= 0);
  CHECK(changed.max().item<float>() <= 1);
}

TEST_CASE("quarter turns and flips move pixels and change none") {
  const at::Tensor image = at::rand({1, 1, 12, 12});
  TaxonAugmentation turns = still;
  turns.quarter_turns = turns.flip = true;
  bool moved = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const at::Tensor changed = changed_pictures(image, turns, {seed});
    bool found = false;
    for (int turn = 0; turn < 4; ++turn) {
      const at::Tensor turned = at::rot90(image, turn, {2, 3});
      found = found || at::allclose(changed, turned, 1e-4, 1e-5) ||
              at::allclose(changed, turned.flip({3}), 1e-4, 1e-5);
    }
    CHECK(found);
    moved = moved || !at::allclose(changed, image, 1e-4, 1e-5);
  }
  CHECK(moved);
}

TEST_CASE("a disc stays a disc in any rotation; zoom changes its size, gain and gamma its grey") {
  const at::Tensor axis = at::arange(32, at::kFloat) - 15.5;
  const at::Tensor disc = (axis.view({-1, 1}).square() + axis.square() < 64)
                              .to(at::kFloat)
                              .mul(0.25)
                              .view({1, 1, 32, 32});
  TaxonAugmentation rotated = still;
  rotated.rotate_degrees = 180;
  const at::Tensor turned = changed_pictures(disc, rotated, {11});
  CHECK(turned.sum().item<double>() == doctest::Approx(disc.sum().item<double>()).epsilon(0.01));
  TaxonAugmentation zoomed = still;
  zoomed.zooms = {1.25};
  CHECK(changed_pictures(disc, zoomed, {1}).sum().item<double>() ==
        doctest::Approx(1.25 * 1.25 * disc.sum().item<double>()).epsilon(0.03));
  TaxonAugmentation darker = still;
  darker.gammas = {2};
  darker.gains = {0.8};
  CHECK(changed_pictures(disc, darker, {1}).max().item<double>() ==
        doctest::Approx(0.25 * 0.25 * 0.8));
}

TEST_CASE("scaling: unit leaves, standard takes light and contrast away") {
  const at::Tensor images = at::rand({2, 1, 20, 20});
  CHECK(at::equal(network_pictures(images, PictureScaling::unit), images));
  const at::Tensor dark = network_pictures(images * 0.3 + 0.1, PictureScaling::standard);
  CHECK(dark.mean().item<double>() == doctest::Approx(0).epsilon(1e-5));
  CHECK(at::allclose(dark, network_pictures(images, PictureScaling::standard), 0.05, 0.05));
  const at::Tensor plain = at::full({1, 3, 4, 4}, 0.5);
  CHECK(network_pictures(plain, PictureScaling::imagenet)[0][0][0][0].item<double>() ==
        doctest::Approx((0.5 - 0.485) / 0.229));
  CHECK(at::isfinite(network_pictures(plain, PictureScaling::standard)).all().item<bool>());
}

}  // namespace
}  // namespace fossilct
