// SPDX-License-Identifier: Apache-2.0
#include "filters/distance_transform.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "base/threads.h"

namespace fossilct {

namespace {

// So many neighbouring lines go through the transform together: a cache line of floats, or each
// voxel of a line along y or z would cost one.
constexpr std::int64_t lines_at_once = 16;

// Distances of a row of the mask, along the row only.
class RowDistance {
 public:
  RowDistance(std::int64_t length, double spacing, float most) : squares_(length + 1) {
    for (std::int64_t d = 0; d < length; ++d) {
      const double distance = static_cast<double>(d) * spacing;
      squares_[static_cast<std::size_t>(d)] =
          std::min(most, static_cast<float>(distance * distance));
    }
    squares_.back() = most;
  }

  void transform(const std::uint8_t* row, bool to_mask, float* out) const {
    const auto length = static_cast<std::int64_t>(squares_.size()) - 1;
    std::int64_t distance = length;  // stands for "none yet"
    for (std::int64_t x = 0; x < length; ++x) {
      distance = (row[x] != 0) == to_mask ? 0 : std::min(distance + 1, length);
      out[x] = squares_[static_cast<std::size_t>(distance)];
    }
    distance = length;
    for (std::int64_t x = length - 1; x >= 0; --x) {
      distance = out[x] == 0 ? 0 : std::min(distance + 1, length);
      out[x] = std::min(out[x], squares_[static_cast<std::size_t>(distance)]);
    }
  }

 private:
  std::vector<float> squares_;  // of 0, 1, 2 ... voxels; the last is of no distance at all
};

// min over q of (p - q)^2 + f(q) for every place p of a line.
class LineTransform {
 public:
  LineTransform(std::int64_t length, double spacing, float most)
      : length_(length), square_(spacing * spacing), inverse_(1 / square_), most_(most) {
    sites_.resize(static_cast<std::size_t>(length));
    // Instead of a division for each voxel.
    for (std::int64_t gap = 0; gap < length; ++gap) {
      half_inverse_.push_back(gap == 0 ? 0 : 0.5 / static_cast<double>(gap));
    }
  }

  // In place.
  void transform(float* line) {
    const std::size_t count = find_envelope(line);
    std::int64_t place = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Site& site = sites_[i];
      const std::int64_t end = i + 1 < count ? end_before(sites_[i + 1].begin) : length_;
      for (; place < end; ++place) {
        const auto gap = static_cast<double>(place - site.place);
        line[place] = std::min(
            most_, static_cast<float>(static_cast<double>(site.value) + square_ * gap * gap));
      }
    }
  }

 private:
  static constexpr double before_all = -std::numeric_limits<double>::infinity();

  // A parabola of the envelope: the lowest one from `begin` on.
  struct Site {
    std::int64_t place = 0;
    float value = 0;
    double height = 0;  // value / spacing^2 + place^2
    double begin = 0;
  };

  // The places from here on are nearer to the site that begins at `begin`.
  std::int64_t end_before(double begin) const {
    const double last = static_cast<double>(length_) - 1;
    return begin < 0 ? 0 : static_cast<std::int64_t>(std::min(begin, last)) + 1;
  }

  // The parabolas that are somewhere the lowest one.
  std::size_t find_envelope(const float* line) {
    std::size_t count = 0;
    for (std::int64_t place = 0; place < length_; ++place) {
      if (line[place] < most_) {
        count = add_site(place, line[place], count);
      }
    }
    return count;
  }

  std::size_t add_site(std::int64_t place, float value, std::size_t count) {
    const auto at = static_cast<double>(place);
    const double height = static_cast<double>(value) * inverse_ + at * at;
    double begin = before_all;
    for (; count > 0; --count) {
      const Site& last = sites_[count - 1];
      begin = (height - last.height) * half_inverse_[static_cast<std::size_t>(place - last.place)];
      if (begin > last.begin) {
        break;
      }
    }
    sites_[count] = {place, value, height, count == 0 ? before_all : begin};
    return count + 1;
  }

  std::int64_t length_;
  double square_;
  double inverse_;
  float most_;
  std::vector<Site> sites_;
  std::vector<double> half_inverse_;
};

// Lines along an axis with `stride`, of `width` columns that lie side by side.
class LineBundle {
 public:
  LineBundle(std::int64_t length, double spacing, float most)
      : length_(length),
        line_(length, spacing, most),
        most_(most),
        values_(static_cast<std::size_t>(length * lines_at_once)) {}

  void transform(float* first, std::int64_t stride, std::int64_t width) {
    for (std::int64_t x = 0; x < width; x += lines_at_once) {
      transform_some(first + x, stride, std::min(lines_at_once, width - x));
    }
  }

 private:
  void transform_some(float* first, std::int64_t stride, std::int64_t lines) {
    if (gather(first, stride, lines)) {
      for (std::int64_t line = 0; line < lines; ++line) {
        line_.transform(values_.data() + line * length_);
      }
      scatter(first, stride, lines);
    }
  }

  // Line after line; false where all of them stay as they are: nothing to lead to, or nothing else.
  bool gather(const float* first, std::int64_t stride, std::int64_t lines) {
    float smallest = most_, largest = 0;
    for (std::int64_t i = 0; i < length_; ++i) {
      for (std::int64_t line = 0; line < lines; ++line) {
        const float value = first[i * stride + line];
        values_[static_cast<std::size_t>(line * length_ + i)] = value;
        smallest = std::min(smallest, value);
        largest = std::max(largest, value);
      }
    }
    return smallest < most_ && largest > 0;
  }

  void scatter(float* first, std::int64_t stride, std::int64_t lines) const {
    for (std::int64_t i = 0; i < length_; ++i) {
      for (std::int64_t line = 0; line < lines; ++line) {
        first[i * stride + line] = values_[static_cast<std::size_t>(line * length_ + i)];
      }
    }
  }

  std::int64_t length_;
  LineTransform line_;
  float most_;
  std::vector<float> values_;
};

}  // namespace

Volume<float> squared_distance_transform(const VolumeView<const std::uint8_t>& mask,
                                         const DistanceOptions& options) {
  const Size3 size = mask.size();
  const Vector3& spacing = options.spacing;
  assert(spacing.x > 0 && spacing.y > 0 && spacing.z > 0 && options.limit > 0);
  auto distances = Volume<float>::uninitialised(size);
  const auto out = distances.view();
  const auto most = static_cast<float>(options.limit * options.limit);
  const RowDistance row(size.x, spacing.x, most);
  parallel_for(size.z, options.threads, [&](std::int64_t z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      row.transform(mask.row(y, z), options.to == DistanceTo::mask, out.row(y, z));
    }
    LineBundle(size.y, spacing.y, most).transform(out.row(0, z), out.row_stride(), size.x);
  });
  parallel_for(size.y, options.threads, [&](std::int64_t y) {
    LineBundle(size.z, spacing.z, most).transform(out.row(y, 0), out.slice_stride(), size.x);
  });
  return distances;
}

}  // namespace fossilct
