// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/facts.h"
#include "base/json.h"
#include "specimens/catalogue.h"

namespace fossilct {

// What `review` and `catalogue` say of a catalogue.

struct SignatureCheck {
  bool is_signed = false;
  Signature last;
  bool altered = false;  // the content is another than was signed, though nothing says it changed
};
// Reads all of the catalogue for its hash where a signature claims to hold. Of a merged catalogue
// nothing is signed as a whole.
SignatureCheck check_signature(const Catalogue& catalogue);

// "signed by A on T: 14 fossils, 2 undecided", and what made it void.
std::string signature_text(const SignatureCheck& check);

Facts catalogue_facts(const std::filesystem::path& path, const Catalogue& catalogue);
// Counts by class, "accepted", "undecided", "rejected", "signature" ...
Json catalogue_json(const std::filesystem::path& path, const Catalogue& catalogue);

}  // namespace fossilct
