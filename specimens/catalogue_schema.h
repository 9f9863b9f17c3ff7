// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "database/sqlite.h"

namespace fossilct {

// Private to `specimens`: the tables of a catalogue (docs/catalogue.md) and how older ones become
// today's.

inline constexpr std::int64_t catalogue_application_id = 0x466f7373;  // "Foss"
// What to do about a damaged one.
inline constexpr const char* catalogue_remedy =
    "Restore it from a copy, or extract the fossils anew into another folder";

std::int64_t current_schema();

// Throws Error{format} where the database is none of a catalogue, is damaged, or is newer than this
// program.
void require_catalogue(const Database& database);
// Makes the tables in an empty database, or brings an older one up to date, in one transaction;
// signatures of what is there go on telling its hash.
void migrate(const Database& database);

// Throws Error{format} where a table, index or view of the current schema is missing or another;
// more than those may be there. Costs a millisecond.
void require_tables(const Database& database);

// The view `specimen_table`, which has a column for each row of measurement_kind.
void make_specimen_table(const Database& database);

// The key of a fossil in the tables: its id in a catalogue of one scan.
constexpr std::int64_t specimen_key(std::int64_t scan, std::uint32_t id) {
  return ((scan - 1) << 32) + id;
}

}  // namespace fossilct
