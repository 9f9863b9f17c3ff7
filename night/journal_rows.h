// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "database/sqlite.h"
#include "night/journal.h"

namespace fossilct {

// Private to `night`: the rows of a journal. Paths below the job's folder are kept from there, so
// that a job that was moved goes on. Reading throws Error{format} where a row is not as its
// checksum says: SQLite has none of its own.

NightRecord read_night_row(const Database& database, const std::filesystem::path& folder);
void write_night_row(const Database& database, const NightRecord& night);

std::vector<NightScan> read_scan_rows(const Database& database,
                                      const std::filesystem::path& folder);
void write_scan_row(const Database& database, const std::filesystem::path& folder,
                    const NightScan& scan, std::int64_t place);

std::vector<StageRecord> read_stage_rows(const Database& database,
                                         const std::filesystem::path& folder);
// Of a stage that the journal has; an assertion otherwise.
StageRecord read_stage_row(const Database& database, const std::filesystem::path& folder,
                           const std::string& scan, const std::string& stage);
void insert_stage_row(const Database& database, const std::filesystem::path& folder,
                      const StageRecord& record, std::int64_t place);
// In the place that it has.
void update_stage_row(const Database& database, const std::filesystem::path& folder,
                      const StageRecord& record);

}  // namespace fossilct
