// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/facts.h"
#include "base/json.h"
#include "base/progress.h"
#include "networks/weights/load_weights.h"

namespace fossilct {

// What `fossilct weights` says of a weight file.

struct Counts {
  std::int64_t tensors = 0;
  std::int64_t parameters = 0;  // without the running statistics of batch norm
  std::int64_t bytes = 0;

  void add(const NamedTensor& t);
};

Counts counts_of(const std::vector<NamedTensor>& tensors);
// "122 tensors, 11,689,512 parameters, 46.8 MB".
std::string counts_text(const Counts& counts);
Json to_json(const Counts& counts);

// Names in a line, the first few of many.
std::string names_text(const std::vector<std::string>& names);

struct NotFinite {
  std::string name;
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
};

// What a weight file is, beside its tensors one by one.
struct Findings {
  NamingScheme scheme = NamingScheme::other;
  std::optional<std::string> encoder;
  std::optional<NetworkSpec> spec;
  std::vector<NotFinite> not_finite;
};

// Reads every value. A damaged record of the network is a warning, since the rest can be told all
// the same. Throws Cancelled.
Findings look_at(const WeightFile& file, Progress& progress);

Facts info_facts(const WeightFile& file, const Findings& findings);
// A line for each group of tensors, or for every tensor.
std::string tensors_text(const WeightFile& file, bool all);
Json info_json(const WeightFile& file, const Findings& findings, bool all);

}  // namespace fossilct
