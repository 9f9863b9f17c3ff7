// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "apps/fossils/extract_inputs.h"
#include "base/lock.h"
#include "base/progress.h"
#include "specimens/catalogue.h"
#include "specimens/reextraction.h"

namespace fossilct {

// The catalogue that lies where `fossilct extract` is to write one.

// Held while another is made in its place.
struct EarlierCatalogue {
  std::optional<Catalogue> catalogue;  // whose ids go on; open for writing, which is its lock
  std::optional<FileLock> lock;        // of one that is to be written over
};

// Empty where there is none. Throws Error{file} where other things lie there, a database that is
// not ours among them, and what Catalogue::open throws; Error{format} where it is the catalogue of
// another scan, or its ids are not there, and it is not to be written over.
EarlierCatalogue open_earlier_catalogue(const std::filesystem::path& folder, bool overwrite,
                                        const ExtractInputs& inputs);

// Says what is lost of `earlier`. Throws Error{file} that names the fossils where that is
// somebody's work, or the ids of all, and settings.retire_reviewed is false.
void accept_losses(const Catalogue& earlier, const ExtractionLosses& losses,
                   const ExtractSettings& settings, Progress& progress);

// Brings along what lies in the folder of a catalogue and is not the extraction's own (its
// database, tables, ids and crops), and that the new folder has not: notes, corrected masks, meshes
// and views of the fossils `ids` (in order). Throws Error{file}.
void carry_over_files(const std::filesystem::path& from, const std::filesystem::path& to,
                      const std::vector<std::uint32_t>& ids);

}  // namespace fossilct
