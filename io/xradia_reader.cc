// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/ole_file.h"

// Zeiss/Xradia .txm (reconstruction), .txrm (projections) and .xrm (one radiograph): OLE2 files
// with the header as streams of one number each in ImageInfo, and one stream an image, 100 to a
// folder: ImageData1/Image1 ... ImageData1/Image100, ImageData2/Image101 ... The makers publish no
// description; names, types and layout are those that dxchange and txrm2tiff have found and our
// test files show. Rows are kept in the order of the file, as both of these do; whoever wants the
// first row at the other end has --flip.

namespace fossilct {

namespace {

// Beyond any detector; larger numbers are damage.
constexpr std::int64_t most_pixels_along = 1 << 16;

enum class XradiaKind { reconstruction, projections, radiograph };

std::optional<PixelType> pixel_type_of_code(std::int32_t code) {
  switch (code) {
    case 2:
      return PixelType::i8;
    case 3:
      return PixelType::u8;
    case 4:
      return PixelType::i16;
    case 5:
      return PixelType::u16;
    case 6:
      return PixelType::i32;
    case 7:
      return PixelType::u32;
    case 10:
      return PixelType::f32;
    case 11:
      return PixelType::f64;
    default:
      return std::nullopt;
  }
}

std::string folder_of_image(std::int64_t image) {
  return "ImageData" + std::to_string(1 + image / 100);
}

std::string name_of_image(std::int64_t image) { return "Image" + std::to_string(image + 1); }

std::string stream_name(std::int64_t image) {
  return folder_of_image(image) + "/" + name_of_image(image);
}

// One image's stream, checked to be as long as an image must be. `image` counts from 0.
GObjectPtr<GsfInput> image_stream(const OleFile& file, std::int64_t image, std::int64_t bytes) {
  GObjectPtr<GsfInput> stream = file.find(folder_of_image(image), name_of_image(image));
  if (stream == nullptr) {
    throw format_error(file.path(), "the stream " + stream_name(image) +
                                        " is missing or damaged; the file is cut short, or the "
                                        "scan was stopped while it was written");
  }
  if (gsf_input_size(stream.get()) != bytes) {
    throw format_error(file.path(),
                       "the stream " + stream_name(image) + " holds " +
                           std::to_string(gsf_input_size(stream.get())) +
                           " bytes, but an image of the size and type in ImageInfo is " +
                           std::to_string(bytes) + " bytes; the file is damaged");
  }
  return stream;
}

// Streams image by image; not for several threads.
class XradiaSource final : public VolumeSource {
 public:
  XradiaSource(ScanDescription description, std::unique_ptr<OleFile> file)
      : VolumeSource(std::move(description)), file_(std::move(file)) {}

 private:
  void read_box(const Box& box, const AnyView& out) override;
  void read_part(std::int64_t z, const Box& box, const AnyView& slice) const;

  std::int64_t row_bytes() const {
    return grid().size.x * static_cast<std::int64_t>(bytes_of(type()));
  }

  std::unique_ptr<OleFile> file_;
};

void XradiaSource::read_box(const Box& box, const AnyView& out) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    const std::int64_t k = z - box.begin.z;
    read_part(z, box, out.part(slab(out.size(), k, k + 1)));
  }
}

void XradiaSource::read_part(std::int64_t z, const Box& box, const AnyView& slice) const {
  const GObjectPtr<GsfInput> stream = image_stream(*file_, z, row_bytes() * grid().size.y);
  const bool whole_rows = slice.size().x == grid().size.x && slice.contiguous();
  const std::int64_t rows_at_once = whole_rows ? slice.size().y : 1;
  const std::int64_t shift = box.begin.x * static_cast<std::int64_t>(bytes_of(type()));
  for (std::int64_t y = 0; y < slice.size().y; y += rows_at_once) {
    const gsf_off_t at = (box.begin.y + y) * row_bytes() + shift;
    const std::size_t bytes = slice.row_bytes() * static_cast<std::size_t>(rows_at_once);
    if (gsf_input_seek(stream.get(), at, G_SEEK_SET) ||
        gsf_input_read(stream.get(), bytes, reinterpret_cast<guint8*>(slice.row(y, 0))) ==
            nullptr) {
      throw file_error(file_->path(), "the stream " + stream_name(z) +
                                          " can't be read to its end; the file is cut short");
    }
  }
}

std::int32_t required(const OleFile& file, const std::string& name) {
  const auto value = file.integer("ImageInfo", name);
  if (!value) {
    throw format_error(file.path(), "the stream ImageInfo/" + name +
                                        " is missing: an OLE2 file, but no Xradia scan");
  }
  return *value;
}

PixelType read_type(const OleFile& file) {
  const std::int32_t code = required(file, "DataType");
  const auto type = pixel_type_of_code(code);
  if (!type) {
    throw format_error(file.path(), "ImageInfo/DataType is " + std::to_string(code) +
                                        ", which is no pixel type known here (5 = uint16, 10 = "
                                        "float32, 2, 3, 4, 6, 7, 11); export it from the scanner's "
                                        "software as TIFF or DICOM");
  }
  return *type;
}

std::int64_t read_length(const OleFile& file, const std::string& name) {
  const std::int32_t length = required(file, name);
  if (length < 1 || length > most_pixels_along) {
    throw format_error(file.path(), "ImageInfo/" + name + " is " + std::to_string(length) +
                                        "; expected 1 to " + std::to_string(most_pixels_along));
  }
  return length;
}

// A stopped scan has fewer images than were planned.
std::int64_t count_images(const OleFile& file, std::vector<std::string>& notices) {
  const std::int32_t planned = required(file, "NoOfImages");
  const std::int32_t taken = file.integer("ImageInfo", "ImagesTaken").value_or(planned);
  if (planned < 1) {
    throw format_error(file.path(), "ImageInfo/NoOfImages is " + std::to_string(planned) +
                                        "; the file holds no image");
  }
  if (taken < 1 || taken >= planned || file.has(folder_of_image(taken), name_of_image(taken))) {
    return planned;
  }
  notices.push_back("the scan was stopped: " + std::to_string(taken) + " of " +
                    std::to_string(planned) + " images were taken");
  return taken;
}

// The name tells, where it has one of the makers' endings; else whether the angles differ.
XradiaKind kind_of(const OleFile& file, std::int64_t images) {
  const std::string ending = lower(file.path().extension().string());
  if (ending == ".txm") {
    return XradiaKind::reconstruction;
  }
  if (ending == ".txrm") {
    return XradiaKind::projections;
  }
  if (ending == ".xrm" && images == 1) {
    return XradiaKind::radiograph;
  }
  const std::vector<float> angles =
      file.reals("ImageInfo", "Angles", static_cast<std::size_t>(images));
  const bool differ = std::any_of(angles.begin(), angles.end(),
                                  [&](float angle) { return angle != angles.front(); });
  return images == 1 ? XradiaKind::radiograph
         : differ    ? XradiaKind::projections
                     : XradiaKind::reconstruction;
}

std::string format_of(XradiaKind kind) {
  switch (kind) {
    case XradiaKind::reconstruction:
      return "Xradia TXM";
    case XradiaKind::projections:
      return "Xradia TXRM";
    case XradiaKind::radiograph:
      return "Xradia XRM";
  }
  return {};
}

void note_kind(const OleFile& file, XradiaKind kind, std::vector<std::string>& notices) {
  if (kind == XradiaKind::reconstruction) {
    return;
  }
  std::string line = kind == XradiaKind::projections
                         ? "these are projections, not a reconstruction: z is the rotation angle"
                         : "this is a single radiograph, taken as a scan of depth 1";
  if (file.has("ReferenceData", "Image")) {
    line += "; the reference (white field) in the file is not applied";
  }
  notices.push_back(line);
}

FoundSpacing find_spacing(const OleFile& file, XradiaKind kind) {
  FoundSpacing spacing;
  const auto pixel_um = file.real("ImageInfo", "PixelSize");
  if (!pixel_um) {
    spacing.found = "no stream ImageInfo/PixelSize";
    return spacing;
  }
  spacing.unit = SpacingUnit::micrometre;
  spacing.value = {*pixel_um, *pixel_um, std::nullopt};
  spacing.found = "ImageInfo/PixelSize " + format_rounded(*pixel_um) + " um";
  if (kind == XradiaKind::reconstruction) {
    spacing.value[2] = *pixel_um;
  } else {
    spacing.found += " along x and y; radiographs have no spacing along z";
  }
  return spacing;
}

ScanDescription describe(const OleFile& file) {
  ScanDescription description;
  description.type = read_type(file);
  const std::int64_t width = read_length(file, "ImageWidth");
  const std::int64_t height = read_length(file, "ImageHeight");
  const std::int64_t images = count_images(file, description.notices);
  // Every stream is looked up now, so that a hole is not found after an hour of import; the first
  // that is missing ends the loop, however many images the header claims.
  const auto bytes = width * height * static_cast<std::int64_t>(bytes_of(description.type));
  for (std::int64_t image = 0; image < images; ++image) {
    image_stream(file, image, bytes);
  }
  description.grid.size = {width, height, images};
  description.files = {file.path()};
  return description;
}

}  // namespace

Container open_xradia(const std::filesystem::path& path, const OpenOptions&, Progress& progress) {
  progress.check();
  auto file = std::make_unique<OleFile>(path);
  ScanDescription description = describe(*file);
  const XradiaKind kind = kind_of(*file, description.grid.size.z);
  description.format = format_of(kind);
  description.projections = kind != XradiaKind::reconstruction;
  note_kind(*file, kind, description.notices);
  Container container;
  container.spacing = find_spacing(*file, kind);
  container.source = std::make_unique<XradiaSource>(std::move(description), std::move(file));
  return container;
}

}  // namespace fossilct
