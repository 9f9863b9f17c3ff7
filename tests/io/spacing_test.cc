// SPDX-License-Identifier: Apache-2.0
#include "io/spacing.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "support.h"

using namespace fossilct;
using test::message_of;

namespace {

const std::filesystem::path path = "scan.x";

FoundSpacing found(double x, double y, double z, SpacingUnit unit) {
  return {{x, y, z}, unit, false, "spacing = what the test says"};
}

FoundSpacing tag(double dots_per_inch, std::optional<double> z = {}) {
  return {{1 / dots_per_inch, 1 / dots_per_inch, z}, SpacingUnit::inch, true, "XResolution"};
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string refusal(const FoundSpacing& spacing, const SpacingOptions& options = {}) {
  const std::string message = message_of<Error>([&] { settle_spacing(spacing, options, path); });
  if (!message.empty()) {
    CHECK(holds(message, "scan.x"));
    CHECK(holds(message, spacing.found));
    CHECK(holds(message, "--spacing-um"));
    CHECK(holds(message, "--spacing-unknown"));
  }
  return message;
}

}  // namespace

TEST_CASE("a spacing with a unit is taken in micrometres") {
  struct Row {
    SpacingUnit unit;
    double value;
    double um;
  };
  for (const Row& row :
       {Row{SpacingUnit::nanometre, 650, 0.65}, Row{SpacingUnit::micrometre, 0.71, 0.71},
        Row{SpacingUnit::millimetre, 0.00071, 0.71}, Row{SpacingUnit::centimetre, 0.0002, 2},
        Row{SpacingUnit::metre, 5.8e-7, 0.58}, Row{SpacingUnit::inch, 0.001, 25.4}}) {
    const SettledSpacing settled =
        settle_spacing(found(row.value, row.value, 2 * row.value, row.unit), {}, path);
    CHECK(settled.spacing_um == Vector3{row.um, row.um, 2 * row.um});
    CHECK(settled.known);
    CHECK(settled.um_per_unit == doctest::Approx(row.um / row.value));
    CHECK(settled.notices.empty());
  }
}

TEST_CASE("exactly 1 along every axis, or along x and y in no micrometres, is a placeholder") {
  for (const SpacingUnit unit :
       {SpacingUnit::none, SpacingUnit::micrometre, SpacingUnit::millimetre, SpacingUnit::metre,
        SpacingUnit::inch, SpacingUnit::millimetre_by_convention}) {
    CHECK(holds(refusal(found(1, 1, 1, unit)), "exactly 1"));
    CHECK(holds(refusal(found(1, 1, 1, unit), {{}, SpacingUnit::micrometre, false}), "exactly 1"));
  }
  for (const std::optional<double> z : {std::optional(2.0), std::optional(0.02), {}}) {
    FoundSpacing spacing = found(1, 1, 0, SpacingUnit::millimetre);
    spacing.value[2] = z;
    const std::string message = refusal(spacing);
    CHECK(holds(message, "exactly 1 along x and y"));
    CHECK_FALSE(holds(message, "--spacing-um 1"));
    CHECK_FALSE(holds(message, "--spacing-um 1000"));
  }
  CHECK(settle_spacing(found(1, 1.5, 2, SpacingUnit::micrometre), {}, path).spacing_um ==
        Vector3{1, 1.5, 2});
}

TEST_CASE("1 along x and y is believed where one field states it in micrometres beside another z") {
  const FoundSpacing told = found(1, 1, 3, SpacingUnit::micrometre);
  const SettledSpacing settled = settle_spacing(told, {}, path);
  CHECK(settled.known);
  CHECK(settled.spacing_um == Vector3{1, 1, 3});
  CHECK(settle_spacing(told, {{}, {}, true}, path).spacing_um == Vector3{1, 1, 3});
  FoundSpacing imagej = told;
  imagej.plane_apart = true;
  CHECK(holds(refusal(imagej), "exactly 1 along x and y"));
  // The unit must be the file's own, and micrometres.
  for (const SpacingUnit unit : {SpacingUnit::none, SpacingUnit::millimetre, SpacingUnit::nanometre,
                                 SpacingUnit::millimetre_by_convention}) {
    CHECK(holds(refusal(found(1, 1, 3, unit), {{}, SpacingUnit::micrometre, false}), "exactly 1"));
  }
  CHECK(
      holds(refusal(found(1, 1, std::numeric_limits<double>::quiet_NaN(), SpacingUnit::micrometre)),
            "no voxel size"));
}

TEST_CASE("the resolutions that programs write unasked are placeholders") {
  for (const double dpi : {72.0, 75.0, 96.0, 150.0, 300.0, 600.0}) {
    CHECK(holds(refusal(tag(dpi)), " dpi"));
    CHECK(holds(refusal(tag(dpi, 0.01)), std::to_string(static_cast<int>(dpi)) + " dpi"));
  }
  // 72 dpi as a whole number of dots per metre (PNG), and as dots per cm.
  const FoundSpacing per_metre{{1 / 2835.0, 1 / 2835.0, 0.01}, SpacingUnit::metre, true, "pHYs"};
  CHECK(holds(refusal(per_metre), "72 dpi"));
  const FoundSpacing per_cm{{1 / 28.35, 1 / 28.35, 0.01}, SpacingUnit::centimetre, true, "tag"};
  CHECK(holds(refusal(per_cm), "72 dpi"));
  CHECK(refusal(tag(73, 0.01)).empty());
  // The same length where it is no tag of resolution is believed.
  CHECK(refusal(found(1 / 72.0, 1 / 72.0, 1 / 72.0, SpacingUnit::inch)).empty());
}

TEST_CASE("without z the message gives x and y back") {
  const std::string message = refusal(tag(25400));
  CHECK(holds(message, "no distance between slices"));
  CHECK(holds(message, "--spacing-um 1,1,Z"));
  const FoundSpacing imagej{{0.71, 0.71, {}}, SpacingUnit::micrometre, false, "unit=um"};
  CHECK(holds(refusal(imagej), "--spacing-um 0.71,0.71,Z"));
}

TEST_CASE("no spacing at all, or one without a unit") {
  CHECK(holds(refusal({}), "no spacing in the file"));
  CHECK(holds(refusal(found(0.7, 0.7, 0.7, SpacingUnit::none)), "--spacing-unit um"));
  const SpacingOptions in_um{{}, SpacingUnit::micrometre, false};
  const SpacingOptions in_mm{{}, SpacingUnit::millimetre, false};
  CHECK(settle_spacing(found(0.7, 0.7, 0.7, SpacingUnit::none), in_um, path).spacing_um ==
        Vector3{0.7, 0.7, 0.7});
  CHECK(settle_spacing(found(0.7, 0.7, 0.7, SpacingUnit::none), in_mm, path).spacing_um ==
        Vector3{700, 700, 700});
}

TEST_CASE("millimetres by convention are said in one line and can be overridden") {
  const FoundSpacing spacing = found(0.5, 0.5, 0.625, SpacingUnit::millimetre_by_convention);
  const SettledSpacing settled = settle_spacing(spacing, {}, path);
  CHECK(settled.spacing_um == Vector3{500, 500, 625});
  CHECK(settled.um_per_unit == 1000);
  REQUIRE(settled.notices.size() == 1);
  CHECK(holds(settled.notices[0], "taken as mm"));
  CHECK(holds(settled.notices[0], "--spacing-unit um"));
  const SettledSpacing in_um = settle_spacing(spacing, {{}, SpacingUnit::micrometre, false}, path);
  CHECK(in_um.spacing_um == Vector3{0.5, 0.5, 0.625});
  CHECK(in_um.um_per_unit == 1);
  CHECK(in_um.notices.empty());
}

TEST_CASE("values that are no length are refused from files") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  for (const double bad : {0.0, -0.71, nan, infinite, -infinite}) {
    CHECK(holds(refusal(found(0.71, bad, 0.71, SpacingUnit::micrometre)), "no voxel size"));
    CHECK(
        settle_spacing(found(0.71, bad, 1, SpacingUnit::micrometre), {{}, {}, true}, path).known ==
        false);
    const SpacingOptions given{Vector3{0.71, 0.71, bad}, {}, false};
    CHECK(holds(message_of<Error>([&] { settle_spacing({}, given, path); }), "--spacing-um"));
  }
}

TEST_CASE("the user's spacing is taken, and the origin follows") {
  const SpacingOptions given{Vector3{0.71, 0.71, 0.71}, {}, false};
  SettledSpacing settled = settle_spacing({}, given, path);
  CHECK(settled.spacing_um == Vector3{0.71, 0.71, 0.71});
  CHECK(settled.um_per_unit == 0);
  CHECK(settled.notices.empty());
  // A placeholder of 1: the file's origin counts voxels.
  settled = settle_spacing(found(1, 1, 1, SpacingUnit::millimetre), given, path);
  CHECK(settled.um_per_unit == doctest::Approx(0.71));
  // A file that says something else is contradicted aloud; one that agrees is not.
  settled = settle_spacing(found(5, 5, 5, SpacingUnit::micrometre), given, path);
  REQUIRE(settled.notices.size() == 1);
  CHECK(holds(settled.notices[0], "5 um"));
  CHECK(settle_spacing(found(0.71, 0.71, 0.71, SpacingUnit::micrometre), given, path)
            .notices.empty());
  // No single factor leads from the file's spacing to the user's.
  settled = settle_spacing(found(1, 1, 2, SpacingUnit::micrometre), given, path);
  CHECK(settled.um_per_unit == 0);
}

TEST_CASE("unknown spacing is only the last resort, in voxels") {
  const SpacingOptions unknown{{}, {}, true};
  const SettledSpacing settled = settle_spacing(tag(72), unknown, path);
  CHECK_FALSE(settled.known);
  CHECK(settled.spacing_um == Vector3{1, 1, 1});
  CHECK(settled.um_per_unit == 0);
  REQUIRE(settled.notices.size() == 1);
  CHECK(holds(settled.notices[0], "voxels"));
  CHECK(settle_spacing(found(2, 2, 2, SpacingUnit::micrometre), unknown, path).known);
}

TEST_CASE("an implausible voxel gets a notice") {
  for (const double um : {0.0005, 6000.0}) {
    const auto notices =
        settle_spacing(found(um, um, um, SpacingUnit::micrometre), {}, path).notices;
    REQUIRE(notices.size() == 1);
    CHECK(holds(notices[0], "unusual"));
  }
  for (const double um : {0.001, 5000.0}) {
    CHECK(settle_spacing(found(um, um, um, SpacingUnit::micrometre), {}, path).notices.empty());
  }
}

TEST_CASE("spacing as typed") {
  CHECK(parse_spacing_um("0.71") == Vector3{0.71, 0.71, 0.71});
  CHECK(parse_spacing_um("0.71, 0.72,1.4") == Vector3{0.71, 0.72, 1.4});
  for (const char* bad : {"", "0", "-1", "nan", "inf", "-inf", "0.71,0.71", "1,2,3,4", "0.71um",
                          "0,71,", "1,,1", "1,1,0", "1e999"}) {
    const std::string message = message_of<Error>([&] { parse_spacing_um(bad); });
    CAPTURE(bad);
    CHECK(holds(message, "--spacing-um"));
    CHECK(holds(message, "0.71"));
  }
}

TEST_CASE("what a header says is quoted without its control characters") {
  FoundSpacing spacing;
  spacing.found = "unit=\xb5m\x1b[2J" + std::string(1000, 'x');
  const std::string message = message_of<Error>([&] { settle_spacing(spacing, {}, path); });
  CHECK(holds(message, "unit=\\xb5m\\x1b[2Jxxx"));
  CHECK(message.size() < 600);
}

TEST_CASE("names of units") {
  for (const char* name :
       {"um", "UM", "\xC2\xB5m", "\xCE\xBCm", "\xB5m", "\\u00B5m", "micron", "Micrometers"}) {
    CHECK(spacing_unit_from_name(name) == SpacingUnit::micrometre);
  }
  CHECK(spacing_unit_from_name(" mm ") == SpacingUnit::millimetre);
  CHECK(spacing_unit_from_name("nm") == SpacingUnit::nanometre);
  CHECK(spacing_unit_from_name("cm") == SpacingUnit::centimetre);
  CHECK(spacing_unit_from_name("m") == SpacingUnit::metre);
  CHECK(spacing_unit_from_name("inch") == SpacingUnit::inch);
  CHECK_FALSE(spacing_unit_from_name("pixel"));
  CHECK_FALSE(spacing_unit_from_name(""));
}
