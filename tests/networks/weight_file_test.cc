// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/weight_file.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

#include "base/error.h"
#include "support.h"
#include "weight_bytes.h"

namespace fossilct {
namespace {

namespace p = test::pickled;
using test::safetensors_bytes;
using test::torch_bytes;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

WeightFile read(const std::string& bytes, const std::string& name = "w.bin") {
  const test::TemporaryFolder folder;
  test::write_file(folder / name, bytes);
  return read_weight_file(folder / name);  // the mapping outlives the name
}

std::string error_of(const std::string& bytes) {
  const std::string message = test::message_of<Error>([&] { read(bytes); });
  CHECK(contains(message, "w.bin"));
  return message;
}

std::string header_error(const std::string& header, const std::string& data = {}) {
  return error_of(safetensors_bytes(header, data));
}

const std::string four_floats = test::float_bytes({1, 2, 3, 4});
const std::string float_storage = p::storage("FloatStorage", "0", 4);
std::string state_dict_of(const std::string& tensor) { return p::whole(p::dict({{"w", tensor}})); }

TEST_CASE("safetensors: what is written is read, whatever the type and the strides") {
  const test::TemporaryFolder folder;
  std::vector<NamedTensor> tensors;
  for (const auto type : {at::kBool, at::kByte, at::kFloat, at::kHalf, at::kBFloat16, at::kDouble,
                          at::kLong, at::kInt, at::kShort, at::kChar}) {
    tensors.push_back({std::string("t.") + at::toString(type), at::arange(7).to(type)});
  }
  tensors.push_back({"transposed", at::arange(6).to(at::kFloat).view({2, 3}).t()});
  tensors.push_back({"scalar", at::scalar_tensor(5, at::kLong)});
  tensors.push_back({"none", at::empty({0, 3})});
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"\"q\"", "\xc3\xa9\n"}};
  write_safetensors(folder / "a.safetensors", tensors, metadata);
  write_safetensors(folder / "b.safetensors", tensors, metadata);
  CHECK(test::read_file(folder / "a.safetensors") == test::read_file(folder / "b.safetensors"));
  const WeightFile file = read_weight_file(folder / "a.safetensors");
  CHECK(file.format == "safetensors");
  CHECK(file.metadata == metadata);
  REQUIRE(file.tensors.size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CAPTURE(tensors[i].name);
    CHECK(file.tensors[i].name == tensors[i].name);
    CHECK((file.tensors[i].tensor.scalar_type() == tensors[i].tensor.scalar_type()));
    CHECK(at::equal(file.tensors[i].tensor, tensors[i].tensor));
    // Views of the file: nothing had to be moved to be aligned.
    const auto address = reinterpret_cast<std::uintptr_t>(file.tensors[i].tensor.data_ptr());
    CHECK(address % tensors[i].tensor.element_size() == 0);
  }
  const std::string bytes = test::read_file(folder / "a.safetensors");
  const auto header =
      static_cast<unsigned char>(bytes[0]) + 256 * static_cast<unsigned char>(bytes[1]);
  CHECK((8 + header) % 64 == 0);
}

TEST_CASE("safetensors: a bit flipped anywhere in a file of ours is told, or changes nothing") {
  const test::TemporaryFolder folder;
  const std::vector<NamedTensor> tensors = {{"weight", at::arange(40).to(at::kFloat)},
                                            {"bias", at::arange(3)}};
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"fossilct", "{\"a\":1}"}};
  write_safetensors(folder / "whole", tensors, metadata);
  const std::string whole = test::read_file(folder / "whole");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
    test::write_file(folder / "flipped", flipped);
    try {
      const WeightFile file = read_weight_file(folder / "flipped");
      // What remains to be taken for another program's: the name of the digest itself.
      CAPTURE(i);
      REQUIRE(file.tensors.size() == 2);
      CHECK(file.tensors[0].name == "weight");
      CHECK(at::equal(file.tensors[0].tensor, tensors[0].tensor));
      CHECK(at::equal(file.tensors[1].tensor, tensors[1].tensor));
      CHECK(file.metadata.at("fossilct") == "{\"a\":1}");
    } catch (const Error& error) {
      CHECK(contains(error.what(), "flipped"));
    }
  }
}

TEST_CASE("safetensors: writing refuses what could not be read") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::vector<NamedTensor>& tensors,
                           const std::map<std::string, std::string>& metadata = {}) {
    const std::string message = test::message_of<Error>(
        [&] { write_safetensors(folder / "x.safetensors", tensors, metadata); });
    CHECK(std::filesystem::is_empty(folder.path()));
    return message;
  };
  const at::Tensor one = at::ones({1});
  CHECK(contains(refused({{"a", one}, {"a", one}}), "tensor 'a' is given twice"));
  CHECK(contains(refused({{"__metadata__", one}}), "keeps for its metadata"));
  CHECK(contains(refused({{"a", one.to(at::kComplexFloat)}}), "is of a type that is not written"));
  CHECK(contains(refused({{"a", {}}}), "is of a type"));
  CHECK(contains(refused({{"\xff", one}}), "x.safetensors"));
}

TEST_CASE(
    "a tensor is a private view: writing to it changes neither the file nor the other reader") {
  const test::TemporaryFolder folder;
  const std::vector<NamedTensor> tensors = {{"a", at::ones({1000})}};
  write_safetensors(folder / "a.safetensors", tensors, {});
  const std::string before = test::read_file(folder / "a.safetensors");
  const at::Tensor view = read_weight_file(folder / "a.safetensors").tensors[0].tensor;
  view.fill_(7);
  CHECK(test::read_file(folder / "a.safetensors") == before);
  std::filesystem::remove(folder / "a.safetensors");
  CHECK(view.sum().item<float>() == 7000);
}

TEST_CASE("safetensors: an unaligned tensor is copied") {
  const std::string header = R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":[1,17]}})";
  const WeightFile file = read(safetensors_bytes(header, "x" + four_floats));
  CHECK(at::equal(*file.find("w"), at::arange(1, 5).to(at::kFloat).view({2, 2})));
  CHECK(file.find("none") == nullptr);
}

TEST_CASE("safetensors: damaged headers name the tensor and the file") {
  const auto entry = [](const std::string& name, const std::string& type, const std::string& shape,
                        const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
  };
  const auto one = [&](const std::string& type, const std::string& shape,
                       const std::string& offsets) {
    return header_error("{" + entry("w", type, shape, offsets) + "}", four_floats);
  };
  CHECK(contains(one("F8_E4M3", "[16]", "[0,16]"), "'w' is of type 'F8_E4M3'; known are F64"));
  CHECK(
      contains(one("F32", "[2,3]", "[0,16]"), "'w' of shape 2x3 and type F32 does not fit its 16"));
  CHECK(contains(one("F64", "[4]", "[0,16]"), "does not fit"));
  CHECK(contains(one("F32", "[4611686018427387904,4]", "[0,16]"), "does not fit"));
  CHECK(contains(one("F32", "[-4]", "[0,16]"), "holds -4 where a count"));
  CHECK(contains(one("F32", "[4.0]", "[0,16]"), "holds 4.0 where"));
  CHECK(contains(one("F32", "[18446744073709551615]", "[0,16]"), "where a count"));
  CHECK(contains(one("F32", "[5]", "[0,20]"), "ends at byte 20 of the data, which has 16"));
  CHECK(contains(one("F32", "[3]", "[0,12]"), "4 bytes behind the last tensor"));
  CHECK(contains(one("F32", "[3]", "[4,16]"), "'w' leaves a gap before it"));
  CHECK(contains(one("F32", "[4]", "[16,0]"), "no begin and end"));
  CHECK(contains(one("F32", "[4]", "[0]"), "no begin and end"));
  CHECK(contains(one("F32", "[4]", "[0,16,1]"), "no begin and end"));
  CHECK(contains(one("F32", "{}", "[0,16]"), "an object where none"));
  CHECK(contains(one("F32", "[[4]]", "[0,16]"), "an array where none"));
  CHECK(contains(header_error("{" + entry("a", "F32", "[2]", "[0,8]") + "," +
                                  entry("b", "F32", "[3]", "[4,16]") + "}",
                              four_floats),
                 "'b' overlaps the tensor before it"));
  CHECK(contains(header_error("{" + entry("a", "F32", "[2]", "[0,8]") + "," +
                                  entry("a", "F32", "[2]", "[8,16]") + "}",
                              four_floats),
                 "'a' is given twice"));
  CHECK(contains(header_error(R"({"w":{"dtype":"F32","dtype":"F32"}})"), "gives 'dtype' twice"));
  CHECK(contains(header_error(R"({"w":{"dtype":"F32","shape":[]}})"), "lacks one of"));
  CHECK(contains(header_error(R"({"w":{"x":1}})"), "unknown field 'x'"));
  CHECK(contains(header_error(R"({"w":3})"), "'w' holds 3"));
  CHECK(contains(header_error(R"({"__metadata__":{"a":1}})"), "holds 1"));
  CHECK(contains(header_error("{\"w\":"), "no JSON at its byte"));
  CHECK(contains(header_error("{}garbage"), "no JSON at its byte"));
}

TEST_CASE("safetensors: a length beyond the file, a nesting bomb, an absurd header") {
  CHECK(contains(error_of(test::little_endian<std::uint64_t>(1000) + "{}"), "claims 1000 bytes"));
  CHECK(contains(error_of(test::little_endian<std::uint64_t>(~0ULL) + "{}"), "allows 100 MB"));
  std::string nested = "{\"w\":" + std::string(1'000'000, '[');
  CHECK(contains(header_error(nested), "an array where none is expected"));
  nested = "{\"w\":{\"shape\":" + std::string(1'000'000, '{');
  CHECK(contains(header_error(nested), "an object where none is expected"));
  std::string wide = "{\"w\":{\"shape\":[0";
  for (int i = 0; i < 1000; ++i) {
    wide += ",0";
  }
  CHECK(contains(header_error(wide), "more than 64 numbers"));
}

TEST_CASE("truncation anywhere is an error, in either format") {
  const std::string whole_safetensors =
      safetensors_bytes(R"({"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", four_floats);
  const std::string whole_zip =
      torch_bytes(state_dict_of(p::tensor(float_storage, 0, {2, 2}, {2, 1})), {four_floats});
  CHECK(read(whole_safetensors).tensors.size() == 1);
  CHECK(at::equal(read(whole_zip).tensors.at(0).tensor,
                  at::arange(1, 5).to(at::kFloat).view({2, 2})));
  const test::TemporaryFolder folder;
  for (const std::string& whole : {whole_safetensors, whole_zip}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      test::write_file(folder / "w.bin", whole.substr(0, size));
      CHECK_THROWS_AS(read_weight_file(folder / "w.bin"), Error);
    }
  }
}

TEST_CASE("NaN and infinite weights are refused by name") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble}) {
      const test::TemporaryFolder folder;
      at::Tensor weights = at::ones({3, 2});
      weights[1][1] = bad;
      const std::vector<NamedTensor> tensors = {{"good", at::ones({2})}, {"bad", weights.to(type)}};
      write_safetensors(folder / "w", tensors, {});
      const std::string message = test::message_of<Error>([&] { read_weight_file(folder / "w"); });
      CHECK(contains(message, "tensor 'bad' (3x2)"));
      CHECK(contains(message, "at element 3"));
      CHECK(read_weight_file(folder / "w", false).tensors.size() == 2);
    }
  }
}

TEST_CASE("a prefix that all names share is taken off") {
  const test::TemporaryFolder folder;
  const at::Tensor one = at::ones({1});
  const auto names = [&](const std::vector<std::string>& given) {
    std::vector<NamedTensor> tensors;
    for (const std::string& name : given) {
      tensors.push_back({name, one});
    }
    write_safetensors(folder / "w", tensors, {});
    std::vector<std::string> read_names;
    for (const NamedTensor& named : read_weight_file(folder / "w").tensors) {
      read_names.push_back(named.name);
    }
    return read_names;
  };
  using Names = std::vector<std::string>;
  CHECK(names({"module.a", "module.b"}) == Names{"a", "b"});
  CHECK(names({"_orig_mod.module.model.a"}) == Names{"a"});
  CHECK(names({"module.a", "b"}) == Names{"module.a", "b"});
  CHECK(names({"encoder.a", "encoder.b"}) == Names{"encoder.a", "encoder.b"});
  CHECK(names({"module."}) == Names{"module."});
}

TEST_CASE("PyTorch zip: tensors must lie inside their storage") {
  const auto of = [](std::int64_t offset, const std::vector<std::int64_t>& sizes,
                     const std::vector<std::int64_t>& strides) {
    return error_of(torch_bytes(state_dict_of(p::tensor(float_storage, offset, sizes, strides)),
                                {four_floats}));
  };
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK(contains(of(0, {5}, {1}), "tensor 'w' of shape 5 reaches element 4 of a storage of 4"));
  CHECK(contains(of(1, {4}, {1}), "reaches element 4"));
  CHECK(contains(of(0, {2, 2}, {3, 1}), "reaches element 4"));
  CHECK(contains(of(0, {2}, {-1}), "negative stride -1"));
  CHECK(contains(of(-1, {2}, {1}), "impossible"));
  CHECK(contains(of(0, {-2}, {1}), "impossible"));
  CHECK(contains(of(0, {2}, {1, 1}), "impossible"));
  CHECK(contains(of(0, {huge, huge}, {1, 1}), "impossible"));
  CHECK(contains(of(0, {huge}, {huge}), "impossible"));
  CHECK(contains(of(huge, {2}, {1}), "impossible"));
  CHECK(contains(of(0, {1'000'000'000}, {0}), "more elements than its storage"));
  CHECK(contains(of(huge, {0}, {1}), "more elements"));
}

TEST_CASE("PyTorch zip: storages must be there, of a known type and of the size told") {
  const auto of = [](const std::string& storage, const std::string& bytes) {
    return error_of(torch_bytes(state_dict_of(p::tensor(storage, 0, {4}, {1})), {bytes}));
  };
  CHECK(contains(of(p::storage("FloatStorage", "0", 8), four_floats), "8 elements of 4 bytes"));
  CHECK(contains(of(p::storage("FloatStorage", "0", -1), four_floats), "reaches element"));
  CHECK(contains(of(p::storage("DoubleStorage", "0", 4), four_floats), "4 elements of 8 bytes"));
  CHECK(contains(of(p::storage("FloatStorage", "7", 4), four_floats), "which the file lacks"));
  CHECK(contains(of(p::storage("QInt8Storage", "0", 16), four_floats), "torch.QInt8Storage"));
  CHECK(contains(of(p::storage("BoolStorage", "0", 16), std::string(16, '\7')), "neither 0 nor 1"));
  const std::string twice = p::dict(
      {{"a", p::tensor(float_storage, 0, {4}, {1})}, {"a", p::tensor(float_storage, 0, {4}, {1})}});
  CHECK(contains(error_of(torch_bytes(p::whole(twice), {four_floats})), "'a' is given twice"));
}

TEST_CASE("PyTorch zip: big-endian files are turned round, shared storages stay shared") {
  const std::string big = {0x3f, '\x80', 0, 0, 0x40, 0, 0, 0};
  const std::string storage = p::storage("FloatStorage", "0", 2);
  const std::string pickle = p::whole(
      p::dict({{"a", p::tensor(storage, 0, {2}, {1})}, {"b", p::tensor(storage, 1, {1}, {1})}}));
  const WeightFile file = read(torch_bytes(pickle, {big}, {{"archive/byteorder", "big"}}));
  CHECK(at::equal(*file.find("a"), at::arange(1, 3).to(at::kFloat)));
  CHECK(at::equal(*file.find("b"), at::full({1}, 2.0F)));
  CHECK(file.find("a")->storage().data() == file.find("b")->storage().data());
}

TEST_CASE("PyTorch zip: the state dict is found, the rest is named") {
  const std::string tensor = p::tensor(float_storage, 0, {4}, {1});
  const std::string weights = p::dict({{"module.w", tensor}});
  const std::string system = p::global("posix", "system") + p::text("x") + "\x85R";
  const std::string namespaced = p::global("argparse", "Namespace") + ")\x81";
  const auto load = [](const std::string& value) {
    return read(torch_bytes(p::whole(value), {four_floats}));
  };
  const WeightFile nested = load(p::dict({{"epoch", p::number(3)},
                                          {"args", namespaced},
                                          {"evil", system},
                                          {"best", tensor},
                                          {"state_dict", weights}}));
  CHECK(nested.state_dict_key == "state_dict");
  CHECK(nested.tensors.at(0).name == "w");
  CHECK(nested.ignored == std::vector<std::string>{"epoch", "args", "evil", "best"});
  CHECK(load(p::dict({{"model", p::dict({{"net", weights}})}})).state_dict_key == "model.net");
  CHECK(load(p::dict({{"mine", weights}, {"opt", "}"}})).state_dict_key == "mine");
  CHECK(load(p::dict({{"ema", weights}, {"model", weights}})).state_dict_key == "model");
  const WeightFile plain = load(p::dict({{"w", tensor}, {"version", p::number(1)}}));
  CHECK(plain.state_dict_key.empty());
  CHECK(plain.ignored == std::vector<std::string>{"version"});
  const auto refused = [](const std::string& value) {
    return error_of(torch_bytes(p::whole(value), {four_floats}));
  };
  CHECK(contains(refused(system), "posix.system"));
  CHECK(contains(refused(namespaced), "argparse.Namespace, not a state dict"));
  CHECK(contains(refused(namespaced), "state_dict()"));
  CHECK(
      contains(refused(p::dict({{"model", namespaced}})), "'model' (an object of the class argp"));
  CHECK(contains(refused(p::dict({{"a", weights}, {"b", weights}})), "under 'a' and 'b'"));
  CHECK(contains(refused("}"), "an empty dict"));
  CHECK(contains(refused(tensor), "holds a tensor, not a state dict"));
  const std::string quantised = p::global("torch._utils", "_rebuild_qtensor") + ")R";
  CHECK(contains(refused(p::dict({{"w", tensor}, {"q", quantised}})), "tensor 'q'"));
}

TEST_CASE("zip archives that lie are refused") {
  const std::string pickle = state_dict_of(p::tensor(float_storage, 0, {4}, {1}));
  const std::string good = torch_bytes(pickle, {four_floats});
  const auto changed = [&](std::size_t from_end, const std::string& bytes) {
    std::string bad = good;
    bad.replace(bad.size() - from_end, bytes.size(), bytes);
    return error_of(bad);
  };
  CHECK(contains(changed(12, "\xff\xff"), "claims 65535 entries"));
  CHECK(contains(changed(10, "\xff\xff\xff\x7f"), "leaves the file"));
  CHECK(contains(changed(6, "\xff\xff\xff\x7f"), "leaves the file"));
  CHECK(contains(changed(2, "\x01"), "no end record"));
  std::string compressed = good;
  compressed[compressed.find("PK\x01\x02") + 10] = 8;
  CHECK(contains(error_of(compressed), "'archive/data.pkl' is compressed"));
  CHECK(contains(error_of(test::zip_bytes({{"a/x", ""}, {"a/x", ""}})), "two entries 'a/x'"));
  CHECK(contains(error_of(test::zip_bytes({{"word/document.xml", "x"}})), "without data.pkl"));
  CHECK(contains(error_of(torch_bytes(pickle, {four_floats}, {{"archive/constants.pkl", "x"}})),
                 "TorchScript"));
  // Both entries of the directory point at one local header: the classic bomb.
  const std::string twice = test::zip_bytes({{"a/x", "1234"}, {"a/y", "1234"}});
  std::string overlapped = twice;
  const std::size_t second = overlapped.rfind("PK\x01\x02");
  overlapped.replace(second + 42, 4, std::string(4, '\0'));
  CHECK(contains(error_of(overlapped), "has another name where it lies"));
}

TEST_CASE("other files are told apart") {
  const std::string legacy("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M",
                           18);
  CHECK(contains(error_of(legacy), "', map_location='cpu'), 'NEW.pth')"));
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  CHECK(contains(error_of(tar), "a tar archive"));
  CHECK(contains(error_of("\x80\x04"
                          "}."),
                 "bare Python pickle"));
  CHECK(contains(error_of("<html>not found</html>"), "is no weight file"));
  CHECK(contains(error_of(""), "is empty"));
  const test::TemporaryFolder folder;
  CHECK(contains(test::message_of<Error>([&] { read_weight_file(folder.path()); }), "folder"));
  CHECK(contains(test::message_of<Error>([&] { read_weight_file(folder / "none"); }), "none"));
}

// Files written by the real thing.
constexpr const char* python_program = R"(
import sys, collections, torch
import torch.nn as nn
torch.manual_seed(1)
def save(value, name, **options): torch.save(value, sys.argv[1] + '/' + name, **options)
net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
a = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
plain = {'a': a, 't': a.permute(2, 0, 1), 'part': a[1, :, ::2], 'h': a.half(), 'b': a.bfloat16(),
         'i': torch.tensor(7), 'flag': torch.tensor([True, False]), 'e': torch.empty(0, 3),
         'p': nn.Parameter(a[0])}
save(plain, 'plain.pth')
save(plain, 'protocol4.pth', pickle_protocol=4)
optimizer = torch.optim.Adam(net.parameters())
net(torch.zeros(1, 1, 8, 8)).sum().backward(); optimizer.step()
wrapped = collections.OrderedDict(('module.' + k, v) for k, v in net.state_dict().items())
import argparse
save({'epoch': 3, 'state_dict': wrapped, 'optimizer': optimizer.state_dict(), 'loss': torch.tensor(1.),
      'args': argparse.Namespace(lr=1), 'seen': {1, 2}, 'big': 1 << 80}, 'nested.pth')
save(net.state_dict(), 'legacy.pth', _use_new_zipfile_serialization=False)
save(net, 'whole.pth')
torch.jit.script(net).save(sys.argv[1] + '/script.pt')
)";

bool run_python(const test::TemporaryFolder& folder) {
  if (std::system("/usr/bin/python3 -c 'import torch' > /dev/null 2>&1") != 0) {
    MESSAGE("skipped: no python3-torch at /usr/bin/python3");
    return false;
  }
  test::write_file(folder / "make.py", python_program);
  const std::string command =
      "/usr/bin/python3 -W ignore " + (folder / "make.py").string() + " " + folder.path().string();
  REQUIRE(std::system(command.c_str()) == 0);
  return true;
}

TEST_CASE("files that Python's torch.save wrote") {
  const test::TemporaryFolder folder;
  if (!run_python(folder)) {
    return;
  }
  const at::Tensor a = at::arange(24).to(at::kFloat).view({2, 3, 4});
  for (const char* name : {"plain.pth", "protocol4.pth"}) {
    CAPTURE(name);
    const WeightFile file = read_weight_file(folder / name);
    CHECK(file.format == "PyTorch zip");
    REQUIRE(file.tensors.size() == 9);
    CHECK(at::equal(*file.find("a"), a));
    CHECK(at::equal(*file.find("t"), a.permute({2, 0, 1})));
    CHECK(at::equal(*file.find("part"), a.select(0, 1).slice(1, 0, 4, 2)));
    CHECK(at::equal(*file.find("p"), a.select(0, 0)));
    CHECK(file.find("a")->storage().data() == file.find("t")->storage().data());
    CHECK(at::equal(*file.find("h"), a.to(at::kHalf)));
    CHECK(at::equal(*file.find("b"), a.to(at::kBFloat16)));
    CHECK(file.find("i")->item<std::int64_t>() == 7);
    CHECK(at::equal(*file.find("flag"), at::tensor({1, 0}).to(at::kBool)));
    CHECK(file.find("e")->sizes().vec() == std::vector<std::int64_t>{0, 3});
  }
  const WeightFile nested = read_weight_file(folder / "nested.pth");
  CHECK(nested.state_dict_key == "state_dict");
  CHECK(nested.tensors.size() == 7);
  CHECK(nested.find("0.weight")->sizes().vec() == std::vector<std::int64_t>{2, 1, 3, 3});
  CHECK(nested.ignored ==
        std::vector<std::string>{"epoch", "optimizer", "loss", "args", "seen", "big"});
  const auto refused = [&](const char* name) {
    return test::message_of<Error>([&] { read_weight_file(folder / name); });
  };
  CHECK(contains(refused("legacy.pth"), "map_location='cpu'), 'NEW.pth')"));
  CHECK(contains(refused("whole.pth"), "torch.nn.modules.container.Sequential"));
  CHECK(contains(refused("script.pt"), "TorchScript"));
}

}  // namespace
}  // namespace fossilct
