// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/state_dict.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

// In the order of preference where several are there.
constexpr std::array<std::string_view, 14> usual_keys = {
    "state_dict", "model_state_dict", "model_state", "model", "network",        "net",
    "weights",    "params",           "module",      "unet",  "state_dict_ema", "model_ema",
    "ema",        "teacher"};
constexpr int most_levels = 3;
constexpr std::size_t most_listed = 6;

constexpr std::string_view save_state_dict =
    "; save its weights alone where it can be loaded: python3 -c \"import torch; "
    "torch.save(torch.load('OLD.pth', map_location='cpu', weights_only=False).state_dict(), "
    "'NEW.pth')\"";

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorKind::format, what); }

struct Place {
  const PickleDict* dict = nullptr;
  std::string key;
  std::vector<std::string> ignored;
};

std::string key_text(const PickleValue& key) {
  const auto* text = key.as<std::string_view>();
  return text != nullptr ? printable(*text) : describe(key);
}

const PickleValue* value_at(const PickleDict& dict, std::string_view key) {
  for (const auto& [found, value] : dict.items) {
    const auto* text = found->as<std::string_view>();
    if (text != nullptr && *text == key) {
      return value;
    }
  }
  return nullptr;
}

std::ptrdiff_t tensors_in(const PickleDict& dict) {
  return std::count_if(dict.items.begin(), dict.items.end(), [](const auto& item) {
    return item.first->template as<std::string_view>() != nullptr &&
           item.second->template as<PickleTensor>() != nullptr;
  });
}

// The place one level further down, and what stands beside it.
Place below(const PickleDict& dict, std::string_view key, Place place) {
  place.key = std::string(key) + (place.key.empty() ? "" : "." + place.key);
  for (const auto& item : dict.items) {
    const std::string text = key_text(*item.first);
    if (text != key) {
      place.ignored.push_back(text);
    }
  }
  return place;
}

std::optional<Place> other_dict(const PickleDict& dict) {
  std::vector<std::pair<std::string, const PickleDict*>> found;
  for (const auto& [key, value] : dict.items) {
    const auto* inner = value->as<PickleDict>();
    if (inner != nullptr && tensors_in(*inner) > tensors_in(dict)) {
      found.emplace_back(key_text(*key), inner);
    }
  }
  if (found.size() > 1) {
    fail("holds several sets of tensors, under '" + found[0].first + "' and '" + found[1].first +
         "'; save the one that is wanted in a file of its own, with torch.save");
  }
  if (found.empty()) {
    return std::nullopt;
  }
  return below(dict, found[0].first, {found[0].second, {}, {}});
}

std::optional<Place> find_place(const PickleDict& dict, int levels) {
  for (const std::string_view key : usual_keys) {
    const PickleValue* value = levels > 0 ? value_at(dict, key) : nullptr;
    const auto* inner = value != nullptr ? value->as<PickleDict>() : nullptr;
    if (inner != nullptr) {
      if (auto place = find_place(*inner, levels - 1)) {
        return below(dict, key, std::move(*place));
      }
    }
  }
  if (levels > 0) {
    if (auto place = other_dict(dict)) {
      return place;
    }
  }
  return tensors_in(dict) > 0 ? std::optional(Place{&dict, {}, {}}) : std::nullopt;
}

// "'epoch' (the number 3), 'model' (an object of the class nets.Unet)".
std::string listed(const PickleDict& dict) {
  std::string text;
  for (std::size_t i = 0; i < std::min(dict.items.size(), most_listed); ++i) {
    const auto& [key, value] = dict.items[i];
    text += (i > 0 ? ", '" : "'") + key_text(*key) + "' (" + describe(*value) + ")";
  }
  return text + (dict.items.size() > most_listed ? ", ..." : "");
}

bool holds_objects(const PickleDict& dict) {
  return std::any_of(dict.items.begin(), dict.items.end(), [](const auto& item) {
    return item.second->template as<PickleOpaque>() != nullptr;
  });
}

[[noreturn]] void fail_without_tensors(const PickleValue& root) {
  const auto* dict = root.as<PickleDict>();
  if (dict == nullptr) {
    const bool object = root.as<PickleOpaque>() != nullptr || root.as<PickleGlobal>() != nullptr;
    fail("holds " + describe(root) + ", not a state dict" +
         (object ? ". Nothing in a pickle is executed here" + std::string(save_state_dict)
                 : "; expected tensors by name, as torch.save(model.state_dict(), ...) writes"));
  }
  fail(
      "holds no state dict: " +
      (dict->items.empty() ? "an empty dict" : "a dict of " + listed(*dict)) +
      "; expected tensors by name" +
      (holds_objects(*dict)
           ? ". Nothing in a pickle is executed here; save model.state_dict() in place of the model"
           : ", as torch.save(model.state_dict(), ...) writes"));
}

// What torch would rebuild as a tensor of another kind (quantised, sparse): a weight would be lost.
bool is_unread_tensor(const PickleValue& value) {
  const auto* opaque = value.as<PickleOpaque>();
  return opaque != nullptr && (opaque->what.find("torch._utils._rebuild") != std::string::npos ||
                               opaque->what.find("torch._tensor._rebuild") != std::string::npos ||
                               opaque->what.find("a storage of") != std::string::npos);
}

}  // namespace

FoundStateDict find_state_dict(const PickleValue& root) {
  const auto* dict = root.as<PickleDict>();
  std::optional<Place> place = dict != nullptr ? find_place(*dict, most_levels) : std::nullopt;
  if (!place) {
    fail_without_tensors(root);
  }
  FoundStateDict found{std::move(place->key), {}, std::move(place->ignored), {}};
  std::set<std::string_view> names;
  for (const auto& [key, value] : place->dict->items) {
    const auto* name = key->as<std::string_view>();
    const auto* tensor = value->as<PickleTensor>();
    if (is_unread_tensor(*value)) {
      fail("tensor '" + key_text(*key) + "' is " + value->as<PickleOpaque>()->what +
           ", a kind that is not read here (quantised, sparse, ...): save it as plain numbers");
    }
    if (name == nullptr || tensor == nullptr) {
      found.ignored.push_back(key_text(*key));
      if (value->as<PickleDict>() != nullptr || value->as<PickleOpaque>() != nullptr) {
        found.not_read.push_back(key_text(*key) + " (" + describe(*value) + ")");
      }
    } else if (!names.insert(*name).second) {
      fail("tensor '" + key_text(*key) + "' is given twice");
    } else {
      found.tensors.emplace_back(*name, tensor);
    }
  }
  return found;
}

}  // namespace fossilct
