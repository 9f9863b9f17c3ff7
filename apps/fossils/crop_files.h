// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "specimens/body_crop.h"
#include "volumes/pixel_type.h"
#include "volumes/volume.h"

namespace fossilct {

// The three files of a specimen in the folder crops/ of a catalogue; `name` is its id, or what it
// goes by until it has one. Their headers say whose they are and where they lie
// (apps/scans/placed_volume.h). Not atomic: see write_nrrd().
//   NAME.nrrd       the scan's intensities around it, in the scan's type; none without a scan
//   NAME_mask.nrrd  1 = its voxels
//   NAME_wall.nrrd  1 = wall, 2 = lumen; none where they are not told apart
inline constexpr const char* crop_suffixes[] = {".nrrd", "_mask.nrrd", "_wall.nrrd"};
// `path_of` tells where a file of such a name is to be written. Intensities with a NaN among them
// are written as f32 whatever the scan's type.
using CropPath = std::function<std::filesystem::path(const std::string& file)>;
void write_crop_files(const CropPath& path_of, const std::string& name, const BodyCrop& crop,
                      const Volume<std::uint8_t>& tissue, PixelType scan_type);

// Gives the files of one name that of the fossil, and its id inside them; those that are not there
// are passed over. Throws Error{file}.
void name_crop_files(const std::filesystem::path& crops, const std::string& from, std::uint32_t id);

// Whose mesh or view this is by its place and name in a catalogue ("meshes/7.ply",
// "views/7_front.png"); nothing for any other file.
std::optional<std::uint32_t> fossil_of_product(const std::filesystem::path& file);
// All there are of a fossil in the catalogue `folder`, as such names.
std::vector<std::string> products_of(const std::filesystem::path& folder, std::uint32_t id);

}  // namespace fossilct
