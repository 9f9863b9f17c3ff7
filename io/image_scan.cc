// SPDX-License-Identifier: Apache-2.0
#include "io/image_scan.h"

#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/colour_map.h"
#include "io/container.h"
#include "io/image_files.h"
#include "io/stack.h"

namespace fossilct {

namespace {

bool is_grey(const std::vector<ColourCount>& counts) {
  for (const ColourCount& count : counts) {
    const std::uint32_t blue = count.colour & 0xff;
    if (count.colour != blue * 0x010101) {
      return false;
    }
  }
  return true;
}

void require_no_colours(const ImageSource& images) {
  const ImageShape shape = images.shape(0);
  if (shape.channels < 3 || shape.type != PixelType::u8) {
    return;
  }
  std::vector<std::byte> pixels(shape.bytes());
  images.read(0, pixels);
  const std::vector<ColourCount> counts = count_colours(shape, pixels);
  if (!is_grey(counts)) {
    throw format_error(
        images.name(0),
        "a mask painted in " + format_count(static_cast<std::int64_t>(counts.size())) +
            " colours; give --colour-map FILE that says which label each is. "
            "Found" +
            (images.count() > 1 ? " in the first slice" : "") + ":\n" + describe_colours(counts));
  }
}

}  // namespace

std::unique_ptr<VolumeSource> stack_as_asked(std::unique_ptr<ImageSource> images,
                                             ScanDescription description,
                                             const OpenOptions& options) {
  StackOptions stack_options;
  stack_options.threads = options.threads;
  if (!options.colour_map.empty()) {
    ColourMap map = read_colour_map(options.colour_map);
    stack_options.colours = std::move(map.colours);
    description.classes = std::move(map.classes);
    description.kind = VolumeKind::labels;
  } else if (options.labels) {
    description.kind = VolumeKind::labels;
    require_no_colours(*images);
  }
  const bool colours_possible = images->shape(0).channels >= 3;
  std::unique_ptr<VolumeSource> source =
      stack(std::move(images), std::move(description), stack_options);
  if (colours_possible) {
    source->read(slab(source->grid().size, 0, 1));
  }
  return source;
}

Container open_single_image(const std::filesystem::path& path, const OpenOptions& options,
                            Progress& progress) {
  const std::optional<ImageFormat> format = image_format_of(path);
  if (format == ImageFormat::tiff) {
    return open_tiff(path, options, progress);
  }
  if (!format) {
    throw format_error(path, "not an image; looked for TIFF, PNG, JPEG and BMP");
  }
  ScanDescription description;
  description.format = name_of(*format);
  description.files = {path};
  description.notices = {path.string() + ": one image, read as a scan of depth 1"};
  Container container;
  container.spacing.found = "no voxel size in the " + description.format + " image";
  container.source =
      stack_as_asked(open_image_files({path}, *format), std::move(description), options);
  return container;
}

}  // namespace fossilct
