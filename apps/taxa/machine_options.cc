// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/machine_options.h"

#include <limits>

#include "networks/device.h"

namespace fossilct {

InferenceOptions MachineOptions::inference() const {
  return {.device = device_from_name("--device", device), .precision = precision};
}

void declare_machine_options(OptionSet& options, MachineOptions& machine,
                             const std::string& seed_meaning) {
  options.section("Machine");
  options.text("device", "DEVICE", &machine.device, "auto, cpu, cuda, cuda:1 ...");
  options.parsed(
      "precision", "WORD",
      [&machine](const std::string& text) {
        machine.precision = precision_from_name("--precision", text);
      },
      "What is multiplied: auto, fp32, bf16, fp16", name_of(machine.precision));
  options.integer("seed", "N", &machine.seed, 0, std::numeric_limits<std::int64_t>::max(),
                  seed_meaning);
}

}  // namespace fossilct
