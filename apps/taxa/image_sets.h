// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "apps/cli/options.h"
#include "classify/image_set.h"

namespace fossilct {

// The pictures that `views` makes of every fossil, by the names that files have between "ID_" and
// ".png" and --views takes.
const std::vector<std::string>& fossil_view_names();

// Where pictures of specimens are, and how they become a set.
struct ImageSetOptions {
  // Each one of: a folder of pictures, with a folder for each taxon or without; a picture; a table
  // path,class,specimen,sample,depth (.csv); a catalogue NAME.fossils.
  std::vector<std::filesystem::path> inputs;
  std::optional<int> size = {};  // edge of the set's pictures; nothing: PrepareOptions::size
  int channels = 1;
  bool with_measurements = false;  // of catalogues; photographs have none
  std::vector<std::string> views =
      {};  // of a catalogue's fossils; empty: all of fossil_view_names()
  // Regular expressions (ECMAScript) that are looked for in a file's name without its ending; the
  // group is the specimen, or the taxon. Empty: image_names.h's rule; the folder's name.
  std::string specimen_pattern = {};
  std::string taxon_pattern = {};
  bool keep_label_strips = false;
  bool may_be_barren = false;  // catalogues without a fossil give an empty set
};

// Which pictures: the inputs, --views, --specimen-pattern, --taxon-pattern, --keep-label-strips.
void declare_image_set_options(OptionSet& options, ImageSetOptions& set);
// What becomes of them, for a command that trains: --size, --channels, --with-measurements.
void declare_image_form_options(OptionSet& options, ImageSetOptions& set);

// How pictures must be for a model, and which views of fossils where --views does not say.
struct TaxonModel;
void take_form_of(const TaxonModel& model, ImageSetOptions& set);

// A fossil that a specimen is.
struct FossilOfCatalogue {
  std::filesystem::path catalogue;
  std::uint32_t id = 0;
};

struct ReadImages {
  ImageSet set;  // passes check()
  // One a specimen: which fossil it is; nothing for specimens in photographs.
  std::vector<std::optional<FossilOfCatalogue>> fossils;
  std::int64_t skipped = 0;  // pictures that could not be used; each was named in a warning
  std::int64_t undrawn = 0;  // fossils whose views could not be made: they are left out, and named
};

// Reads and prepares the pictures (classify/prepare_image.h). A specimen is an individual of one
// input, sample and taxon; fossils that were rejected are left out. Taxa: the folder's name; the
// column class; the name that a person gave a fossil (not a model's answer). Views that a catalogue
// lacks are made first, by `fossilct views`. Warnings name pictures that are damaged or below 2 x 2
// pixels (left out), taxa with one specimen, and say where nothing tells which pictures are of one
// specimen. Throws Error{option}: a pattern that is none, or has not one group, an unknown view;
// Error{file|format}: an input that is none of these, two taxa that differ only in capitals, a
// specimen of two taxa, no picture at all; what open_catalogue throws. Cost: some 20 ns a pixel of
// the files, over the threads.
ReadImages read_images(const ImageSetOptions& options, const CommandContext& context);

// The same where only the set matters.
ImageSet read_image_set(const ImageSetOptions& options, const CommandContext& context);

}  // namespace fossilct
