// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fossilct {

// One picture of a specimen as a network takes it: square, 8 bit.
struct SpecimenImage {
  std::string name;                  // of its file, for messages
  std::size_t specimen = 0;          // place in ImageSet::specimens
  std::vector<std::uint8_t> pixels;  // channels, rows, columns: channels * size * size
};

// An individual; its pictures are not independent of each other.
struct ImagedSpecimen {
  std::string name;               // "core17:12", or as file names and tables call it
  std::string sample;             // where it was found: scan, slide, core piece; empty: not known
  std::optional<double> depth_m;  // in the well
  std::optional<int> taxon;       // place in ImageSet::taxa; nothing: not known
  std::vector<double> measurements;  // in the order of ImageSet::measurements; NaN: not measured
};

// Specimens, their pictures, and (for training) what they are. Sets are some ten thousand pictures
// of 128 x 128: 160 MB a channel.
struct ImageSet {
  int size = 128;                         // rows, and columns, of each picture
  int channels = 1;                       // 1 grey, 3 red, green and blue
  std::vector<std::string> taxa;          // names, sorted
  std::vector<std::string> measurements;  // names with unit, as columns of specimens.csv
  std::vector<ImagedSpecimen> specimens;
  std::vector<SpecimenImage> images;  // those of one specimen stand together
};

// How many specimens of each taxon there are.
std::vector<std::int64_t> specimens_per_taxon(const ImageSet& set);

// The set of these specimens alone, in this order, with copies of their pictures; the taxa stay.
ImageSet part_of(const ImageSet& set, const std::vector<std::size_t>& specimens);

// Throws Error{format} that names the picture or the specimen: pixels of another number than size
// and channels ask for, a specimen without pictures or with pictures that do not stand together,
// measurements of another number, a taxon that is none of the set's.
void check(const ImageSet& set);

}  // namespace fossilct
