// SPDX-License-Identifier: Apache-2.0
#include "volumes/reduce.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace fossilct {

namespace {

// The rows of `in` under row (y, z) of the result: 4, or fewer along an axis of one voxel.
template <typename T>
struct RowBlock {
  std::array<const T*, 4> rows{};
  int count = 0;
};

template <typename T>
RowBlock<T> rows_under(const VolumeView<const T>& in, std::int64_t y, std::int64_t z) {
  RowBlock<T> block;
  for (std::int64_t dz = 0; dz < std::min<std::int64_t>(2, in.size().z); ++dz) {
    for (std::int64_t dy = 0; dy < std::min<std::int64_t>(2, in.size().y); ++dy) {
      block.rows[static_cast<std::size_t>(block.count++)] = in.row(2 * y + dy, 2 * z + dz);
    }
  }
  return block;
}

// The narrowest type that holds the sum of eight T and half of eight.
// clang-format off
template <typename T> struct SumOf { using type = std::int64_t; };
template <> struct SumOf<std::uint8_t> { using type = std::uint16_t; };
template <> struct SumOf<std::int8_t> { using type = std::int16_t; };
template <> struct SumOf<std::uint16_t> { using type = std::uint32_t; };
template <> struct SumOf<std::int16_t> { using type = std::int32_t; };
template <> struct SumOf<float> { using type = double; };
template <> struct SumOf<double> { using type = long double; };
// clang-format on

// Means along rows. The rows under a result row are added up first (all voxels side by side, which
// the compiler turns into vector code), then neighbours along x.
template <typename T>
class IntegerMeans {
 public:
  explicit IntegerMeans(std::int64_t width) : sums_(static_cast<std::size_t>(width)) {}

  void operator()(const RowBlock<T>& block, T* out, std::int64_t out_width) {
    const std::size_t width = sums_.size();
    if (block.count == 4) {
      add<4>(block);
    } else if (block.count == 2) {
      add<2>(block);
    } else {
      add<1>(block);
    }
    const int row_shift = block.count == 4 ? 2 : block.count - 1;
    if (width == 1) {
      out[0] = mean(sums_[0], row_shift);
      return;
    }
    const Sum* const sums = sums_.data();
    const int shift = row_shift + 1;
    for (std::int64_t x = 0; x < out_width; ++x) {
      out[x] = mean(static_cast<Sum>(sums[2 * x] + sums[2 * x + 1]), shift);
    }
  }

 private:
  using Sum = typename SumOf<T>::type;

  // floor(sum / 2^shift + 1/2), for negative sums too.
  static T mean(Sum sum, int shift) {
    const auto half = static_cast<Sum>((1 << shift) >> 1);
    return static_cast<T>(static_cast<Sum>(sum + half) >> shift);
  }

  template <std::size_t count>
  void add(const RowBlock<T>& block) {
    const std::array<const T*, 4> rows = block.rows;
    Sum* const sums = sums_.data();
    const std::size_t width = sums_.size();
    for (std::size_t x = 0; x < width; ++x) {
      Sum sum = rows[0][x];  // NOLINT(bugprone-signed-char-misuse): i8 is a number
      for (std::size_t row = 1; row < count; ++row) {
        sum = static_cast<Sum>(sum + rows[row][x]);
      }
      sums[x] = sum;
    }
  }

  std::vector<Sum> sums_;
};

// As above, leaving NaN out; 0 / 0 makes a block of nothing but NaN a NaN. Sums are of the next
// wider type, so that eight large values do not overflow.
template <typename T>
class FloatMeans {
 public:
  explicit FloatMeans(std::int64_t width) : width_(width) {}

  void operator()(const RowBlock<T>& block, T* out, std::int64_t out_width) const {
    const std::int64_t step = width_ > 1 ? 1 : 0;
    for (std::int64_t x = 0; x < out_width; ++x) {
      Sum sum = 0;
      int count = 0;
      for (int row = 0; row < block.count; ++row) {
        const T* const pair = block.rows[static_cast<std::size_t>(row)] + 2 * x;
        add(pair[0], sum, count);
        add(pair[step], sum, count);
      }
      out[x] = static_cast<T>(sum / static_cast<Sum>(count));
    }
  }

 private:
  using Sum = typename SumOf<T>::type;

  static void add(T value, Sum& sum, int& count) {
    const bool is_number = value == value;
    sum += is_number ? static_cast<Sum>(value) : Sum{0};
    count += static_cast<int>(is_number);
  }

  std::int64_t width_;
};

// The majority of eight, for 64 blocks side by side and without branches, so that the compiler
// makes vector code of it. A pair or a quadruple (axes of one voxel) is repeated to eight, which
// changes no majority.
template <typename T>
class Majorities {
 public:
  explicit Majorities(std::int64_t width) : step_(width > 1 ? 1 : 0) {}

  void operator()(const RowBlock<T>& block, T* out, std::int64_t out_width) {
    for (std::int64_t begin = 0; begin < out_width; begin += length) {
      const std::int64_t n = std::min(length, out_width - begin);
      gather(block, 2 * begin, static_cast<std::size_t>(n));
      if (!all_equal()) {
        vote();
      }
      std::copy_n((all_equal_ ? voxels_[0] : best_).data(), n, out + begin);
    }
  }

 private:
  static constexpr std::int64_t length = 64;
  using Lane = std::array<T, static_cast<std::size_t>(length)>;
  // As wide as T, so that counts and values fill vectors alike.
  using Count = std::conditional_t<
      sizeof(T) == 1, std::uint8_t,
      std::conditional_t<sizeof(T) == 2, std::uint16_t,
                         std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

  void gather(const RowBlock<T>& block, std::int64_t x_begin, std::size_t n) {
    for (std::size_t row = 0; row < 4; ++row) {
      const T* const pairs = block.rows[row % static_cast<std::size_t>(block.count)] + x_begin;
      Lane& left = voxels_[2 * row];
      Lane& right = voxels_[2 * row + 1];
      for (std::size_t i = 0; i < n; ++i) {
        left[i] = pairs[2 * i];
        right[i] = pairs[2 * i + step_];
      }
    }
  }

  bool all_equal() {
    Count different = 0;
    for (std::size_t k = 1; k < 8; ++k) {
      for (std::size_t i = 0; i < voxels_[0].size(); ++i) {
        different = static_cast<Count>(different | (voxels_[k][i] != voxels_[0][i] ? 1 : 0));
      }
    }
    all_equal_ = different == 0;
    return all_equal_;
  }

  void vote() {
    std::array<Count, static_cast<std::size_t>(length)> most{};
    for (std::size_t k = 0; k < 8; ++k) {
      const Lane& candidate = voxels_[k];
      std::array<Count, static_cast<std::size_t>(length)> votes{};
      for (const Lane& other : voxels_) {
        for (std::size_t i = 0; i < votes.size(); ++i) {
          votes[i] = static_cast<Count>(votes[i] + (other[i] == candidate[i] ? 1 : 0));
        }
      }
      for (std::size_t i = 0; i < votes.size(); ++i) {
        const bool wins =
            (votes[i] > most[i]) | ((votes[i] == most[i]) & (candidate[i] > best_[i]));
        best_[i] = wins ? candidate[i] : best_[i];
        most[i] = wins ? votes[i] : most[i];
      }
    }
  }

  std::array<Lane, 8> voxels_{};
  Lane best_{};
  std::size_t step_;
  bool all_equal_ = false;
};

template <typename T, typename ReduceRow>
void reduce_rows(const VolumeView<const T>& in, const VolumeView<T>& out) {
  ReduceRow reduce_row(in.size().x);
  for (std::int64_t z = 0; z < out.size().z; ++z) {
    for (std::int64_t y = 0; y < out.size().y; ++y) {
      reduce_row(rows_under(in, y, z), out.row(y, z), out.size().x);
    }
  }
}

}  // namespace

Size3 reduced_by_two(const Size3& size) {
  const auto half = [](std::int64_t n) { return std::max<std::int64_t>(1, n / 2); };
  return {half(size.x), half(size.y), half(size.z)};
}

void reduce_by_two(const AnyConstView& in, VolumeKind kind, const AnyView& out) {
  assert(out.size() == reduced_by_two(in.size()) && out.type() == in.type());
  dispatch(in.type(), [&]<typename T>(std::type_identity<T>) {
    if (kind == VolumeKind::labels) {
      reduce_rows<T, Majorities<T>>(in.as<T>(), out.as<T>());
    } else if constexpr (std::is_integral_v<T>) {
      reduce_rows<T, IntegerMeans<T>>(in.as<T>(), out.as<T>());
    } else {
      reduce_rows<T, FloatMeans<T>>(in.as<T>(), out.as<T>());
    }
  });
}

}  // namespace fossilct
