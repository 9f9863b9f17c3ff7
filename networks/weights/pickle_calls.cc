// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/pickle_calls.h"

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

using Items = std::vector<PickleRef>;

constexpr std::size_t most_tuple_items = 64;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorKind::format, what); }

// The function's own name stays out of the comparison's way: "torch._utils", "_rebuild_tensor_v2".
bool is(const PickleGlobal& global, std::string_view module, std::string_view name) {
  return global.module == module && global.name == name;
}

bool makes_tensor(const PickleGlobal& global) {
  return is(global, "torch._utils", "_rebuild_tensor_v2") ||
         is(global, "torch._utils", "_rebuild_tensor");
}

bool makes_parameter(const PickleGlobal& global) {
  return is(global, "torch._utils", "_rebuild_parameter") ||
         is(global, "torch._utils", "_rebuild_parameter_with_state");
}

bool makes_any_object(const PickleGlobal& global) {
  return is(global, "copyreg", "_reconstructor") || is(global, "copy_reg", "_reconstructor") ||
         is(global, "copyreg", "__newobj__");
}

const Items& items_of(const PickleValue& arguments, const PickleGlobal& function) {
  if (const auto* tuple = arguments.as<PickleTuple>()) {
    return tuple->items;
  }
  fail("calls " + full_name(function) + " with " + describe(arguments) + " as its arguments");
}

std::int64_t integer(const PickleValue& value) {
  if (const auto* number = value.as<std::int64_t>()) {
    return *number;
  }
  fail("gives " + describe(value) + " where a tensor needs an integer");
}

std::vector<std::int64_t> integers(const PickleValue& value) {
  const auto* tuple = value.as<PickleTuple>();
  if (tuple == nullptr || tuple->items.size() > most_tuple_items) {
    fail("gives " + describe(value) + " where a tensor needs up to 64 integers");
  }
  std::vector<std::int64_t> numbers;
  for (const PickleRef item : tuple->items) {
    numbers.push_back(integer(*item));
  }
  return numbers;
}

// (storage, offset, sizes, strides, ...): what follows concerns gradients and hooks.
PickleValue tensor(const PickleGlobal& function, const PickleValue& arguments) {
  const Items& items = items_of(arguments, function);
  if (items.size() < 4) {
    fail("makes a tensor from " + std::to_string(items.size()) + " arguments; expected 4 or more");
  }
  const auto* storage = items[0]->as<PickleStorage>();
  if (storage == nullptr) {
    if (items[0]->as<PickleOpaque>() != nullptr) {
      return *items[0];
    }
    fail("makes a tensor from " + describe(*items[0]) + " instead of a storage");
  }
  return {PickleTensor{storage, integer(*items[1]), integers(*items[2]), integers(*items[3])}};
}

// (tensor, ...): a parameter is the tensor it holds.
PickleValue parameter(const PickleGlobal& function, const PickleValue& arguments) {
  const Items& items = items_of(arguments, function);
  const bool known = !items.empty() && (items[0]->as<PickleTensor>() != nullptr ||
                                        items[0]->as<PickleOpaque>() != nullptr);
  if (!known) {
    fail("makes a parameter from what is no tensor");
  }
  return *items[0];
}

// torch._tensor._rebuild_from_type_v2 (function, class, arguments, state): a tensor to which
// somebody has given attributes. Only the two functions above may stand in it, so it can't nest.
PickleValue tensor_with_state(const PickleGlobal& function, const PickleValue& arguments) {
  const Items& items = items_of(arguments, function);
  const auto* inner = items.empty() ? nullptr : items[0]->as<PickleGlobal>();
  if (inner != nullptr && items.size() >= 3) {
    if (makes_tensor(*inner)) {
      return tensor(*inner, *items[2]);
    }
    if (makes_parameter(*inner)) {
      return parameter(*inner, *items[2]);
    }
  }
  return {PickleOpaque{"what " + full_name(function) + " would make"}};
}

PickleValue object_of(const PickleValue& type) {
  if (const auto* global = type.as<PickleGlobal>()) {
    return {PickleOpaque{"an object of the class " + full_name(*global)}};
  }
  if (type.as<PickleOpaque>() != nullptr) {
    return type;
  }
  fail("makes an object of " + describe(type) + ", which is no class");
}

bool is_empty_tuple(const PickleValue& value) {
  const auto* tuple = value.as<PickleTuple>();
  return tuple != nullptr && tuple->items.empty();
}

}  // namespace

std::string full_name(const PickleGlobal& global) {
  return printable(global.module) + "." + printable(global.name);
}

PickleValue pickle_call(const PickleValue& function, const PickleValue& arguments) {
  const auto* global = function.as<PickleGlobal>();
  if (global == nullptr) {
    return object_of(function);
  }
  if (makes_tensor(*global)) {
    return tensor(*global, arguments);
  }
  if (makes_parameter(*global)) {
    return parameter(*global, arguments);
  }
  if (is(*global, "torch._tensor", "_rebuild_from_type_v2")) {
    return tensor_with_state(*global, arguments);
  }
  if (is(*global, "collections", "OrderedDict") && is_empty_tuple(arguments)) {
    return {PickleDict{}};
  }
  if (makes_any_object(*global)) {
    const Items& items = items_of(arguments, *global);
    if (!items.empty()) {
      return object_of(*items[0]);
    }
  }
  return {PickleOpaque{"what a call of " + full_name(*global) + " would give"}};
}

PickleValue pickle_new_object(const PickleValue& type) { return object_of(type); }

PickleValue pickle_persistent(const PickleValue& id) {
  const auto* tuple = id.as<PickleTuple>();
  if (tuple == nullptr || tuple->items.size() < 5) {
    fail("refers to " + describe(id) + " instead of a storage");
  }
  const auto* kind = tuple->items[0]->as<std::string_view>();
  const auto* type = tuple->items[1]->as<PickleGlobal>();
  const auto* key = tuple->items[2]->as<std::string_view>();
  const auto* elements = tuple->items[4]->as<std::int64_t>();
  if (kind == nullptr || *kind != "storage" || type == nullptr || key == nullptr ||
      elements == nullptr) {
    fail("refers to a storage in a way that torch.save does not");
  }
  const bool torch =
      type->module == "torch" || type->module == "torch.storage" || type->module == "torch.cuda";
  if (!torch) {
    return {PickleOpaque{"a storage of the class " + full_name(*type)}};
  }
  return {PickleStorage{type->name, *key, *elements}};
}

}  // namespace fossilct
