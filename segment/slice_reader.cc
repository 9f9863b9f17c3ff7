// SPDX-License-Identifier: Apache-2.0
#include "segment/slice_reader.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace fossilct {
namespace {

// z,y,x of a box as slice,row,column of an axis.
at::Tensor turned(const at::Tensor& zyx, Axis axis) {
  switch (axis) {
    case Axis::y:
      return zyx.permute({1, 0, 2});
    case Axis::x:
      return zyx.permute({2, 0, 1});
    case Axis::z:
      break;
  }
  return zyx;
}

template <typename T>
at::Tensor scaled(const VolumeView<const T>& voxels, const IntensityScale& scale) {
  const Size3& size = voxels.size();
  const at::Tensor out = at::empty({size.z, size.y, size.x}, at::kFloat);
  auto* to = out.data_ptr<float>();
  const double factor = 1 / scale.deviation;
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const T* row = voxels.row(y, z);
      for (std::int64_t x = 0; x < size.x; ++x, ++to) {
        const auto value =
            static_cast<float>((static_cast<double>(row[x]) - scale.centre) * factor);
        *to = std::isnan(value) ? 0 : value;
      }
    }
  }
  return out;
}

}  // namespace

at::Tensor part_of(const AnyConstView& voxels, const Box& box, const Size3& size,
                   const SlicePart& part, std::int64_t context, const IntensityScale& scale) {
  Box inside = box_inside(part, context, size);
  assert(box.contains(inside));
  for (Index3* corner : {&inside.begin, &inside.end}) {
    *corner = {corner->x - box.begin.x, corner->y - box.begin.y, corner->z - box.begin.z};
  }
  const at::Tensor zyx = dispatch(voxels.type(), [&]<typename T>(std::type_identity<T>) {
    return scaled<T>(voxels.part(inside).template as<T>(), scale);
  });
  const at::Tensor slices = turned(zyx, part.axis);
  if (slices.size(0) == 2 * context + 1) {
    return slices.contiguous();
  }
  const std::int64_t first_read = std::max<std::int64_t>(0, part.slice - context);
  std::vector<at::Tensor> channels;
  for (std::int64_t slice = part.slice - context; slice <= part.slice + context; ++slice) {
    channels.push_back(slices[std::clamp<std::int64_t>(slice - first_read, 0, slices.size(0) - 1)]);
  }
  return at::stack(channels);
}

at::Tensor read_part(VolumeSource& scan, const SlicePart& part, std::int64_t context,
                     const IntensityScale& scale) {
  const Size3& size = scan.grid().size;
  const Box box = box_inside(part, context, size);
  const AnyVolume voxels = scan.read(box);
  return part_of(voxels.view(), box, size, part, context, scale);
}

at::Tensor read_label_part(VolumeSource& labels, const SlicePart& part) {
  assert(labels.type() == PixelType::u8);
  const Box box = box_of(part, 0);
  const Size3 size = box.size();
  const at::Tensor zyx = at::empty({size.z, size.y, size.x}, at::kByte);
  labels.read(box, VolumeView<std::uint8_t>(zyx.data_ptr<std::uint8_t>(), size));
  return turned(zyx, part.axis)[0].contiguous();
}

}  // namespace fossilct
