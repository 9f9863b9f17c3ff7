// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "apps/cli/options.h"
#include "networks/inference.h"

namespace fossilct {

// Where a taxon network computes, in which numbers, and what its random numbers begin with.
struct MachineOptions {
  std::string device = "auto";
  Precision precision = Precision::automatic;
  std::uint64_t seed = 1;

  // Throws Error{option|device} of --device.
  InferenceOptions inference() const;
};

// A section of --device, --precision and --seed; `seed_meaning` is the help of the last.
void declare_machine_options(OptionSet& options, MachineOptions& machine,
                             const std::string& seed_meaning);

}  // namespace fossilct
