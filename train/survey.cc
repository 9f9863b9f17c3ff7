// SPDX-License-Identifier: Apache-2.0
#include "train/survey.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "segment/scores.h"

namespace fossilct {
namespace {

SliceSurvey survey_of(const std::uint8_t* labels, std::int64_t count, int classes,
                      std::uint64_t seed) {
  SliceSurvey survey;
  survey.counts.resize(static_cast<std::size_t>(classes));
  survey.places.resize(static_cast<std::size_t>(classes));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint8_t label = labels[i];
    if (label == ignored_label || label >= classes) {
      continue;
    }
    const std::int64_t before = survey.counts[label]++;
    if (label == 0) {
      continue;
    }
    // Reservoir sampling (Vitter 1985, algorithm R).
    std::vector<std::int64_t>& places = survey.places[label];
    if (before < most_places) {
      places.push_back(i);
    } else if (const std::int64_t at = HashStream(hash(seed, i)).below(before + 1);
               at < most_places) {
      places[static_cast<std::size_t>(at)] = i;
    }
  }
  return survey;
}

void refuse_unknown_labels(const std::uint8_t* labels, const Size3& size, int classes,
                           std::int64_t z, const LabelledScan& scan) {
  const std::uint8_t* const end = labels + size.x * size.y;
  const auto* const bad =
      std::find_if(labels, end, [&](std::uint8_t v) { return v >= classes && v != ignored_label; });
  if (bad != end) {
    const std::int64_t at = bad - labels;
    throw Error(ErrorKind::format,
                "labels of " + scan.name + ": value " + std::to_string(*bad) + " at x " +
                    std::to_string(at % size.x) + ", y " + std::to_string(at / size.x) +
                    ", slice " + std::to_string(z) + "; expected the classes 0 to " +
                    std::to_string(classes - 1) + ", or " + std::to_string(ignored_label) +
                    " for what is not labelled: name all classes with --class, or --ignore the "
                    "value");
  }
}

}  // namespace

bool SliceSurvey::labelled() const {
  return std::any_of(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
}

std::vector<std::int64_t> LabelSurvey::labelled_slices() const {
  std::vector<std::int64_t> found;
  for (std::size_t z = 0; z < slices.size(); ++z) {
    if (slices[z].labelled()) {
      found.push_back(static_cast<std::int64_t>(z));
    }
  }
  return found;
}

LabelSurvey survey_labels(LabelledScan& scan, int classes, Progress& progress) {
  const Size3 size = scan.size();
  LabelSurvey survey{classes, {}};
  const std::int64_t depth = std::max<std::int64_t>(1, scan.labels->preferred_slab());
  progress.begin("labels", size.z, WorkUnit::slices);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(size.z, z + depth));
    Volume<std::uint8_t> labels = Volume<std::uint8_t>::uninitialised(box.size());
    scan.labels->read(box, labels.view());
    for (std::int64_t slice = box.begin.z; slice < box.end.z; ++slice) {
      const std::uint8_t* first = labels.view().row(0, slice - z);
      refuse_unknown_labels(first, size, classes, slice, scan);
      survey.slices.push_back(
          survey_of(first, size.x * size.y, classes, mix(static_cast<std::uint64_t>(slice))));
    }
    progress.advance(box.size().z);
  }
  progress.end();
  return survey;
}

}  // namespace fossilct
