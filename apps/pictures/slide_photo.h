// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "apps/cli/command.h"
#include "filters/slide_particles.h"

namespace fossilct {

struct SlidePhotoOptions {
  std::filesystem::path photo;  // TIFF, PNG, JPEG or BMP
  std::filesystem::path output;
  SlideOptions slide;
  std::int64_t crop_pixels = 0;  // edge of every crop; 0: 2.2 times the particle's largest radius
  bool overwrite = false;
};

// --from-photo and what belongs to it.
void declare_slide_options(OptionSet& options, SlidePhotoOptions& photo);

// Cuts the particles out of the picture of a slide into a new folder: NAME_1.png ..., grey or RGB
// of 8 bits as the photo (what lies beyond it in its median colour), and particles.csv: path,
// place, size and solidity of each particle, and of those that were refused why. Throws
// Error{option}; Error{file|format} for a photo that can't be read, or has no particle.
CommandResult cut_slide_photo(const SlidePhotoOptions& options, const CommandContext& context);

}  // namespace fossilct
