// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/catalogue_slices.h"

#include <algorithm>
#include <limits>

#include "apps/pages/fossil_sections.h"
#include "apps/pages/outlines.h"
#include "io/png_encoder.h"

namespace fossilct {

namespace {

constexpr std::int64_t most_slices = 12;
constexpr std::int64_t most_pixels = 900;

struct Slice {
  std::int64_t z = 0;
  std::int64_t factor = 1;  // voxels a pixel, along x and y
  LabelPicture picture;
  std::vector<float> grey;
};

// Of the squares that are whole, as Grid's reduced().
LabelPicture reduced_ids(const AnyConstView& slice, std::int64_t factor) {
  const auto ids = slice.as<std::uint32_t>();
  LabelPicture picture = {std::max<std::int64_t>(1, slice.size().x / factor),
                          std::max<std::int64_t>(1, slice.size().y / factor),
                          {}};
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      picture.labels.push_back(ids(std::min(x * factor + factor / 2, slice.size().x - 1),
                                   std::min(y * factor + factor / 2, slice.size().y - 1), 0));
    }
  }
  return picture;
}

float mean_of(const AnyConstView& slice, std::int64_t x_begin, std::int64_t y_begin,
              std::int64_t factor) {
  const auto grey = slice.as<float>();
  double sum = 0;
  double count = 0;
  for (std::int64_t y = y_begin; y < std::min(y_begin + factor, slice.size().y); ++y) {
    for (std::int64_t x = x_begin; x < std::min(x_begin + factor, slice.size().x); ++x) {
      sum += static_cast<double>(grey(x, y, 0));
      ++count;
    }
  }
  return static_cast<float>(sum / count);
}

std::vector<float> reduced_grey(const AnyConstView& slice, const LabelPicture& picture,
                                std::int64_t factor) {
  std::vector<float> grey;
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      grey.push_back(mean_of(slice, x * factor, y * factor, factor));
    }
  }
  return grey;
}

Slice read_slice(VolumeSource& ids, VolumeSource* scan, std::int64_t z) {
  const Size3 size = ids.grid().size;
  Slice slice;
  slice.z = z;
  slice.factor = (std::max(size.x, size.y) + most_pixels - 1) / most_pixels;
  const AnyVolume labels = ids.read(slab(size, z, z + 1));
  slice.picture = reduced_ids(labels.view(), slice.factor);
  if (scan != nullptr) {
    const AnyVolume grey = scan->read(slab(size, z, z + 1));
    slice.grey = reduced_grey(grey.view(), slice.picture, slice.factor);
  } else {
    slice.grey.assign(slice.picture.labels.size(), 0.0F);
  }
  return slice;
}

// One window for all slices, so that they can be compared.
std::vector<std::uint8_t> windowed_together(const std::vector<Slice>& slices) {
  std::vector<float> all;
  for (const Slice& slice : slices) {
    all.insert(all.end(), slice.grey.begin(), slice.grey.end());
  }
  return windowed(std::move(all));
}

PixelBox pixels_of(const Box& box, const Slice& slice) {
  return {box.begin.x / slice.factor, box.begin.y / slice.factor,
          std::min(slice.picture.width, (box.end.x - 1) / slice.factor + 1),
          std::min(slice.picture.height, (box.end.y - 1) / slice.factor + 1)};
}

std::vector<ReportOutline> outlines_in(const Slice& slice,
                                       const std::vector<CatalogueEntry>& entries) {
  std::vector<ReportOutline> result;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Specimen& specimen = entries[i].specimen;
    const PixelBox box = pixels_of(specimen.box, slice);
    if (slice.z < specimen.box.begin.z || slice.z >= specimen.box.end.z ||
        box.x_begin >= box.x_end || box.y_begin >= box.y_end) {
      continue;
    }
    for (Outline& outline : outlines_of(slice.picture, specimen.id, box)) {
      result.push_back({i, std::move(outline)});
    }
  }
  return result;
}

}  // namespace

std::vector<ReportSlice> catalogue_slices(VolumeSource& ids, VolumeSource* scan, const Grid& grid,
                                          const std::vector<CatalogueEntry>& entries,
                                          Progress& progress) {
  const std::int64_t depth = ids.grid().size.z;
  const std::int64_t count = std::min(most_slices, depth);
  progress.begin("slices", count, WorkUnit::slices);
  std::vector<Slice> slices;
  for (std::int64_t i = 0; i < count; ++i) {
    progress.check();
    slices.push_back(read_slice(ids, scan, (2 * i + 1) * depth / (2 * count)));
    progress.advance(1);
  }
  progress.end();
  const std::vector<std::uint8_t> grey = windowed_together(slices);
  std::vector<ReportSlice> result;
  std::size_t begin = 0;
  for (const Slice& slice : slices) {
    const LabelPicture& p = slice.picture;
    const auto pixels = std::as_bytes(std::span(grey).subspan(begin, p.labels.size()));
    begin += p.labels.size();
    const Vector3 middle = {static_cast<double>(grid.size.x) / 2,
                            static_cast<double>(grid.size.y) / 2, static_cast<double>(slice.z)};
    result.push_back(
        {grid.physical_from_index(middle).z, static_cast<int>(p.width), static_cast<int>(p.height),
         encode_png({p.width, p.height, 1, PixelType::u8}, pixels), outlines_in(slice, entries)});
  }
  return result;
}

}  // namespace fossilct
