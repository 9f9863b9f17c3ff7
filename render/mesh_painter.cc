// SPDX-License-Identifier: Apache-2.0
#include "render/mesh_painter.h"

#include <vtkActor.h>
#include <vtkCamera.h>
#include <vtkNew.h>
#include <vtkOpenGLRenderer.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderStepsPass.h>
#include <vtkRenderer.h>
#include <vtkSSAOPass.h>
#include <vtkUnsignedCharArray.h>

#include <cassert>

#include "render/camera_light.h"
#include "render/cut.h"
#include "render/egl_window.h"
#include "render/vector_math.h"
#include "render/vtk_mesh.h"

namespace fossilct {
namespace {

// Samples along a pixel's edge.
constexpr int supersampling = 2;
// Pixels that are not grey are background: the fossil is drawn in greys only.
constexpr std::array<double, 3> background{0, 1, 0};

void make_matt(vtkActor& actor, double grey) {
  vtkProperty* property = actor.GetProperty();
  property->SetColor(grey, grey, grey);
  property->SetAmbient(0.1);
  property->SetDiffuse(1.0);
  property->SetSpecular(0.05);
  property->SetSpecularPower(8);
  property->SetInterpolationToPhong();
}

// One pixel from its samples of RGB.
void average(const vtkUnsignedCharArray& samples, std::int64_t width, std::int64_t x,
             std::int64_t y, std::uint8_t* grey_and_opacity) {
  int grey = 0;
  int hits = 0;
  for (int dy = 0; dy < supersampling; ++dy) {
    for (int dx = 0; dx < supersampling; ++dx) {
      const vtkIdType at = 3 * ((y * supersampling + dy) * width + x * supersampling + dx);
      const int red = samples.GetValue(at);
      const bool is_background = samples.GetValue(at + 1) > red + 8;
      grey += is_background ? 0 : red;
      hits += is_background ? 0 : 1;
    }
  }
  constexpr int all = supersampling * supersampling;
  grey_and_opacity[0] = static_cast<std::uint8_t>(hits > 0 ? (grey + hits / 2) / hits : 0);
  grey_and_opacity[1] = static_cast<std::uint8_t>((255 * hits + all / 2) / all);
}

}  // namespace

struct MeshPainter::Impl {
  explicit Impl(RenderBackend backend) : hidden(make_hidden_window(backend)) {
    hidden.window->SetMultiSamples(0);
    hidden.window->AddRenderer(renderer);
    renderer->SetBackground(background[0], background[1], background[2]);
    renderer->AutomaticLightCreationOff();
    add_camera_light(*renderer, {-1, 1.15, 1}, 0.95);
    add_camera_light(*renderer, {0.8, -0.3, 1}, 0.18);
    for (auto& part : parts) {
      part.actor->SetMapper(part.mapper);
      renderer->AddActor(part.actor);
    }
    make_matt(*parts[0].actor, 0.86);
    make_matt(*parts[1].actor, 0.97);
    ssao->SetKernelSize(24);
    ssao->BlurOn();
    vtkNew<vtkRenderStepsPass> steps;
    ssao->SetDelegatePass(steps);
    vtkOpenGLRenderer::SafeDownCast(renderer)->SetPass(ssao);
  }

  void look(const Vector3& origin_um, const ViewFrame& view, double size_um) {
    const Vector3 middle = view.pose.centre_um - origin_um;
    const Vector3 viewer = row_of(view.pose.view_from_scan, 2);
    const Vector3 up = row_of(view.pose.view_from_scan, 1);
    const Vector3 eye = middle + size_um * viewer;
    vtkCamera* camera = renderer->GetActiveCamera();
    camera->ParallelProjectionOn();
    camera->SetFocalPoint(middle.x, middle.y, middle.z);
    camera->SetPosition(eye.x, eye.y, eye.z);
    camera->SetViewUp(up.x, up.y, up.z);
    camera->SetParallelScale(static_cast<double>(view.edge_pixels) * view.um_per_pixel / 2);
    camera->SetClippingRange(0.2 * size_um, 1.8 * size_um);
  }

  Picture shoot(std::int64_t edge_pixels) {
    const auto edge = static_cast<int>(edge_pixels * supersampling);
    hidden.window->SetSize(edge, edge);
    hidden.window->Render();
    hidden.window->GetPixelData(0, 0, edge - 1, edge - 1, 1, samples);
    Picture picture(edge_pixels, edge_pixels, 2);
    for (std::int64_t y = 0; y < edge_pixels; ++y) {
      for (std::int64_t x = 0; x < edge_pixels; ++x) {
        average(*samples, edge, x, edge_pixels - 1 - y, picture.at(x, y));
      }
    }
    return picture;
  }

  struct Part {
    vtkNew<vtkPolyDataMapper> mapper;
    vtkNew<vtkActor> actor;
  };
  HiddenWindow hidden;
  vtkNew<vtkRenderer> renderer;
  std::array<Part, 2> parts;  // the surface, and the face of a cut
  vtkNew<vtkSSAOPass> ssao;
  vtkNew<vtkUnsignedCharArray> samples;
};

MeshPainter::MeshPainter(RenderBackend backend) : impl_(std::make_unique<Impl>(backend)) {}
MeshPainter::~MeshPainter() = default;
const std::string& MeshPainter::renderer() const { return impl_->hidden.renderer; }

std::vector<Picture> MeshPainter::paint(const TriangleMesh& mesh, std::span<const ViewFrame> views,
                                        bool cut) {
  std::vector<Picture> pictures;
  if (mesh.triangles.empty() || views.empty()) {
    for (const ViewFrame& view : views) {
      pictures.emplace_back(view.edge_pixels, view.edge_pixels, 2);
    }
    return pictures;
  }
  CutSolid solid;
  if (cut) {
    solid = cut_open(mesh, views.front().pose);
  }
  impl_->parts[0].mapper->SetInputData(polydata_of(cut ? solid.surface : mesh));
  impl_->parts[1].mapper->SetInputData(polydata_of(solid.face));
  impl_->parts[1].actor->SetVisibility(cut ? 1 : 0);
  const Bounds bounds = bounds_of(mesh);
  const double size_um = length(to_vector(bounds.high) - to_vector(bounds.low));
  // Creases this wide darken; the bias keeps flat triangles from darkening themselves.
  impl_->ssao->SetRadius(0.12 * size_um);
  impl_->ssao->SetBias(0.004 * size_um);
  for (const ViewFrame& view : views) {
    assert(view.edge_pixels >= 8 && view.edge_pixels <= 4096);
    impl_->look(mesh.origin_um, view, size_um);
    pictures.push_back(impl_->shoot(view.edge_pixels));
  }
  return pictures;
}

}  // namespace fossilct
