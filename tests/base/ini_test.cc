// SPDX-License-Identifier: Apache-2.0
#include "base/ini.h"

#include <doctest/doctest.h>

#include "support.h"

using namespace fossilct;

namespace {

std::vector<IniSection> read(const std::string& content) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.ini", content);
  return read_ini(folder / "a.ini");
}

std::string failure(const std::string& content) {
  return test::message_of<Error>([&] { read(content); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("sections come in their order, the empty and the repeated too") {
  const auto sections = read("a = 1\n[scan core 17]\npath = x\n[empty]\n[scan core 17]\n");
  REQUIRE(sections.size() == 4);
  CHECK(sections[0].name.empty());
  CHECK(sections[0].entries.at(0).value == "1");
  CHECK(sections[1].name == "scan core 17");
  CHECK(sections[1].line == 2);
  CHECK(sections[1].entries.at(0).line == 3);
  CHECK(sections[2].name == "empty");
  CHECK(sections[2].entries.empty());
  CHECK(sections[3].name == "scan core 17");
}

TEST_CASE("nothing of a value is lost") {
  const auto entries = read("path = /data/run #7; b=c \nname = \" a \"\nempty =\n").at(0).entries;
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].value == "/data/run #7; b=c");
  CHECK(entries[1].value == " a ");
  CHECK(entries[2].value.empty());
}

TEST_CASE("an INI file that is none is named with its line") {
  CHECK(contains(failure("a = 1\n[]\n"), "a.ini line 2: '[]' is no heading"));
  CHECK(contains(failure("a = 1\n[x\n"), "line 2: '[x' is no heading"));
  CHECK(contains(failure("word\n"), "line 1: 'word' is not of the form key = value"));
  CHECK(contains(failure(std::string("a\0b = 1\n", 8)), "line 1: this is no text"));
  const test::TemporaryFolder folder;
  CHECK(contains(test::message_of<Error>([&] { read_ini(folder / "none.ini"); }),
                 "none.ini: can't read this file"));
  CHECK(
      contains(test::message_of<Error>([&] { read_ini(folder.path()); }), "can't read this file"));
}
