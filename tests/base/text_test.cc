// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace fossilct;

TEST_CASE("natural order puts s2 before s10") {
  std::vector<std::string> names = {"s10", "s2", "s1", "S3", "s02", "s", "s10b"};
  std::sort(names.begin(), names.end(), natural_less);
  CHECK(names == std::vector<std::string>{"S3", "s", "s1", "s02", "s2", "s10", "s10b"});
}

TEST_CASE("natural order compares numbers of any length") {
  CHECK(natural_less("a99999999999999999999999", "a100000000000000000000000"));
  CHECK_FALSE(natural_less("a1", "a1"));
}

TEST_CASE("did you mean") {
  const std::vector<std::string> commands = {"import", "export", "info", "phantom"};
  CHECK(closest_match("improt", commands) == "import");
  CHECK(closest_match("inof", commands) == "info");
  CHECK_FALSE(closest_match("zebra", commands).has_value());
}

TEST_CASE("numbers are read whole or not at all") {
  CHECK(parse_double("0.71") == 0.71);
  CHECK_FALSE(parse_double("0.71x").has_value());
  CHECK_FALSE(parse_double("").has_value());
  CHECK(parse_integer("-12") == -12);
  CHECK_FALSE(parse_integer("99999999999999999999").has_value());
}

TEST_CASE("text of unknown origin is shown without harm to a terminal") {
  CHECK(printable("plain") == "plain");
  CHECK(printable("a\nb\t\x1b[31m") == "a\\nb\\t\\x1b[31m");
  CHECK(printable("\xc2\xb5m") == "\xc2\xb5m");
  CHECK(printable("\xb5m \xff") == "\\xb5m \\xff");
  CHECK(printable("\xc0\x80 \xed\xa0\x80 \xc2\x9b") == "\\xc0\\x80 \\xed\\xa0\\x80 \\xc2\\x9b");
  CHECK(printable(std::string(500, 'x')) == std::string(80, 'x') + "...");
  CHECK(printable("abc\xc2\xb5", 4) == "abc...");
  CHECK(printable("\xc2") == "\\xc2");
}

TEST_CASE("numbers are written for people") {
  CHECK(format_rounded(0.020000000000000004) == "0.02");
  CHECK(format_rounded(0.0007099999999999999) == "0.00071");
  CHECK(format_rounded(25400) == "25400");
  CHECK(format_bytes(512) == "512 B");
  CHECK(format_bytes(1.3e9) == "1.3 GB");
  CHECK(format_bytes(999'700) == "1.0 MB");
  CHECK(format_duration(3.21) == "3.2 s");
  CHECK(format_duration(59.7) == "1 min 00 s");
  CHECK(format_duration(7500) == "2 h 05 min");
  CHECK(format_count(-1234567) == "-1,234,567");
  CHECK(format_number(0.71) == "0.71");
}
