// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small DICOM files for the tests, written through GDCM, each tag as the test wants it.

#include <gdcmDataSet.h>
#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>
#include <gdcmUIDGenerator.h>
#include <gdcmWriter.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace fossilct::test {

struct DicomFile {
  std::uint16_t columns = 40;  // JPEG 2000 needs some pixels for its resolutions
  std::uint16_t rows = 36;
  bool is_signed = false;
  std::string series = "1.2.3";
  int instance = 1;
  // Text tags; an empty text leaves the tag out.
  std::map<std::uint32_t, std::string> texts{};
  std::vector<std::uint16_t> voxels{};
};

inline void insert_bytes(gdcm::DataSet& data, std::uint32_t tag, gdcm::VR::VRType vr,
                         const std::string& bytes) {
  gdcm::DataElement element(
      gdcm::Tag(static_cast<std::uint16_t>(tag >> 16), static_cast<std::uint16_t>(tag & 0xffff)));
  element.SetVR(vr);
  element.SetByteValue(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  data.Replace(element);
}

inline void insert_number(gdcm::DataSet& data, std::uint32_t tag, std::uint16_t value) {
  insert_bytes(data, tag, gdcm::VR::US,
               {static_cast<char>(value & 0xff), static_cast<char>(value >> 8)});
}

inline void insert_text(gdcm::DataSet& data, std::uint32_t tag, gdcm::VR::VRType vr,
                        std::string text) {
  if (!text.empty()) {
    text.resize((text.size() + 1) / 2 * 2, vr == gdcm::VR::UI ? '\0' : ' ');
    insert_bytes(data, tag, vr, text);
  }
}

inline void write_dicom(const std::filesystem::path& path, const DicomFile& file) {
  gdcm::Writer writer;
  gdcm::DataSet& data = writer.GetFile().GetDataSet();
  gdcm::UIDGenerator uids;
  insert_text(data, 0x00080016, gdcm::VR::UI, "1.2.840.10008.5.1.4.1.1.2");  // CT image
  insert_text(data, 0x00080018, gdcm::VR::UI, uids.Generate());
  insert_text(data, 0x00080060, gdcm::VR::CS, "CT");
  insert_text(data, 0x0020000e, gdcm::VR::UI, file.series);
  insert_text(data, 0x00200013, gdcm::VR::IS, std::to_string(file.instance));
  insert_text(data, 0x00280004, gdcm::VR::CS, "MONOCHROME2");
  insert_number(data, 0x00280002, 1);
  insert_number(data, 0x00280010, file.rows);
  insert_number(data, 0x00280011, file.columns);
  insert_number(data, 0x00280100, 16);
  insert_number(data, 0x00280101, 16);
  insert_number(data, 0x00280102, 15);
  insert_number(data, 0x00280103, file.is_signed ? 1 : 0);
  for (const auto& [tag, text] : file.texts) {
    const auto vr = tag == 0x0008103e   ? gdcm::VR::LO
                    : tag == 0x00280004 ? gdcm::VR::CS
                    : tag == 0x00280008 ? gdcm::VR::IS
                                        : gdcm::VR::DS;
    insert_text(data, tag, vr, text);
  }
  insert_bytes(data, 0x7fe00010, gdcm::VR::OW,
               {reinterpret_cast<const char*>(file.voxels.data()), file.voxels.size() * 2});
  writer.GetFile().GetHeader().SetDataSetTransferSyntax(
      gdcm::TransferSyntax::ExplicitVRLittleEndian);
  writer.SetFileName(path.c_str());
  if (!writer.Write()) {
    throw std::runtime_error("GDCM can't write " + path.string());
  }
}

// As the program gdcmconv does.
inline void recompress(const std::filesystem::path& path, gdcm::TransferSyntax::TSType syntax) {
  gdcm::ImageReader reader;
  reader.SetFileName(path.c_str());
  gdcm::ImageChangeTransferSyntax change;
  change.SetTransferSyntax(syntax);
  if (!reader.Read()) {
    throw std::runtime_error("GDCM can't read " + path.string());
  }
  change.SetInput(reader.GetImage());
  if (!change.Change()) {
    throw std::runtime_error("GDCM can't compress " + path.string());
  }
  gdcm::ImageWriter writer;
  writer.SetFile(reader.GetFile());
  writer.SetImage(change.GetOutput());
  writer.SetFileName(path.c_str());
  if (!writer.Write()) {
    throw std::runtime_error("GDCM can't write " + path.string());
  }
}

}  // namespace fossilct::test
