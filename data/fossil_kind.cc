// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "data/phantom.h"

namespace fossilct {

namespace {

constexpr std::array<std::string_view, 7> names = {
    "planispiral", "trochospiral", "biserial", "milioline", "ostracod", "radiolarian", "diatom"};

}  // namespace

std::string_view name_of(FossilKind kind) { return names[static_cast<std::size_t>(kind)]; }

const std::vector<FossilKind>& all_fossil_kinds() {
  static const std::vector<FossilKind> kinds = {FossilKind::planispiral, FossilKind::trochospiral,
                                                FossilKind::biserial,    FossilKind::milioline,
                                                FossilKind::ostracod,    FossilKind::radiolarian,
                                                FossilKind::diatom};
  return kinds;
}

std::optional<FossilKind> fossil_kind_from_name(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    return std::nullopt;
  }
  return all_fossil_kinds()[static_cast<std::size_t>(found - names.begin())];
}

}  // namespace fossilct
