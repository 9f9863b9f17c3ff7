// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "specimens/measured_body.h"
#include "support.h"

namespace fossilct {
namespace {

TEST_CASE("docs/measurements.md names every kind that is measured") {
  const std::string document = test::read_file(FOSSILCT_MEASUREMENTS_DOCUMENT);
  REQUIRE_FALSE(document.empty());
  for (const MeasurementKind& kind : measurement_kinds()) {
    CAPTURE(kind.name);
    CHECK(document.find("`" + std::string(kind.name) + "`") != std::string::npos);
  }
}

}  // namespace
}  // namespace fossilct
