// SPDX-License-Identifier: Apache-2.0
#include "io/label_source.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/whole_pass.h"

namespace fossilct {

namespace {

std::string place_of(const VolumeSource& source) {
  const auto& files = source.description().files;
  return files.empty() ? source.description().format : files.front().string();
}

Error no_label(const std::string& place, double value, PixelType type, const Index3& at) {
  return {ErrorKind::format,
          place + ": the voxel (" + std::to_string(at.x) + ", " + std::to_string(at.y) + ", " +
              std::to_string(at.z) + ") is " + format_number(value) +
              ", which is no label; expected whole numbers from 0 to what " +
              std::string(name_of(type)) + " holds; is this really a label volume?"};
}

template <typename From, typename To>
bool is_label(From value) {
  if constexpr (std::is_floating_point_v<From>) {
    // As double, since the largest u32 is no float: it would round up to 2^32, which is no u32.
    const auto exact = static_cast<double>(value);
    return exact >= 0 && exact <= static_cast<double>(std::numeric_limits<To>::max()) &&
           exact == std::floor(exact);
  } else {
    return std::in_range<To>(value);
  }
}

class LabelSource : public VolumeSource {
 public:
  LabelSource(std::unique_ptr<VolumeSource> source, PixelType type, ScanDescription description)
      : VolumeSource(std::move(description)), source_(std::move(source)), type_(type) {}
  std::int64_t preferred_slab() const override { return source_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const AnyVolume read = source_->read(box);
    dispatch(source_->type(), [&]<typename From>(std::type_identity<From>) {
      dispatch(type_, [&]<typename To>(std::type_identity<To>) {
        if constexpr (std::is_unsigned_v<To>) {
          convert_box(read.view().as<From>(), box.begin, out.as<To>());
        }
      });
    });
  }

  template <typename From, typename To>
  void convert_box(const VolumeView<const From>& from, const Index3& begin,
                   const VolumeView<To>& to) const {
    for (std::int64_t z = 0; z < to.size().z; ++z) {
      for (std::int64_t y = 0; y < to.size().y; ++y) {
        const From* const in = from.row(y, z);
        To* const out = to.row(y, z);
        for (std::int64_t x = 0; x < to.size().x; ++x) {
          if (!is_label<From, To>(in[x])) {
            throw no_label(place_of(*source_), static_cast<double>(in[x]), type_,
                           {begin.x + x, begin.y + y, begin.z + z});
          }
          out[x] = static_cast<To>(in[x]);  // NOLINT(bugprone-signed-char-misuse): not negative
        }
      }
    }
  }

  std::unique_ptr<VolumeSource> source_;
  PixelType type_;
};

PixelType label_type_of(VolumeSource& source, Progress& progress) {
  switch (source.type()) {
    case PixelType::i8:
      return PixelType::u8;
    case PixelType::i16:
      return PixelType::u16;
    default:
      break;
  }
  const VolumeStatistics statistics = statistics_of(source, "find the largest label", progress);
  if (statistics.maximum <= std::numeric_limits<std::uint8_t>::max()) {
    return PixelType::u8;
  }
  return statistics.maximum <= std::numeric_limits<std::uint16_t>::max() ? PixelType::u16
                                                                         : PixelType::u32;
}

}  // namespace

std::unique_ptr<VolumeSource> as_labels(std::unique_ptr<VolumeSource> source, Progress& progress) {
  if (is_label_type(source->type())) {
    source->mutable_description().kind = VolumeKind::labels;
    return source;
  }
  const PixelType type = label_type_of(*source, progress);
  ScanDescription description = source->description();
  description.kind = VolumeKind::labels;
  description.type = type;
  description.statistics.reset();
  description.notices.push_back(place_of(*source) + ": labels stored as " +
                                std::string(name_of(source->type())) + " are read as " +
                                std::string(name_of(type)));
  return std::make_unique<LabelSource>(std::move(source), type, std::move(description));
}

}  // namespace fossilct
