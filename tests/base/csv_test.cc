// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {

namespace {

std::string refusal(const std::string& text) {
  return test::message_of<Error>([&] { parse_csv("t.csv", text); });
}

}  // namespace

TEST_CASE("a table with quotes, a byte order mark and Windows' line ends") {
  const CsvTable table = parse_csv(
      "t.csv",
      "\xEF\xBB\xBFPath, Class ,depth\r\n\"a, b.png\",\"so \"\"called\"\"\",1.5\r\n\r\nc,,\r\n");
  CHECK(table.columns == std::vector<std::string>{"Path", "Class", "depth"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].fields[0] == "a, b.png");
  CHECK(table.rows[0].fields[1] == "so \"called\"");
  CHECK(table.number(table.rows[0], table.at("DEPTH")) == 1.5);
  CHECK(table.rows[1].line == 4);
  CHECK_FALSE(table.number(table.rows[1], 2));
  CHECK_FALSE(table.find("sample"));
}

TEST_CASE("a field of several lines keeps the count of lines right") {
  const CsvTable table = parse_csv("t.csv", "a,b\n\"one\ntwo\",1\nthree,2");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].fields[0] == "one\ntwo");
  CHECK(table.rows[1].line == 4);
}

TEST_CASE("what a field is written as reads back") {
  for (const std::string text : {"plain", "a,b", "\"", "line\nend", " blank "}) {
    CHECK(parse_csv("t.csv", "x\n" + csv_field(text) + "\n").rows.at(0).fields.at(0) == text);
  }
}

TEST_CASE("what is wrong with a table is said by line") {
  CHECK(refusal("").find("is empty") != std::string::npos);
  CHECK(refusal("a;b\n1;2\n").find("line 1: its columns are separated by semicolons") !=
        std::string::npos);
  CHECK(refusal("a,b\n1\n").find("line 2: has 1 fields, the first line 2") != std::string::npos);
  CHECK(refusal("a,A\n").find("'A' stands twice") != std::string::npos);
  CHECK(refusal("a\n\"open\n").find("line 2: a quote is opened") != std::string::npos);
  const CsvTable table = parse_csv("t.csv", "a,b\n1,x\n");
  CHECK(test::message_of<Error>([&] { table.number(table.rows[0], 1); }) ==
        "t.csv: line 2: b 'x' is no number");
  CHECK(test::message_of<Error>([&] { table.at("class"); }).find("has: a, b") != std::string::npos);
}

}  // namespace fossilct
