// SPDX-License-Identifier: Apache-2.0
// Opcodes and their meaning: Python's Lib/pickletools.py.
#include "networks/weights/pickle.h"

#include <bit>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "networks/weights/pickle_calls.h"

namespace fossilct {
namespace {

constexpr std::size_t most_values = 4'000'000;  // about 300 MB at worst

class Machine {
 public:
  explicit Machine(std::string_view bytes) : bytes_(bytes) {}

  Pickle run() {
    while (true) {
      const auto opcode = number<std::uint8_t>();
      if (opcode == '.') {
        pickle_.root = pop();
        return std::move(pickle_);
      }
      if (!push_constant(opcode) && !push_text(opcode) && !make_sequence(opcode) &&
          !change_container(opcode) && !call(opcode) && !use_memo(opcode) && !skip(opcode)) {
        fail("has the opcode " + std::to_string(opcode) + ", which torch.save does not write");
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::format, "its pickle " + what + " (at byte " + std::to_string(at_) + ")");
  }

  // Reading.
  std::string_view text(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      fail("is cut off");
    }
    const std::string_view found = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += found.size();
    return found;
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, text(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) {
      fail("is cut off");
    }
    const std::string_view found = text(end - at_);
    at_ += 1;
    return found;
  }
  double big_endian_double() {
    std::uint64_t bits = 0;
    for (const char byte : text(8)) {
      bits = bits << 8U | static_cast<unsigned char>(byte);
    }
    return std::bit_cast<double>(bits);
  }
  // A little-endian number in two's complement of as many bytes as given.
  void push_long(std::uint64_t count) {
    const std::string_view digits = text(count);
    if (digits.size() > sizeof(std::int64_t)) {
      push(PickleOpaque{"an integer of more than 64 bits"});
      return;
    }
    const bool negative = !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80U);
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    std::memcpy(&value, digits.data(), digits.size());
    push(static_cast<std::int64_t>(value));
  }

  // The stack. Nothing is taken from below the last mark.
  template <typename T>
  void push(T content) {
    check_room(pickle_.values.size());
    pickle_.values.push_back({std::move(content)});
    push_again(&pickle_.values.back());
  }
  void push_again(PickleValue* value) {
    check_room(stack_.size());
    stack_.push_back(value);
  }
  void check_room(std::size_t count) const {
    if (count == most_values) {
      fail("has more than " + format_count(most_values) + " values");
    }
  }
  PickleValue* top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) {
      fail("takes a value that is not there");
    }
    return stack_.back();
  }
  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) {
      fail("takes a mark that is not there");
    }
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<PickleRef> pop_some(std::size_t count) {
    std::vector<PickleRef> items(count);
    for (std::size_t i = count; i-- > 0;) {
      items[i] = pop();
    }
    return items;
  }
  void mark() {
    check_room(marks_.size());
    marks_.push_back(stack_.size());
  }

  // Opcodes, by kind; each returns whether it knows the one given.
  bool push_constant(std::uint8_t opcode) {
    switch (opcode) {
      case 'N':
        push(PickleNone{});
        return true;
      case 0x88:
        push(true);
        return true;
      case 0x89:
        push(false);
        return true;
      case 'K':
        push(std::int64_t{number<std::uint8_t>()});
        return true;
      case 'M':
        push(std::int64_t{number<std::uint16_t>()});
        return true;
      case 'J':
        push(std::int64_t{number<std::int32_t>()});
        return true;
      case 0x8a:
        push_long(number<std::uint8_t>());
        return true;
      case 0x8b:
        push_long(number<std::uint32_t>());
        return true;
      case 'G':
        push(big_endian_double());
        return true;
      default:
        return false;
    }
  }

  bool push_text(std::uint8_t opcode) {
    switch (opcode) {
      case 0x8c:
        push(text(number<std::uint8_t>()));
        return true;
      case 'X':
        push(text(number<std::uint32_t>()));
        return true;
      case 0x8d:
        push(text(number<std::uint64_t>()));
        return true;
      case 'U':
        push(text(number<std::uint8_t>()));
        return true;  // str of Python 2
      case 'T':
        push(text(number<std::uint32_t>()));
        return true;
      case 'C':
        push(PickleBytes{text(number<std::uint8_t>())});
        return true;
      case 'B':
        push(PickleBytes{text(number<std::uint32_t>())});
        return true;
      case 0x8e:
      case 0x96:
        push(PickleBytes{text(number<std::uint64_t>())});
        return true;
      default:
        return false;
    }
  }

  bool make_sequence(std::uint8_t opcode) {
    switch (opcode) {
      case ']':
        push(PickleList{});
        return true;
      case ')':
        push(PickleTuple{});
        return true;
      case '}':
        push(PickleDict{});
        return true;
      case 0x8f:
        push(PickleOpaque{"a set"});
        return true;
      case '(':
        mark();
        return true;
      case 't':
        push(PickleTuple{pop_to_mark()});
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        push(PickleTuple{pop_some(opcode - std::size_t{0x84})});
        return true;
      case 0x91:
        pop_to_mark();
        push(PickleOpaque{"a frozenset"});
        return true;
      default:
        return false;
    }
  }

  bool change_container(std::uint8_t opcode) {
    switch (opcode) {
      case 'a':
        append(pop_some(1));
        return true;
      case 'e':
        append(pop_to_mark());
        return true;
      case 's':
        set_items(pop_some(2));
        return true;
      case 'u':
        set_items(pop_to_mark());
        return true;
      case 0x90:
        pop_to_mark();
        return true;  // items of a set, which is opaque
      case '0':
        pop();
        return true;
      case '1':
        pop_to_mark();
        return true;
      // The state of an object: none that is built here has any that matters (_metadata of a state
      // dict, hooks).
      case 'b':
        pop();
        return true;
      default:
        return false;
    }
  }

  // Containers derived from list and dict are opaque; what is put into them goes with them.
  void append(const std::vector<PickleRef>& items) {
    PickleValue* target = top();
    if (auto* list = std::get_if<PickleList>(&target->content)) {
      list->items.insert(list->items.end(), items.begin(), items.end());
    } else if (!target->as<PickleOpaque>()) {
      fail("appends to " + describe(*target));
    }
  }
  void set_items(const std::vector<PickleRef>& items) {
    PickleValue* target = top();
    if (items.size() % 2 != 0) {
      fail("sets a key without a value");
    }
    if (auto* dict = std::get_if<PickleDict>(&target->content)) {
      for (std::size_t i = 0; i < items.size(); i += 2) {
        dict->items.emplace_back(items[i], items[i + 1]);
      }
    } else if (!target->as<PickleOpaque>()) {
      fail("sets entries of " + describe(*target));
    }
  }

  bool call(std::uint8_t opcode) {
    switch (opcode) {
      case 'c': {
        const std::string_view module = line();
        push(PickleGlobal{module, line()});
        return true;
      }
      case 0x93:
        push_global(pop_some(2));
        return true;
      case 'R': {
        const std::vector<PickleRef> parts = pop_some(2);  // function, arguments
        push_made([&] { return pickle_call(*parts[0], *parts[1]); });
        return true;
      }
      case 0x81:
      case 0x92: {  // class, arguments, and for 0x92 named arguments
        const std::vector<PickleRef> parts = pop_some(opcode == 0x81 ? 2 : 3);
        push_made([&] { return pickle_new_object(*parts[0]); });
        return true;
      }
      case 'Q':
        push_made([&] { return pickle_persistent(*pop()); });
        return true;
      default:
        return false;
    }
  }

  void push_global(const std::vector<PickleRef>& names) {
    const auto* module = names[0]->as<std::string_view>();
    const auto* name = names[1]->as<std::string_view>();
    if (module == nullptr || name == nullptr) {
      fail("names a class by what is no text");
    }
    push(PickleGlobal{*module, *name});
  }

  template <typename Make>
  void push_made(const Make& make) {
    PickleValue made;
    try {
      made = make();
    } catch (const Error& error) {
      fail(error.what());
    }
    push(std::move(made.content));
  }

  bool use_memo(std::uint8_t opcode) {
    switch (opcode) {
      case 'q':
        remember(number<std::uint8_t>());
        return true;
      case 'r':
        remember(number<std::uint32_t>());
        return true;
      case 0x94:
        remember(memo_.size());
        return true;
      case 'h':
        recall(number<std::uint8_t>());
        return true;
      case 'j':
        recall(number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }
  void remember(std::uint64_t index) {
    check_room(memo_.size());
    memo_[index] = top();
  }
  void recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) {
      fail("recalls the value " + std::to_string(index) + ", which it has not remembered");
    }
    push_again(found->second);
  }

  bool skip(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:
        check_protocol(number<std::uint8_t>());
        return true;
      case 0x95:
        number<std::uint64_t>();
        return true;  // length of a frame: a hint for readers
      default:
        return false;
    }
  }
  void check_protocol(int protocol) const {
    if (protocol < 2 || protocol > 5) {
      fail("is of protocol " + std::to_string(protocol) + "; known are 2 to 5");
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
};

struct Description {
  std::string operator()(PickleNone) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return "the number " + std::to_string(value); }
  std::string operator()(double value) const { return "the number " + format_number(value); }
  std::string operator()(std::string_view text) const {
    return "the text '" + printable(text) + "'";
  }
  std::string operator()(const PickleBytes&) const { return "bytes"; }
  std::string operator()(const PickleList&) const { return "a list"; }
  std::string operator()(const PickleTuple&) const { return "a tuple"; }
  std::string operator()(const PickleDict&) const { return "a dict"; }
  std::string operator()(const PickleGlobal& global) const {
    return "the class or function " + full_name(global);
  }
  std::string operator()(const PickleStorage&) const { return "a storage"; }
  std::string operator()(const PickleTensor&) const { return "a tensor"; }
  std::string operator()(const PickleOpaque& opaque) const { return opaque.what; }
};

}  // namespace

Pickle read_pickle(std::string_view bytes) { return Machine(bytes).run(); }

std::string describe(const PickleValue& value) { return std::visit(Description{}, value.content); }

}  // namespace fossilct
