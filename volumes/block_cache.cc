// SPDX-License-Identifier: Apache-2.0
#include "volumes/block_cache.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

namespace fossilct {
namespace {

constexpr std::int64_t edge = 64;
constexpr std::int64_t fewest_blocks = 9;

ScanDescription description_of(const VolumeSource& source) { return source.description(); }

class WholeVolume final : public VolumeSource {
 public:
  explicit WholeVolume(std::unique_ptr<VolumeSource> source)
      : VolumeSource(description_of(*source)), source_(std::move(source)) {}

 private:
  void read_box(const Box& box, const AnyView& out) override {
    if (source_ != nullptr) {
      read_all();
    }
    copy_voxels(std::as_const(volume_).view().part(box), out);
  }

  void read_all() {
    const Size3 size = grid().size;
    AnyVolume volume(type(), size);
    const std::int64_t depth = std::max(edge, source_->preferred_slab());
    for (std::int64_t z = 0; z < size.z; z += depth) {
      const Box piece = slab(size, z, std::min(size.z, z + depth));
      source_->read(piece, volume.view().part(piece));
    }
    volume_ = std::move(volume);
    source_.reset();
  }

  std::unique_ptr<VolumeSource> source_;  // null once it has been read
  AnyVolume volume_;
};

class BlockCache final : public VolumeSource {
 public:
  BlockCache(std::unique_ptr<VolumeSource> source, std::int64_t most_bytes)
      : VolumeSource(description_of(*source)),
        source_(std::move(source)),
        blocks_{blocks_along(grid().size.x), blocks_along(grid().size.y),
                blocks_along(grid().size.z)},
        most_blocks_(static_cast<std::size_t>(std::max(
            fewest_blocks,
            most_bytes / (edge * edge * edge * static_cast<std::int64_t>(bytes_of(type())))))) {}

 private:
  struct Block {
    std::int64_t number = 0;
    AnyVolume voxels;
  };
  using Blocks = std::list<Block>;  // the last used first

  static std::int64_t blocks_along(std::int64_t size) { return (size + edge - 1) / edge; }

  void read_box(const Box& box, const AnyView& out) override {
    for (std::int64_t z = box.begin.z / edge; z * edge < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y / edge; y * edge < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x / edge; x * edge < box.end.x; ++x) {
          copy_common(box, {x, y, z}, out);
        }
      }
    }
  }

  void copy_common(const Box& box, const Index3& block, const AnyView& out) {
    const Box extent = extent_of(block);
    const Index3 begin = {std::max(box.begin.x, extent.begin.x),
                          std::max(box.begin.y, extent.begin.y),
                          std::max(box.begin.z, extent.begin.z)};
    const Index3 end = {std::min(box.end.x, extent.end.x), std::min(box.end.y, extent.end.y),
                        std::min(box.end.z, extent.end.z)};
    copy_voxels(voxels_of(block).part({minus(begin, extent.begin), minus(end, extent.begin)}),
                out.part({minus(begin, box.begin), minus(end, box.begin)}));
  }

  AnyConstView voxels_of(const Index3& block) {
    const std::int64_t number = (block.z * blocks_.y + block.y) * blocks_.x + block.x;
    const auto found = by_number_.find(number);
    if (found != by_number_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
    } else {
      read_block(block, number);
    }
    return std::as_const(kept_.front().voxels).view();
  }

  void read_block(const Index3& block, std::int64_t number) {
    AnyVolume voxels = source_->read(extent_of(block));
    if (kept_.size() >= most_blocks_) {
      by_number_.erase(kept_.back().number);
      kept_.pop_back();
    }
    kept_.push_front({number, std::move(voxels)});
    by_number_[number] = kept_.begin();
  }

  Box extent_of(const Index3& block) const {
    const Size3& size = grid().size;
    const Index3 begin = {block.x * edge, block.y * edge, block.z * edge};
    return {begin,
            {std::min(size.x, begin.x + edge), std::min(size.y, begin.y + edge),
             std::min(size.z, begin.z + edge)}};
  }

  static Index3 minus(const Index3& a, const Index3& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
  }

  std::unique_ptr<VolumeSource> source_;
  Size3 blocks_;
  std::size_t most_blocks_;
  Blocks kept_;
  std::unordered_map<std::int64_t, Blocks::iterator> by_number_;
};

}  // namespace

std::int64_t decoded_bytes(const VolumeSource& source) {
  return voxel_count(source.grid().size) * static_cast<std::int64_t>(bytes_of(source.type()));
}

std::unique_ptr<VolumeSource> cached(std::unique_ptr<VolumeSource> source,
                                     std::int64_t most_bytes) {
  if (decoded_bytes(*source) <= most_bytes) {
    return std::make_unique<WholeVolume>(std::move(source));
  }
  return std::make_unique<BlockCache>(std::move(source), most_bytes);
}

}  // namespace fossilct
