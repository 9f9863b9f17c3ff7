// SPDX-License-Identifier: Apache-2.0
#include "render/mesh_painter.h"

#include <vtkActor.h>
#include <vtkCamera.h>
#include <vtkLight.h>
#include <vtkNew.h>
#include <vtkOpenGLRenderer.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderStepsPass.h>
#include <vtkRenderer.h>
#include <vtkSSAOPass.h>
#include <vtkUnsignedCharArray.h>
#include <cstdlib>
#include "render/egl_window.h"
#include "render/vector_math.h"
#include "render/vtk_mesh.h"

namespace fossilct {
struct MeshPainter::Impl {
  HiddenWindow hidden;
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkActor> actor;
  vtkNew<vtkPolyDataMapper> mapper;
  vtkNew<vtkSSAOPass> ssao;
};

MeshPainter::MeshPainter(RenderBackend backend) : impl_(std::make_unique<Impl>()) {
  impl_->hidden = make_hidden_window(backend);
  impl_->hidden.window->AddRenderer(impl_->renderer);
  impl_->hidden.window->SetMultiSamples(0);
  impl_->actor->SetMapper(impl_->mapper);
  impl_->renderer->AddActor(impl_->actor);
  impl_->renderer->SetBackground(0, 0, 0);
  auto* p = impl_->actor->GetProperty();
  p->SetColor(0.82, 0.82, 0.82);
  p->SetAmbient(0.12);
  p->SetDiffuse(0.9);
  p->SetSpecular(0.0);
  p->SetInterpolationToPhong();
  impl_->renderer->AutomaticLightCreationOff();
  auto add = [&](double x, double y, double z, double i) {
    vtkNew<vtkLight> l;
    l->SetLightTypeToCameraLight();
    l->SetPosition(x, y, z);
    l->SetFocalPoint(0, 0, 0);
    l->SetIntensity(i);
    impl_->renderer->AddLight(l);
  };
  add(-1, 1.2, 1.0, 0.85);
  add(0.6, -0.2, 1, 0.22);
  if (!getenv("NOSSAO")) {
    vtkNew<vtkRenderStepsPass> steps;
    impl_->ssao->SetDelegatePass(steps);
    impl_->ssao->SetKernelSize(getenv("KERNEL") ? atoi(getenv("KERNEL")) : 64);
    impl_->ssao->BlurOn();
    vtkOpenGLRenderer::SafeDownCast(impl_->renderer)->SetPass(impl_->ssao);
  }
}
MeshPainter::~MeshPainter() = default;
const std::string& MeshPainter::renderer() const { return impl_->hidden.renderer; }

std::vector<Picture> MeshPainter::paint(const TriangleMesh& mesh,
                                        std::span<const ViewFrame> views) {
  std::vector<Picture> out;
  impl_->mapper->SetInputData(polydata_of(mesh));
  Bounds b = bounds_of(mesh);
  double size = length(to_vector(b.high) - to_vector(b.low));
  impl_->ssao->SetRadius(size * 0.12);
  impl_->ssao->SetBias(size * 0.002);
  for (const auto& v : views) {
    int n = static_cast<int>(v.edge_pixels);
    impl_->hidden.window->SetSize(n, n);
    auto* c = impl_->renderer->GetActiveCamera();
    Vector3 f = v.pose.centre_um - mesh.origin_um;
    Vector3 z = row_of(v.pose.view_from_scan, 2), up = row_of(v.pose.view_from_scan, 1);
    Vector3 e = f + size * z;
    c->SetParallelProjection(1);
    c->SetFocalPoint(f.x, f.y, f.z);
    c->SetPosition(e.x, e.y, e.z);
    c->SetViewUp(up.x, up.y, up.z);
    c->SetParallelScale(n * v.um_per_pixel / 2);
    c->SetClippingRange(size * 0.3, size * 1.7);
    impl_->hidden.window->Render();
    vtkNew<vtkUnsignedCharArray> px;
    impl_->hidden.window->GetPixelData(0, 0, n - 1, n - 1, 1, px);
    Picture p(n, n, 3);
    for (int y = 0; y < n; y++)
      std::copy_n(px->GetPointer(0) + 3 * n * (n - 1 - y), 3 * n, p.at(0, y));
    out.push_back(std::move(p));
  }
  return out;
}
}  // namespace fossilct
