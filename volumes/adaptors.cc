// SPDX-License-Identifier: Apache-2.0
#include "volumes/adaptors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "volumes/adaptor.h"
#include "volumes/reduce.h"

namespace fossilct {

namespace {

// Of the slices in `box`, as they were numbered in the whole.
std::vector<std::int64_t> numbers_in(const ScanDescription& description, const Box& box) {
  std::vector<std::int64_t> numbers;
  if (!description.slice_numbers.empty() || box.begin.z != 0) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      numbers.push_back(slice_number(description, z));
    }
  }
  return numbers;
}

class Shared final : public VolumeSource {
 public:
  explicit Shared(std::shared_ptr<VolumeSource> source)
      : VolumeSource(source->description()), source_(std::move(source)) {}
  std::int64_t preferred_slab() const override { return source_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override { source_->read(box, out); }

  std::shared_ptr<VolumeSource> source_;
};

class Cropped final : public Adaptor {
 public:
  Cropped(std::unique_ptr<VolumeSource> source, const Box& box)
      : Adaptor(std::move(source)), begin_(box.begin) {
    mutable_description().slice_numbers = numbers_in(description(), box);
    mutable_description().grid = cropped(grid(), box);
    mutable_description().statistics.reset();
  }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    source().read({shifted(box.begin), shifted(box.end)}, out);
  }
  Index3 shifted(const Index3& i) const { return {i.x + begin_.x, i.y + begin_.y, i.z + begin_.z}; }

  Index3 begin_;
};

class Halved final : public Adaptor {
 public:
  explicit Halved(std::unique_ptr<VolumeSource> source) : Adaptor(std::move(source)) {
    mutable_description().grid = reduced(grid(), 2);
    mutable_description().statistics.reset();
    mutable_description().slice_numbers.clear();
  }
  std::int64_t preferred_slab() const override {
    return std::max<std::int64_t>(1, source().preferred_slab() / 2);
  }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const Size3& size = source().grid().size;
    const auto end = [](std::int64_t end_of_half, std::int64_t n) {
      return std::min(2 * end_of_half, n);
    };
    const Box under = {{2 * box.begin.x, 2 * box.begin.y, 2 * box.begin.z},
                       {end(box.end.x, size.x), end(box.end.y, size.y), end(box.end.z, size.z)}};
    read_in_pieces(under, [&](const Box& piece, const AnyConstView& voxels) {
      const std::int64_t z = piece.begin.z / 2 - box.begin.z;
      const std::int64_t depth = reduced_by_two(voxels.size()).z;
      reduce_by_two(voxels, description().kind, out.part(slab(out.size(), z, z + depth)));
    });
  }
};

template <typename T>
void replace_in_rows(const VolumeView<T>& view, double value) {
  constexpr auto largest = static_cast<double>(std::numeric_limits<T>::max());
  const auto replacement = static_cast<T>(std::clamp(value, -largest, largest));
  for (std::int64_t z = 0; z < view.size().z; ++z) {
    for (std::int64_t y = 0; y < view.size().y; ++y) {
      T* const row = view.row(y, z);
      std::replace_if(
          row, row + view.size().x, [](T v) { return !std::isfinite(v); }, replacement);
    }
  }
}

class FiniteOnly final : public Adaptor {
 public:
  FiniteOnly(std::unique_ptr<VolumeSource> source, double value)
      : Adaptor(std::move(source)), value_(value) {
    mutable_description().statistics.reset();
  }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    source().read(box, out);
    dispatch(type(), [&]<typename T>(std::type_identity<T>) {
      if constexpr (std::is_floating_point_v<T>) {
        replace_in_rows(out.as<T>(), value_);
      }
    });
  }

  double value_;
};

template <typename T>
void require_finite_rows(const VolumeView<const T>& view, const Index3& corner,
                         const std::string& name, const std::string& why) {
  for (std::int64_t z = 0; z < view.size().z; ++z) {
    for (std::int64_t y = 0; y < view.size().y; ++y) {
      const T* const row = view.row(y, z);
      const T* const end = row + view.size().x;
      const T* const odd = std::find_if_not(row, end, [](T v) { return std::isfinite(v); });
      if (odd != end) {
        throw Error(ErrorKind::format,
                    name + ": the voxel at x " + std::to_string(corner.x + (odd - row)) + ", y " +
                        std::to_string(corner.y + y) + ", z " + std::to_string(corner.z + z) +
                        " is " + (std::isnan(*odd) ? "NaN" : "infinite") + ", and " + why);
      }
    }
  }
}

class FiniteRequired final : public Adaptor {
 public:
  FiniteRequired(std::unique_ptr<VolumeSource> source, std::string name, std::string why)
      : Adaptor(std::move(source)), name_(std::move(name)), why_(std::move(why)) {}

 private:
  void read_box(const Box& box, const AnyView& out) override {
    source().read(box, out);
    dispatch(type(), [&]<typename T>(std::type_identity<T>) {
      if constexpr (std::is_floating_point_v<T>) {
        require_finite_rows<T>(out.as<T>(), box.begin, name_, why_);
      }
    });
  }

  std::string name_;
  std::string why_;
};

bool is_all_finite(const VolumeSource& source) {
  const std::optional<VolumeStatistics>& known = source.description().statistics;
  return is_integer(source.type()) ||
         (known && known->nan_count == 0 && known->infinite_count == 0);
}

std::string text_of(const Box& box) {
  const auto range = [](std::int64_t begin, std::int64_t end) {
    return std::to_string(begin) + ":" + std::to_string(end);
  };
  return range(box.begin.x, box.end.x) + "," + range(box.begin.y, box.end.y) + "," +
         range(box.begin.z, box.end.z);
}

void check_roi(const Box& box, const Size3& size) {
  const bool inside = whole(size).contains(box);
  if (inside && !box.empty()) {
    return;
  }
  const std::string x = std::to_string(size.x);
  const std::string y = std::to_string(size.y);
  const std::string z = std::to_string(size.z);
  throw option_error(
      "--roi", text_of(box) + (inside ? " holds no voxel of" : " does not lie inside") +
                   " the volume of " + x + " x " + y + " x " + z +
                   " voxels; expected x0:x1,y0:y1,z0:z1, each from the first voxel to the one " +
                   "after the last, within 0:" + x + ",0:" + y + ",0:" + z);
}

}  // namespace

std::unique_ptr<VolumeSource> shared(std::shared_ptr<VolumeSource> source) {
  return std::make_unique<Shared>(std::move(source));
}

std::unique_ptr<VolumeSource> crop(std::unique_ptr<VolumeSource> source, const Box& box) {
  check_roi(box, source->grid().size);
  if (box == whole(source->grid().size)) {
    return source;
  }
  return std::make_unique<Cropped>(std::move(source), box);
}

std::unique_ptr<VolumeSource> downsample(std::unique_ptr<VolumeSource> source,
                                         std::int64_t factor) {
  if (factor < 1 || (factor & (factor - 1)) != 0) {
    throw option_error("--downsample",
                       std::to_string(factor) + " is no power of two; expected 1, 2, 4, 8 ...");
  }
  const std::int64_t step = source->description().slice_step;
  if (factor > 1 && step > 1) {
    source->mutable_description().notices.push_back(
        "downsampling joins slices that are not neighbours: only every " + std::to_string(step) +
        "th is there");
  }
  for (; factor > 1; factor /= 2) {
    source = std::make_unique<Halved>(std::move(source));
  }
  return source;
}

std::unique_ptr<VolumeSource> replace_not_finite(std::unique_ptr<VolumeSource> source,
                                                 double value) {
  if (is_all_finite(*source)) {
    return source;
  }
  return std::make_unique<FiniteOnly>(std::move(source), value);
}

std::unique_ptr<VolumeSource> require_finite(std::unique_ptr<VolumeSource> source,
                                             const std::string& name, const std::string& why) {
  if (is_all_finite(*source)) {
    return source;
  }
  return std::make_unique<FiniteRequired>(std::move(source), name, why);
}

}  // namespace fossilct
