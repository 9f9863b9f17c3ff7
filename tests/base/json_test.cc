// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {
namespace {

std::string nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST_CASE("a text that is no JSON is an error, or discarded") {
  CHECK(parse_json(R"({"b":1,"a":[2]})").dump() == R"({"b":1,"a":[2]})");
  CHECK(test::message_of<Error>([] { parse_json("{"); }).find("is no JSON: ") == 0);
  CHECK(try_parse_json("{").is_discarded());
  CHECK_FALSE(try_parse_json("{}").is_discarded());
}

TEST_CASE("values too deep for the stack are an error; brackets in strings are no depth") {
  CHECK(json_text(parse_json(nested(400))) == nested(400));
  CHECK(test::message_of<Error>([] { parse_json(nested(1'000'000)); }).find("500 deep") !=
        std::string::npos);
  CHECK(try_parse_json(nested(1'000'000)).is_discarded());
  const std::string brackets = R"(["\"\\)" + std::string(2000, '[') + R"("])";
  CHECK(parse_json(brackets)[0].get<std::string>().size() == 2002);
}

TEST_CASE("text that is no UTF-8 is replaced, escaped, or refused") {
  const Json json = {{"name", "a\xff"}};
  CHECK(json_text(json) == "{\"name\":\"a\xef\xbf\xbd\"}");
  CHECK(json_ascii(json) == R"({"name":"a\ufffd"})");
  CHECK(test::message_of<Error>([&] { exact_json_text(json); }).find("can't be written as JSON") ==
        0);
  CHECK(json_text({{"a", 1}}, 2) == "{\n  \"a\": 1\n}");
}

}  // namespace
}  // namespace fossilct
