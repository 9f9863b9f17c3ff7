// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>

namespace fossilct::fuzz {

// `bytes` with one to four random damages: flipped bits, integers at their extremes (both byte
// orders), other digits in text, cut ends, lost, doubled or moved pieces. Half of them fall into
// the first 512 bytes, where headers are. The same random state gives the same damage on every
// machine.
std::string mutate(std::string bytes, std::mt19937_64& random);

}  // namespace fossilct::fuzz
