// SPDX-License-Identifier: Apache-2.0
#include "specimens/reextraction.h"

#include <algorithm>
#include <map>

namespace fossilct {

namespace {

bool is_reviewed(const CatalogueEntry& entry) {
  return entry.verdict != Verdict::undecided || !entry.note.empty() || !entry.photos.empty() ||
         entry.taxon_by == TaxonBy::person;
}

bool is_edit(DecisionKind kind) {
  return kind == DecisionKind::merge || kind == DecisionKind::split ||
         kind == DecisionKind::import_labels;
}

// Fossils with such a decision that no extraction has undone since.
std::set<std::uint32_t> standing(std::span<const Decision> decisions,
                                 bool (*is_such)(DecisionKind kind)) {
  std::set<std::uint32_t> ids;
  for (const Decision& decision : decisions) {
    if (is_such(decision.kind)) {
      ids.insert(decision.id);
    } else if (decision.kind == DecisionKind::reopen && decision.person == extraction_person) {
      ids.erase(decision.id);
    }
  }
  return ids;
}

}  // namespace

std::set<std::uint32_t> edited_by_hand(std::span<const Decision> decisions) {
  return standing(decisions, is_edit);
}

std::set<std::uint32_t> erased_by_hand(std::span<const Decision> decisions) {
  return standing(decisions, [](DecisionKind kind) { return kind == DecisionKind::erase; });
}

bool same_body(const Specimen& a, const Specimen& b) {
  return a.voxels == b.voxels && a.box == b.box && a.first == b.first;
}

ExtractionLosses losses_of(const Catalogue& earlier, std::span<const Specimen> now) {
  std::map<std::uint32_t, const Specimen*> found;
  for (const Specimen& specimen : now) {
    found[specimen.id] = &specimen;
  }
  const std::vector<Decision> decisions = earlier.decisions();
  const std::set<std::uint32_t> edited = edited_by_hand(decisions);
  const bool any_new = !found.empty() && found.rbegin()->first > earlier.highest_id_given();
  ExtractionLosses losses;
  if (any_new) {  // which may be what was erased
    const std::set<std::uint32_t> erased = erased_by_hand(decisions);
    losses.edited.assign(erased.begin(), erased.end());
  }
  for (const CatalogueEntry& entry : earlier.entries()) {
    const std::uint32_t id = entry.specimen.id;
    const auto same_id = found.find(id);
    const bool is_found = same_id != found.end();
    ++losses.earlier;
    losses.kept += is_found ? 1 : 0;
    if (edited.contains(id) && !(is_found && same_body(*same_id->second, entry.specimen))) {
      losses.edited.push_back(id);
    }
    if (!is_found && is_reviewed(entry)) {
      losses.reviewed.push_back(id);
    }
  }
  std::ranges::sort(losses.edited);
  const std::vector<Signature> signatures = earlier.signatures();
  if (!signatures.empty() && signatures.back().holds) {
    losses.signature = signatures.back();
  }
  return losses;
}

}  // namespace fossilct
