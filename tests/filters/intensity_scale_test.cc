// SPDX-License-Identifier: Apache-2.0
#include "filters/intensity_scale.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "support.h"
#include "volumes/volume.h"

namespace fossilct {
namespace {

constexpr double air = 5000, rock = 21000, deviation = 2500;

// A round core of rock in air, noise over all; `radius` in voxels.
class NoisyCore : public VolumeSource {
 public:
  NoisyCore(Size3 size, double radius, PixelType type)
      : VolumeSource([&] {
          ScanDescription description;
          description.grid.size = size;
          description.type = type;
          return description;
        }()),
        radius_(radius) {}

 private:
  void read_box(const Box& box, const AnyView& out) override {
    dispatch(out.type(), [&]<typename T>(std::type_identity<T>) {
      const auto view = out.as<T>();
      for (std::int64_t z = 0; z < view.size().z; ++z) {
        std::mt19937 random(static_cast<unsigned>(box.begin.z + z));
        std::normal_distribution<double> noise(0, deviation);
        for (std::int64_t y = 0; y < view.size().y; ++y) {
          for (std::int64_t x = 0; x < view.size().x; ++x) {
            const double distance =
                std::hypot(static_cast<double>(x) - 64, static_cast<double>(y) - 64);
            view.row(y, z)[x] = static_cast<T>((distance < radius_ ? rock : air) + noise(random));
          }
        }
      }
    });
  }
  double radius_;
};

TEST_CASE("centre and deviation are the rock's, however much air there is") {
  Progress silent;
  for (const double radius : {30.0, 50.0, 62.0}) {
    CAPTURE(radius);
    NoisyCore core({128, 128, 4}, radius, PixelType::f32);
    const IntensityScale scale = intensity_scale(core, silent);
    CHECK(scale.without_air);
    CHECK(scale.centre == doctest::Approx(rock).epsilon(0.01));
    CHECK(scale.deviation == doctest::Approx(deviation).epsilon(0.02));
  }
}

TEST_CASE("without air the whole counts") {
  Progress silent;
  NoisyCore core({128, 128, 4}, 1000, PixelType::u16);
  const IntensityScale scale = intensity_scale(core, silent);
  CHECK_FALSE(scale.without_air);
  CHECK(scale.centre == doctest::Approx(rock).epsilon(0.01));
  CHECK(scale.deviation == doctest::Approx(deviation).epsilon(0.02));
}

TEST_CASE("a scan of one value has deviation 1") {
  Histogram histogram{0, 10, std::vector<std::int64_t>(10)};
  histogram.counts[7] = 100;
  CHECK(intensity_scale(histogram).deviation == 1);
  CHECK(intensity_scale(histogram).centre == doctest::Approx(7.5));
}

TEST_CASE("the sample reads few slices, evenly, and clamps what lies outside") {
  Progress silent;
  NoisyCore core({128, 128, 1000}, 50, PixelType::u16);
  const Histogram histogram = sampled_histogram(core, rock, rock + 1, 8, 10, silent);
  std::int64_t total = 0;
  for (const std::int64_t count : histogram.counts) {
    total += count;
  }
  CHECK(total == 128 * 128 * 10);
  CHECK(histogram.counts.front() > 0);
  CHECK(histogram.counts.back() > 0);
}

TEST_CASE("a scale comes back from JSON; a damaged one is refused") {
  const IntensityScale scale{
      .centre = 1.5, .deviation = 2, .without_air = true, .air_threshold = -3};
  CHECK(intensity_scale_from_json(to_json(scale)) == scale);
  Json json = to_json(scale);
  json["deviation"] = 0;
  CHECK(test::message_of<Error>([&] {
          intensity_scale_from_json(json);
        }).find("deviation above 0") != std::string::npos);
  json.erase("centre");
  CHECK(test::message_of<Error>([&] { intensity_scale_from_json(json); }).find("centre") !=
        std::string::npos);
}

}  // namespace
}  // namespace fossilct
