// SPDX-License-Identifier: Apache-2.0
#include <gsf/gsf-outfile-msole.h>
#include <gsf/gsf-output-memory.h>

#include "fuzz/seed.h"

namespace fossilct::fuzz {
namespace {

template <typename T>
void write_stream(GsfOutfile* folder, const char* name, const T* values, std::size_t count) {
  GsfOutput* stream = gsf_outfile_new_child(folder, name, FALSE);
  gsf_output_write(stream, count * sizeof(T), reinterpret_cast<const guint8*>(values));
  gsf_output_close(stream);
  g_object_unref(stream);
}

void close_folder(GsfOutfile* folder) {
  gsf_output_close(GSF_OUTPUT(folder));
  g_object_unref(folder);
}

void write_image_info(GsfOutfile* root) {
  GsfOutfile* info = GSF_OUTFILE(gsf_outfile_new_child(root, "ImageInfo", TRUE));
  const std::int32_t width = seed_width;
  const std::int32_t height = seed_height;
  const std::int32_t images = seed_depth;
  const std::int32_t unsigned_short = 5;
  const float pixel_size_um = 2;
  write_stream(info, "ImageWidth", &width, 1);
  write_stream(info, "ImageHeight", &height, 1);
  write_stream(info, "NoOfImages", &images, 1);
  write_stream(info, "ImagesTaken", &images, 1);
  write_stream(info, "DataType", &unsigned_short, 1);
  write_stream(info, "PixelSize", &pixel_size_um, 1);
  close_folder(info);
}

// The streams of a reconstructed Xradia volume that a reader needs, in an OLE2 container.
std::string txm() {
  GsfOutput* memory = gsf_output_memory_new();
  GsfOutfile* root = gsf_outfile_msole_new(memory);
  write_image_info(root);
  GsfOutfile* data = GSF_OUTFILE(gsf_outfile_new_child(root, "ImageData1", TRUE));
  constexpr std::size_t slice = seed_width * seed_height;
  const auto voxels = seed_voxels();
  for (std::size_t z = 0; z < seed_depth; ++z) {
    write_stream(data, ("Image" + std::to_string(z + 1)).c_str(), voxels.data() + z * slice, slice);
  }
  close_folder(data);
  close_folder(root);
  const auto size = static_cast<std::size_t>(gsf_output_size(memory));
  const guint8* bytes = gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory));
  std::string result(reinterpret_cast<const char*>(bytes), size);
  g_object_unref(memory);
  return result;
}

constexpr const char* vgi =
    "{volume1}\n[representation]\nsize = 6 5 3\ndatatype = unsigned integer\n"
    "bitsperelement = 16\n[file1]\nRegionOfInterestStart = 0 0 0\nFileFormat = raw\n"
    "Size = 6 5 3\nName = seed.vol\nDatatype = unsigned integer\nBitsPerElement = 16\n"
    "SkipHeader = 0\n{volumeprimitive12}\n[geometry]\nresolution = 0.002 0.002 0.0025\nunit = mm\n";

}  // namespace

std::vector<Seed> other_seeds() {
  return {{"xradia", {{"seed.txm", txm()}}, "seed.txm"},
          {"vgi", {{"seed.vgi", vgi}, {"seed.vol", seed_bytes()}}, "seed.vgi"},
          {"vgi-by-data", {{"seed.vgi", vgi}, {"seed.vol", seed_bytes()}}, "seed.vol"}};
}

}  // namespace fossilct::fuzz
