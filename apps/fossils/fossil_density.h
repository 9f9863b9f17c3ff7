// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "specimens/catalogue.h"
#include "specimens/core_volume.h"
#include "specimens/density.h"

namespace fossilct {

// What is counted of a catalogue per volume of its rock.

// Of these fossils of a scan; nothing where it holds no rock, or a fossil does not say what volume
// it counts by: an extraction of an earlier version.
std::optional<Density> density_of(std::span<const Specimen* const> fossils, const ScanRecord& scan,
                                  double level);

// The fossils of a scan that count, of all classes where `class_value` is none.
std::vector<const Specimen*> counting_fossils(const std::vector<CatalogueEntry>& entries,
                                              std::string_view scan,
                                              std::optional<std::int64_t> class_value);

// The level of intervals that the extraction was told.
double confidence_of(const Catalogue& catalogue);

// "3,100 per cm3 (2,210 to 4,230, 95%), from 12 whole fossils; 3 not counted, ..."
std::string density_text(const std::optional<Density>& density);
// The same without numbers: how many it is from.
std::string counted_text(const Density& density);
Json to_json(const std::optional<Density>& density);

// Which part of a scan is rock, beside the catalogue: core.nrrd; no file where all of it is.
void write_rock(const std::filesystem::path& folder, const Grid& scan, const CoreVolume& core);
// Throws as open_scan, and Error{format} for a file that is not of this scan.
RockRegion read_rock(const Catalogue& catalogue, Progress& progress);

}  // namespace fossilct
