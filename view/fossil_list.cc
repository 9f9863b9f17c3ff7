// SPDX-License-Identifier: Apache-2.0
#include "view/fossil_list.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "base/text.h"
#include "specimens/doubt.h"
#include "specimens/measured_body.h"
#include "specimens/written_unit.h"

namespace fossilct {

namespace {

// Okabe and Ito, without black and with the yellow last, which is hard to see on bright rock.
constexpr std::array<Colour, 7> palette = {{{230, 159, 0},
                                            {86, 180, 233},
                                            {0, 158, 115},
                                            {213, 94, 0},
                                            {204, 121, 167},
                                            {0, 114, 178},
                                            {240, 228, 66}}};

std::string spoken(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

const Measurement* measured(const Specimen& specimen, std::string_view name) {
  const auto found = std::ranges::find(specimen.measurements, name, &Measurement::name);
  return found == specimen.measurements.end() ? nullptr : &*found;
}

// "1,234 µm³", "0.5763", or why there is none.
std::string value_text(const Measurement& measurement, const std::string& unit) {
  if (!measurement.value) {
    return measurement.reason.empty() ? "\u2013" : measurement.reason;
  }
  const double value = *measurement.value;
  const bool is_large = std::abs(value) >= 1e4 && std::abs(value) < 1e15;
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.5g", value);
  return (is_large ? format_count(std::llround(value)) : std::string(digits.data())) +
         (unit.empty() ? "" : " " + written_unit(unit));
}

std::vector<std::pair<std::string, std::string>> measures_of(
    const Specimen& specimen, const std::vector<CatalogueKind>& kinds) {
  std::vector<std::pair<std::string, std::string>> measures = {
      {"voxels", format_count(specimen.voxels)}};
  for (const CatalogueKind& kind : kinds) {
    const Measurement* measurement = measured(specimen, kind.name);
    if (measurement != nullptr && kind.name != "voxels") {
      measures.emplace_back(spoken(kind.name), value_text(*measurement, kind.unit));
    }
  }
  return measures;
}

Vector3 middle_of(const Box& box) {
  const auto middle = [](std::int64_t begin, std::int64_t end) {
    return static_cast<double>(begin + end - 1) / 2;
  };
  return {middle(box.begin.x, box.end.x), middle(box.begin.y, box.end.y),
          middle(box.begin.z, box.end.z)};
}

// The name that a person gave it, or the model's answer with its score.
std::string taxon_text(const CatalogueEntry& entry) {
  if (entry.taxon_by == TaxonBy::person) {
    return entry.taxon + ", by a person";
  }
  const TaxonScore& first = entry.classification->best.front();
  const std::string score = format_rounded(std::round(100 * first.score) / 100);
  return entry.taxon == unsure_taxon ? "unsure (" + first.taxon + " " + score + ")"
                                     : entry.taxon + " " + score;
}

ViewedFossil viewed(const CatalogueEntry& entry, const std::vector<CatalogueKind>& kinds,
                    std::size_t class_index) {
  const Specimen& specimen = entry.specimen;
  ViewedFossil fossil;
  fossil.id = specimen.id;
  fossil.class_index = class_index;
  fossil.diameter_um = measured_value(specimen.measurements, "equivalent_diameter")
                           .value_or(std::numeric_limits<double>::quiet_NaN());
  fossil.verdict = entry.verdict;
  fossil.note = entry.note;
  fossil.box = specimen.box;
  fossil.centre = middle_of(specimen.box);
  fossil.measures = measures_of(specimen, kinds);
  if (entry.taxon_by != TaxonBy::nobody) {
    fossil.measures.emplace(fossil.measures.begin(), "taxon", taxon_text(entry));
  }
  return fossil;
}

int rank_of(Verdict verdict) {
  return verdict == Verdict::undecided ? 0 : verdict == Verdict::accepted ? 1 : 2;
}

// What fossils are ordered by; NaN is not known.
double key_of(const ViewedFossil& fossil, FossilColumn column) {
  switch (column) {
    case FossilColumn::diameter:
      return fossil.diameter_um;
    case FossilColumn::doubt:
      return fossil.doubt;
    case FossilColumn::verdict:
      return rank_of(fossil.verdict);
    case FossilColumn::id:
    case FossilColumn::class_name:
      break;
  }
  return fossil.id;
}

}  // namespace

std::vector<ViewedClass> viewed_classes(std::span<const LabelClass> classes) {
  std::vector<ViewedClass> result;
  for (const LabelClass& label : classes) {
    const bool has_colour = label.colour != Colour{};
    result.push_back({label.value, label.name,
                      has_colour ? label.colour : palette[result.size() % palette.size()]});
  }
  return result;
}

std::vector<ViewedFossil> viewed_fossils(const Catalogue& catalogue) {
  const std::vector<CatalogueEntry> entries = catalogue.entries();
  const std::vector<CatalogueKind> kinds = catalogue.kinds();
  std::map<std::int64_t, std::size_t> class_indices;
  for (const LabelClass& label : catalogue.classes()) {
    class_indices.emplace(label.value, class_indices.size());
  }
  std::vector<ViewedFossil> fossils;
  std::map<std::uint32_t, std::size_t> by_id;
  for (const CatalogueEntry& entry : entries) {
    by_id[entry.specimen.id] = fossils.size();
    fossils.push_back(viewed(entry, kinds, class_indices.at(entry.specimen.class_value)));
  }
  for (Doubt& doubt : review_queue(entries)) {
    ViewedFossil& fossil = fossils[by_id.at(doubt.id)];
    fossil.doubt = doubt.is_told ? doubt.doubt : std::numeric_limits<double>::quiet_NaN();
    fossil.reasons = std::move(doubt.reasons);
  }
  return fossils;
}

bool FossilFilter::lets_pass(const ViewedFossil& fossil) const {
  const bool any_size = least_um <= 0 && std::isinf(most_um);
  return (!class_index || *class_index == fossil.class_index) &&
         (!verdict || *verdict == fossil.verdict) &&
         (any_size || (fossil.diameter_um >= least_um && fossil.diameter_um <= most_um)) &&
         (least_doubt <= 0 || fossil.doubt >= least_doubt) &&
         std::to_string(fossil.id).starts_with(id_begins);
}

std::vector<std::size_t> listed_fossils(std::span<const ViewedFossil> fossils,
                                        std::span<const ViewedClass> classes,
                                        const FossilFilter& filter, FossilColumn column,
                                        bool descending) {
  std::vector<std::size_t> list;
  for (std::size_t i = 0; i < fossils.size(); ++i) {
    if (filter.lets_pass(fossils[i])) {
      list.push_back(i);
    }
  }
  std::ranges::sort(list, [&](std::size_t a, std::size_t b) {
    const ViewedFossil& first = fossils[a];
    const ViewedFossil& second = fossils[b];
    if (column == FossilColumn::class_name && first.class_index != second.class_index) {
      const int order = classes[first.class_index].name.compare(classes[second.class_index].name);
      if (order != 0) {
        return descending ? order > 0 : order < 0;
      }
    } else if (column != FossilColumn::class_name) {
      const double key_a = key_of(first, column);
      const double key_b = key_of(second, column);
      if (std::isnan(key_a) != std::isnan(key_b)) {
        return std::isnan(key_b);
      }
      if (key_a != key_b && !std::isnan(key_a)) {
        return descending ? key_a > key_b : key_a < key_b;
      }
    }
    return first.id < second.id;
  });
  return list;
}

std::optional<std::size_t> next_undecided(std::span<const ViewedFossil> fossils,
                                          std::span<const std::size_t> list, std::int64_t from) {
  const auto count = static_cast<std::int64_t>(list.size());
  for (std::int64_t i = 1; i <= count; ++i) {
    const auto row = static_cast<std::size_t>((from + i + count) % count);
    if (fossils[list[row]].verdict == Verdict::undecided) {
      return row;
    }
  }
  return std::nullopt;
}

}  // namespace fossilct
