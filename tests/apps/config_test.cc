// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/config.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support.h"

namespace fossilct {

namespace {

struct Fixture {
  test::TemporaryFolder folder;
  std::string output;
  bool labels = false;
  OptionSet options;
  Fixture() {
    options.text("output", "FILE", &output, "Where to write");
    options.flag("labels", &labels, "Labels");
    options.repeated(
        "class", "V=NAME", [](const std::string&) {}, "Class");
  }
  std::vector<GivenOption> read(const std::string& content) {
    test::write_file(folder / "a.ini", content);
    return options_from_config(read_ini(folder / "a.ini"), "a.ini", "import",
                               {"import", "export"}, options);
  }
  std::string failure(const std::string& content) {
    return test::message_of<Error>([&] { read(content); });
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("values keep # ; = and blanks inside, comments fill their line") {
  Fixture fixture;
  const auto given = fixture.read(
      "\xEF\xBB\xBF# a comment\r\n"
      "  ; another\n"
      "output = /data/run #7; a=b  \r\n"
      "\n"
      "[ import ]\n"
      "labels=true\n"
      "class = 1=fossil:#e8a33d\n"
      "class = \" 2=pore \"\n"
      "[export]\n"
      "output = elsewhere\n"
      "strange = 1\n");
  REQUIRE(given.size() == 4);
  CHECK(given[0].name == "output");
  CHECK(given[0].value == "/data/run #7; a=b");
  CHECK(given[0].where == "a.ini line 3 (a comment needs a line of its own)");
  CHECK(given[1].value == "true");
  CHECK(given[2].value == "1=fossil:#e8a33d");
  CHECK(given[3].value == " 2=pore ");
}

TEST_CASE("whatever is not understood is an error with its line") {
  Fixture fixture;
  CHECK(contains(fixture.failure("\nouput = a\n"),
                 "a.ini line 2: there is no option --ouput; did you mean --output?"));
  CHECK(contains(fixture.failure("[imprt]\noutput = a\n"), "did you mean [import]?"));
  CHECK(contains(fixture.failure("[my section]\noutput = a\n"), "the section [my section] is no"));
  CHECK(contains(fixture.failure("labels\n"), "a.ini line 1: 'labels' is not of the form"));
  CHECK(contains(fixture.failure("labels\n"), "as overwrite = true for a switch"));
  const std::string long_line(500, 'a');
  CHECK(fixture.failure(long_line + "\n").size() < 250);
  CHECK(contains(fixture.failure("\n\x01\x02=\x03\n"), "a.ini line 2: this is no text"));
  CHECK(contains(fixture.failure("= 3\n"), "is not of the form"));
  CHECK(contains(fixture.failure("[import\n"), "is no heading"));
  CHECK(contains(fixture.failure("output = a\n[import]\noutput = b\n"),
                 "a.ini line 3: output is given already in a.ini line 1"));
}

}  // namespace fossilct
