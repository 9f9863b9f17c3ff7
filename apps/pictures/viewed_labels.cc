// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/viewed_labels.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/text.h"
#include "render/mesh.h"

namespace fossilct {

namespace {

constexpr std::int64_t most_listed_voxels = 4'000'000;
constexpr std::size_t most_classes = 48;
constexpr std::int64_t coarse_edge = 48;
constexpr std::int64_t fine_edge = 160;

Box scaled(const Box& box, std::int64_t factor, const Size3& size) {
  const auto end = [factor](std::int64_t at, std::int64_t most) {
    return std::min(at * factor, most);
  };
  return {{box.begin.x * factor, box.begin.y * factor, box.begin.z * factor},
          {end(box.end.x, size.x), end(box.end.y, size.y), end(box.end.z, size.z)}};
}

// The voxels of a coarser level that a box touches.
Box coarsened(const Box& box, std::int64_t factor, const Size3& size) {
  const auto end = [factor](std::int64_t at, std::int64_t most) {
    return std::min((at + factor - 1) / factor, most);
  };
  return {{std::min(box.begin.x / factor, size.x - 1), std::min(box.begin.y / factor, size.y - 1),
           std::min(box.begin.z / factor, size.z - 1)},
          {end(box.end.x, size.x), end(box.end.y, size.y), end(box.end.z, size.z)}};
}

std::int64_t longest(const Box& box) {
  const Size3 size = box.size();
  return std::max({size.x, size.y, size.z});
}

// 1 where a voxel is of the value.
Volume<std::uint8_t> mask_of(const AnyConstView& voxels, std::uint32_t value) {
  Volume<std::uint8_t> mask(voxels.size());
  dispatch(voxels.type(), [&]<typename T>(std::type_identity<T>) {
    const auto labels = voxels.as<T>();
    for (std::int64_t z = 0; z < voxels.size().z; ++z) {
      for (std::int64_t y = 0; y < voxels.size().y; ++y) {
        const T* row = labels.row(y, z);
        std::transform(row, row + voxels.size().x, mask.view().row(y, z), [value](T voxel) {
          return static_cast<std::uint8_t>(static_cast<std::uint32_t>(voxel) == value ? 1 : 0);
        });
      }
    }
  });
  return mask;
}

void widen(Box& box, const Index3& index) {
  box.begin = {std::min(box.begin.x, index.x), std::min(box.begin.y, index.y),
               std::min(box.begin.z, index.z)};
  box.end = {std::max(box.end.x, index.x + 1), std::max(box.end.y, index.y + 1),
             std::max(box.end.z, index.z + 1)};
}

}  // namespace

ViewedLabels::ViewedLabels(std::vector<std::unique_ptr<VolumeSource>> levels, const Grid& grid)
    : levels_(std::move(levels)), grid_(grid) {
  std::int64_t level = 0;
  while (level + 1 < static_cast<std::int64_t>(levels_.size()) &&
         voxel_count(levels_[static_cast<std::size_t>(level)]->grid().size) > most_listed_voxels) {
    ++level;
  }
  const std::map<std::uint32_t, Found> found = find(level);
  name_classes(found);
  const std::int64_t factor = std::int64_t{1} << level;
  for (const auto& [value, body] : found) {
    ViewedFossil viewed;
    viewed.id = value;
    viewed.class_index = class_of(value);
    viewed.box = scaled(body.box, factor, grid_.size);
    const Index3& a = viewed.box.begin;
    const Index3& b = viewed.box.end;
    viewed.centre = {static_cast<double>(a.x + b.x - 1) / 2, static_cast<double>(a.y + b.y - 1) / 2,
                     static_cast<double>(a.z + b.z - 1) / 2};
    const std::int64_t voxels = body.voxels * factor * factor * factor;
    const double volume = static_cast<double>(voxels) * grid_.voxel_volume();
    viewed.diameter_um = std::cbrt(6 * volume / M_PI);
    const std::string about = level == 0 ? "" : "about ";
    viewed.measures = {{"voxels", about + format_count(voxels)},
                       {"volume", about + format_count(std::llround(volume)) +
                                      (grid_.spacing_known ? " µm³" : " voxels")}};
    bodies_.push_back(std::move(viewed));
  }
}

std::map<std::uint32_t, ViewedLabels::Found> ViewedLabels::find(std::int64_t level) {
  VolumeSource& source = *levels_[static_cast<std::size_t>(level)];
  const Size3& size = source.grid().size;
  std::map<std::uint32_t, Found> found;
  const std::int64_t depth = slices_at_once(source);
  for (std::int64_t z0 = 0; z0 < size.z; z0 += depth) {
    const AnyVolume piece = source.read(slab(size, z0, std::min(size.z, z0 + depth)));
    dispatch(piece.type(), [&]<typename T>(std::type_identity<T>) {
      const auto labels = std::as_const(piece).view().as<T>();
      for (std::int64_t z = 0; z < labels.size().z; ++z) {
        for (std::int64_t y = 0; y < size.y; ++y) {
          for (std::int64_t x = 0; x < size.x; ++x) {
            const auto value = static_cast<std::uint32_t>(labels(x, y, z));
            if (value != 0) {
              const Index3 at = {x, y, z0 + z};
              Found& body = found.try_emplace(value, Found{{at, {at.x + 1, at.y + 1, at.z + 1}}, 0})
                                .first->second;
              widen(body.box, at);
              ++body.voxels;
            }
          }
        }
      }
    });
  }
  return found;
}

void ViewedLabels::name_classes(const std::map<std::uint32_t, Found>& found) {
  std::vector<LabelClass> classes = levels_.front()->description().classes;
  const bool names_all = std::ranges::all_of(found, [&](const auto& body) {
    return std::ranges::find(classes, std::int64_t{body.first}, &LabelClass::value) !=
           classes.end();
  });
  if (!names_all) {
    classes.clear();
    for (const auto& [value, body] : found) {
      if (found.size() <= most_classes) {
        classes.push_back({value, "label " + std::to_string(value), {}});
      }
    }
    if (classes.empty()) {
      classes.push_back({0, "label", {}});
    }
  }
  classes_ = viewed_classes(classes);
}

std::size_t ViewedLabels::class_of(std::uint32_t value) const {
  const auto found = std::ranges::find(classes_, std::int64_t{value}, &ViewedClass::value);
  return found == classes_.end() ? 0 : static_cast<std::size_t>(found - classes_.begin());
}

TriangleMesh ViewedLabels::mesh(std::uint32_t value, bool fine) {
  const auto body = std::ranges::find(bodies_, value, &ViewedFossil::id);
  const std::int64_t edge = fine ? fine_edge : coarse_edge;
  std::int64_t level = 0;
  while (level + 1 < static_cast<std::int64_t>(levels_.size()) &&
         longest(body->box) >> level > edge) {
    ++level;
  }
  VolumeSource& source = *levels_[static_cast<std::size_t>(level)];
  const std::int64_t factor = std::int64_t{1} << level;
  const Box box = coarsened(body->box, factor, source.grid().size);
  const AnyVolume voxels = source.read(box);
  const Volume<std::uint8_t> mask = mask_of(voxels.view(), value);
  MeshOptions options;
  options.reduce_to = 0.5;
  // The labels' own grid may state no voxel size; they lie where the scan's voxels do.
  return mesh_body({mask.view(), 1, {}, cropped(reduced(grid_, factor), box)}, options).mesh;
}

}  // namespace fossilct
