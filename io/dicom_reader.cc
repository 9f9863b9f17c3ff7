// SPDX-License-Identifier: Apache-2.0
#include <itkGDCMImageIO.h>

#include <algorithm>

#include "base/error.h"
#include "io/container.h"
#include "io/dicom_series.h"

// DICOM series, one file a slice, decoded file by file by ITK's GDCMImageIO (JPEG 2000, RLE and the
// other syntaxes GDCM knows). RescaleSlope and -Intercept are applied, and the pixel type is the
// one that ITK finds for the rescaled values; where slices differ in either, all become f32.

namespace fossilct {

namespace {

std::optional<PixelType> pixel_type_of_component(itk::IOComponentEnum component) {
  switch (component) {
    case itk::IOComponentEnum::UCHAR:
      return PixelType::u8;
    case itk::IOComponentEnum::CHAR:
      return PixelType::i8;
    case itk::IOComponentEnum::USHORT:
      return PixelType::u16;
    case itk::IOComponentEnum::SHORT:
      return PixelType::i16;
    case itk::IOComponentEnum::UINT:
      return PixelType::u32;
    case itk::IOComponentEnum::INT:
      return PixelType::i32;
    case itk::IOComponentEnum::FLOAT:
      return PixelType::f32;
    case itk::IOComponentEnum::DOUBLE:
      return PixelType::f64;
    default:
      return std::nullopt;
  }
}

// ITK's reader of one file, its header read.
struct SliceReader {
  itk::GDCMImageIO::Pointer io;
  PixelType type = PixelType::u8;
};

[[noreturn]] void rethrow_as_damage(const DicomHeader& slice) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const itk::ExceptionObject& error) {
    throw format_error(slice.file, std::string("can't be decoded (") + error.GetDescription() +
                                       "); it is damaged or cut short, copy it again");
  } catch (const std::exception&) {
    rethrow_with_context(slice.file.string(), ErrorKind::format);
  }
}

SliceReader open_slice(const DicomHeader& slice) {
  silence_dicom_libraries();
  SliceReader reader{itk::GDCMImageIO::New()};
  reader.io->SetFileName(slice.file.c_str());
  reader.io->ReadImageInformation();
  const auto type = pixel_type_of_component(reader.io->GetComponentType());
  if (!type || reader.io->GetNumberOfComponents() != 1) {
    throw format_error(slice.file,
                       "has pixels of a type that is not supported (" +
                           reader.io->GetComponentTypeAsString(reader.io->GetComponentType()) +
                           "); expected grey values of 8, 16 or 32 bits");
  }
  if (static_cast<std::int64_t>(reader.io->GetDimensions(0)) != slice.columns ||
      static_cast<std::int64_t>(reader.io->GetDimensions(1)) != slice.rows) {
    throw format_error(slice.file, "decodes to another size than its header says; it is damaged");
  }
  reader.type = *type;
  return reader;
}

// The whole image into `out`, contiguous and of the reader's type.
void decode(const SliceReader& reader, const AnyView& out) {
  itk::ImageIORegion region(2);
  region.SetSize(0, static_cast<itk::SizeValueType>(out.size().x));
  region.SetSize(1, static_cast<itk::SizeValueType>(out.size().y));
  reader.io->SetIORegion(region);
  reader.io->Read(out.data());
}

void copy_as_float(const AnyConstView& from, const AnyView& to) {
  const auto target = to.as<float>();
  dispatch(from.type(), [&]<typename T>(std::type_identity<T>) {
    const auto source = from.as<T>();
    for (std::int64_t y = 0; y < source.size().y; ++y) {
      std::transform(source.row(y, 0), source.row(y, 0) + source.size().x, target.row(y, 0),
                     [](T value) { return static_cast<float>(value); });
    }
  });
}

// Streams file by file; holds one decoded slice at a time. Not for several threads.
class DicomSource final : public VolumeSource {
 public:
  DicomSource(ScanDescription description, std::vector<DicomHeader> slices)
      : VolumeSource(std::move(description)), slices_(std::move(slices)) {}

 private:
  void read_box(const Box& box, const AnyView& out) override;
  void read_slice(const DicomHeader& slice, const Box& box, const AnyView& out) const;

  std::vector<DicomHeader> slices_;
};

void DicomSource::read_box(const Box& box, const AnyView& out) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    const DicomHeader& slice = slices_[static_cast<std::size_t>(z)];
    const std::int64_t k = z - box.begin.z;
    try {
      read_slice(slice, box, out.part(slab(out.size(), k, k + 1)));
    } catch (...) {
      rethrow_as_damage(slice);
    }
  }
}

void DicomSource::read_slice(const DicomHeader& slice, const Box& box, const AnyView& out) const {
  const SliceReader reader = open_slice(slice);
  const Size3 size{grid().size.x, grid().size.y, 1};
  if (reader.type == type() && out.size() == size && out.contiguous()) {
    decode(reader, out);
    return;
  }
  AnyVolume image(reader.type, size);
  decode(reader, image.view());
  const AnyView part =
      image.view().part({{box.begin.x, box.begin.y, 0}, {box.end.x, box.end.y, 1}});
  if (reader.type == type()) {
    copy_voxels(part, out);
  } else if (type() == PixelType::f32) {
    copy_as_float(part, out);
  } else {
    throw format_error(slice.file, "has changed since it was opened: its pixels are now " +
                                       std::string(name_of(reader.type)));
  }
}

PixelType type_of(const DicomSeries& series, std::vector<std::string>& notices) {
  const DicomHeader& first = series.slices.front();
  const auto other =
      std::find_if(series.slices.begin(), series.slices.end(),
                   [&](const DicomHeader& slice) { return !slice.same_pixels(first); });
  if (other != series.slices.end()) {
    notices.push_back("the slices differ in bits or rescaling (" + other->file.filename().string() +
                      " from " + first.file.filename().string() +
                      "); all are rescaled and read as f32");
    return PixelType::f32;
  }
  try {
    return open_slice(first).type;
  } catch (...) {
    rethrow_as_damage(first);
  }
}

}  // namespace

Container open_dicom(const std::filesystem::path& path, const OpenOptions& options,
                     Progress& progress) {
  DicomSeries series = read_dicom_series(path, options, progress);
  ScanDescription description;
  description.grid = series.grid;
  description.notices = series.notices;
  description.type = type_of(series, description.notices);
  description.format = "DICOM series";
  for (const DicomHeader& slice : series.slices) {
    description.files.push_back(slice.file);
  }
  if (series.slices.front().photometric == "MONOCHROME1") {
    description.notices.push_back("the images are MONOCHROME1: large values are meant to be dark");
  }
  Container container;
  container.spacing = series.spacing;
  container.source =
      std::make_unique<DicomSource>(std::move(description), std::move(series.slices));
  return container;
}

}  // namespace fossilct
