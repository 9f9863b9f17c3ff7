// SPDX-License-Identifier: Apache-2.0
#include "filters/clean_labels.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "filters/label_values.h"
#include "filters/opening.h"

namespace fossilct {

namespace {

const ClassCleaning& cleaning_of(std::uint8_t label, const CleanLabelsOptions& options) {
  const auto found = options.of_class.find(label);
  return found == options.of_class.end() ? options.every_class : found->second;
}

template <typename Predicate>
bool any_class(const CleanLabelsOptions& options, Predicate&& predicate) {
  return predicate(options.every_class) ||
         std::any_of(options.of_class.begin(), options.of_class.end(),
                     [&](const auto& of_class) { return predicate(of_class.second); });
}

Connectivity dual(Connectivity connectivity) {
  return connectivity == Connectivity::faces ? Connectivity::corners : Connectivity::faces;
}

// Labels that several read, each its own way upwards but in the same boxes: the last box is kept.
class SharedLabels {
 public:
  explicit SharedLabels(std::unique_ptr<VolumeSource> labels) : labels_(std::move(labels)) {}
  const VolumeSource& source() const { return *labels_; }

  void read(const Box& box, const AnyView& out) {
    if (box != box_) {
      box_ = {};
      if (voxels_.size() != box.size()) {
        voxels_ = AnyVolume(labels_->type(), box.size());
      }
      labels_->read(box, voxels_.view());
      box_ = box;
    }
    copy_voxels(std::as_const(voxels_).view(), out);
  }

 private:
  std::unique_ptr<VolumeSource> labels_;
  AnyVolume voxels_;
  Box box_;
};

// 1 where the label is another one, else 0.
class OtherThan final : public VolumeSource {
 public:
  OtherThan(std::shared_ptr<SharedLabels> labels, std::uint8_t label)
      : VolumeSource(labels->source().description()), labels_(std::move(labels)), label_(label) {}
  std::int64_t preferred_slab() const override { return labels_->source().preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    labels_->read(box, out);
    const auto view = out.as<std::uint8_t>();
    for (std::int64_t z = 0; z < view.size().z; ++z) {
      for (std::int64_t y = 0; y < view.size().y; ++y) {
        std::uint8_t* const row = view.row(y, z);
        for (std::int64_t x = 0; x < view.size().x; ++x) {
          row[x] = row[x] != label_;
        }
      }
    }
  }

  std::shared_ptr<SharedLabels> labels_;
  std::uint8_t label_;
};

// Every voxel in a hole of the class has the hole's size, others 0.
struct HolesOfClass {
  std::uint8_t label = 0;
  std::unique_ptr<VolumeSource> sizes;
};

HolesOfClass find_holes(const std::shared_ptr<SharedLabels>& labels, std::uint8_t label,
                        const CleanLabelsOptions& options, Progress& progress) {
  auto others = std::make_unique<OtherThan>(labels, label);
  const Components found = find_components(*others,
                                           {.connectivity = dual(options.connectivity),
                                            .threads = options.threads,
                                            .slab_slices = options.slab_slices},
                                           "holes of class " + std::to_string(label), progress);
  const auto size_of_hole = [&](std::uint32_t id) -> std::uint32_t {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    const Component& component = found.list[id - 1];
    return component.touches_border ? 0
                                    : static_cast<std::uint32_t>(std::min(component.voxels, most));
  };
  return {label, component_values(std::move(others), found, PixelType::u32, size_of_hole)};
}

class HolesFilled final : public VolumeSource {
 public:
  HolesFilled(std::shared_ptr<SharedLabels> labels, std::vector<HolesOfClass> holes)
      : VolumeSource(description_of(labels->source())),
        labels_(std::move(labels)),
        holes_(std::move(holes)) {}
  std::int64_t preferred_slab() const override { return labels_->source().preferred_slab(); }

 private:
  static ScanDescription description_of(const VolumeSource& labels) {
    ScanDescription description = labels.description();
    description.levels = 1;
    description.statistics.reset();
    return description;
  }

  void read_box(const Box& box, const AnyView& out) override {
    constexpr std::int64_t piece_voxels = std::int64_t{1} << 20;
    labels_->read(box, out);
    const std::int64_t slice = box.size().x * box.size().y;
    const std::int64_t depth = std::max<std::int64_t>(1, piece_voxels / slice);
    for (Box piece = box; piece.begin.z < box.end.z; piece.begin.z = piece.end.z) {
      piece.end.z = std::min(box.end.z, piece.begin.z + depth);
      const Box part = slab(out.size(), piece.begin.z - box.begin.z, piece.end.z - box.begin.z);
      fill_piece(piece, out.part(part).as<std::uint8_t>());
    }
  }

  void fill_piece(const Box& box, const VolumeView<std::uint8_t>& out) {
    auto sizes = Volume<std::uint32_t>::uninitialised(box.size());
    Volume<std::uint32_t> smallest(box.size());
    for (const HolesOfClass& holes : holes_) {
      holes.sizes->read(box, sizes.view());
      fill(holes.label, sizes, smallest, out);
    }
  }

  static void fill(std::uint8_t label, const Volume<std::uint32_t>& sizes,
                   Volume<std::uint32_t>& smallest, const VolumeView<std::uint8_t>& out) {
    for (std::int64_t z = 0; z < out.size().z; ++z) {
      for (std::int64_t y = 0; y < out.size().y; ++y) {
        const std::uint32_t* const size = sizes.view().row(y, z);
        std::uint32_t* const least = smallest.view().row(y, z);
        std::uint8_t* const row = out.row(y, z);
        for (std::int64_t x = 0; x < out.size().x; ++x) {
          const bool filled = least[x] != 0;
          if (size[x] != 0 && (filled ? size[x] < least[x] : row[x] == 0)) {
            least[x] = size[x];
            row[x] = label;
          }
        }
      }
    }
  }

  std::shared_ptr<SharedLabels> labels_;
  std::vector<HolesOfClass> holes_;
};

std::unique_ptr<VolumeSource> opened(std::unique_ptr<VolumeSource> labels,
                                     const CleanLabelsOptions& options) {
  if (!any_class(options,
                 [](const auto& cleaning) { return cleaning.opening_radius_voxels != 0; })) {
    return labels;
  }
  RadiusOfClass radius_voxels{};
  for (std::size_t label = 1; label < radius_voxels.size(); ++label) {
    radius_voxels[label] =
        cleaning_of(static_cast<std::uint8_t>(label), options).opening_radius_voxels;
  }
  return open_labels(std::move(labels), radius_voxels, options.threads);
}

std::unique_ptr<VolumeSource> holes_filled(std::unique_ptr<VolumeSource> labels,
                                           const CleanLabelsOptions& options, Progress& progress) {
  if (!any_class(options, [](const auto& cleaning) { return cleaning.fill_holes; })) {
    return labels;
  }
  const auto values = label_values(*labels, "classes", progress);
  const auto shared = std::make_shared<SharedLabels>(std::move(labels));
  std::vector<HolesOfClass> holes;
  for (const auto& [value, found] : values) {
    const auto label = static_cast<std::uint8_t>(value);
    if (label != 0 && cleaning_of(label, options).fill_holes) {
      holes.push_back(find_holes(shared, label, options, progress));
    }
  }
  return std::make_unique<HolesFilled>(shared, std::move(holes));
}

std::unique_ptr<VolumeSource> small_removed(std::unique_ptr<VolumeSource> labels,
                                            const CleanLabelsOptions& options, Progress& progress) {
  if (!any_class(options, [](const auto& cleaning) { return cleaning.fewest_voxels > 1; })) {
    return labels;
  }
  const Components found = find_components(*labels,
                                           {.connectivity = options.connectivity,
                                            .threads = options.threads,
                                            .slab_slices = options.slab_slices},
                                           "bodies", progress);
  const auto classes = labels->description().classes;
  auto kept = component_values(
      std::move(labels), found, PixelType::u8, [&](std::uint32_t id) -> std::uint32_t {
        const Component& body = found.list[id - 1];
        const auto label = static_cast<std::uint8_t>(body.value);
        return body.voxels < cleaning_of(label, options).fewest_voxels ? 0 : label;
      });
  kept->mutable_description().classes = classes;
  return kept;
}

}  // namespace

std::unique_ptr<VolumeSource> clean_labels(std::unique_ptr<VolumeSource> labels,
                                           const CleanLabelsOptions& options, Progress& progress) {
  assert(labels->type() == PixelType::u8);
  auto cleaned = opened(std::move(labels), options);
  cleaned = holes_filled(std::move(cleaned), options, progress);
  return small_removed(std::move(cleaned), options, progress);
}

}  // namespace fossilct
