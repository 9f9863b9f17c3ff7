// SPDX-License-Identifier: Apache-2.0

// libnifti2 makes sense of the header; the voxels are read by ourselves, since the library's file
// functions want certain names and inflate from the start for every read.
#include <nifti2_io.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "io/container.h"
#include "io/inflate_stream.h"
#include "io/raw_voxels.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

using Image = std::unique_ptr<nifti_image, decltype(&nifti_image_free)>;

struct Header {
  Image image{nullptr, &nifti_image_free};
  bool big_endian = false;
  bool in_two_files = false;
  std::array<double, 3> pixdim{};  // as the file has them: the library makes 1 of 0
};

bool is_gzip(const fs::path& path) {
  std::array<std::byte, 2> magic{};
  const FileDescriptor file(path);
  if (file.size() >= 2) {
    file.read_at(0, magic);
  }
  return magic == std::array{std::byte{0x1f}, std::byte{0x8b}};
}

std::array<char, sizeof(nifti_2_header)> header_bytes_of(const fs::path& path) {
  std::array<char, sizeof(nifti_2_header)> bytes{};
  const auto span = std::as_writable_bytes(std::span(bytes));
  std::size_t count = 0;
  if (is_gzip(path)) {
    count = InflateStream(path, 0).read_some(0, span);
  } else {
    const FileDescriptor file(path);
    count = std::min<std::size_t>(span.size(), static_cast<std::size_t>(file.size()));
    file.read_at(0, span.first(count));
  }
  if (count < sizeof(nifti_1_header)) {
    throw format_error(path, "ends after " + std::to_string(count) +
                                 " bytes; a NIfTI header has 348 or more: the file is cut off");
  }
  return bytes;
}

Error bad_header(const fs::path& path, const std::string& sizes, int type) {
  return format_error(path, "its NIfTI header is damaged or of a kind not known: dim = " + sizes +
                                ", datatype = " + std::to_string(type));
}

template <typename Dim>
std::string text_of(const Dim& dim) {
  std::string text;
  for (const auto n : dim) {
    text += (text.empty() ? "" : " ") + std::to_string(n);
  }
  return text;
}

Header read_header_1(const fs::path& path, const char* bytes) {
  nifti_1_header raw;
  std::memcpy(&raw, bytes, sizeof(raw));
  Header header;
  const bool swapped = raw.sizeof_hdr != static_cast<int>(sizeof(raw));
  if (swapped) {
    swap_nifti_header(&raw, 1);
  }
  header.big_endian = swapped == (std::endian::native == std::endian::little);
  header.in_two_files = std::memcmp(raw.magic, "ni1", 3) == 0;
  std::copy_n(&raw.pixdim[1], header.pixdim.size(), header.pixdim.begin());
  // The check is ours to make: the conversion below would complain on stderr.
  if (nifti_hdr1_looks_good(&raw) != 0) {
    header.image.reset(nifti_convert_n1hdr2nim(raw, nullptr));
  }
  if (header.image == nullptr) {
    throw bad_header(path, text_of(raw.dim), raw.datatype);
  }
  return header;
}

Header read_header_2(const fs::path& path, const char* bytes) {
  nifti_2_header raw;
  std::memcpy(&raw, bytes, sizeof(raw));
  Header header;
  const bool swapped = raw.sizeof_hdr != static_cast<int>(sizeof(raw));
  if (swapped) {
    swap_nifti_header(&raw, 2);
  }
  header.big_endian = swapped == (std::endian::native == std::endian::little);
  header.in_two_files = std::memcmp(raw.magic, "ni2", 3) == 0;
  std::copy_n(&raw.pixdim[1], header.pixdim.size(), header.pixdim.begin());
  if (nifti_hdr2_looks_good(&raw) != 0) {
    header.image.reset(nifti_convert_n2hdr2nim(raw, nullptr));
  }
  if (header.image == nullptr) {
    throw bad_header(path, text_of(raw.dim), raw.datatype);
  }
  return header;
}

Header read_header(const fs::path& path) {
  nifti_set_debug_level(0);
  const auto bytes = header_bytes_of(path);
  const int version = nifti_header_version(bytes.data(), bytes.size());
  if (version == 1) {
    return read_header_1(path, bytes.data());
  }
  if (version == 2) {
    return read_header_2(path, bytes.data());
  }
  throw format_error(path, "its header is no NIfTI-1 or NIfTI-2 header");
}

Size3 size_in(const nifti_image& image, const fs::path& path) {
  const bool is_series = image.nt > 1 || image.nu > 1 || image.nv > 1 || image.nw > 1;
  if (is_series) {
    throw format_error(path, "holds a series of volumes (dim = " + text_of(image.dim) +
                                 "); expected one volume of 3 axes with one value a voxel");
  }
  return {image.nx, std::max<std::int64_t>(1, image.ny), std::max<std::int64_t>(1, image.nz)};
}

PixelType type_of(const nifti_image& image, const fs::path& path) {
  switch (image.datatype) {
    case NIFTI_TYPE_UINT8:
      return PixelType::u8;
    case NIFTI_TYPE_INT8:
      return PixelType::i8;
    case NIFTI_TYPE_UINT16:
      return PixelType::u16;
    case NIFTI_TYPE_INT16:
      return PixelType::i16;
    case NIFTI_TYPE_UINT32:
      return PixelType::u32;
    case NIFTI_TYPE_INT32:
      return PixelType::i32;
    case NIFTI_TYPE_FLOAT32:
      return PixelType::f32;
    case NIFTI_TYPE_FLOAT64:
      return PixelType::f64;
    default:
      throw format_error(path, std::string("its voxels are ") +
                                   nifti_datatype_string(image.datatype) +
                                   "; expected integers of 8, 16 or 32 bits, or float of 32 or 64");
  }
}

// The header itself, or the .img (.img.gz) beside a .hdr.
fs::path data_file_of(const Header& header, const fs::path& path) {
  if (!header.in_two_files) {
    return path;
  }
  fs::path stem = path;
  if (lower(stem.extension().string()) == ".gz") {
    stem.replace_extension();
  }
  std::error_code ignored;
  for (const char* extension : {".img", ".img.gz", ".IMG"}) {
    fs::path data = stem;
    data.replace_extension(extension);
    if (data != path && fs::is_regular_file(data, ignored)) {
      return data;
    }
  }
  throw file_error(stem.replace_extension(".img"),
                   "is missing; " + path.filename().string() + " says the voxels are there");
}

SpacingUnit unit_of(int code) {
  switch (code) {
    case NIFTI_UNITS_METER:
      return SpacingUnit::metre;
    case NIFTI_UNITS_MM:
      return SpacingUnit::millimetre;
    case NIFTI_UNITS_MICRON:
      return SpacingUnit::micrometre;
    default:
      return SpacingUnit::millimetre_by_convention;
  }
}

// NIfTI-1 stores floats: the shortest decimal that is this float is what was meant, 0.71 and not
// 0.709999978542328.
double meant_by(double value, int nifti_type) {
  if (nifti_type == NIFTI_FTYPE_NIFTI2_1 || nifti_type == NIFTI_FTYPE_NIFTI2_2 ||
      !std::isfinite(value)) {
    return value;
  }
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value)).ptr;
  return parse_double({text.data(), end}).value_or(value);
}

FoundSpacing spacing_of(const Header& header) {
  const nifti_image& image = *header.image;
  FoundSpacing found;
  std::string text = "pixdim =";
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (static_cast<std::int64_t>(axis) < image.ndim) {
      found.value[axis] = meant_by(header.pixdim[axis], image.nifti_type);
      text += " " + format_rounded(*found.value[axis]);
    }
  }
  found.unit = unit_of(image.xyz_units);
  found.one_is_meant = std::string_view(image.descrip, strnlen(image.descrip, sizeof image.descrip))
                           .find(exact_spacing_key) != std::string_view::npos;
  found.found = text + ", xyzt_units = " + nifti_units_string(image.xyz_units);
  return found;
}

// The file's axes stay the index axes. Its world has x to the right and y to the front (RAS), ours
// is ITK's and 3D Slicer's (LPS): the first two rows change sign. As ITK 5.2, the qform comes
// before the sform, which may be an alignment to an atlas.
void read_place(const Header& header, ScanDescription& description) {
  const nifti_image& image = *header.image;
  if (image.qform_code <= 0 && image.sform_code <= 0) {
    return;
  }
  const nifti_dmat44& world = image.qform_code > 0 ? image.qto_xyz : image.sto_xyz;
  Grid& grid = description.grid;
  const std::array<double, 3> signs = {-1, -1, 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double length = std::hypot(world.m[0][axis], world.m[1][axis], world.m[2][axis]);
    for (std::size_t row = 0; row < 3; ++row) {
      // A column of zeros is left to check(grid), which refuses it.
      grid.direction[3 * row + axis] = length > 0 ? signs[row] * world.m[row][axis] / length : 0.0;
    }
    const double stated = header.pixdim[axis];
    if (stated > 0 && std::abs(length - stated) > 0.01 * stated) {
      description.notices.push_back("NIfTI: pixdim gives " + format_rounded(stated) +
                                    " along axis " + std::to_string(axis) + ", the " +
                                    (image.qform_code > 0 ? "qform " : "sform ") +
                                    format_rounded(length) + "; pixdim is taken");
    }
  }
  grid.origin_um = {signs[0] * world.m[0][3], signs[1] * world.m[1][3], signs[2] * world.m[2][3]};
}

// value * slope + intercept, in floating point.
class ScaledSource : public VolumeSource {
 public:
  ScaledSource(std::unique_ptr<VolumeSource> source, double slope, double intercept,
               ScanDescription description)
      : VolumeSource(std::move(description)),
        source_(std::move(source)),
        slope_(slope),
        intercept_(intercept) {}
  std::int64_t preferred_slab() const override { return source_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const AnyVolume read = source_->read(box);
    dispatch(read.type(), [&]<typename From>(std::type_identity<From>) {
      const auto from = read.view().as<From>();
      if (type() == PixelType::f64) {
        scale(from, out.as<double>());
      } else {
        scale(from, out.as<float>());
      }
    });
  }

  template <typename From, typename To>
  void scale(const VolumeView<const From>& from, const VolumeView<To>& to) const {
    for (std::int64_t z = 0; z < to.size().z; ++z) {
      for (std::int64_t y = 0; y < to.size().y; ++y) {
        std::transform(from.row(y, z), from.row(y, z) + to.size().x, to.row(y, z), [&](From v) {
          return static_cast<To>(static_cast<double>(v) * slope_ + intercept_);
        });
      }
    }
  }

  std::unique_ptr<VolumeSource> source_;
  double slope_;
  double intercept_;
};

std::unique_ptr<VolumeSource> with_scaling(std::unique_ptr<VolumeSource> source,
                                           const nifti_image& image) {
  const double slope = image.scl_slope;
  const double intercept = image.scl_inter;
  // A slope of 0 says, by the standard, that there is no scaling.
  if (slope == 0 || !std::isfinite(slope) || !std::isfinite(intercept) ||
      (slope == 1 && intercept == 0)) {
    return source;
  }
  ScanDescription description = source->description();
  const bool needs_double = source->type() == PixelType::f64 || source->type() == PixelType::i32 ||
                            source->type() == PixelType::u32;
  description.type = needs_double ? PixelType::f64 : PixelType::f32;
  description.notices.push_back("NIfTI: values are scaled as the header says, times " +
                                format_number(meant_by(slope, image.nifti_type)) + " plus " +
                                format_number(meant_by(intercept, image.nifti_type)) + ", from " +
                                std::string(name_of(source->type())) + " to " +
                                std::string(name_of(description.type)));
  return std::make_unique<ScaledSource>(std::move(source), slope, intercept,
                                        std::move(description));
}

}  // namespace

Container open_nifti(const fs::path& path, const OpenOptions& /*options*/, Progress& /*progress*/) {
  const Header header = read_header(path);
  const nifti_image& image = *header.image;
  const fs::path data = data_file_of(header, path);
  const bool gzip = is_gzip(data);
  ScanDescription description;
  description.format = gzip ? "NIfTI (gzip)" : "NIfTI";
  description.files = {path};
  if (data != path) {
    description.files.push_back(data);
  }
  read_place(header, description);
  const RawLayout layout{size_in(image, path), type_of(image, path), header.big_endian,
                         std::max<std::int64_t>(0, image.iname_offset)};
  auto voxels = gzip ? open_inflated_voxels(data, 0, layout, std::move(description))
                     : open_raw_voxels(data, layout, std::move(description));
  return {with_scaling(std::move(voxels), image), spacing_of(header), false};
}

}  // namespace fossilct
