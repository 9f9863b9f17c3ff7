// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "database/sqlite.h"

namespace fossilct {

// Private to `specimens`: the redo log of files beside a catalogue. A transaction records that
// `name` is to become the file now at `temporary`, or (NULL) is to go; after the commit that is
// done, here or at the next opening for writing, and the rows are deleted.

inline constexpr std::string_view pending_folder = ".pending";

// A database from elsewhere must not make us write or remove what is not a catalogue's: throws
// Error{format} for a name that is neither instances.h5 nor a file right in crops/, photos/,
// meshes/ or views/.
void require_file_of_catalogue(const Database& database, const std::string& name);
// In the transaction that the files belong to; the file at `temporary` is on the disk before it.
void record_pending(const Database& database, const std::string& name,
                    const std::optional<std::string>& temporary);
// Renames and removes what is recorded, forgets the rows, and removes files of a step that never
// came to be.
void finish_pending(const Database& database, const std::filesystem::path& folder);
// Where the file `name` is now: under its own name, or still under its temporary one.
std::filesystem::path pending_path(const Database& database, const std::filesystem::path& folder,
                                   const std::string& name);

}  // namespace fossilct
