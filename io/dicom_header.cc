// SPDX-License-Identifier: Apache-2.0
#include "io/dicom_header.h"

#include <gdcmDataSet.h>
#include <gdcmDicts.h>
#include <gdcmFile.h>
#include <gdcmGlobal.h>
#include <gdcmReader.h>
#include <gdcmTrace.h>
#include <itkObject.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "io/dicom_walk.h"

namespace fossilct {

namespace {

const gdcm::Tag pixel_data(0x7fe0, 0x0010);

std::string text_of(const gdcm::DataSet& data, const gdcm::Tag& tag) {
  if (!data.FindDataElement(tag)) {
    return {};
  }
  const gdcm::ByteValue* bytes = data.GetDataElement(tag).GetByteValue();
  if (bytes == nullptr) {
    return {};
  }
  std::string text(bytes->GetPointer(), bytes->GetLength());
  text.resize(std::min(text.size(), text.find('\0')));
  return std::string(trim(text));
}

// All the numbers of a decimal string, or nothing where one is not finite or their count is wrong.
std::optional<std::vector<double>> numbers_of(const gdcm::DataSet& data, const gdcm::Tag& tag,
                                              std::size_t count) {
  std::vector<double> values;
  for (const std::string& part : split(text_of(data, tag), '\\')) {
    const auto value = parse_double(trim(part));
    if (!value || !std::isfinite(*value)) {
      return std::nullopt;
    }
    values.push_back(*value);
  }
  return values.size() == count ? std::optional(values) : std::nullopt;
}

// A number of two bytes; GDCM has put it into this machine's order.
std::int64_t integer_of(const gdcm::DataSet& data, const gdcm::Tag& tag, std::int64_t otherwise) {
  const gdcm::ByteValue* bytes =
      data.FindDataElement(tag) ? data.GetDataElement(tag).GetByteValue() : nullptr;
  if (bytes == nullptr || bytes->GetLength() < sizeof(std::uint16_t)) {
    return otherwise;
  }
  std::uint16_t value = 0;
  std::memcpy(&value, bytes->GetPointer(), sizeof value);
  return value;
}

void read_pixel_format(const gdcm::DataSet& data, DicomHeader& header) {
  header.rows = integer_of(data, {0x0028, 0x0010}, 0);
  header.columns = integer_of(data, {0x0028, 0x0011}, 0);
  header.samples = integer_of(data, {0x0028, 0x0002}, 1);
  header.bits_allocated = integer_of(data, {0x0028, 0x0100}, 0);
  header.bits_stored = integer_of(data, {0x0028, 0x0101}, header.bits_allocated);
  header.is_signed = integer_of(data, {0x0028, 0x0103}, 0) != 0;
  header.photometric = text_of(data, {0x0028, 0x0004});
  header.frames = parse_integer(text_of(data, {0x0028, 0x0008})).value_or(1);
  header.intercept = parse_double(text_of(data, {0x0028, 0x1052})).value_or(0);
  header.slope = parse_double(text_of(data, {0x0028, 0x1053})).value_or(1);
}

void read_geometry(const gdcm::DataSet& data, DicomHeader& header) {
  header.instance = parse_integer(text_of(data, {0x0020, 0x0013}));
  if (const auto p = numbers_of(data, {0x0020, 0x0032}, 3)) {
    header.position_mm = Vector3{(*p)[0], (*p)[1], (*p)[2]};
  }
  if (const auto d = numbers_of(data, {0x0020, 0x0037}, 6)) {
    header.orientation = {Vector3{(*d)[0], (*d)[1], (*d)[2]}, Vector3{(*d)[3], (*d)[4], (*d)[5]}};
  }
  // DICOM names the distance of rows (y) first.
  if (const auto s = numbers_of(data, {0x0028, 0x0030}, 2)) {
    header.spacing_mm = {(*s)[1], (*s)[0]};
  }
}

// GDCM asserts what it does not check: a pixel format that can't be would end the process there.
void check_pixel_format(const DicomHeader& header, const DicomStructure& structure) {
  const auto bits = header.bits_allocated;
  if ((bits != 8 && bits != 16 && bits != 32) || header.bits_stored < 1 ||
      header.bits_stored > bits || !std::isfinite(header.slope) ||
      !std::isfinite(header.intercept) || header.slope == 0) {
    throw format_error(header.file, "has pixels of " + std::to_string(header.bits_stored) + " of " +
                                        std::to_string(bits) + " bits, rescaled by " +
                                        format_number(header.slope) + " and " +
                                        format_number(header.intercept) +
                                        "; expected 8, 16 or 32 bits and a slope that is not 0");
  }
  // Rows, columns and samples have 16 bits each; the count of frames is a text of any length.
  std::int64_t bytes = header.rows * header.columns * header.samples * (bits / 8);
  const bool overflows = __builtin_mul_overflow(bytes, header.frames, &bytes);
  if (!structure.compressed && (overflows || *structure.pixel_bytes < bytes)) {
    const std::string promised = overflows ? "more than any file's" : std::to_string(bytes);
    throw format_error(header.file,
                       "is cut short: its header promises " + promised + " bytes of pixels, " +
                           std::to_string(*structure.pixel_bytes) + " are there; copy it again");
  }
}

// GDCM asserts that the elements it looks at have the kind of value that the standard gives them.
void check_kinds(const gdcm::DataSet& data, const std::filesystem::path& file) {
  const gdcm::Dicts& dicts = gdcm::Global::GetInstance().GetDicts();
  for (const gdcm::DataElement& element : data.GetDES()) {
    const gdcm::Tag& tag = element.GetTag();
    const auto group = tag.GetGroup();
    if ((group != 0x0018 && group != 0x0020 && group != 0x0028) ||
        element.GetVR() == gdcm::VR::INVALID) {
      continue;
    }
    const gdcm::DictEntry& entry = dicts.GetDictEntry(tag);
    if (entry.GetVR() != gdcm::VR::INVALID && !entry.GetVR().Compatible(element.GetVR())) {
      throw format_error(file, std::string("is a damaged DICOM file: ") + entry.GetName() +
                                   " has values of another kind than the standard says");
    }
  }
}

// GDCM takes a file with a recognition code for one of DICOM's forerunners, and asserts its text.
void check_recognition_code(const gdcm::DataSet& data, const std::filesystem::path& file) {
  const gdcm::Tag tag(0x0008, 0x0010);
  const std::string code = text_of(data, tag);
  const bool absent = !data.FindDataElement(tag) || data.GetDataElement(tag).IsEmpty();
  const bool known = absent || code.starts_with("ACR-NEMA") || code.starts_with("ACRNEMA") ||
                     code.starts_with("MIPS 2.0");
  if (!known) {
    throw format_error(file,
                       "is a damaged DICOM file: its RecognitionCode is not that of ACR-NEMA");
  }
}

std::optional<DicomHeader> header_of(const gdcm::File& content, const DicomStructure& structure,
                                     const std::filesystem::path& file) {
  const gdcm::DataSet& data = content.GetDataSet();
  check_kinds(data, file);
  check_recognition_code(data, file);
  DicomHeader header;
  header.file = file;
  read_pixel_format(data, header);
  if (header.rows < 1 || header.columns < 1 || header.frames < 1) {
    return std::nullopt;
  }
  header.series_uid = text_of(data, {0x0020, 0x000e});
  header.series_description = text_of(data, {0x0008, 0x103e});
  read_geometry(data, header);
  check_pixel_format(header, structure);
  return header;
}

}  // namespace

bool DicomHeader::same_pixels(const DicomHeader& other) const {
  return bits_allocated == other.bits_allocated && bits_stored == other.bits_stored &&
         is_signed == other.is_signed && slope == other.slope && intercept == other.intercept;
}

void silence_dicom_libraries() {
  gdcm::Trace::DebugOff();
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
  itk::Object::SetGlobalWarningDisplay(false);
}

std::optional<DicomHeader> read_dicom_header(const std::filesystem::path& file) {
  silence_dicom_libraries();
  const std::optional<DicomStructure> structure = walk_dicom(file);
  if (!structure && lower(file.extension().string()) == ".dcm") {
    throw format_error(file,
                       "is named .dcm but is no DICOM file (no DICM after 128 bytes); copy "
                       "it again, or move it out of the folder");
  }
  if (!structure || !structure->pixel_bytes) {
    return std::nullopt;
  }
  try {
    gdcm::Reader reader;
    reader.SetFileName(file.c_str());
    if (reader.ReadUpToTag(pixel_data)) {
      return header_of(reader.GetFile(), *structure, file);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    // Told below, in our words: GDCM's are for its developers.
  }
  throw format_error(file, "is a damaged DICOM file; copy it again, or move it out of the folder");
}

}  // namespace fossilct
