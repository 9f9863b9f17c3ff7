// SPDX-License-Identifier: Apache-2.0
#include "filters/slab_chain.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/threads.h"

namespace fossilct {

namespace {

constexpr std::int64_t most_slab_voxels = std::numeric_limits<std::uint32_t>::max();

std::int64_t slice_voxels(const Size3& size) {
  const std::int64_t count = voxel_count({size.x, size.y, 1});
  if (count > most_slab_voxels) {
    throw Error(ErrorKind::format,
                "a slice of " + std::to_string(size.x) + " x " + std::to_string(size.y) +
                    " voxels; components are found in slices of fewer than 2^32");
  }
  return count;
}

}  // namespace

SlabPlan slab_plan(const Size3& size, std::int64_t slab_slices) {
  // Runs and components of a slab this large stay in the cache.
  constexpr std::int64_t slab_voxels = std::int64_t{2} << 20;
  const std::int64_t slice = slice_voxels(size);
  const std::int64_t wanted = slab_slices > 0 ? slab_slices : slab_voxels / slice;
  const std::int64_t most = std::min(size.z, most_slab_voxels / slice);
  const std::int64_t slab = std::clamp<std::int64_t>(wanted, 1, most);
  return {slab, size.z};
}

SlabPlan slab_plan(const VolumeSource& labels, const ComponentOptions& options) {
  constexpr std::int64_t read_bytes = std::int64_t{16} << 20;
  const Size3& size = labels.grid().size;
  SlabPlan plan = slab_plan(size, options.slab_slices);
  const std::int64_t threads = std::max(1, options.threads);
  if (options.slab_slices > 0) {
    plan.read = std::min(size.z, plan.slab * threads);
    return plan;
  }
  const std::int64_t preferred = std::max<std::int64_t>(1, labels.preferred_slab());
  const std::int64_t bytes =
      preferred * size.x * size.y * static_cast<std::int64_t>(bytes_of(labels.type()));
  plan.read = std::min(size.z, preferred * std::max<std::int64_t>(1, read_bytes / bytes));
  plan.slab = std::min(plan.slab, (plan.read + threads - 1) / threads);
  return plan;
}

SlabReader::SlabReader(VolumeSource& labels, const ComponentOptions& options, const SlabPlan& plan)
    : labels_(labels),
      options_(options),
      foreground_(options.classes),
      plan_(plan),
      slabs_(static_cast<std::size_t>(std::max(1, options.threads))) {}

void SlabReader::read_more() {
  const Size3& size = labels_.grid().size;
  voxels_box_ = slab(size, z_end_, std::min(size.z, z_end_ + plan_.read));
  if (voxels_.size().z == 0) {
    voxels_ = AnyVolume(labels_.type(), {size.x, size.y, plan_.read});
  }
  labels_.read(voxels_box_, voxels_.view().part(whole(voxels_box_.size())));
}

bool SlabReader::next() {
  if (z_end_ == labels_.grid().size.z) {
    return false;
  }
  if (z_end_ == voxels_box_.end.z) {
    read_more();
  }
  const std::int64_t slices = voxels_box_.end.z - z_end_;
  const std::int64_t count =
      std::min<std::int64_t>(std::ssize(slabs_), (slices + plan_.slab - 1) / plan_.slab);
  parallel_for(count, options_.threads, [&](std::int64_t i) {
    const std::int64_t begin = z_end_ + i * plan_.slab;
    const std::int64_t end = std::min(begin + plan_.slab, voxels_box_.end.z);
    const Box part = slab(voxels_.size(), begin - voxels_box_.begin.z, end - voxels_box_.begin.z);
    slabs_[static_cast<std::size_t>(i)].label(std::as_const(voxels_).view().part(part), begin,
                                              foreground_, options_);
  });
  slab_count_ = static_cast<std::size_t>(count);
  z_end_ = slabs_[slab_count_ - 1].z_end();
  return true;
}

void SlabChain::add(const SlabLabels& slab, Pieces& pieces,
                    std::vector<std::uint32_t>& piece_of_label) {
  const std::vector<Component>& parts = slab.components();
  parent_.resize(open_.size() + parts.size());
  std::iota(parent_.begin(), parent_.end(), 0U);
  unite_with_last_slice(slab);
  for (std::uint32_t i = 0; i < open_.size(); ++i) {
    const std::uint32_t root = root_of(i);
    if (root != i) {
      open_[root] = pieces.join(open_[root], open_[i]);
    }
  }
  piece_of_label.resize(parts.size());
  for (std::uint32_t label = 0; label < parts.size(); ++label) {
    const std::uint32_t root = root_of(node_of(label));
    if (root == node_of(label)) {
      piece_of_label[label] = pieces.begin(parts[label]);
    } else {
      piece_of_label[label] =
          root < open_.size() ? open_[root] : piece_of_label[root - open_.size()];
      pieces.extend(piece_of_label[label], parts[label]);
    }
  }
  keep_last_slice(slab, piece_of_label);
}

std::uint32_t SlabChain::root_of(std::uint32_t node) {
  while (parent_[node] != node) {
    parent_[node] = parent_[parent_[node]];
    node = parent_[node];
  }
  return node;
}

void SlabChain::unite_with_last_slice(const SlabLabels& slab) {
  const auto rows = std::ssize(last_row_begin_) - 1;
  for (std::int64_t y = 0; y < rows; ++y) {
    for (const EarlierRow& step : earlier_) {
      if (step.dz == 0 || y + step.dy < 0 || y + step.dy >= rows) {
        continue;
      }
      const auto r = static_cast<std::size_t>(y + step.dy);
      const std::span<const Run> below = {last_slice_.data() + last_row_begin_[r],
                                          last_slice_.data() + last_row_begin_[r + 1]};
      for (const Contact& contact : find_contacts(below, slab.row(y, slab.z_begin()), step.reach,
                                                  Labels::of_two_slabs, contacts_)) {
        const std::uint32_t root_a = root_of(contact.earlier);
        const std::uint32_t root_b = root_of(node_of(contact.label));
        parent_[std::max(root_a, root_b)] = std::min(root_a, root_b);
      }
    }
  }
}

void SlabChain::keep_last_slice(const SlabLabels& slab,
                                std::span<const std::uint32_t> piece_of_label) {
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> open_of_root(parent_.size(), none);
  std::vector<std::uint32_t> open;
  last_slice_.clear();
  last_row_begin_.assign(1, 0);
  for (std::int64_t y = 0; y < slab.size().y; ++y) {
    for (Run run : slab.row(y, slab.z_end() - 1)) {
      std::uint32_t& number = open_of_root[root_of(node_of(run.label))];
      if (number == none) {
        number = static_cast<std::uint32_t>(open.size());
        open.push_back(piece_of_label[run.label]);
      }
      run.label = number;
      last_slice_.push_back(run);
    }
    last_row_begin_.push_back(last_slice_.size());
  }
  open_ = std::move(open);
}

}  // namespace fossilct
