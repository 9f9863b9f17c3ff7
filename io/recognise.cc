// SPDX-License-Identifier: Apache-2.0
#include "io/recognise.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "io/header_text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::int64_t head_bytes = 4096;
// A header that names its data file does so near its beginning, before lists of metadata.
constexpr std::int64_t sidecar_bytes = 1 << 16;
// HDF5 allows a user block of any power of two before its signature; larger ones were never seen.
constexpr std::int64_t last_hdf5_signature = std::int64_t{1} << 26;
constexpr int dicom_probes = 32;

constexpr std::string_view what_is_read =
    "fossilct reads folders of TIFF, PNG, JPEG or BMP slices, TIFF stacks, DICOM series, NRRD, "
    "MetaImage, NIfTI, HDF5, Xradia (.txm, .txrm, .xrm) and VGStudio (.vgi); for data without a "
    "header give its layout, as --raw 1024x1024x1000:u16le";

bool has_at(std::string_view head, std::size_t position, std::string_view bytes) {
  return head.size() >= position && head.substr(position).starts_with(bytes);
}

bool is_tiff(std::string_view head) {
  return head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv) ||
         head.starts_with("II+\0"sv) || head.starts_with("MM\0+"sv);
}

bool is_bmp(std::string_view head) {
  // Two letters are too little to go by: the reserved words are 0, and the header that follows has
  // one of the lengths there are.
  constexpr std::string_view lengths = "\x0c\x28\x34\x38\x40\x6c\x7c";
  return head.starts_with("BM") && has_at(head, 6, "\0\0\0\0"sv) && head.size() > 18 &&
         lengths.find(head[14]) != std::string_view::npos && has_at(head, 15, "\0\0\0"sv);
}

bool is_single_image(std::string_view head) {
  return head.starts_with("\x89PNG\r\n\x1a\n") || head.starts_with("\xff\xd8\xff") || is_bmp(head);
}

bool is_dicom(std::string_view head, const std::string& extension) {
  // Old files lack the preamble and begin with a tag of group 2 or 8.
  const bool first_tag = has_at(head, 0, "\x02\0"sv) || has_at(head, 0, "\x08\0"sv);
  return has_at(head, 128, "DICM") || (extension == ".dcm" && first_tag);
}

bool is_nifti(std::string_view head) {
  return has_at(head, 344, "n+1\0"sv) || has_at(head, 344, "ni1\0"sv) ||
         has_at(head, 4, "n+2\0\r\n\x1a\n"sv) || has_at(head, 4, "ni2\0\r\n\x1a\n"sv);
}

bool has_hdf5_signature(const fs::path& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  const FileDescriptor file(path);
  for (std::int64_t at = 0; at <= last_hdf5_signature; at = at == 0 ? 512 : 2 * at) {
    std::array<char, 8> bytes{};
    if (at + 8 > file.size()) {
      return false;
    }
    file.read_at(at, std::as_writable_bytes(std::span(bytes)));
    if (std::string_view(bytes.data(), bytes.size()) == signature) {
      return true;
    }
  }
  return false;
}

bool is_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\r' || c == '\t';
  });
}

// The value of the first line `key SEPARATOR value`, key in any case.
std::optional<std::string> value_of(std::string_view head, std::string_view key, char separator) {
  for (const std::string& line : split(head, '\n')) {
    const std::size_t at = line.find(separator);
    if (at != std::string::npos &&
        lower(trim(std::string_view(line).substr(0, at))) == lower(key)) {
      return std::string(trim(std::string_view(line).substr(at + 1)));
    }
  }
  return std::nullopt;
}

bool is_metaimage(std::string_view head) {
  return value_of(head, "NDims", '=').has_value() || value_of(head, "ObjectType", '=') == "Image";
}

bool is_vgi(std::string_view head) {
  return is_text(head) && (head.find("[representation]") != std::string_view::npos ||
                           head.find("[file1]") != std::string_view::npos);
}

std::string unpacked_head(std::string_view head) {
  std::string unpacked(1024, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) {
    return {};
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(head.data()));
  stream.avail_in = static_cast<uInt>(head.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  inflate(&stream, Z_SYNC_FLUSH);
  unpacked.resize(unpacked.size() - stream.avail_out);
  inflateEnd(&stream);
  return unpacked;
}

std::optional<ScanFormat> format_of_content(const fs::path& path, std::string_view head) {
  const std::string extension = lower(path.extension().string());
  if (is_tiff(head)) {
    return ScanFormat::tiff;
  }
  if (is_single_image(head)) {
    return ScanFormat::single_image;
  }
  if (is_dicom(head, extension)) {
    return ScanFormat::dicom;
  }
  if (head.starts_with("NRRD000")) {
    return ScanFormat::nrrd;
  }
  if (is_nifti(head) || (head.starts_with("\x1f\x8b") && is_nifti(unpacked_head(head)))) {
    return ScanFormat::nifti;
  }
  if (head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
    return ScanFormat::xradia;
  }
  if (has_hdf5_signature(path)) {
    return ScanFormat::hdf5;
  }
  if (is_metaimage(head)) {
    return ScanFormat::metaimage;
  }
  return is_vgi(head) ? std::optional(ScanFormat::vgi) : std::nullopt;
}

// The last part of a path that may have been written on Windows.
std::string base_name(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

// Whether the header `sidecar` says that its voxels are in `data`.
bool names_data(const fs::path& sidecar, const fs::path& data) {
  const std::string extension = lower(sidecar.extension().string());
  const std::string head = read_beginning(sidecar, sidecar_bytes);
  std::optional<std::string> named;
  if (extension == ".nhdr") {
    named = value_of(head, "data file", ':');
    named = named ? named : value_of(head, "datafile", ':');
  } else if (extension == ".mhd") {
    named = value_of(head, "ElementDataFile", '=');
  } else if (extension == ".vgi") {
    named = value_of(head, "Name", '=');
  }
  return named && base_name(*named) == data.filename().string();
}

bool may_be_sidecar_of(const fs::path& candidate, const fs::path& data) {
  const std::string extension = lower(candidate.extension().string());
  const bool same_stem = candidate.stem() == data.stem();
  std::error_code ignored;
  if (candidate == data || !fs::is_regular_file(candidate, ignored)) {
    return false;
  }
  if (extension == ".hdr") {
    return same_stem && is_nifti(read_beginning(candidate, head_bytes));
  }
  if (extension == ".vgi" && same_stem) {
    return true;
  }
  return (extension == ".vgi" || extension == ".nhdr" || extension == ".mhd") &&
         names_data(candidate, data);
}

std::optional<fs::path> sidecar_of(const fs::path& data) {
  const fs::path folder = data.has_parent_path() ? data.parent_path() : fs::path(".");
  std::error_code error;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (may_be_sidecar_of(entry.path(), data)) {
      found.push_back(entry.path());
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  return *std::min_element(found.begin(), found.end());
}

// What a file of such a name should be, for the message.
std::string_view expected_of(const std::string& extension) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> names = {{
      {".tif", "TIFF"},
      {".tiff", "TIFF"},
      {".png", "PNG"},
      {".jpg", "JPEG"},
      {".jpeg", "JPEG"},
      {".bmp", "BMP"},
      {".dcm", "DICOM"},
      {".nrrd", "NRRD"},
      {".nhdr", "NRRD"},
      {".mha", "MetaImage"},
      {".mhd", "MetaImage"},
      {".nii", "NIfTI"},
      {".gz", "NIfTI (.nii.gz)"},
      {".h5", "HDF5"},
      {".hdf5", "HDF5"},
      {".nxs", "HDF5 (NeXus)"},
      {".txm", "Xradia file"},
      {".txrm", "Xradia file"},
      {".xrm", "Xradia file"},
      {".vgi", "VGStudio header"},
  }};
  for (const auto& [name, format] : names) {
    if (name == extension) {
      return format;
    }
  }
  return {};
}

std::string shown(std::string_view head) {
  const std::string_view start = head.substr(0, 12);
  const std::string text_shown = printable(start.substr(0, start.find('\n')));
  if (is_text(start) && text_shown.find("\\x") == std::string::npos) {
    return "'" + text_shown + "'";
  }
  std::string text = "the bytes";
  for (const char c : start.substr(0, 8)) {
    std::array<char, 8> hex{};
    std::snprintf(hex.data(), hex.size(), " %02x", static_cast<unsigned>(c) & 0xffU);
    text += hex.data();
  }
  return text;
}

Error not_recognised(const fs::path& path, std::string_view head) {
  if (head.empty()) {
    return format_error(path,
                        "is empty (0 bytes); expected a scan: copy the file again, or look whether "
                        "the program that wrote it failed");
  }
  const std::string_view expected = expected_of(lower(path.extension().string()));
  const std::string what =
      expected.empty() ? "which is no format known here" : "which is no " + std::string(expected);
  return format_error(
      path, "starts with " + shown(head) + ", " + what + "; " + std::string(what_is_read));
}

bool is_image_name(const fs::path& path) {
  const std::string extension = lower(path.extension().string());
  constexpr std::array<std::string_view, 6> names = {".tif", ".tiff", ".png",
                                                     ".jpg", ".jpeg", ".bmp"};
  return std::find(names.begin(), names.end(), extension) != names.end();
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().front() != '.' && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    throw file_code_error(folder, "can't list the folder", error);
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return files;
}

Error no_files(const fs::path& folder) {
  std::string folders;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) {
      folders += (folders.empty() ? "" : ", ") + entry.path().filename().string();
    }
  }
  return format_error(folder, folders.empty() ? "is an empty folder; expected the slices of a scan"
                                              : "holds no files, only folders (" + folders +
                                                    "); give the one with the slices");
}

ScanFormat format_of_folder(const fs::path& folder) {
  const std::vector<fs::path> files = files_of(folder);
  const auto images = std::count_if(files.begin(), files.end(), is_image_name);
  if (files.empty()) {
    throw no_files(folder);
  }
  // A series may have a preview picture beside it, a folder of slices is all pictures.
  int probes = 0;
  for (const fs::path& file : files) {
    const bool has_other_name = !is_image_name(file) && probes < dicom_probes;
    if (has_other_name && 2 * images < static_cast<std::ptrdiff_t>(files.size())) {
      ++probes;
      if (is_dicom(read_beginning(file, head_bytes), lower(file.extension().string()))) {
        return ScanFormat::dicom;
      }
    }
  }
  if (images == 0) {
    throw format_error(
        folder,
        "holds no slices (TIFF, PNG, JPEG, BMP or DICOM), but " +
            files.front().filename().string() +
            (files.size() > 1
                 ? " and " + format_count(static_cast<std::int64_t>(files.size() - 1)) + " more"
                 : "") +
            "; to read one of these give the file itself");
  }
  return ScanFormat::slice_folder;
}

}  // namespace

std::string_view name_of(ScanFormat format) {
  static constexpr std::array<std::string_view, 11> names = {
      "folder of slices", "DICOM",           "TIFF", "image", "NRRD", "MetaImage", "NIfTI", "HDF5",
      "Xradia",           "VGStudio header", "raw"};
  return names[static_cast<std::size_t>(format)];
}

Recognised recognise(const fs::path& path, bool as_raw) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw status.type() != fs::file_type::not_found
        ? file_code_error(path, "can't look at it", error)
        : file_error(path, "no such file or folder; check the spelling of the path");
  }
  if (fs::is_directory(status)) {
    if (as_raw) {
      throw option_error("--raw", path.string() + " is a folder; expected one file");
    }
    return {format_of_folder(path), path, {}};
  }
  if (!fs::is_regular_file(status)) {
    throw file_error(path, "is neither a plain file nor a folder");
  }
  const std::string head = read_beginning(path, head_bytes);
  if (as_raw) {
    return {ScanFormat::raw, path, {}};
  }
  if (const auto format = format_of_content(path, head)) {
    return {*format, path, {}};
  }
  if (const auto sidecar = head.empty() ? std::nullopt : sidecar_of(path)) {
    const std::string sidecar_head = read_beginning(*sidecar, head_bytes);
    if (const auto format = format_of_content(*sidecar, sidecar_head)) {
      return {*format,
              *sidecar,
              {path.string() + ": has no header of its own; read as " +
               sidecar->filename().string() + " beside it says"}};
    }
  }
  throw not_recognised(path, head);
}

}  // namespace fossilct
