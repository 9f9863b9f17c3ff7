// SPDX-License-Identifier: Apache-2.0
#include "filters/label_values.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "base/error.h"

namespace fossilct {

namespace {

constexpr std::uint8_t not_looked_at = 255;

// Calls use(view) with the typed voxels of labels.
template <typename Use>
void with_labels(const AnyConstView& view, Use&& use) {
  dispatch(view.type(), [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::is_unsigned_v<T>) {
      use(view.template as<T>());
    }
  });
}

class ValueCounter {
 public:
  // Run by run: neighbours mostly have the same label.
  template <typename T>
  void add(const VolumeView<const T>& view, const Index3& begin) {
    for (std::int64_t z = 0; z < view.size().z; ++z) {
      for (std::int64_t y = 0; y < view.size().y; ++y) {
        const T* const row = view.row(y, z);
        const T* const end = row + view.size().x;
        for (const T* run = row; run != end;) {
          const T* const next = std::find_if(run, end, [value = *run](T v) { return v != value; });
          add_run(*run, next - run, {begin.x + (run - row), begin.y + y, begin.z + z});
          run = next;
        }
      }
    }
  }

  std::map<std::int64_t, LabelValue> values;

 private:
  void add_run(std::int64_t value, std::int64_t length, const Index3& at) {
    LabelValue& found = values[value];
    found.first = found.count == 0 ? at : found.first;
    found.count += length;
    if (values.size() > most_label_values) {
      throw Error(ErrorKind::format,
                  "holds more than " + std::to_string(most_label_values) +
                      " different values; numbers of single bodies? Expected those of classes");
    }
  }
};

class ClassNumbers final : public VolumeSource {
 public:
  ClassNumbers(std::unique_ptr<VolumeSource> labels, const ClassValues& values,
               ScanDescription description)
      : VolumeSource(std::move(description)), labels_(std::move(labels)) {
    for (std::size_t k = 0; k < values.values.size(); ++k) {
      class_of_[values.values[k]] = static_cast<std::uint8_t>(k);
    }
    if (values.ignored) {
      class_of_[*values.ignored] = not_looked_at;
    }
  }
  std::int64_t preferred_slab() const override { return labels_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const AnyVolume read = labels_->read(box);
    const auto to = out.as<std::uint8_t>();
    with_labels(read.view(), [&](const auto& from) {
      for (std::int64_t z = 0; z < to.size().z; ++z) {
        for (std::int64_t y = 0; y < to.size().y; ++y) {
          map_row(from.row(y, z), to.row(y, z), to.size().x,
                  {box.begin.x, box.begin.y + y, box.begin.z + z});
        }
      }
    });
  }

  template <typename T>
  void map_row(const T* from, std::uint8_t* to, std::int64_t length, const Index3& begin) const {
    T last = from[0];
    std::uint8_t number = number_of(last, begin);
    for (std::int64_t x = 0; x < length; ++x) {
      if (from[x] != last) {
        last = from[x];
        number = number_of(last, {begin.x + x, begin.y, begin.z});
      }
      to[x] = number;
    }
  }

  std::uint8_t number_of(std::int64_t value, const Index3& at) const {
    const auto found = class_of_.find(value);
    if (found == class_of_.end()) {
      const auto& files = labels_->description().files;
      throw Error(ErrorKind::format,
                  (files.empty() ? labels_->description().format : files.front().string()) +
                      ": the voxel (" + std::to_string(at.x) + ", " + std::to_string(at.y) + ", " +
                      std::to_string(at.z) + ") has the label " + std::to_string(value) +
                      ", which is of no class");
    }
    return found->second;
  }

  std::unique_ptr<VolumeSource> labels_;
  std::map<std::int64_t, std::uint8_t> class_of_;
};

}  // namespace

std::map<std::int64_t, LabelValue> label_values(VolumeSource& labels, std::string_view stage,
                                                Progress& progress) {
  assert(is_label_type(labels.type()));
  const Size3& size = labels.grid().size;
  const std::int64_t depth = slices_at_once(labels);
  ValueCounter counter;
  progress.begin(stage, size.z, WorkUnit::slices);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(z + depth, size.z));
    const AnyVolume read = labels.read(box);
    with_labels(read.view(), [&](const auto& view) { counter.add(view, box.begin); });
    progress.advance(box.size().z);
  }
  progress.end();
  return std::move(counter.values);
}

std::unique_ptr<VolumeSource> class_numbers(std::unique_ptr<VolumeSource> labels,
                                            const ClassValues& values) {
  assert(is_label_type(labels->type()) && values.values.size() <= not_looked_at);
  ScanDescription description = labels->description();
  description.kind = VolumeKind::labels;
  description.type = PixelType::u8;
  description.levels = 1;
  description.statistics.reset();
  return std::make_unique<ClassNumbers>(std::move(labels), values, std::move(description));
}

}  // namespace fossilct
