// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "database/sqlite.h"

namespace fossilct {

// Private to `specimens`: the view `specimen_table` as files for other programs.

// RFC 4180: a header line, CRLF, quotes where a value has a comma, a quote or a line end. A value
// that is not there is an empty field.
std::string specimens_csv(const Database& database);
// GeoJSON's layout (a FeatureCollection with a Point a fossil, the centroid), though the
// coordinates are micrometres (voxels) in the scan's space and not degrees, which it says.
std::string specimens_json(const Database& database);

// Both into `folder`, each atomically, the CSV first.
void write_tables(const Database& database, const std::filesystem::path& folder);
// Whether both are there and of the database's revision.
bool tables_are_current(const Database& database, const std::filesystem::path& folder);

}  // namespace fossilct
