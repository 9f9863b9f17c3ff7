// SPDX-License-Identifier: Apache-2.0
// bench_meshes [LABELS_OF_VTK_ON_THE_WHOLE]: meshes of 1,000 fossils, ours from their crops beside
// VTK's own loop over labels, each label contoured in the whole volume and in its crop; processor
// time of one thread. VTK on the whole volume is timed for some labels (20) and scaled.
#include <vtkDiscreteFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

#include "render/mesh.h"

namespace {

using namespace fossilct;

constexpr std::int64_t cells = 10;  // fossils along each axis
constexpr std::int64_t pitch = 42;  // voxels from one to the next
constexpr std::int64_t edge = cells * pitch;
constexpr std::int64_t fossils = cells * cells * cells;
constexpr int passes = 20;  // of smoothing, ours and VTK's
constexpr double pass_band = 0.08;

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Index3 corner_of(std::int64_t fossil) {
  return {fossil % cells * pitch, fossil / cells % cells * pitch, fossil / (cells * cells) * pitch};
}

// Hollow ellipsoids of 24 to 38 voxels, no two alike in their axes.
bool is_inside(std::int64_t fossil, std::int64_t x, std::int64_t y, std::int64_t z) {
  constexpr double middle = static_cast<double>(pitch) / 2;
  const double a = 12 + static_cast<double>(fossil % 7), b = 12 + static_cast<double>(fossil % 6);
  const double c = 12 + static_cast<double>(fossil % 8) * 0.9;
  const double radius =
      std::hypot((static_cast<double>(x) - middle) / a, (static_cast<double>(y) - middle) / b,
                 (static_cast<double>(z) - middle) / c);
  return radius < 1 && radius > 0.45;
}

Volume<std::uint8_t> crop_of(std::int64_t fossil) {
  Volume<std::uint8_t> mask({pitch, pitch, pitch});
  for (std::int64_t z = 0; z < pitch; ++z) {
    for (std::int64_t y = 0; y < pitch; ++y) {
      for (std::int64_t x = 0; x < pitch; ++x) {
        mask(x, y, z) = is_inside(fossil, x, y, z) ? 1 : 0;
      }
    }
  }
  return mask;
}

// Labels 1 to 1,000.
void fill(vtkImageData* image) {
  image->SetDimensions(edge, edge, edge);
  image->AllocateScalars(VTK_UNSIGNED_SHORT, 1);
  auto* labels = static_cast<std::uint16_t*>(image->GetScalarPointer());
  std::fill(labels, labels + edge * edge * edge, std::uint16_t{0});
  for (std::int64_t fossil = 0; fossil < fossils; ++fossil) {
    const Index3 corner = corner_of(fossil);
    for (std::int64_t z = 0; z < pitch; ++z) {
      for (std::int64_t y = 0; y < pitch; ++y) {
        for (std::int64_t x = 0; x < pitch; ++x) {
          if (is_inside(fossil, x, y, z)) {
            labels[((corner.z + z) * edge + corner.y + y) * edge + corner.x + x] =
                static_cast<std::uint16_t>(fossil + 1);
          }
        }
      }
    }
  }
}

// Triangles.
std::int64_t by_vtk(vtkImageData* image, std::int64_t label) {
  vtkNew<vtkDiscreteFlyingEdges3D> contour;
  contour->SetInputData(image);
  contour->SetValue(0, static_cast<double>(label));
  vtkNew<vtkWindowedSincPolyDataFilter> smooth;
  smooth->SetInputConnection(contour->GetOutputPort());
  smooth->SetNumberOfIterations(passes);
  smooth->SetPassBand(pass_band);
  smooth->BoundarySmoothingOff();
  smooth->FeatureEdgeSmoothingOff();
  smooth->NonManifoldSmoothingOn();
  smooth->NormalizeCoordinatesOn();
  smooth->Update();
  return smooth->GetOutput()->GetNumberOfPolys();
}

std::int64_t by_vtk_from_crop(const Volume<std::uint8_t>& mask) {
  vtkNew<vtkImageData> image;
  image->SetDimensions(pitch, pitch, pitch);
  image->AllocateScalars(VTK_UNSIGNED_CHAR, 1);
  std::copy(mask.data(), mask.data() + voxel_count(mask.size()),
            static_cast<std::uint8_t*>(image->GetScalarPointer()));
  return by_vtk(image, 1);
}

std::int64_t by_us(const Volume<std::uint8_t>& mask, const MeshOptions& options) {
  Grid grid;
  grid.size = mask.size();
  grid.spacing_um = {1, 1, 1};
  return static_cast<std::int64_t>(
      mesh_body({mask.view(), 1, {}, grid}, options).mesh.triangles.size());
}

void time(const char* what, std::int64_t count,
          const std::function<std::int64_t(std::int64_t)>& mesh) {
  const double began = processor_seconds();
  std::int64_t triangles = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    triangles += mesh(i * (fossils / count));
  }
  const double seconds = processor_seconds() - began;
  std::printf("| %s | %lld | %.1f | %.1f | %lld |\n", what, static_cast<long long>(count), seconds,
              seconds * static_cast<double>(fossils) / static_cast<double>(count),
              static_cast<long long>(triangles / count));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t on_the_whole = argc > 1 ? std::atoll(argv[1]) : 20;
  std::vector<Volume<std::uint8_t>> crops;
  for (std::int64_t i = 0; i < fossils; ++i) {
    crops.push_back(crop_of(i));
  }
  vtkNew<vtkImageData> image;
  fill(image);
  const MeshOptions smoothed = {.smoothing_passes = passes, .pass_band = pass_band};
  const MeshOptions exact = {.exact = true};
  std::printf(
      "| what | fossils | processor, s | 1,000 fossils, s | triangles each "
      "|\n|---|---|---|---|---|\n");
  time("ours, smoothed, checked, of the voxels' volume", fossils,
       [&](std::int64_t i) { return by_us(crops[static_cast<std::size_t>(i)], smoothed); });
  time("ours, `--exact`, checked", fossils,
       [&](std::int64_t i) { return by_us(crops[static_cast<std::size_t>(i)], exact); });
  time("VTK, from the same crops, smoothed", fossils,
       [&](std::int64_t i) { return by_vtk_from_crop(crops[static_cast<std::size_t>(i)]); });
  time("VTK, each label in the whole volume, smoothed", on_the_whole,
       [&](std::int64_t i) { return by_vtk(image, i + 1); });
}
