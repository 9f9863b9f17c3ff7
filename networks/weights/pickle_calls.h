// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "networks/weights/pickle.h"

namespace fossilct {

// What stands in for the calls that a pickle asks for. Known functions (those that torch.save
// names for tensors, parameters and OrderedDict) give the value they would; any other is not
// called, and gives an opaque value that names it. Throws Error{format} without a place where the
// arguments of a known one are wrong.
PickleValue pickle_call(const PickleValue& function, const PickleValue& arguments);
PickleValue pickle_new_object(const PickleValue& type);

// torch.save's ("storage", type, key, device, elements).
PickleValue pickle_persistent(const PickleValue& id);

// "argparse.Namespace".
std::string full_name(const PickleGlobal& global);

}  // namespace fossilct
