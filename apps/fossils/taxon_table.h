// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "specimens/catalogue.h"

namespace fossilct {

// Names that a table gives to fossils of a catalogue.
struct TaxonTable {
  std::vector<std::pair<std::uint32_t, std::string>> names;  // a fossil once
  std::int64_t rows_without_fossil = 0;                      // rows by place that hit none
};

// A CSV table whose column taxon (or class, or kind) is the name; rows without one are passed over.
// Which fossil a row is of: by the columns centre_x_um, centre_y_um and centre_z_um where it has
// them (in the space of the scan, as the truth of `fossilct phantom`), the fossil whose box holds
// that place, of several the one whose centroid is nearest; of several rows with one fossil the
// nearest has it. Otherwise by the column id. Throws Error{file|format} that names the line: a
// column missing, no id, an id twice; Error{option} of `option` for an id that is not there;
// Error{format} for places where the catalogue has no voxel size. Cost: rows times fossils.
TaxonTable read_taxon_table(const std::string& option, const std::filesystem::path& path,
                            const Catalogue& catalogue);

// Throws Error{option} of `option` for a name that can't be one: with line ends, or "unsure", which
// is what a model says.
void require_taxon_name(const std::string& option, const std::string& name);

}  // namespace fossilct
