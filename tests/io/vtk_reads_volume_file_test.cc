// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <vtkDataArray.h>
#include <vtkHDFReader.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>

#include "io/volume_file.h"
#include "pattern.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

TEST_CASE("VTK's own vtkHDFReader gives the same voxels, spacing and origin") {
  const TemporaryFolder folder;
  const Size3 size{70, 33, 40};
  Grid grid;
  grid.size = size;
  grid.spacing_um = {0.5, 0.75, 2};
  grid.origin_um = {1, -2, 3};
  for (const Compression compression : {Compression::none, Compression::deflate}) {
    VolumeFileOptions options;
    options.compression = compression;
    options.if_exists = IfExists::replace;
    const AnyVolume volume = pattern_volume(PixelType::u16, size);
    VolumeFileSink sink(folder / "v.h5", grid, PixelType::u16, options);
    sink.write(volume.view());
    sink.finish();

    const vtkNew<vtkHDFReader> reader;
    REQUIRE(reader->CanReadFile((folder / "v.h5").c_str()) == 1);
    reader->SetFileName((folder / "v.h5").c_str());
    reader->Update();
    auto* image = vtkImageData::SafeDownCast(reader->GetOutputDataObject(0));
    REQUIRE(image != nullptr);
    CHECK(image->GetDimensions()[0] == size.x);
    CHECK(image->GetDimensions()[2] == size.z);
    CHECK(image->GetSpacing()[2] == 2);
    CHECK(image->GetOrigin()[1] == -2);
    vtkDataArray* voxels = image->GetPointData()->GetArray("intensity");
    REQUIRE(voxels != nullptr);
    REQUIRE(voxels->GetDataType() == VTK_UNSIGNED_SHORT);
    const AnyConstView read(static_cast<const std::byte*>(voxels->GetVoidPointer(0)),
                            PixelType::u16, size);
    CHECK(same_voxels(read, volume.view()));
  }
}
