// SPDX-License-Identifier: Apache-2.0
#include "report/markup.h"

#include <doctest/doctest.h>

namespace fossilct {
namespace {

TEST_CASE("what means something in markup is escaped") {
  CHECK(escaped("<script>alert('a & \"b\"')</script>") ==
        "&lt;script&gt;alert(&#39;a &amp; &quot;b&quot;&#39;)&lt;/script&gt;");
  CHECK(element("p", {{"title", "\"><b>"}}, text("<b>")).text ==
        "<p title=\"&quot;&gt;&lt;b&gt;\">&lt;b&gt;</p>");
}

TEST_CASE("UTF-8 stays, what is none becomes U+FFFD") {
  const std::string replacement = "\xef\xbf\xbd";
  CHECK(escaped("Kalkträger 砂岩 🦪") == "Kalkträger 砂岩 🦪");
  CHECK(escaped("a\xff"
                "b") == "a" + replacement + "b");
  CHECK(escaped("cut \xe7\xa0") == "cut " + replacement + replacement);
  CHECK(escaped("\xc0\x80") == replacement + replacement);  // an overlong 0
  CHECK(escaped("\xe0\x80\x80").find('\x80') == std::string::npos);
  CHECK(escaped("\xed\xa0\x80") == replacement);                         // a surrogate
  CHECK(escaped("\xf4\x90\x80\x80").find('\xf4') == std::string::npos);  // beyond the last
}

TEST_CASE("characters that XML forbids become U+FFFD") {
  CHECK(escaped(std::string_view("a\0b\x1b[1m\x7f", 8)) ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd[1m\xef\xbf\xbd");
  CHECK(escaped("a\tb\nc") == "a\tb\nc");
  CHECK(escaped("\xef\xbf\xbf") == "\xef\xbf\xbd");  // U+FFFF
}

TEST_CASE("no path can lead out as a scheme, a host, a query or a fragment") {
  CHECK(relative_url("scans/core a/report.html") == "./scans/core%20a/report.html");
  CHECK(relative_url("javascript:alert(1)") == "./javascript%3Aalert%281%29");
  CHECK(relative_url("//host/a") == "./host/a");
  CHECK(relative_url("run #7?%20/\"x") == "./run%20%237%3F%2520/%22x");
  CHECK(relative_url("\xe7\xa0\x82") == "./%E7%A0%82");
  CHECK(relative_url("") == "./");
}

TEST_CASE("coordinates are short") {
  CHECK(coordinate(12.5) == "12.5");
  CHECK(coordinate(1.0 / 3) == "0.33");
  CHECK(coordinate(100) == "100");
  CHECK(coordinate(-0.001) == "0");
  CHECK(coordinate(-7.25) == "-7.25");
}

TEST_CASE("characters, not bytes, are counted") { CHECK(characters_of("né 砂") == 4); }

}  // namespace
}  // namespace fossilct
