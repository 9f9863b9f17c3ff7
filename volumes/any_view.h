// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

#include "volumes/pixel_type.h"
#include "volumes/volume.h"

namespace fossilct {

// A VolumeView whose pixel type is known only at run time: what sources fill and sinks take.
// Strides are in elements, as VolumeView's. dispatch() + as<T>() lead back to the typed view.
template <bool is_const>
class BasicAnyView {
 public:
  using Byte = std::conditional_t<is_const, const std::byte, std::byte>;
  template <typename T>
  using View = VolumeView<std::conditional_t<is_const, const T, T>>;

  BasicAnyView() = default;
  template <typename T>
  BasicAnyView(const VolumeView<T>& view)  // NOLINT(google-explicit-constructor)
      requires(is_const || !std::is_const_v<T>)
      : BasicAnyView(reinterpret_cast<Byte*>(view.data()), pixel_type_of<std::remove_const_t<T>>(),
                     view.size(), view.row_stride(), view.slice_stride()) {}
  // Contiguous voxels at `data`, which must be aligned for `type`.
  BasicAnyView(Byte* data, PixelType type, const Size3& size)
      : BasicAnyView(data, type, size, size.x, size.x * size.y) {}
  BasicAnyView(Byte* data, PixelType type, const Size3& size, std::int64_t row_stride,
               std::int64_t slice_stride)
      : data_(data),
        type_(type),
        size_(size),
        row_stride_(row_stride),
        slice_stride_(slice_stride) {}

  operator BasicAnyView<true>() const  // NOLINT(google-explicit-constructor)
      requires(!is_const) {
    return {data_, type_, size_, row_stride_, slice_stride_};
  }

  PixelType type() const { return type_; }
  const Size3& size() const { return size_; }
  Byte* data() const { return data_; }
  std::int64_t row_stride() const { return row_stride_; }
  std::int64_t slice_stride() const { return slice_stride_; }
  std::size_t row_bytes() const { return static_cast<std::size_t>(size_.x) * bytes_of(type_); }
  bool contiguous() const {
    return (row_stride_ == size_.x || size_.y == 1) &&
           (slice_stride_ == size_.x * size_.y || size_.z == 1);
  }
  Byte* row(std::int64_t y, std::int64_t z) const {
    return data_ +
           (z * slice_stride_ + y * row_stride_) * static_cast<std::int64_t>(bytes_of(type_));
  }

  // `T` must be the type at run time.
  template <typename T>
  View<T> as() const {
    assert(pixel_type_of<T>() == type_);
    return {reinterpret_cast<std::conditional_t<is_const, const T, T>*>(data_), size_, row_stride_,
            slice_stride_};
  }
  BasicAnyView part(const Box& box) const {
    assert(whole(size_).contains(box));
    BasicAnyView result = *this;
    result.data_ =
        row(box.begin.y, box.begin.z) + box.begin.x * static_cast<std::int64_t>(bytes_of(type_));
    result.size_ = box.size();
    return result;
  }

 private:
  Byte* data_ = nullptr;
  PixelType type_ = PixelType::u8;
  Size3 size_;
  std::int64_t row_stride_ = 0;
  std::int64_t slice_stride_ = 0;
};
using AnyView = BasicAnyView<false>;
using AnyConstView = BasicAnyView<true>;

// Owns voxels of a type known at run time; contiguous, aligned for any pixel type, not initialised.
class AnyVolume {
 public:
  AnyVolume() = default;
  AnyVolume(PixelType type, const Size3& size);
  PixelType type() const { return type_; }
  const Size3& size() const { return size_; }
  AnyView view() { return {data_.get(), type_, size_}; }
  AnyConstView view() const { return {data_.get(), type_, size_}; }

 private:
  PixelType type_ = PixelType::u8;
  Size3 size_;
  std::unique_ptr<std::byte[]> data_;
};

// Copies voxel by voxel; sizes and types must be the same (assert).
void copy_voxels(const AnyConstView& from, const AnyView& to);

}  // namespace fossilct
