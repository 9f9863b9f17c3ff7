// SPDX-License-Identifier: Apache-2.0
#include "segment/merged_planes.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <set>
#include <span>
#include <utility>

namespace fossilct {
namespace {

constexpr std::int64_t slices_at_once = 32;
constexpr int whole_probability = 255;

ScanDescription u8_description(const Grid& grid, const char* format) {
  ScanDescription description;
  description.grid = grid;
  description.type = PixelType::u8;
  description.format = format;
  return description;
}

class MergedPlane : public VolumeSource {
 public:
  MergedPlane(const SlabStore& store, int plane, const Grid& grid)
      : VolumeSource(u8_description(grid, "probabilities")), store_(store), plane_(plane) {
    assert(grid.size == store.size());
    std::set<Axis> axes;
    for (const AxisSlab& slab : store.slabs()) {
      axes.insert(slab.axis);
    }
    axes_ = static_cast<int>(axes.size());
  }
  std::int64_t preferred_slab() const override { return slices_at_once; }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    std::vector<std::uint16_t> sums(static_cast<std::size_t>(voxel_count(box.size())));
    add_plane(store_, plane_, box, sums);
    const VolumeView<std::uint8_t> to = out.as<std::uint8_t>();
    const std::uint16_t* from = sums.data();
    for (std::int64_t z = 0; z < to.size().z; ++z) {
      for (std::int64_t y = 0; y < to.size().y; ++y, from += to.size().x) {
        std::transform(from, from + to.size().x, to.row(y, z), [this](std::uint16_t sum) {
          return static_cast<std::uint8_t>((2 * sum + axes_) / (2 * axes_));
        });
      }
    }
  }

  const SlabStore& store_;
  int plane_;
  int axes_ = 1;
};

// A volume whose voxels follow from those of some others at the same place.
class OfPlanes : public VolumeSource {
 public:
  OfPlanes(ScanDescription description, Planes planes)
      : VolumeSource(std::move(description)), planes_(std::move(planes)) {}
  std::int64_t preferred_slab() const override { return slices_at_once; }

 protected:
  // One row of each plane, `out` as long.
  virtual void combine(std::span<const std::uint8_t* const> rows,
                       std::span<std::uint8_t> out) const = 0;

 private:
  void read_box(const Box& box, const AnyView& out) override {
    std::vector<AnyVolume> voxels;
    for (const auto& plane : planes_) {
      voxels.push_back(plane->read(box));
    }
    const VolumeView<std::uint8_t> to = out.as<std::uint8_t>();
    std::vector<const std::uint8_t*> rows(voxels.size());
    for (std::int64_t z = 0; z < to.size().z; ++z) {
      for (std::int64_t y = 0; y < to.size().y; ++y) {
        for (std::size_t i = 0; i < voxels.size(); ++i) {
          rows[i] = std::as_const(voxels[i]).view().as<std::uint8_t>().row(y, z);
        }
        combine(rows, {to.row(y, z), static_cast<std::size_t>(to.size().x)});
      }
    }
  }

  Planes planes_;
};

ScanDescription label_description(const Grid& grid, const std::vector<LabelClass>& classes) {
  ScanDescription description = u8_description(grid, "predicted labels");
  description.kind = VolumeKind::labels;
  description.classes = classes;
  return description;
}

class MostProbable : public OfPlanes {
 public:
  MostProbable(const Grid& grid, Planes planes, const std::vector<LabelClass>& classes)
      : OfPlanes(label_description(grid, classes), std::move(planes)) {
    for (const LabelClass& c : classes) {
      assert(c.value >= 0 && c.value <= 255);
      values_.push_back(static_cast<std::uint8_t>(c.value));
    }
  }

 private:
  void combine(std::span<const std::uint8_t* const> rows,
               std::span<std::uint8_t> out) const override {
    assert(values_.size() == rows.size() + 1);
    for (std::size_t x = 0; x < out.size(); ++x) {
      int rest = whole_probability, most = 0;
      std::size_t best = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const int here = rows[i][x];
        rest -= here;
        if (here > most) {
          most = here;
          best = i + 1;
        }
      }
      out[x] = values_[rest >= most ? 0 : best];
    }
  }

  std::vector<std::uint8_t> values_;
};

// -p log p of p = i / 255.
std::array<double, whole_probability + 1> entropy_table() {
  std::array<double, whole_probability + 1> table{};
  for (int i = 1; i < whole_probability; ++i) {
    const double p = static_cast<double>(i) / whole_probability;
    table[static_cast<std::size_t>(i)] = -p * std::log(p);
  }
  return table;
}

class EntropyOf : public OfPlanes {
 public:
  // `single`: whether the last plane is the mean of the views' own entropies, to be taken off.
  EntropyOf(const Grid& grid, Planes planes, bool single)
      : OfPlanes(u8_description(grid, single ? "disagreement" : "entropy"), std::move(planes)),
        single_(single) {}

 private:
  void combine(std::span<const std::uint8_t* const> rows,
               std::span<std::uint8_t> out) const override {
    static const auto table = entropy_table();
    const std::size_t classes = rows.size() - (single_ ? 1 : 0);
    const double scale = whole_probability / std::log(static_cast<double>(classes + 1));
    for (std::size_t x = 0; x < out.size(); ++x) {
      int rest = whole_probability;
      double sum = 0;
      for (std::size_t i = 0; i < classes; ++i) {
        rest -= rows[i][x];
        sum += table[rows[i][x]];
      }
      sum += table[static_cast<std::size_t>(std::max(0, rest))];
      const double taken_off = single_ ? rows[classes][x] : 0;
      const double value = std::clamp(sum * scale - taken_off, 0.0, 255.0);
      out[x] = static_cast<std::uint8_t>(std::lround(value));
    }
  }

  bool single_;
};

class Fitted : public VolumeSource {
 public:
  Fitted(std::unique_ptr<VolumeSource> source, const Grid& grid)
      : VolumeSource(source->description()), source_(std::move(source)) {
    mutable_description().grid = grid;
    mutable_description().statistics.reset();
  }
  std::int64_t preferred_slab() const override { return source_->preferred_slab(); }

 private:
  // Where index i of this volume comes from along an axis of n voxels.
  static std::int64_t inside(std::int64_t i, std::int64_t n) { return std::min(i, n - 1); }

  void read_box(const Box& box, const AnyView& out) override {
    const Size3& size = source_->grid().size;
    const Box from = {
        {inside(box.begin.x, size.x), inside(box.begin.y, size.y), inside(box.begin.z, size.z)},
        {std::min(box.end.x, size.x), std::min(box.end.y, size.y), std::min(box.end.z, size.z)}};
    const Box there = {
        from.begin,
        {std::max(from.end.x, from.begin.x + 1), std::max(from.end.y, from.begin.y + 1),
         std::max(from.end.z, from.begin.z + 1)}};
    const AnyVolume voxels = source_->read(there);
    const auto view = voxels.view().as<std::uint8_t>();
    const VolumeView<std::uint8_t> to = out.as<std::uint8_t>();
    for (std::int64_t z = 0; z < to.size().z; ++z) {
      for (std::int64_t y = 0; y < to.size().y; ++y) {
        const std::uint8_t* row = view.row(inside(y, view.size().y), inside(z, view.size().z));
        for (std::int64_t x = 0; x < to.size().x; ++x) {
          to.row(y, z)[x] = row[inside(x, view.size().x)];
        }
      }
    }
  }

  std::unique_ptr<VolumeSource> source_;
};

}  // namespace

std::unique_ptr<VolumeSource> merged_plane(const SlabStore& store, int plane, const Grid& grid) {
  return std::make_unique<MergedPlane>(store, plane, grid);
}

std::unique_ptr<VolumeSource> most_probable(Planes planes, const std::vector<LabelClass>& classes) {
  const Grid grid = planes.front()->grid();
  return std::make_unique<MostProbable>(grid, std::move(planes), classes);
}

std::unique_ptr<VolumeSource> entropy_of(Planes planes) {
  const Grid grid = planes.front()->grid();
  return std::make_unique<EntropyOf>(grid, std::move(planes), false);
}

std::unique_ptr<VolumeSource> disagreement_of(Planes planes, std::unique_ptr<VolumeSource> single) {
  const Grid grid = planes.front()->grid();
  planes.push_back(std::move(single));
  return std::make_unique<EntropyOf>(grid, std::move(planes), true);
}

std::unique_ptr<VolumeSource> fitted(std::unique_ptr<VolumeSource> source, const Grid& grid) {
  assert(source->type() == PixelType::u8);
  return std::make_unique<Fitted>(std::move(source), grid);
}

}  // namespace fossilct
