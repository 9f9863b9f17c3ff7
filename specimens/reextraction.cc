// SPDX-License-Identifier: Apache-2.0
#include "specimens/reextraction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "volumes/grid.h"

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

std::optional<double> value_of(const Specimen& specimen, std::string_view name) {
  const auto found = std::ranges::find(specimen.measurements, name, &Measurement::name);
  return found == specimen.measurements.end() ? std::nullopt : found->value;
}

// True where it can't be told.
bool same_centroid(const Specimen& a, const Specimen& b) {
  constexpr double rounding = 1e-6;  // of a voxel's edge
  const std::optional<double> volume = value_of(a, "volume");
  if (!volume || volume != value_of(b, "volume")) {
    return true;
  }
  const double edge = std::cbrt(*volume / static_cast<double>(a.voxels));
  return std::ranges::all_of(std::array{"centroid_x", "centroid_y", "centroid_z"},
                             [&](const char* name) {
                               const std::optional<double> at = value_of(a, name);
                               const std::optional<double> other = value_of(b, name);
                               return !at || !other || std::abs(*at - *other) < rounding * edge;
                             });
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

std::vector<std::uint32_t> erased_and_back(const Catalogue& earlier,
                                           std::span<const Specimen> now) {
  const std::set<std::uint32_t> erased =
      standing(earlier.decisions(), [](DecisionKind kind) { return kind == DecisionKind::erase; });
  const std::uint32_t highest = earlier.highest_id_given();
  std::vector<std::uint32_t> back;
  for (const RetiredId& retired : earlier.retired()) {
    const auto took_its_place = [&](const Specimen& specimen) {
      return specimen.id > highest && retired.box && !common(specimen.box, *retired.box).empty();
    };
    if (erased.contains(retired.id) && std::ranges::any_of(now, took_its_place)) {
      back.push_back(retired.id);
    }
  }
  return back;
}

bool verdict_stands(const CatalogueEntry& old, const Specimen& now) {
  if (old.verdict == Verdict::undecided || same_body(old.specimen, now)) {
    return true;
  }
  const std::int64_t before = old.specimen.voxels;
  return old.verdict == Verdict::rejected && now.voxels < 2 * before && before < 2 * now.voxels;
}

bool same_body(const Specimen& a, const Specimen& b) {
  return a.voxels == b.voxels && a.box == b.box && a.first == b.first && same_centroid(a, b);
}

ExtractionLosses losses_of(const Catalogue& earlier, std::span<const Specimen> now) {
  std::map<std::uint32_t, const Specimen*> found;
  for (const Specimen& specimen : now) {
    found[specimen.id] = &specimen;
  }
  const std::set<std::uint32_t> edited = edited_by_hand(earlier.decisions());
  ExtractionLosses losses;
  losses.edited = erased_and_back(earlier, now);
  for (const CatalogueEntry& entry : earlier.entries()) {
    const std::uint32_t id = entry.specimen.id;
    const auto same_id = found.find(id);
    const bool is_found = same_id != found.end();
    ++losses.earlier;
    losses.kept += is_found ? 1 : 0;
    if (edited.contains(id) && !(is_found && same_body(*same_id->second, entry.specimen))) {
      losses.edited.push_back(id);
    }
    if (is_found && !verdict_stands(entry, *same_id->second)) {
      losses.reopened.push_back(id);
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
