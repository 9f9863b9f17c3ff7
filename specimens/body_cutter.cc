// SPDX-License-Identifier: Apache-2.0
#include "specimens/body_cutter.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"

namespace fossilct {

namespace {

Size3 reduced_size(const Size3& size, std::int64_t f) {
  return {(size.x + f - 1) / f, (size.y + f - 1) / f, (size.z + f - 1) / f};
}

// Cells at the end of an axis may hold fewer voxels; they count as whole ones, half a cell outside.
Grid crop_grid(const Grid& scan, const Box& box, std::int64_t f) {
  Grid grid = cropped(scan, box);
  const double middle = static_cast<double>(f - 1) / 2;
  grid.origin_um = grid.physical_from_index({middle, middle, middle});
  const auto factor = static_cast<double>(f);
  grid.spacing_um = {grid.spacing_um.x * factor, grid.spacing_um.y * factor,
                     grid.spacing_um.z * factor};
  grid.size = reduced_size(box.size(), f);
  return grid;
}

// Sums of the cells of a reduced crop.
struct CellSums {
  explicit CellSums(const Size3& size) : body(size), other(size), grey(size), grey_count(size) {}
  Volume<std::uint32_t> body;
  Volume<std::uint32_t> other;
  Volume<float> grey;
  Volume<std::uint32_t> grey_count;
};

// A slab of all sources.
struct Slab {
  std::int64_t z_begin = 0;
  std::int64_t z_end = 0;
  AnyVolume bodies, grey, classes, uncertainty, earlier_ids;
};

// A crop that is being filled.
class OpenCrop {
 public:
  OpenCrop(std::size_t index, const Box& wanted, int reduction, const CutSources& sources,
           const CutOptions& options)
      : box_(box_of(wanted, options, sources)), body_(static_cast<std::uint32_t>(index + 1)) {
    const Grid& scan = sources.bodies->grid();
    cut_.index = index;
    cut_.reduction = reduction;
    cut_.crop.grid = crop_grid(scan, box_, reduction);
    cut_.crop.begin = box_.begin;
    cut_.crop.at_scan_face = {box_.begin.x == 0, box_.end.x == scan.size.x,
                              box_.begin.y == 0, box_.end.y == scan.size.y,
                              box_.begin.z == 0, box_.end.z == scan.size.z};
    make_volumes(sources);
  }

  static Box box_of(const Box& wanted, const CutOptions& options, const CutSources& sources) {
    return padded(wanted, options.margin_voxels, sources.bodies->grid().size);
  }

  bool complete(std::int64_t z_end) const { return box_.end.z <= z_end; }
  std::int64_t bytes() const { return voxel_count(cut_.crop.grid.size) * bytes_a_crop_voxel; }

  void add(const Slab& slab) {
    const Box part{{box_.begin.x, box_.begin.y, std::max(box_.begin.z, slab.z_begin)},
                   {box_.end.x, box_.end.y, std::min(box_.end.z, slab.z_end)}};
    if (part.empty()) {
      return;
    }
    if (sums_) {
      sum(slab, part);
    } else {
      copy_mask(slab, part);
      copy_rows(slab, slab.grey, part, cut_.crop.grey);
    }
    copy_rows(slab, slab.classes, part, cut_.classes);
    copy_rows(slab, slab.uncertainty, part, cut_.uncertainty);
    copy_rows(slab, slab.earlier_ids, part, cut_.earlier_ids);
  }

  CutBody finish() {
    if (sums_) {
      settle_sums();
    }
    return std::move(cut_);
  }

 private:
  void make_volumes(const CutSources& sources) {
    const Size3& size = cut_.crop.grid.size;
    cut_.crop.mask = Volume<std::uint8_t>(size);
    if (sources.grey != nullptr) {
      cut_.crop.grey = Volume<float>(size);
    }
    if (sources.classes != nullptr) {
      cut_.classes = Volume<std::uint32_t>(size);
    }
    if (sources.uncertainty != nullptr) {
      cut_.uncertainty = Volume<std::uint8_t>(size);
    }
    if (sources.earlier_ids != nullptr) {
      cut_.earlier_ids = Volume<std::uint32_t>(size);
    }
    if (cut_.reduction > 1) {
      sums_ = std::make_unique<CellSums>(size);
    }
  }

  void copy_mask(const Slab& slab, const Box& part) {
    const auto bodies = slab.bodies.view().as<std::uint32_t>();
    const auto mask = cut_.crop.mask.view();
    for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
      for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
        const std::uint32_t* from = bodies.row(y, z - slab.z_begin) + part.begin.x;
        std::uint8_t* to = mask.row(y - box_.begin.y, z - box_.begin.z);
        for (std::int64_t x = 0; x < part.size().x; ++x) {
          to[x] = from[x] == 0 ? 0 : from[x] == body_ ? mask_body : mask_other_body;
        }
      }
    }
  }

  template <typename T>
  void copy_rows(const Slab& slab, const AnyVolume& from_volume, const Box& part, Volume<T>& to) {
    if (voxel_count(to.size()) == 0) {
      return;
    }
    const auto from_view = from_volume.view().as<T>();
    const auto bodies = slab.bodies.view().as<std::uint32_t>();
    const std::int64_t f = cut_.reduction;
    for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
      for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
        const T* from = from_view.row(y, z - slab.z_begin) + part.begin.x;
        const std::uint32_t* body = bodies.row(y, z - slab.z_begin) + part.begin.x;
        T* row = to.view().row((y - box_.begin.y) / f, (z - box_.begin.z) / f);
        for (std::int64_t x = 0; x < part.size().x; ++x) {
          // Of a cell only what lies in the body counts.
          row[x / f] = f == 1 || body[x] == body_ ? from[x] : row[x / f];
        }
      }
    }
  }

  void sum(const Slab& slab, const Box& part) {
    const std::int64_t f = cut_.reduction;
    const bool with_grey = voxel_count(cut_.crop.grey.size()) > 0;
    for (std::int64_t z = part.begin.z; z < part.end.z; ++z) {
      for (std::int64_t y = part.begin.y; y < part.end.y; ++y) {
        const Index3 cell{0, (y - box_.begin.y) / f, (z - box_.begin.z) / f};
        sum_bodies(slab.bodies.view().as<std::uint32_t>().row(y, z - slab.z_begin), part, cell);
        if (with_grey) {
          sum_grey(slab.grey.view().as<float>().row(y, z - slab.z_begin), part, cell);
        }
      }
    }
  }

  void sum_bodies(const std::uint32_t* row, const Box& part, const Index3& cell) {
    std::uint32_t* body = sums_->body.view().row(cell.y, cell.z);
    std::uint32_t* other = sums_->other.view().row(cell.y, cell.z);
    for (std::int64_t x = part.begin.x; x < part.end.x; ++x) {
      const std::int64_t c = (x - part.begin.x) / cut_.reduction;
      body[c] += row[x] == body_ ? 1 : 0;
      other[c] += row[x] != 0 && row[x] != body_ ? 1 : 0;
    }
  }

  void sum_grey(const float* row, const Box& part, const Index3& cell) {
    float* grey = sums_->grey.view().row(cell.y, cell.z);
    std::uint32_t* count = sums_->grey_count.view().row(cell.y, cell.z);
    for (std::int64_t x = part.begin.x; x < part.end.x; ++x) {
      if (!std::isnan(row[x])) {
        const std::int64_t c = (x - part.begin.x) / cut_.reduction;
        grey[c] += row[x];
        count[c] += 1;
      }
    }
  }

  void settle_sums() {
    const Size3& size = cut_.crop.grid.size;
    const std::int64_t f = cut_.reduction;
    const auto held = [f](std::int64_t cell, std::int64_t begin, std::int64_t end) {
      return std::min(f, end - begin - cell * f);
    };
    const bool with_grey = voxel_count(cut_.crop.grey.size()) > 0;
    std::int64_t all = 0, in_mask = 0;
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        const std::int64_t row_voxels =
            held(z, box_.begin.z, box_.end.z) * held(y, box_.begin.y, box_.end.y);
        for (std::int64_t x = 0; x < size.x; ++x) {
          const std::int64_t voxels = row_voxels * held(x, box_.begin.x, box_.end.x);
          cut_.crop.mask(x, y, z) = 2 * sums_->body(x, y, z) >= voxels    ? mask_body
                                    : 2 * sums_->other(x, y, z) >= voxels ? mask_other_body
                                                                          : std::uint8_t{0};
          all += sums_->body(x, y, z);
          in_mask += cut_.crop.mask(x, y, z) == mask_body ? sums_->body(x, y, z) : 0;
          if (with_grey) {
            const std::uint32_t count = sums_->grey_count(x, y, z);
            cut_.crop.grey(x, y, z) = count == 0 ? std::numeric_limits<float>::quiet_NaN()
                                                 : sums_->grey(x, y, z) / static_cast<float>(count);
          }
        }
      }
    }
    if (2 * in_mask < all) {
      take_all_cells();
    }
  }

  // A sheet or thread fills no cell by half, and is still there.
  void take_all_cells() {
    for (std::int64_t i = 0; i < voxel_count(cut_.crop.mask.size()); ++i) {
      std::uint8_t& voxel = cut_.crop.mask.data()[i];
      voxel = sums_->body.data()[i] > 0 ? mask_body : voxel;
    }
  }

  Box box_;
  std::uint32_t body_;
  CutBody cut_;
  std::unique_ptr<CellSums> sums_;
};

AnyVolume read_slab(VolumeSource* source, std::int64_t z_begin, std::int64_t z_end) {
  return source == nullptr ? AnyVolume() : source->read(slab(source->grid().size, z_begin, z_end));
}

class Cutter {
 public:
  Cutter(const CutSources& sources, std::span<const Box> wanted, const CutOptions& options,
         const std::function<void(CutBody&)>& take, Progress& progress)
      : sources_(sources),
        wanted_(wanted),
        options_(options),
        take_(take),
        progress_(progress),
        depth_(slices_at_once(*sources.bodies)) {
    for (const VolumeSource* source : {sources.grey, sources.classes, sources.earlier_ids}) {
      depth_ = source == nullptr ? depth_ : std::max(depth_, slices_at_once(*source));
    }
  }

  void run() {
    require_memory();
    std::vector<std::size_t> order(wanted_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return wanted_[a].begin.z < wanted_[b].begin.z;
    });
    while (!order.empty()) {
      order = sweep(order);
    }
  }

 private:
  Box box_of(std::size_t index) const {
    return OpenCrop::box_of(wanted_[index], options_, sources_);
  }

  int reduction_of(std::size_t index) const {
    int f = 1;
    while (voxel_count(reduced_size(box_of(index).size(), f)) > options_.most_crop_voxels) {
      f *= 2;
    }
    return f;
  }

  std::int64_t crop_bytes(std::size_t index) const {
    return voxel_count(reduced_size(box_of(index).size(), reduction_of(index))) *
           bytes_a_crop_voxel;
  }

  void require_memory() const {
    std::size_t largest = 0;
    for (std::size_t i = 1; i < wanted_.size(); ++i) {
      largest = crop_bytes(i) > crop_bytes(largest) ? i : largest;
    }
    if (crop_bytes(largest) > options_.memory_bytes) {
      const Size3 size = wanted_[largest].size();
      const auto bytes = [](std::int64_t n) { return format_bytes(static_cast<double>(n)); };
      throw Error(ErrorKind::option,
                  "--memory: " + bytes(options_.memory_bytes) + " are too little for a body of " +
                      std::to_string(size.x) + " x " + std::to_string(size.y) + " x " +
                      std::to_string(size.z) + " voxels, which takes " +
                      bytes(crop_bytes(largest)) +
                      "; give more, or a smaller --largest-crop, which measures large bodies at a "
                      "lower resolution");
    }
  }

  // Cuts those of `order` that the memory allows at once; returns those that wait.
  std::vector<std::size_t> sweep(const std::vector<std::size_t>& order) {
    std::vector<std::size_t> waiting;
    std::size_t next = 0;
    std::int64_t z = box_of(order.front()).begin.z;
    while (next < order.size() || !open_.empty()) {
      if (open_.empty()) {
        z = std::max(z, box_of(order[next]).begin.z);
      }
      z -= z % depth_;
      const std::int64_t end = std::min(sources_.bodies->grid().size.z, z + depth_);
      for (; next < order.size() && box_of(order[next]).begin.z < end; ++next) {
        if (!begin(order[next])) {
          waiting.push_back(order[next]);
        }
      }
      if (!open_.empty()) {
        add(z, end);
      }
      z = end;
    }
    hand_out();
    return waiting;
  }

  bool begin(std::size_t index) {
    const std::int64_t bytes = crop_bytes(index);
    if (held_bytes_ + bytes > options_.memory_bytes && held_bytes_ > 0) {
      hand_out();
      if (held_bytes_ + bytes > options_.memory_bytes && held_bytes_ > 0) {
        return false;
      }
    }
    held_bytes_ += bytes;
    open_.push_back(
        std::make_unique<OpenCrop>(index, wanted_[index], reduction_of(index), sources_, options_));
    return true;
  }

  void add(std::int64_t z_begin, std::int64_t z_end) {
    progress_.check();
    Slab slab{z_begin,
              z_end,
              read_slab(sources_.bodies, z_begin, z_end),
              read_slab(sources_.grey, z_begin, z_end),
              read_slab(sources_.classes, z_begin, z_end),
              read_slab(sources_.uncertainty, z_begin, z_end),
              read_slab(sources_.earlier_ids, z_begin, z_end)};
    parallel_for(static_cast<std::int64_t>(open_.size()), options_.threads,
                 [&](std::int64_t i) { open_[static_cast<std::size_t>(i)]->add(slab); });
    std::vector<std::unique_ptr<OpenCrop>> still_open;
    for (auto& crop : open_) {
      (crop->complete(z_end) ? finished_ : still_open).push_back(std::move(crop));
    }
    open_ = std::move(still_open);
    if (finished_.size() >= 16 * static_cast<std::size_t>(options_.threads)) {
      hand_out();
    }
  }

  // Largest first, so that the last ones are short and all threads end together.
  void hand_out() {
    std::stable_sort(finished_.begin(), finished_.end(),
                     [](const auto& a, const auto& b) { return a->bytes() > b->bytes(); });
    parallel_for(
        static_cast<std::int64_t>(finished_.size()), options_.threads, [&](std::int64_t i) {
          progress_.check();
          std::unique_ptr<OpenCrop> crop = std::move(finished_[static_cast<std::size_t>(i)]);
          const std::int64_t bytes = crop->bytes();
          CutBody body = crop->finish();
          take_(body);
          progress_.advance(1);
          held_bytes_ -= bytes;
        });
    finished_.clear();
  }

  const CutSources& sources_;
  std::span<const Box> wanted_;
  const CutOptions& options_;
  const std::function<void(CutBody&)>& take_;
  Progress& progress_;
  std::int64_t depth_;
  std::vector<std::unique_ptr<OpenCrop>> open_;
  std::vector<std::unique_ptr<OpenCrop>> finished_;
  std::atomic<std::int64_t> held_bytes_ = 0;
};

}  // namespace

void cut_bodies(const CutSources& sources, std::span<const Box> wanted, const CutOptions& options,
                const std::function<void(CutBody&)>& take, Progress& progress) {
  assert(options.margin_voxels >= 1 && sources.bodies->type() == PixelType::u32);
  if (!wanted.empty()) {
    Cutter(sources, wanted, options, take, progress).run();
  }
}

}  // namespace fossilct
