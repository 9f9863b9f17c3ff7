// SPDX-License-Identifier: Apache-2.0
#include "filters/components.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/threads.h"
#include "filters/slab_chain.h"
#include "filters/slab_labels.h"

namespace fossilct {

namespace {

// The facts of pieces, gathered while slabs are joined. Pieces are numbered as they begin, and the
// earlier of two that meet stays, so that the first voxel of a component is its first piece's.
class PieceTable final : public Pieces {
 public:
  explicit PieceTable(std::uint32_t most) : most_(most) {}

  std::uint32_t begin(const Component& part) override {
    if (parent_.size() >= most_) {
      throw Error(ErrorKind::format, "the labels fall into more than " + std::to_string(most_) +
                                         " components; noise? Expected bodies");
    }
    piece_.push_back(static_cast<std::uint32_t>(parent_.size()));
    parent_.push_back(piece_.back());
    components_.push_back(part);
    return static_cast<std::uint32_t>(components_.size() - 1);
  }

  void extend(std::uint32_t slot, const Component& part) override {
    absorb(components_[slot], part);
  }

  std::uint32_t join(std::uint32_t a, std::uint32_t b) override {
    if (a == b) {
      return a;
    }
    const auto [kept, gone] = std::minmax(a, b);
    absorb(components_[kept], components_[gone]);
    components_[gone].voxels = 0;
    parent_[piece_[gone]] = piece_[kept];
    ++gone_;
    return kept;
  }

  // Frees the slots of pieces that went into others, where they are many; `open` are slots in use.
  void compact(std::span<std::uint32_t> open) {
    if (gone_ < 1024 || 2 * gone_ < components_.size()) {
      return;
    }
    std::vector<std::uint32_t> moved_to(components_.size());
    std::uint32_t kept = 0;
    for (std::size_t slot = 0; slot < components_.size(); ++slot) {
      moved_to[slot] = kept;
      if (components_[slot].voxels > 0) {
        components_[kept] = components_[slot];
        piece_[kept++] = piece_[slot];
      }
    }
    components_.resize(kept);
    piece_.resize(kept);
    gone_ = 0;
    for (std::uint32_t& slot : open) {
      slot = moved_to[slot];
    }
  }

  std::vector<Component> take_components(const Size3& size) {
    std::erase_if(components_, [](const Component& c) { return c.voxels == 0; });
    for (Component& c : components_) {
      const auto& [begin, end] = c.box;
      c.touches_border = begin.x == 0 || begin.y == 0 || begin.z == 0 || end.x == size.x ||
                         end.y == size.y || end.z == size.z;
    }
    return std::move(components_);
  }

  std::vector<std::uint32_t> take_id_of_piece() {
    std::uint32_t id = 0;
    for (std::uint32_t piece = 0; piece < parent_.size(); ++piece) {
      // A parent begins before its child: its id is there already.
      parent_[piece] = parent_[piece] == piece ? ++id : parent_[parent_[piece]];
    }
    return std::move(parent_);
  }

 private:
  std::uint32_t most_;
  std::vector<Component> components_;  // by slot, in the order of beginning; voxels 0: gone
  std::vector<std::uint32_t> piece_;   // by slot
  std::vector<std::uint32_t> parent_;  // by piece: one it went into, or itself
  std::size_t gone_ = 0;
};

// The values of pieces that begin in the order of the first pass.
class PieceValues final : public Pieces {
 public:
  explicit PieceValues(std::vector<std::uint32_t> value_of_piece)
      : value_of_piece_(std::move(value_of_piece)) {}

  void restart() { next_ = 0; }
  std::uint32_t begin(const Component&) override {
    if (next_ == value_of_piece_.size()) {
      throw Error(ErrorKind::format,
                  "the labels have changed since their components were found; expected the same");
    }
    return value_of_piece_[next_++];
  }
  void extend(std::uint32_t, const Component&) override {}
  std::uint32_t join(std::uint32_t a, std::uint32_t) override { return a; }

 private:
  std::vector<std::uint32_t> value_of_piece_;
  std::size_t next_ = 0;
};

// Columns [x_begin, x_begin + length) of a row: the values of its runs, between them 0.
template <typename T>
void fill_row(std::span<const Run> runs, std::span<const std::uint32_t> value_of_label,
              std::int64_t x_begin, std::int64_t length, T* out) {
  std::int64_t x = 0;
  for (const Run& run : runs) {
    const std::int64_t begin = std::clamp<std::int64_t>(run.begin - x_begin, x, length);
    const std::int64_t end = std::clamp<std::int64_t>(run.end - x_begin, begin, length);
    std::fill(out + x, out + begin, T{0});
    std::fill(out + begin, out + end, static_cast<T>(value_of_label[run.label]));
    x = end;
  }
  std::fill(out + x, out + length, T{0});
}

// Slice z of `out`, which holds the voxels of `box`.
void fill_slice(const SlabLabels& slab, std::span<const std::uint32_t> value_of_label,
                const Box& box, std::int64_t z, const AnyView& out) {
  dispatch(out.type(), [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::is_unsigned_v<T>) {
      const VolumeView<T> typed = out.as<T>();
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        fill_row(slab.row(y, z), value_of_label, box.begin.x, typed.size().x,
                 typed.row(y - box.begin.y, z - box.begin.z));
      }
    }
  });
}

class ComponentValues final : public VolumeSource {
 public:
  ComponentValues(std::unique_ptr<VolumeSource> labels, const Components& components,
                  std::vector<std::uint32_t> value_of_piece, ScanDescription description)
      : VolumeSource(std::move(description)),
        labels_(std::move(labels)),
        options_(components.options),
        plan_(components.plan),
        values_(std::move(value_of_piece)),
        chain_(options_.connectivity) {}
  std::int64_t preferred_slab() const override { return plan_.read; }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    if (!reader_ || box.begin.z < reader_->z_begin()) {
      restart();
    }
    for (;;) {
      fill_from_slabs(box, out);
      if (box.end.z <= reader_->z_end()) {
        return;
      }
      label_more();
    }
  }

  void restart() {
    reader_.emplace(*labels_, options_, plan_);
    chain_ = SlabChain(options_.connectivity);
    values_.restart();
  }

  // A failure on the way leaves slabs that don't belong together: the next read begins anew.
  void label_more() {
    try {
      reader_->next();
      value_of_label_.resize(reader_->slabs().size());
      for (std::size_t i = 0; i < value_of_label_.size(); ++i) {
        chain_.add(reader_->slabs()[i], values_, value_of_label_[i]);
      }
    } catch (...) {
      reader_.reset();
      throw;
    }
  }

  void fill_from_slabs(const Box& box, const AnyView& out) const {
    const std::int64_t begin = std::max(box.begin.z, reader_->z_begin());
    const std::int64_t end = std::min(box.end.z, reader_->z_end());
    parallel_for(end - begin, options_.threads, [&](std::int64_t i) {
      const std::int64_t z = begin + i;
      std::size_t s = 0;
      while (reader_->slabs()[s].z_end() <= z) {
        ++s;
      }
      fill_slice(reader_->slabs()[s], value_of_label_[s], box, z, out);
    });
  }

  std::unique_ptr<VolumeSource> labels_;
  ComponentOptions options_;
  SlabPlan plan_;
  PieceValues values_;
  SlabChain chain_;
  std::optional<SlabReader> reader_;
  std::vector<std::vector<std::uint32_t>> value_of_label_;  // by slab of the reader
};

}  // namespace

Components find_components(VolumeSource& labels, const ComponentOptions& options,
                           std::string_view stage, Progress& progress) {
  assert(is_label_type(labels.type()));
  const Size3& size = labels.grid().size;
  Components found{
      .list = {}, .options = options, .plan = slab_plan(labels, options), .id_of_piece = {}};
  SlabReader reader(labels, options, found.plan);
  SlabChain chain(options.connectivity);
  PieceTable pieces(options.most_pieces);
  std::vector<std::uint32_t> piece_of_label;
  progress.begin(stage, size.z, WorkUnit::slices);
  while (reader.next()) {
    for (const SlabLabels& slab : reader.slabs()) {
      progress.check();
      chain.add(slab, pieces, piece_of_label);
      pieces.compact(chain.open_pieces());
      progress.advance(slab.size().z);
    }
  }
  progress.end();
  found.list = pieces.take_components(size);
  found.id_of_piece = pieces.take_id_of_piece();
  return found;
}

std::unique_ptr<VolumeSource> component_values(
    std::unique_ptr<VolumeSource> labels, const Components& components, PixelType type,
    const std::function<std::uint32_t(std::uint32_t id)>& value_of) {
  assert(is_label_type(type));
  std::vector<std::uint32_t> value_of_id(components.list.size());
  for (std::uint32_t i = 0; i < value_of_id.size(); ++i) {
    value_of_id[i] = value_of(i + 1);
  }
  std::vector<std::uint32_t> value_of_piece = components.id_of_piece;
  for (std::uint32_t& value : value_of_piece) {
    value = value_of_id[value - 1];
  }
  ScanDescription description = labels->description();
  description.kind = VolumeKind::labels;
  description.type = type;
  description.levels = 1;
  description.statistics.reset();
  description.classes.clear();
  return std::make_unique<ComponentValues>(std::move(labels), components, std::move(value_of_piece),
                                           std::move(description));
}

std::unique_ptr<VolumeSource> component_ids(std::unique_ptr<VolumeSource> labels,
                                            const Components& components) {
  return component_values(std::move(labels), components, PixelType::u32,
                          [](std::uint32_t id) { return id; });
}

LabelledVolume label_components(const AnyConstView& labels, const ComponentOptions& options) {
  const Size3& size = labels.size();
  LabelledVolume labelled{.components = {}, .ids = Volume<std::uint32_t>::uninitialised(size)};
  if (voxel_count(size) == 0) {
    return labelled;
  }
  const std::int64_t depth = slab_plan(size, options.slab_slices).slab;
  const std::int64_t count = (size.z + depth - 1) / depth;
  const Foreground foreground(options.classes);
  std::vector<SlabLabels> slabs(static_cast<std::size_t>(count));
  parallel_for(count, options.threads, [&](std::int64_t i) {
    const Box part = slab(size, i * depth, std::min(size.z, (i + 1) * depth));
    slabs[static_cast<std::size_t>(i)].label(labels.part(part), part.begin.z, foreground, options);
  });
  SlabChain chain(options.connectivity);
  PieceTable pieces(options.most_pieces);
  std::vector<std::vector<std::uint32_t>> id_of_label(slabs.size());
  for (std::size_t i = 0; i < slabs.size(); ++i) {
    chain.add(slabs[i], pieces, id_of_label[i]);
  }
  labelled.components = pieces.take_components(size);
  const std::vector<std::uint32_t> id_of_piece = pieces.take_id_of_piece();
  parallel_for(count, options.threads, [&](std::int64_t i) {
    const auto s = static_cast<std::size_t>(i);
    for (std::uint32_t& piece : id_of_label[s]) {
      piece = id_of_piece[piece];
    }
    for (std::int64_t z = slabs[s].z_begin(); z < slabs[s].z_end(); ++z) {
      fill_slice(slabs[s], id_of_label[s], whole(size), z, labelled.ids.view());
    }
  });
  return labelled;
}

}  // namespace fossilct
