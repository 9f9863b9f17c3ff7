// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "specimens/catalogue.h"
#include "specimens/specimen.h"

namespace fossilct {

// What a new extraction takes from the catalogue that it takes the place of.
struct ExtractionLosses {
  std::int64_t earlier = 0;  // fossils that were there
  std::int64_t kept = 0;     // of them, those whose ids go on
  std::vector<std::uint32_t>
      reviewed;  // accepted, rejected, noted, photographed or named, and not found
  // Merged, split or corrected by hand, and not found as they were left; erased by hand, and
  // something new is in their place.
  std::vector<std::uint32_t> edited;
  std::vector<std::uint32_t> reopened;  // found, but undecided again: see verdict_stands
  std::optional<Signature> signature;   // that held until now

  bool of_work() const { return !reviewed.empty() || !edited.empty(); }
  bool of_all_ids() const { return earlier > 0 && kept == 0; }
};

// `now` with the ids that they are to have; lists in the order of ids.
ExtractionLosses losses_of(const Catalogue& earlier, std::span<const Specimen> now);

// Fossils whose last change of body was made by hand: merged, split, imported. An extraction that
// undid it has left a decision that says so.
std::set<std::uint32_t> edited_by_hand(std::span<const Decision> decisions);

// Retired fossils that were erased by hand, where `now` has something new at their place. An
// extraction that brought one back has left a decision that says so. In the order of ids.
std::vector<std::uint32_t> erased_and_back(const Catalogue& earlier, std::span<const Specimen> now);

// Whether what was decided on a fossil goes on where it was found anew as `now`. Acceptance is of
// its very voxels; a rejected speck may be drawn otherwise, but not be another thing of twice or
// half its size.
bool verdict_stands(const CatalogueEntry& old, const Specimen& now);

// Whether two are of the same voxels, as far as number, box, first voxel and (where the voxel size
// is the same) centroid tell.
bool same_body(const Specimen& a, const Specimen& b);

// Who decides where an extraction does.
inline constexpr const char* extraction_person = "fossilct extract";

}  // namespace fossilct
