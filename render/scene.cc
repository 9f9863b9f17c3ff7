// SPDX-License-Identifier: Apache-2.0
#include "render/scene.h"

#include <vtkActor.h>
#include <vtkAutoInit.h>
#include <vtkCamera.h>
#include <vtkColorTransferFunction.h>
#include <vtkImageData.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkOpenGLGPUVolumeRayCastMapper.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPointData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>
#include <vtkVolume.h>
#include <vtkVolumeProperty.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "render/camera_light.h"
#include "render/canvas.h"
#include "render/egl_window.h"
#include "render/scene_annotation.h"
#include "render/vector_math.h"
#include "render/vtk_mesh.h"

VTK_MODULE_INIT(vtkRenderingVolumeOpenGL2)

namespace fossilct {
namespace {

constexpr int supersampling = 2;

// Half the diagonal: all of the core lies within, whatever way it is turned.
double radius_um(const Grid& grid) { return length(corner_of(grid, 7) - corner_of(grid, 0)) / 2; }

// All meshes as one, about `centre`.
TriangleMesh joined(const std::vector<TriangleMesh>& meshes, const Vector3& centre) {
  TriangleMesh all;
  for (const TriangleMesh& mesh : meshes) {
    const auto first = static_cast<std::uint32_t>(all.points_um.size());
    const Vector3 offset = mesh.origin_um - centre;
    for (const Point3f& point : mesh.points_um) {
      all.points_um.push_back(to_point(to_vector(point) + offset));
    }
    all.normals.insert(all.normals.end(), mesh.normals.begin(), mesh.normals.end());
    for (const auto& [a, b, c] : mesh.triangles) {
      all.triangles.push_back({a + first, b + first, c + first});
    }
  }
  return all;
}

// From the image of a grid, which has its spacing, to the scan about `centre`.
vtkNew<vtkMatrix4x4> matrix_of(const Grid& grid, const Vector3& centre) {
  vtkNew<vtkMatrix4x4> matrix;
  const Vector3 shift = grid.origin_um - centre;
  const std::array<double, 3> shifts = {shift.x, shift.y, shift.z};
  for (int row = 0; row < 3; ++row) {
    for (int axis = 0; axis < 3; ++axis) {
      matrix->SetElement(row, axis, grid.direction[static_cast<std::size_t>(3 * row + axis)]);
    }
    matrix->SetElement(row, 3, shifts[static_cast<std::size_t>(row)]);
  }
  return matrix;
}

vtkNew<vtkImageData> image_of(const Volume<std::uint8_t>& rock, const Vector3& spacing_um) {
  vtkNew<vtkImageData> image;
  const Size3 size = rock.size();
  image->SetDimensions(static_cast<int>(size.x), static_cast<int>(size.y),
                       static_cast<int>(size.z));
  image->SetSpacing(spacing_um.x, spacing_um.y, spacing_um.z);
  vtkNew<vtkUnsignedCharArray> values;
  values->SetNumberOfValues(voxel_count(size));
  std::copy_n(rock.data(), voxel_count(size), values->GetPointer(0));
  image->GetPointData()->SetScalars(values);
  return image;
}

// Brown-grey and darker than the paper, so that a core reads as stone; what is nearly air is clear.
void look_like_rock(vtkVolumeProperty& property, double opacity) {
  vtkNew<vtkColorTransferFunction> colours;
  colours->AddRGBPoint(0, 0.25, 0.21, 0.17);
  colours->AddRGBPoint(255, 0.52, 0.46, 0.39);
  vtkNew<vtkPiecewiseFunction> opacities;
  opacities->AddPoint(0, 0);
  opacities->AddPoint(24, 0);
  opacities->AddPoint(64, opacity);
  opacities->AddPoint(255, opacity);
  property.SetColor(colours);
  property.SetScalarOpacity(opacities);
  property.SetInterpolationTypeToLinear();
  property.ShadeOff();  // the slopes of noise say nothing
}

}  // namespace

void SceneOptions::check() const {
  if (width < 200 || width > 4096) {
    throw option_error("--width", format_count(width) + " is out of range: 200 to 4096 pixels");
  }
  if (!(rock_opacity >= 0 && rock_opacity <= 1)) {
    throw option_error("--opacity", format_number(rock_opacity) + " is out of range: 0 to 1");
  }
}

struct ScenePainter::Impl {
  Impl(RenderBackend backend, const Scene& scene, const SceneOptions& of)
      : options(of),
        grid(scene.grid),
        title(scene.title),
        um_per_pixel(scene_um_per_pixel(scene.grid, of)),
        hidden(make_hidden_window(backend)) {
    hidden.window->SetMultiSamples(0);
    hidden.window->SetSize(static_cast<int>(options.width * supersampling),
                           static_cast<int>(height_of(options) * supersampling));
    hidden.window->AddRenderer(renderer);
    renderer->SetBackground(1, 1, 1);
    renderer->AutomaticLightCreationOff();
    add_camera_light(*renderer, {-1, 1.15, 1}, 0.9);
    add_camera_light(*renderer, {0.8, -0.3, 1}, 0.3);
    for (const Scene::Bodies& bodies : scene.bodies) {
      add_bodies(bodies);
    }
    if (voxel_count(scene.rock.size()) > 0) {
      add_rock(scene);
    }
  }

  void add_bodies(const Scene::Bodies& bodies) {
    if (!bodies.name.empty()) {
      key.push_back({bodies.name, bodies.colour});
    }
    vtkNew<vtkPolyDataMapper> mapper;
    mapper->SetInputData(polydata_of(joined(bodies.meshes, centre_of(grid))));
    vtkNew<vtkActor> actor;
    actor->SetMapper(mapper);
    vtkProperty* property = actor->GetProperty();
    property->SetColor(bodies.colour[0] / 255.0, bodies.colour[1] / 255.0,
                       bodies.colour[2] / 255.0);
    property->SetAmbient(0.25);
    property->SetDiffuse(0.85);
    property->SetSpecular(0.1);
    property->SetSpecularPower(12);
    property->SetInterpolationToPhong();
    renderer->AddActor(actor);
  }

  void add_rock(const Scene& scene) {
    const Vector3& spacing = scene.rock_grid.spacing_um;
    vtkNew<vtkOpenGLGPUVolumeRayCastMapper> mapper;
    mapper->SetInputData(image_of(scene.rock, spacing));
    mapper->SetBlendModeToComposite();
    mapper->AutoAdjustSampleDistancesOff();
    mapper->SetSampleDistance(static_cast<float>(std::min({spacing.x, spacing.y, spacing.z})));
    mapper->SetImageSampleDistance(supersampling);
    mapper->UseJitteringOn();
    vtkNew<vtkVolume> volume;
    volume->SetMapper(mapper);
    volume->SetUserMatrix(matrix_of(scene.rock_grid, centre_of(grid)));
    look_like_rock(*volume->GetProperty(), options.rock_opacity);
    // The opacity is that of as much rock as the core is thick.
    volume->GetProperty()->SetScalarOpacityUnitDistance(
        std::min(static_cast<double>(grid.size.x) * grid.spacing_um.x,
                 static_cast<double>(grid.size.y) * grid.spacing_um.y));
    renderer->AddVolume(volume);
  }

  void aim(const Look& look) {
    const double far_um = 4 * radius_um(grid);
    vtkCamera* camera = renderer->GetActiveCamera();
    camera->ParallelProjectionOn();
    camera->SetFocalPoint(0, 0, 0);
    const Vector3 eye = far_um * look.viewer;
    camera->SetPosition(eye.x, eye.y, eye.z);
    camera->SetViewUp(look.up.x, look.up.y, look.up.z);
    camera->SetParallelScale(static_cast<double>(height_of(options)) * um_per_pixel / 2);
    camera->SetClippingRange(far_um / 2, far_um * 1.5);
  }

  Picture shoot() {
    const auto width = static_cast<int>(options.width * supersampling);
    const auto height = static_cast<int>(height_of(options) * supersampling);
    hidden.window->Render();
    hidden.window->GetPixelData(0, 0, width - 1, height - 1, 1, samples);
    Picture picture(options.width, height_of(options), 3);
    for (std::int64_t y = 0; y < picture.height; ++y) {
      for (std::int64_t x = 0; x < picture.width; ++x) {
        average((picture.height - 1 - y) * supersampling, x * supersampling, width,
                picture.at(x, y));
      }
    }
    return picture;
  }

  void average(std::int64_t row, std::int64_t column, std::int64_t width,
               std::uint8_t* pixel) const {
    for (int channel = 0; channel < 3; ++channel) {
      int sum = 0;
      for (int dy = 0; dy < supersampling; ++dy) {
        for (int dx = 0; dx < supersampling; ++dx) {
          sum += samples->GetValue(3 * ((row + dy) * width + column + dx) + channel);
        }
      }
      constexpr int all = supersampling * supersampling;
      pixel[channel] = static_cast<std::uint8_t>((sum + all / 2) / all);
    }
  }

  SceneOptions options;
  Grid grid;
  std::string title;
  double um_per_pixel;
  HiddenWindow hidden;
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkUnsignedCharArray> samples;
  std::vector<SceneKeyLine> key;
};

ScenePainter::ScenePainter(RenderBackend backend, const Scene& scene, const SceneOptions& options) {
  options.check();
  impl_ = std::make_unique<Impl>(backend, scene, options);
}
ScenePainter::~ScenePainter() = default;
const std::string& ScenePainter::renderer() const { return impl_->hidden.renderer; }

Picture ScenePainter::paint(double turn_degrees) {
  const Look look = look_at(turn_degrees);
  impl_->aim(look);
  const Picture drawn = impl_->shoot();
  PictureCanvas canvas(drawn.width, drawn.height);
  canvas.place(drawn, 0, 0, static_cast<double>(drawn.width), static_cast<double>(drawn.height));
  annotate(canvas, {impl_->grid, look, impl_->options, impl_->title, impl_->key});
  return canvas.picture();
}

}  // namespace fossilct
