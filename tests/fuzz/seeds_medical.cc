// SPDX-License-Identifier: Apache-2.0
#include <nifti1.h>
#include <zlib.h>

#include <cstring>

#include "fuzz/seed.h"
#include "support.h"

namespace fossilct::fuzz {
namespace {

std::string gzipped(const std::string& bytes) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "seed.gz";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return test::read_file(path);
}

Seed single(const std::string& name, const std::string& file, const std::string& bytes) {
  return {name, {{file, bytes}}, file};
}

std::string nrrd_header(const std::string& encoding, const std::string& more) {
  return "NRRD0004\n# seed\ntype: uint16\ndimension: 3\nspace: left-posterior-superior\n"
         "sizes: 6 5 3\nspace directions: (2,0,0) (0,2,0) (0,0,2.5)\nkinds: domain domain domain\n"
         "endian: little\nspace units: \"um\" \"um\" \"um\"\nspace origin: (0,0,0)\nencoding: " +
         encoding + "\n" + more + "\n";
}

std::vector<Seed> nrrd_seeds() {
  return {single("nrrd-raw", "seed.nrrd", nrrd_header("raw", "") + seed_bytes()),
          single("nrrd-gzip", "seed.nrrd", nrrd_header("gzip", "") + gzipped(seed_bytes())),
          {"nhdr",
           {{"seed.nhdr", nrrd_header("raw", "data file: seed.raw\n")}, {"seed.raw", seed_bytes()}},
           "seed.nhdr"}};
}

std::string metaimage_header(const std::string& data_file) {
  return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
         "CompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n"
         "ElementSpacing = 0.002 0.002 0.0025\nDimSize = 6 5 3\nElementType = MET_USHORT\n"
         "ElementDataFile = " +
         data_file + "\n";
}

std::vector<Seed> metaimage_seeds() {
  return {single("mha", "seed.mha", metaimage_header("LOCAL") + seed_bytes()),
          {"mhd",
           {{"seed.mhd", metaimage_header("seed.raw")}, {"seed.raw", seed_bytes()}},
           "seed.mhd"}};
}

std::string nifti() {
  nifti_1_header header{};
  header.sizeof_hdr = sizeof(header);
  const short dim[8] = {3, seed_width, seed_height, seed_depth, 1, 1, 1, 1};
  const float pixdim[8] = {1, 2, 2, 2.5F, 0, 0, 0, 0};
  std::memcpy(header.dim, dim, sizeof(dim));
  std::memcpy(header.pixdim, pixdim, sizeof(pixdim));
  header.datatype = DT_UINT16;
  header.bitpix = 16;
  header.vox_offset = 352;
  header.scl_slope = 1;
  header.xyzt_units = NIFTI_UNITS_MICRON;
  std::memcpy(header.magic, "n+1", 4);
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  return bytes + std::string(4, '\0') + seed_bytes();
}

std::vector<Seed> nifti_seeds() {
  return {single("nifti", "seed.nii", nifti()),
          single("nifti-gz", "seed.nii.gz", gzipped(nifti()))};
}

void put(std::string& bytes, std::size_t value, int width) {
  for (int i = 0; i < width; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xff);
  }
}

// One element in explicit VR little-endian.
void put_element(std::string& bytes, unsigned group, unsigned element, const std::string& vr,
                 std::string value) {
  if (value.size() % 2 == 1) {
    value += vr == "UI" || vr == "OB" ? '\0' : ' ';
  }
  put(bytes, group, 2);
  put(bytes, element, 2);
  bytes += vr;
  if (vr == "OB" || vr == "OW") {
    put(bytes, 0, 2);
    put(bytes, value.size(), 4);
  } else {
    put(bytes, value.size(), 2);
  }
  bytes += value;
}

std::string u16(unsigned value) {
  std::string bytes;
  put(bytes, value, 2);
  return bytes;
}

std::string dicom_slice(int z) {
  const std::string uid = "1.2.826.0.1.3680043.2.1125.1." + std::to_string(z + 1);
  const std::string secondary_capture = "1.2.840.10008.5.1.4.1.1.7";
  std::string meta;
  put_element(meta, 0x0002, 0x0001, "OB", std::string("\0\1", 2));
  put_element(meta, 0x0002, 0x0002, "UI", secondary_capture);
  put_element(meta, 0x0002, 0x0003, "UI", uid);
  put_element(meta, 0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1");
  std::string bytes = std::string(128, '\0') + "DICM";
  std::string length;
  put(length, meta.size(), 4);
  put_element(bytes, 0x0002, 0x0000, "UL", length);
  bytes += meta;
  put_element(bytes, 0x0008, 0x0016, "UI", secondary_capture);
  put_element(bytes, 0x0008, 0x0018, "UI", uid);
  put_element(bytes, 0x0008, 0x0060, "CS", "CT");
  put_element(bytes, 0x0018, 0x0050, "DS", "0.0025");
  put_element(bytes, 0x0020, 0x000d, "UI", "1.2.826.0.1.3680043.2.1125.2");
  put_element(bytes, 0x0020, 0x000e, "UI", "1.2.826.0.1.3680043.2.1125.3");
  put_element(bytes, 0x0020, 0x0013, "IS", std::to_string(z + 1));
  put_element(bytes, 0x0020, 0x0032, "DS", "0\\0\\" + std::to_string(0.0025 * z));
  put_element(bytes, 0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0");
  put_element(bytes, 0x0028, 0x0002, "US", u16(1));
  put_element(bytes, 0x0028, 0x0004, "CS", "MONOCHROME2");
  put_element(bytes, 0x0028, 0x0010, "US", u16(seed_height));
  put_element(bytes, 0x0028, 0x0011, "US", u16(seed_width));
  put_element(bytes, 0x0028, 0x0030, "DS", "0.002\\0.002");
  for (const unsigned element : {0x0100U, 0x0101U}) {
    put_element(bytes, 0x0028, element, "US", u16(16));
  }
  put_element(bytes, 0x0028, 0x0102, "US", u16(15));
  put_element(bytes, 0x0028, 0x0103, "US", u16(0));
  constexpr int slice = seed_width * seed_height;
  put_element(bytes, 0x7fe0, 0x0010, "OW", seed_bytes(z * slice, (z + 1) * slice));
  return bytes;
}

Seed dicom_seed() {
  Seed seed{"dicom", {}, ""};
  for (int z = 0; z < seed_depth; ++z) {
    seed.files.push_back({"IM" + std::to_string(z), dicom_slice(z)});
  }
  return seed;
}

}  // namespace

std::vector<Seed> medical_seeds() {
  std::vector<Seed> seeds;
  for (const auto& part : {nrrd_seeds(), metaimage_seeds(), nifti_seeds()}) {
    seeds.insert(seeds.end(), part.begin(), part.end());
  }
  seeds.push_back(dicom_seed());
  return seeds;
}

}  // namespace fossilct::fuzz
