// SPDX-License-Identifier: Apache-2.0
#include "io/stack.h"

#include <cstring>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "io/colour_map.h"

namespace fossilct {

namespace {

using Labels = std::map<std::uint32_t, std::uint8_t>;

// Where a pixel lies, for messages.
std::string place(const ImageShape& shape, std::size_t pixel) {
  const auto width = static_cast<std::size_t>(shape.width);
  return "pixel (" + std::to_string(pixel % width) + ", " + std::to_string(pixel / width) + ")";
}

std::uint32_t colour_at(const ImageShape& shape, const std::uint8_t* pixels, std::size_t pixel) {
  const std::uint8_t* p = pixels + pixel * static_cast<std::size_t>(shape.channels);
  const bool grey = shape.channels <= 2;
  return std::uint32_t{p[0]} << 16 | std::uint32_t{p[grey ? 0 : 1]} << 8 | p[grey ? 0 : 2];
}

// The labels of an image painted in colours. Neighbours mostly share their colour, so that the map
// is asked at borders only.
void labels_from_colours(const ImageShape& shape, const std::uint8_t* pixels, const Labels& labels,
                         const std::string& name, std::uint8_t* out) {
  const std::size_t count = static_cast<std::size_t>(shape.width * shape.height);
  std::uint32_t last_colour = ~0U;
  std::uint8_t last_label = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t colour = colour_at(shape, pixels, i);
    if (colour != last_colour) {
      const auto found = labels.find(colour);
      if (found == labels.end()) {
        throw format_error(name, "the colour " + colour_text(colour) + " of " + place(shape, i) +
                                     " is not in the colour map; add a line `" +
                                     colour_text(colour) + " value name` to it");
      }
      last_colour = colour;
      last_label = found->second;
    }
    out[i] = last_label;
  }
}

// One channel of an image whose colour channels are equal; alpha is dropped.
template <typename T>
void grey_from_channels(const ImageShape& shape, const T* pixels, const std::string& name, T* out) {
  const std::size_t count = static_cast<std::size_t>(shape.width * shape.height);
  const auto step = static_cast<std::size_t>(shape.channels);
  for (std::size_t i = 0; i < count; ++i) {
    const T* p = pixels + i * step;
    if (step >= 3 && (p[0] != p[1] || p[0] != p[2])) {
      throw format_error(name, "a colour image: " + place(shape, i) + " is red " +
                                   format_number(static_cast<double>(p[0])) + ", green " +
                                   format_number(static_cast<double>(p[1])) + ", blue " +
                                   format_number(static_cast<double>(p[2])) +
                                   ". A scan is grey; for a mask painted in colours give --labels "
                                   "and --colour-map FILE");
    }
    out[i] = p[0];
  }
}

class Stack : public VolumeSource {
 public:
  Stack(std::unique_ptr<ImageSource> images, const ImageShape& shape, ScanDescription description,
        const StackOptions& options)
      : VolumeSource(std::move(description)),
        images_(std::move(images)),
        shape_(shape),
        options_(options) {}

 private:
  bool is_grey() const { return shape_.channels == 1 && options_.colours.empty(); }

  void read_box(const Box& box, const AnyView& out) override {
    parallel_for(box.size().z, options_.threads,
                 [&](std::int64_t i) { read_slice(box, box.begin.z + i, i, out); });
  }

  // Slice `z` of the volume into slice `to` of `out`; straight into its place where it fits there.
  void read_slice(const Box& box, std::int64_t z, std::int64_t to, const AnyView& out) const {
    const Size3 size{shape_.width, shape_.height, 1};
    const bool whole_slice = box.size().x == size.x && box.size().y == size.y &&
                             (out.row_stride() == size.x || size.y == 1);
    if (whole_slice) {
      read_whole(z, out.row(0, to));
      return;
    }
    AnyVolume slice(type(), size);
    read_whole(z, slice.view().data());
    const Box part{{box.begin.x, box.begin.y, 0}, {box.end.x, box.end.y, 1}};
    copy_voxels(AnyConstView(slice.view()).part(part),
                out.part({{0, 0, to}, {out.size().x, out.size().y, to + 1}}));
  }

  void read_whole(std::int64_t z, std::byte* out) const {
    if (is_grey()) {
      images_->read_expecting(shape_, z, {out, shape_.bytes()});
      return;
    }
    const auto pixels = std::make_unique_for_overwrite<std::byte[]>(shape_.bytes());
    images_->read_expecting(shape_, z, {pixels.get(), shape_.bytes()});
    if (!options_.colours.empty()) {
      labels_from_colours(shape_, reinterpret_cast<const std::uint8_t*>(pixels.get()),
                          options_.colours, images_->name(z), reinterpret_cast<std::uint8_t*>(out));
      return;
    }
    dispatch(shape_.type, [&]<typename T>(std::type_identity<T>) {
      grey_from_channels(shape_, reinterpret_cast<const T*>(pixels.get()), images_->name(z),
                         reinterpret_cast<T*>(out));
    });
  }

  std::unique_ptr<ImageSource> images_;
  ImageShape shape_;
  StackOptions options_;
};

}  // namespace

std::unique_ptr<VolumeSource> stack(std::unique_ptr<ImageSource> images,
                                    ScanDescription description, const StackOptions& options) {
  const ImageShape shape = images->shape(0);
  if (shape.channels < 1 || shape.channels > 4) {
    throw format_error(images->name(0),
                       "has " + std::to_string(shape.channels) + " channels; expected grey or RGB");
  }
  if (!options.colours.empty() && shape.type != PixelType::u8) {
    throw format_error(images->name(0), "has " + std::string(name_of(shape.type)) +
                                            " pixels; a colour map is for 8 bit images");
  }
  description.grid.size = {shape.width, shape.height, images->count()};
  description.type = shape.type;
  voxel_count(description.grid.size);
  return std::make_unique<Stack>(std::move(images), shape, std::move(description), options);
}

}  // namespace fossilct
