// SPDX-License-Identifier: Apache-2.0
#include "classify/image_set.h"

#include "base/error.h"

namespace fossilct {

namespace {

// Place of each specimen's pictures among the images: first and number.
struct Run {
  std::size_t first = 0;
  std::size_t count = 0;
};

std::vector<Run> runs_of(const ImageSet& set) {
  std::vector<Run> runs(set.specimens.size());
  for (std::size_t image = 0; image < set.images.size(); ++image) {
    const std::size_t specimen = set.images[image].specimen;
    if (specimen >= runs.size()) {
      throw Error(ErrorKind::format, "picture '" + set.images[image].name +
                                         "' is of a specimen that is not in the set");
    }
    Run& run = runs[specimen];
    if (run.count > 0 && run.first + run.count != image) {
      throw Error(ErrorKind::format, "the pictures of specimen '" + set.specimens[specimen].name +
                                         "' do not stand together");
    }
    run.first = run.count == 0 ? image : run.first;
    ++run.count;
  }
  return runs;
}

void check_specimen(const ImageSet& set, const ImagedSpecimen& specimen) {
  if (specimen.measurements.size() != set.measurements.size()) {
    throw Error(ErrorKind::format, "specimen '" + specimen.name + "' has " +
                                       std::to_string(specimen.measurements.size()) +
                                       " measurements, not " +
                                       std::to_string(set.measurements.size()));
  }
  if (specimen.taxon &&
      (*specimen.taxon < 0 || static_cast<std::size_t>(*specimen.taxon) >= set.taxa.size())) {
    throw Error(ErrorKind::format,
                "the taxon of specimen '" + specimen.name + "' is none of the set's");
  }
}

}  // namespace

std::vector<std::int64_t> specimens_per_taxon(const ImageSet& set) {
  std::vector<std::int64_t> counts(set.taxa.size(), 0);
  for (const ImagedSpecimen& specimen : set.specimens) {
    if (specimen.taxon) {
      ++counts[static_cast<std::size_t>(*specimen.taxon)];
    }
  }
  return counts;
}

ImageSet part_of(const ImageSet& set, const std::vector<std::size_t>& specimens) {
  const std::vector<Run> runs = runs_of(set);
  ImageSet part = {set.size, set.channels, set.taxa, set.measurements, {}, {}};
  for (const std::size_t specimen : specimens) {
    const Run& run = runs[specimen];
    for (std::size_t image = run.first; image < run.first + run.count; ++image) {
      part.images.push_back(set.images[image]);
      part.images.back().specimen = part.specimens.size();
    }
    part.specimens.push_back(set.specimens[specimen]);
  }
  return part;
}

void check(const ImageSet& set) {
  const std::size_t side = static_cast<std::size_t>(set.size);
  const std::size_t expected = static_cast<std::size_t>(set.channels) * side * side;
  for (const SpecimenImage& image : set.images) {
    if (image.pixels.size() != expected) {
      throw Error(ErrorKind::format, "picture '" + image.name + "' has " +
                                         std::to_string(image.pixels.size()) + " pixels, not " +
                                         std::to_string(expected));
    }
  }
  const std::vector<Run> runs = runs_of(set);
  for (std::size_t specimen = 0; specimen < runs.size(); ++specimen) {
    if (runs[specimen].count == 0) {
      throw Error(ErrorKind::format,
                  "specimen '" + set.specimens[specimen].name + "' has no picture");
    }
    check_specimen(set, set.specimens[specimen]);
  }
}

}  // namespace fossilct
