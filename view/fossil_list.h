// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "render/picture.h"
#include "specimens/catalogue.h"

namespace fossilct {

// A class as the viewer shows it; colours are the model's, or of a palette for the colour-blind
// (Okabe and Ito 2008) where the model has none.
struct ViewedClass {
  std::int64_t value = 0;
  std::string name;
  Colour colour{};
};
std::vector<ViewedClass> viewed_classes(std::span<const LabelClass> classes);

// A fossil, or a label where there is no catalogue.
struct ViewedFossil {
  std::uint32_t id = 0;
  std::size_t class_index = 0;
  double diameter_um = std::numeric_limits<double>::quiet_NaN();  // NaN: not known
  double doubt = 0;                                               // 0 to 1; NaN: nothing told it
  Verdict verdict = Verdict::undecided;
  std::vector<std::string> reasons;  // of the doubt, and what else one should know
  std::string note;
  Box box;                                                    // in voxels of the scan
  Vector3 centre;                                             // an index
  std::vector<std::pair<std::string, std::string>> measures;  // "volume", "1200 um3"
};

// All of a catalogue, rejected ones too, by id; classes are those of viewed_classes() of it.
std::vector<ViewedFossil> viewed_fossils(const Catalogue& catalogue);

// Which fossils are shown.
struct FossilFilter {
  std::optional<std::size_t> class_index = {};
  std::optional<Verdict> verdict = {};
  double least_um = 0;  // a fossil without a diameter passes only where neither bound is set
  double most_um = std::numeric_limits<double>::infinity();
  double least_doubt = 0;
  std::string id_begins = {};  // digits

  bool lets_pass(const ViewedFossil& fossil) const;
};

enum class FossilColumn : std::uint8_t { id, class_name, diameter, doubt, verdict };

// Indices of the fossils that pass, in the order of a column, of equals by id. What is not known
// comes last whichever way.
std::vector<std::size_t> listed_fossils(std::span<const ViewedFossil> fossils,
                                        std::span<const ViewedClass> classes,
                                        const FossilFilter& filter, FossilColumn column,
                                        bool descending);

// The first undecided fossil behind the row `from` of the list, round its end; nothing where none
// is left. `from` may be -1: from the top.
std::optional<std::size_t> next_undecided(std::span<const ViewedFossil> fossils,
                                          std::span<const std::size_t> list, std::int64_t from);

}  // namespace fossilct
