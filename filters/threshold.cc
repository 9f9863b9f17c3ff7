// SPDX-License-Identifier: Apache-2.0
#include "filters/threshold.h"

#include <utility>

#include "base/error.h"
#include "filters/intensity_scale.h"
#include "filters/otsu.h"

namespace fossilct {
namespace {

template <typename T>
void compare(const VolumeView<const T>& from, double threshold,
             const VolumeView<std::uint8_t>& to) {
  for (std::int64_t z = 0; z < to.size().z; ++z) {
    for (std::int64_t y = 0; y < to.size().y; ++y) {
      const T* in = from.row(y, z);
      std::uint8_t* out = to.row(y, z);
      for (std::int64_t x = 0; x < to.size().x; ++x) {
        out[x] = static_cast<double>(in[x]) >= threshold ? 1 : 0;
      }
    }
  }
}

class Above : public VolumeSource {
 public:
  Above(std::unique_ptr<VolumeSource> scan, double threshold)
      : VolumeSource(scan->description()), scan_(std::move(scan)), threshold_(threshold) {
    ScanDescription& description = mutable_description();
    description.type = PixelType::u8;
    description.kind = VolumeKind::labels;
    description.levels = 1;
    description.statistics.reset();
    description.classes = {{0, "background", {0, 0, 0}}, {1, "foreground", {0xe6, 0x9f, 0x00}}};
  }
  std::int64_t preferred_slab() const override { return scan_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const AnyVolume voxels = scan_->read(box);
    dispatch(scan_->type(), [&]<typename T>(std::type_identity<T>) {
      compare<T>(voxels.view().template as<T>(), threshold_, out.as<std::uint8_t>());
    });
  }

  std::unique_ptr<VolumeSource> scan_;
  double threshold_;
};

}  // namespace

double otsu_threshold(VolumeSource& scan, Progress& progress) {
  const OtsuSplit split = otsu(histogram_of_scan(scan, progress));
  if (split.separability == 0) {
    throw Error(ErrorKind::format,
                "all voxels that were looked at have one value: there is nothing to tell apart");
  }
  return split.threshold;
}

std::unique_ptr<VolumeSource> above(std::unique_ptr<VolumeSource> scan, double threshold) {
  return std::make_unique<Above>(std::move(scan), threshold);
}

}  // namespace fossilct
