// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "support.h"
#include "volumes/adaptors.h"
#include "volumes/memory_source.h"
#include "volumes/random_volume.h"

using namespace fossilct;
using test::random_volume;
using test::read_all;
using test::read_piecewise;
using test::same_voxels;
using test::source_of;

namespace {

#define ALL_PIXEL_TYPES \
  std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, float, double

constexpr PixelType all_types[] = {PixelType::u8,  PixelType::i8,  PixelType::u16, PixelType::i16,
                                   PixelType::u32, PixelType::i32, PixelType::f32, PixelType::f64};

template <typename T>
Volume<T> volume_of(const std::vector<T>& values) {
  Volume<T> volume({static_cast<std::int64_t>(values.size()), 1, 1});
  std::copy(values.begin(), values.end(), volume.data());
  return volume;
}

// Random voxels with the ends of the type, halves, and for floats all that is odd.
template <typename T>
Volume<T> awkward_volume() {
  Volume<T> volume = random_volume<T>({17, 5, 3}, 9);
  std::vector<T> odd = {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), T{0}};
  if constexpr (std::is_floating_point_v<T>) {
    const T infinity = std::numeric_limits<T>::infinity();
    const T nan = std::numeric_limits<T>::quiet_NaN();
    odd.insert(odd.end(), {T(0.5), T(1.5), T(2.5), T(-0.5), T(-1.5), T(300), T(-300), T(65535.5),
                           T(4e9), T(-4e9), T(5e9), T(1e-40), infinity, -infinity, nan});
  }
  std::copy(odd.begin(), odd.end(), volume.data());
  return volume;
}

template <typename To>
double limited(double value) {
  return std::min(std::max(value, static_cast<double>(std::numeric_limits<To>::lowest())),
                  static_cast<double>(std::numeric_limits<To>::max()));
}

template <typename To>
To reference_kept(double value) {
  if (std::is_integral_v<To>) {
    return std::isnan(value) ? std::numeric_limits<To>::lowest()
                             : static_cast<To>(limited<To>(std::nearbyint(value)));
  }
  return static_cast<To>(std::isfinite(value) ? limited<To>(value) : value);
}

template <typename To>
To reference_windowed(double value, const Window& window) {
  const double low = std::is_integral_v<To> ? std::numeric_limits<To>::lowest() : 0;
  const double high = std::is_integral_v<To> ? std::numeric_limits<To>::max() : 1;
  if (std::isnan(value)) {
    return std::is_integral_v<To> ? static_cast<To>(low) : static_cast<To>(value);
  }
  const double part = (std::min(std::max(value, window.low), window.high) - window.low) /
                      (window.high - window.low);
  const double mapped = low + part * (high - low);
  return static_cast<To>(std::is_integral_v<To> ? std::nearbyint(mapped) : mapped);
}

template <typename To>
bool same_value(To a, To b) {
  return a == b || (a != a && b != b);
}

template <typename From, typename To, typename F>
int differences(const Volume<From>& volume, std::optional<Window> window, F&& reference) {
  const auto source = convert(source_of(volume, 2), pixel_type_of<To>(), window);
  CHECK(source->type() == pixel_type_of<To>());
  const Volume<To> converted = read_all<To>(*source);
  const Volume<To> again = read_piecewise<To>(*source);
  int wrong = 0;
  for (std::int64_t i = 0; i < voxel_count(volume.size()); ++i) {
    const To truth = reference(static_cast<double>(volume.data()[i]));
    wrong += same_value(converted.data()[i], truth) && same_value(again.data()[i], truth) ? 0 : 1;
  }
  return wrong;
}

template <typename To>
To converted(double value) {
  const auto source = convert(source_of(volume_of<double>({value})), pixel_type_of<To>(), {});
  return read_all<To>(*source)(0, 0, 0);
}

}  // namespace

TEST_CASE_TEMPLATE("without a window values are kept, rounded and clamped", From, ALL_PIXEL_TYPES) {
  const Volume<From> volume = awkward_volume<From>();
  for (const PixelType type : all_types) {
    CAPTURE(name_of(type));
    dispatch(type, [&]<typename To>(std::type_identity<To>) {
      CHECK(differences<From, To>(volume, std::nullopt, reference_kept<To>) == 0);
    });
  }
}

TEST_CASE_TEMPLATE("a window is mapped onto the whole range", From, ALL_PIXEL_TYPES) {
  const Volume<From> volume = awkward_volume<From>();
  for (const Window& window : {Window{-20, 91.5}, Window{0, 4e9}, Window{0.25, 0.5}}) {
    for (const PixelType type : all_types) {
      CAPTURE(name_of(type));
      dispatch(type, [&]<typename To>(std::type_identity<To>) {
        const auto reference = [&](double v) { return reference_windowed<To>(v, window); };
        CHECK(differences<From, To>(volume, window, reference) == 0);
      });
    }
  }
}

TEST_CASE("halves go to the even neighbour, NaN to the minimum, too large values to the end") {
  CHECK(converted<std::uint8_t>(0.5) == 0);
  CHECK(converted<std::uint8_t>(1.5) == 2);
  CHECK(converted<std::int8_t>(-2.5) == -2);
  CHECK(converted<std::int16_t>(std::nan("")) == -32768);
  CHECK(converted<std::uint32_t>(1e300) == 4294967295U);
  CHECK(converted<std::int32_t>(-1e300) == std::numeric_limits<std::int32_t>::min());
  CHECK(converted<float>(1e300) == std::numeric_limits<float>::max());
  CHECK(std::isnan(converted<float>(std::nan(""))));
  CHECK(std::isinf(converted<float>(std::numeric_limits<double>::infinity())));
}

TEST_CASE("a window's ends become the ends of the type") {
  const Volume<std::uint16_t> volume = volume_of<std::uint16_t>({999, 1000, 1510, 3000, 3001});
  auto source = convert(source_of(volume), PixelType::u8, Window{1000, 3000});
  CHECK(
      same_voxels(read_all<std::uint8_t>(*source), volume_of<std::uint8_t>({0, 0, 65, 255, 255})));
  source = convert(source_of(volume), PixelType::f32, Window{1000, 3000});
  CHECK(same_voxels(read_all<float>(*source), volume_of<float>({0, 0, 0.255F, 1, 1})));
}

TEST_CASE("a notice is left where values may be clamped, and only there") {
  const Volume<std::uint16_t> low = volume_of<std::uint16_t>({0, 255});
  const Volume<std::uint16_t> high = volume_of<std::uint16_t>({0, 256});
  const auto notices = [](const Volume<std::uint16_t>& volume, PixelType type, bool known) {
    auto memory = source_of(volume);
    if (!known) {
      memory->mutable_description().statistics.reset();
    }
    return convert(std::move(memory), type, std::nullopt)->description().notices;
  };
  CHECK(notices(low, PixelType::u8, true).size() == 1);
  CHECK(notices(low, PixelType::u8, false).size() == 2);
  CHECK(notices(low, PixelType::i32, false).size() == 1);
  const std::vector<std::string> warned = notices(high, PixelType::u8, true);
  REQUIRE(warned.size() == 2);
  CHECK(warned[1].find("u16 to u8") != std::string::npos);
  CHECK(warned[1].find("outside 0 to 255 are clamped") != std::string::npos);
  CHECK(warned[1].find("--window low:high") != std::string::npos);
}

TEST_CASE("labels never merge: one that does not fit is refused by its value") {
  const auto refusal = [](const Volume<std::uint32_t>& volume, PixelType type, bool known) {
    auto memory = source_of(volume);
    memory->mutable_description().kind = VolumeKind::labels;
    if (!known) {
      memory->mutable_description().statistics.reset();
    }
    return test::message_of<Error>([&] {
      const auto source = convert(std::move(memory), type, std::nullopt);
      CHECK(source->description().notices.size() == 1);
      source->read(whole(volume.size()));
    });
  };
  const Volume<std::uint32_t> large = volume_of<std::uint32_t>({0, 300, 400});
  std::string message = refusal(large, PixelType::u8, false);
  CHECK(message.find("--type: the label 300 of voxel (1, 0, 0)") != std::string::npos);
  CHECK(message.find("u8, which holds 0 to 255") != std::string::npos);
  message = refusal(large, PixelType::u8, true);
  CHECK(message.find("the label 400, the largest") != std::string::npos);
  for (const bool known : {false, true}) {
    CHECK(refusal(large, PixelType::u16, known).empty());
    CHECK(refusal(volume_of<std::uint32_t>({0, 255}), PixelType::u8, known).empty());
  }
  const Volume<std::uint32_t> odd = volume_of<std::uint32_t>({16777217});
  CHECK(refusal(odd, PixelType::f32, false).find("16777217") != std::string::npos);
  CHECK(refusal(odd, PixelType::f32, true).find("16777217") != std::string::npos);
}

TEST_CASE("statistics stay where every value does") {
  const Volume<std::uint16_t> volume = random_volume<std::uint16_t>({4, 4, 4}, 1);
  const auto keeps = [&](PixelType type, std::optional<Window> window) {
    return convert(source_of(volume), type, window)->description().statistics.has_value();
  };
  CHECK(keeps(PixelType::u16, std::nullopt));
  CHECK(keeps(PixelType::f32, std::nullopt));
  CHECK(keeps(PixelType::i32, std::nullopt));
  CHECK_FALSE(keeps(PixelType::i16, std::nullopt));
  CHECK_FALSE(keeps(PixelType::u8, std::nullopt));
  CHECK_FALSE(keeps(PixelType::f32, Window{0, 1}));
}

TEST_CASE("a window that spans nothing is refused, and any window for labels") {
  const Volume<std::uint8_t> volume({2, 2, 2});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Window& window : {Window{5, 5}, Window{6, 5}, Window{nan, 5}, Window{-1e308, 1e308}}) {
    const std::string message =
        test::message_of<Error>([&] { convert(source_of(volume), PixelType::u8, window); });
    CHECK(message.find("--window: ") != std::string::npos);
    CHECK(message.find("low < high") != std::string::npos);
  }
  auto labels = source_of(volume);
  labels->mutable_description().kind = VolumeKind::labels;
  const std::string message = test::message_of<Error>([&] {
    convert(std::move(labels), PixelType::u8, Window{0, 1});
  });
  CHECK(message.find("labels") != std::string::npos);
}
