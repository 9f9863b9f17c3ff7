// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fossilct {

// What a pickle describes, built without running any of it. Values refer to each other by pointers
// into one store, so that a list that holds itself, or a million lists one in another, is no
// danger.
struct PickleValue;
using PickleRef = const PickleValue*;

struct PickleNone {};
struct PickleBytes {
  std::string_view bytes;
};
struct PickleList {
  std::vector<PickleRef> items;
};
struct PickleTuple {
  std::vector<PickleRef> items;
};
struct PickleDict {  // an OrderedDict too
  std::vector<std::pair<PickleRef, PickleRef>> items;
};
// A class or function, by name.
struct PickleGlobal {
  std::string_view module;
  std::string_view name;
};
// torch.save's reference to the bytes under `key`: ("FloatStorage", "0", 6).
struct PickleStorage {
  std::string_view type;
  std::string_view key;
  std::int64_t elements = 0;
};
// A strided view of a storage; nothing of it is checked yet.
struct PickleTensor {
  const PickleStorage* storage = nullptr;
  std::int64_t offset = 0;  // in elements, as the strides
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;
};
// Whatever else the pickle asks for; it is not made. "an object of the class argparse.Namespace".
struct PickleOpaque {
  std::string what;
};

struct PickleValue {
  std::variant<PickleNone, bool, std::int64_t, double, std::string_view, PickleBytes, PickleList,
               PickleTuple, PickleDict, PickleGlobal, PickleStorage, PickleTensor, PickleOpaque>
      content;

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&content);
  }
};

struct Pickle {
  std::deque<PickleValue> values;
  PickleRef root = nullptr;
};

// Reads the pickle opcodes that torch.save writes (protocols 2 to 5). The result refers to `bytes`.
// Cost: at most 4 million values, without recursion. Throws Error{format} for what is cut off, is
// no pickle, or is too large; the message names the byte, not the file.
Pickle read_pickle(std::string_view bytes);

// For messages: "a dict", "the number 3", "an object of the class argparse.Namespace".
std::string describe(const PickleValue& value);

}  // namespace fossilct
