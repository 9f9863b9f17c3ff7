// SPDX-License-Identifier: Apache-2.0
// bench_itk_series FOLDER OUTPUT.mha: the same import as ITK does it, for comparison:
// ImageSeriesReader over the sorted TIFF slices, written as uncompressed MetaImage. Output "-":
// reading only.
#include <itkImage.h>
#include <itkImageFileWriter.h>
#include <itkImageSeriesReader.h>
#include <itkMetaImageIO.h>
#include <itkTIFFImageIO.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_itk_series FOLDER OUTPUT.mha|-\n", stderr);
    return 2;
  }
  using Image = itk::Image<unsigned short, 3>;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  try {
    const auto reader = itk::ImageSeriesReader<Image>::New();
    reader->SetImageIO(itk::TIFFImageIO::New());
    reader->SetFileNames(names);
    reader->Update();
    if (std::string(argv[2]) != "-") {
      const auto writer = itk::ImageFileWriter<Image>::New();
      writer->SetImageIO(itk::MetaImageIO::New());
      writer->SetInput(reader->GetOutput());
      writer->SetFileName(argv[2]);
      writer->Update();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
