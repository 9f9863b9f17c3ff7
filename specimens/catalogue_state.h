// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/lock.h"
#include "specimens/catalogue.h"
#include "database/sqlite.h"

namespace fossilct {

// Private to `specimens`: what an open catalogue holds.
struct Catalogue::State {
  std::filesystem::path folder;
  std::optional<FileLock> lock;  // outlives the database
  std::unique_ptr<Database> database;
  bool writable = false;
};

inline constexpr const char* database_name = "catalogue.sqlite";

// Rows of the tables as values; `where` goes behind the rows of the view `specimens`, as s.
std::vector<CatalogueEntry> read_entries(const Database& database, const std::string& where);
std::vector<ScanRecord> read_scans(const Database& database);
std::vector<CatalogueKind> read_kinds(const Database& database);
std::vector<RetiredId> read_retired(const Database& database);
std::vector<Decision> read_decisions(const Database& database);
std::vector<Signature> read_signatures(const Database& database);
std::string content_hash(const Database& database);
std::string utc_now();

}  // namespace fossilct
