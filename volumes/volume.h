// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "volumes/grid.h"

namespace fossilct {

// Voxels that someone else owns: a pointer, a size and how far apart rows and slices lie (in
// elements; x is always contiguous). Cheap to copy, pass by value. VolumeView<const T> only reads;
// VolumeView<T> converts to it. Algorithms take views and return values.
template <typename T>
class VolumeView {
 public:
  VolumeView() = default;
  VolumeView(T* data, const Size3& size) : VolumeView(data, size, size.x, size.x * size.y) {}
  VolumeView(T* data, const Size3& size, std::int64_t row_stride, std::int64_t slice_stride)
      : data_(data), size_(size), row_stride_(row_stride), slice_stride_(slice_stride) {}

  operator VolumeView<const T>() const  // NOLINT(google-explicit-constructor)
      requires(!std::is_const_v<T>) {
    return {data_, size_, row_stride_, slice_stride_};
  }

  const Size3& size() const { return size_; }
  T* data() const { return data_; }
  std::int64_t row_stride() const { return row_stride_; }
  std::int64_t slice_stride() const { return slice_stride_; }
  bool contiguous() const {
    return (row_stride_ == size_.x || size_.y == 1) &&
           (slice_stride_ == size_.x * size_.y || size_.z == 1);
  }

  // The `size().x` voxels of row (y, z).
  T* row(std::int64_t y, std::int64_t z) const {
    assert(y >= 0 && y < size_.y && z >= 0 && z < size_.z);
    return data_ + z * slice_stride_ + y * row_stride_;
  }
  T& operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    assert(x >= 0 && x < size_.x);
    return row(y, z)[x];
  }
  VolumeView part(const Box& box) const {
    assert(whole(size_).contains(box));
    return {data_ + box.begin.z * slice_stride_ + box.begin.y * row_stride_ + box.begin.x,
            box.size(), row_stride_, slice_stride_};
  }

 private:
  T* data_ = nullptr;
  Size3 size_;
  std::int64_t row_stride_ = 0;
  std::int64_t slice_stride_ = 0;
};

// Owns its voxels, contiguous, x fastest. Moves, does not copy (volumes are large; say clone()).
template <typename T>
class Volume {
 public:
  Volume() = default;
  // Voxels are zero.
  explicit Volume(const Size3& size)
      : size_(size), data_(std::make_unique<T[]>(static_cast<std::size_t>(voxel_count(size)))) {}
  // Voxels are left as the memory is: for buffers about to be filled.
  static Volume uninitialised(const Size3& size) {
    Volume volume;
    volume.size_ = size;
    volume.data_ = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(voxel_count(size)));
    return volume;
  }

  Volume clone() const {
    Volume copy = uninitialised(size_);
    std::copy_n(data_.get(), voxel_count(size_), copy.data_.get());
    return copy;
  }

  const Size3& size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator()(std::int64_t x, std::int64_t y, std::int64_t z) { return view()(x, y, z); }
  const T& operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return view()(x, y, z);
  }
  VolumeView<T> view() { return {data_.get(), size_}; }
  VolumeView<const T> view() const { return {data_.get(), size_}; }

 private:
  Size3 size_;
  std::unique_ptr<T[]> data_;
};

}  // namespace fossilct
