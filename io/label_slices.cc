// SPDX-License-Identifier: Apache-2.0
#include "io/label_slices.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/slice_names.h"

namespace fossilct {

namespace {

std::string counted(std::int64_t count, const std::string& thing) {
  return format_count(count) + " " + thing + (count == 1 ? "" : "s");
}

// A file for each slice, so that the names have numbers; a lone file may have none.
bool is_numbered(const ScanDescription& description) {
  const std::int64_t slices = description.grid.size.z;
  return !description.slice_numbers.empty() ||
         (slices > 1 && std::ssize(description.files) == slices);
}

// A lone mask is not numbered by comparison with others: the last number of its name is its own.
ScanDescription with_number_of_one(const ScanDescription& labels) {
  ScanDescription result = labels;
  if (labels.grid.size.z == 1 && labels.slice_numbers.empty() && labels.files.size() == 1) {
    if (const auto number = last_number(labels.files[0].filename().string())) {
      result.slice_numbers = {*number};
    }
  }
  return result;
}

std::string both_numberings(const ScanDescription& labels, const std::string& labels_name,
                            const ScanDescription& scan, const std::string& scan_name) {
  return "slices of " + labels_name + ": " + slice_numbers_text(labels) + "; of " + scan_name +
         ": " + slice_numbers_text(scan);
}

LabelPlaces in_order(const ScanDescription& labels, const std::string& labels_name,
                     const ScanDescription& scan, const std::string& scan_name) {
  LabelPlaces result;
  bool same_numbers = true;
  for (std::int64_t z = 0; z < labels.grid.size.z; ++z) {
    result.places.push_back(z);
    same_numbers &= slice_number(labels, z) == slice_number(scan, z);
  }
  if (is_numbered(labels) && !same_numbers) {
    result.note = labels_name +
                  ": numbered otherwise than the scan, and as many as it has slices, so they "
                  "are taken in order (" +
                  both_numberings(labels, labels_name, scan, scan_name) + ")";
  }
  return result;
}

[[noreturn]] void fail(const std::string& why, const ScanDescription& labels,
                       const std::string& labels_name, const ScanDescription& scan,
                       const std::string& scan_name, const std::string& remedy) {
  throw Error(ErrorKind::format, labels_name + ": " + why + " (" +
                                     both_numberings(labels, labels_name, scan, scan_name) + "); " +
                                     remedy);
}

class SpreadSlices final : public VolumeSource {
 public:
  SpreadSlices(std::unique_ptr<VolumeSource> labels, const std::vector<std::int64_t>& places,
               ScanDescription description, std::uint8_t elsewhere)
      : VolumeSource(std::move(description)), labels_(std::move(labels)), elsewhere_(elsewhere) {
    for (std::size_t n = 0; n < places.size(); ++n) {
      mask_at_[places[n]] = static_cast<std::int64_t>(n);
    }
  }
  std::int64_t preferred_slab() const override { return labels_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    for (std::int64_t z = box.begin.z; z < box.end.z;) {
      const auto mask = mask_at_.find(z);
      const std::int64_t run = mask == mask_at_.end() ? 1 : run_from(mask, box.end.z);
      const AnyView part = out.part(slab(out.size(), z - box.begin.z, z - box.begin.z + run));
      if (mask == mask_at_.end()) {
        fill(part.as<std::uint8_t>());
      } else {
        Box of_labels = box;
        of_labels.begin.z = mask->second;
        of_labels.end.z = mask->second + run;
        labels_->read(of_labels, part);
      }
      z += run;
    }
  }

  // How many masks follow each other without a gap, so that they are read together.
  std::int64_t run_from(std::map<std::int64_t, std::int64_t>::const_iterator mask,
                        std::int64_t z_end) const {
    const std::int64_t first = mask->first;
    std::int64_t run = 0;
    while (mask != mask_at_.end() && mask->first == first + run && mask->first < z_end) {
      ++mask;
      ++run;
    }
    return run;
  }

  void fill(const VolumeView<std::uint8_t>& view) const {
    for (std::int64_t y = 0; y < view.size().y; ++y) {
      std::fill_n(view.row(y, 0), view.size().x, elsewhere_);
    }
  }

  std::unique_ptr<VolumeSource> labels_;
  std::map<std::int64_t, std::int64_t> mask_at_;  // slice of the scan -> slice of the labels
  std::uint8_t elsewhere_;
};

}  // namespace

LabelPlaces places_of_label_slices(const ScanDescription& some_labels,
                                   const std::string& labels_name, const ScanDescription& scan,
                                   const std::string& scan_name) {
  const std::int64_t masks = some_labels.grid.size.z;
  const std::int64_t slices = scan.grid.size.z;
  if (masks == slices) {
    return in_order(some_labels, labels_name, scan, scan_name);
  }
  const ScanDescription labels = with_number_of_one(some_labels);
  const std::string counts =
      counted(masks, "slice") + " of labels for a scan of " + counted(slices, "slice");
  if (masks > slices) {
    fail(counts, labels, labels_name, scan, scan_name,
         "expected as many as the scan has, or a folder of masks for some of them");
  }
  if (!is_numbered(labels)) {
    throw Error(ErrorKind::format,
                labels_name + ": " + counts +
                    ", and nothing tells which they are; expected as many as the scan has, or a "
                    "folder of masks whose file names have the numbers of the scan's slices");
  }
  std::map<std::int64_t, std::int64_t> place_of;
  for (std::int64_t z = 0; z < slices; ++z) {
    place_of[slice_number(scan, z)] = z;
  }
  LabelPlaces result;
  for (std::int64_t n = 0; n < masks; ++n) {
    const auto place = place_of.find(slice_number(labels, n));
    if (place == place_of.end()) {
      fail("there is no slice of the scan for the mask of " + slice_text(labels, n), labels,
           labels_name, scan, scan_name, "give the masks the numbers of the scan's slices");
    }
    result.places.push_back(place->second);
  }
  if (!std::is_sorted(result.places.begin(), result.places.end())) {
    fail("the scan's slices run the other way", labels, labels_name, scan, scan_name,
         "give both in one order");
  }
  result.note = labels_name + ": masks of " + counted(masks, "slice") + " of the scan's " +
                format_count(slices) + ", matched by number: " + slice_numbers_text(labels) +
                " of " + slice_numbers_text(scan) + "; the other slices are not labelled";
  return result;
}

std::unique_ptr<VolumeSource> spread_slices(std::unique_ptr<VolumeSource> labels,
                                            const std::vector<std::int64_t>& places,
                                            const ScanDescription& scan, std::uint8_t elsewhere) {
  assert(labels->type() == PixelType::u8);
  assert(labels->grid().size.x == scan.grid.size.x && labels->grid().size.y == scan.grid.size.y);
  assert(std::ssize(places) == labels->grid().size.z);
  ScanDescription description = labels->description();
  description.grid = scan.grid;
  description.slice_numbers = scan.slice_numbers;
  description.slice_step = scan.slice_step;
  description.statistics.reset();
  return std::make_unique<SpreadSlices>(std::move(labels), places, std::move(description),
                                        elsewhere);
}

std::string slice_numbers_text(const ScanDescription& description) {
  constexpr std::int64_t most_listed = 8;
  const std::int64_t count = description.grid.size.z;
  std::string text;
  for (std::int64_t z = 0; z < count; ++z) {
    if (count > most_listed && z == most_listed / 2) {
      z = count - 1;
      text += " ...";
    } else if (z > 0) {
      text += ",";
    }
    text += (z == 0 ? "" : " ") + std::to_string(slice_number(description, z));
  }
  return text;
}

std::string slice_text(const ScanDescription& description, std::int64_t z) {
  std::string text = "number " + std::to_string(slice_number(description, z));
  if (std::ssize(description.files) == description.grid.size.z) {
    text += " (" + description.files[static_cast<std::size_t>(z)].filename().string() + ")";
  }
  return text;
}

}  // namespace fossilct
