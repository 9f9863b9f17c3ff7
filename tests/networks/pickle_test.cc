// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/pickle.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support.h"
#include "weight_bytes.h"

namespace fossilct {
namespace {

namespace p = test::pickled;

std::string error_of(const std::string& pickle) {
  return test::message_of<Error>([&] { read_pickle(pickle); });
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) {
    text += static_cast<char>(value);
  }
  return text;
}

TEST_CASE("plain values of a pickle") {
  const std::string text = bytes({0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, '(', 'N', 0x88, 0x89}) +
                           bytes({'K', 200, 'M', 1, 2, 'J', 0xfe, 0xff, 0xff, 0xff}) +
                           bytes({0x8a, 1, 0xff, 'G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}) +
                           bytes({0x8c, 2, 'h', 'i', 'C', 1, 'b', 0x8a, 0, 't', '.'});
  const Pickle pickle = read_pickle(text);
  const auto& items = pickle.root->as<PickleTuple>()->items;
  REQUIRE(items.size() == 11);
  CHECK(items[0]->as<PickleNone>() != nullptr);
  CHECK(*items[1]->as<bool>());
  CHECK_FALSE(*items[2]->as<bool>());
  CHECK(*items[3]->as<std::int64_t>() == 200);
  CHECK(*items[4]->as<std::int64_t>() == 513);
  CHECK(*items[5]->as<std::int64_t>() == -2);
  CHECK(*items[6]->as<std::int64_t>() == -1);
  CHECK(*items[7]->as<double>() == 1.5);
  CHECK(*items[8]->as<std::string_view>() == "hi");
  CHECK(items[9]->as<PickleBytes>()->bytes == "b");
  CHECK(*items[10]->as<std::int64_t>() == 0);
}

TEST_CASE("the memo gives the same value again") {
  const Pickle pickle = read_pickle(bytes({0x80, 2, ']', 'q', 0, 'h', 0, 0x86, '.'}));
  const auto& items = pickle.root->as<PickleTuple>()->items;
  CHECK(items[0] == items[1]);
  const Pickle itself = read_pickle(bytes({0x80, 2, ']', 'q', 0, 'h', 0, 'a', '.'}));
  CHECK(itself.root->as<PickleList>()->items.at(0) == itself.root);
}

TEST_CASE("what a pickle asks to be called is named, not called") {
  const std::string call = p::global("posix", "system") + p::text("touch /tmp/owned") + "\x85R";
  const std::string whole = p::whole(call);
  const Pickle pickle = read_pickle(whole);
  REQUIRE(pickle.root->as<PickleOpaque>() != nullptr);
  CHECK(contains(describe(*pickle.root), "posix.system"));
  // Objects made from what a call gave, and their state and items, are as opaque.
  const std::string object =
      p::global("argparse", "Namespace") + ")\x81}(" + p::text("lr") + p::number(1) + "ub";
  CHECK(describe(*read_pickle(p::whole(object)).root) ==
        "an object of the class argparse.Namespace");
  const std::string stacked = p::text("os") + p::text("popen") + "\x93)R";
  CHECK(contains(describe(*read_pickle(p::whole(stacked)).root), "os.popen"));
}

TEST_CASE("a million lists, one in another, are no danger") {
  const std::string deep =
      "\x80\x02" + std::string(1'000'000, ']') + std::string(999'999, 'a') + ".";
  CHECK(read_pickle(deep).root->as<PickleList>()->items.size() == 1);
  std::string tuples = "\x80\x02)";
  tuples += std::string(1'000'000, '\x85') + ".";
  CHECK(read_pickle(tuples).root->as<PickleTuple>()->items.size() == 1);
}

TEST_CASE("a damaged pickle is refused with its place") {
  CHECK(contains(error_of(""), "is cut off"));
  CHECK(contains(error_of("\x80\x02"), "is cut off"));
  CHECK(contains(error_of("\x80\x02X\xff\xff\xff\x7f"
                          "a."),
                 "is cut off"));
  CHECK(contains(error_of("\x80\x02"
                          "cposix"),
                 "is cut off"));
  CHECK(contains(error_of("\x80\x02."), "takes a value that is not there"));
  CHECK(contains(error_of("\x80\x02t."), "takes a mark that is not there"));
  CHECK(contains(error_of("\x80\x02N(a."), "takes a value that is not there"));
  CHECK(contains(error_of("\x80\x02h\x07."), "recalls the value 7"));
  CHECK(contains(error_of("\x80\x02NNa."), "appends to None"));
  CHECK(contains(error_of("\x80\x02}(Nu."), "a key without a value"));
  CHECK(contains(error_of("\x80\x02NNs."), "takes a value"));
  CHECK(contains(error_of("\x80\x02NQ."), "refers to None"));
  CHECK(contains(error_of("\x80\x09."), "protocol 9"));
  CHECK(contains(error_of("\x80\x02\xff."), "opcode 255"));
  CHECK(contains(error_of("\x80\x02NNNR."), "which is no class (at byte 6)"));
}

TEST_CASE("absurd counts are refused") {
  CHECK(contains(error_of("\x80\x02" + std::string(4'000'001, 'N')), "4,000,000 values"));
  CHECK(contains(error_of("\x80\x02" + std::string(4'000'001, '(')), "4,000,000 values"));
  std::string recalls = "\x80\x02]q";
  recalls += '\0';
  for (int i = 0; i < 4'000'001; ++i) {
    recalls += 'h';
    recalls += '\0';
  }
  CHECK(contains(error_of(recalls), "4,000,000 values"));
}

TEST_CASE("arguments of a tensor are checked") {
  const std::string rebuild = p::global("torch._utils", "_rebuild_tensor_v2");
  CHECK(contains(error_of(p::whole(rebuild + ")R")), "0 arguments"));
  CHECK(contains(error_of(p::whole(rebuild + "NR")), "with None as its arguments"));
  const std::string storage = p::storage("FloatStorage", "0", 4);
  CHECK(contains(error_of(p::whole(rebuild + "(" + storage + "N))tR")), "gives None"));
  const std::string many = p::numbers(std::vector<std::int64_t>(65, 1));
  CHECK(contains(error_of(p::whole(rebuild + "(" + storage + "K\1" + many + many + "tR")),
                 "up to 64 integers"));
  const std::string parameter = p::global("torch._utils", "_rebuild_parameter") + "(" +
                                p::tensor(storage, 0, {4}, {1}) + "NNtR";
  const std::string whole = p::whole(parameter);  // what is read refers to it
  const Pickle pickle = read_pickle(whole);
  REQUIRE(pickle.root->as<PickleTensor>() != nullptr);
  CHECK(pickle.root->as<PickleTensor>()->storage->key == "0");
  CHECK(pickle.root->as<PickleTensor>()->sizes == std::vector<std::int64_t>{4});
}

}  // namespace
}  // namespace fossilct
