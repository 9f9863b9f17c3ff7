// SPDX-License-Identifier: Apache-2.0
#include "render/scene.h"

#include <vtkActor.h>
#include <vtkAutoInit.h>
#include <vtkCamera.h>
#include <vtkColorTransferFunction.h>
#include <vtkImageData.h>
#include <vtkLight.h>
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
#include <cmath>
#include <numbers>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "render/canvas.h"
#include "render/egl_window.h"
#include "render/pictures.h"
#include "render/vector_math.h"
#include "render/vtk_mesh.h"

VTK_MODULE_INIT(vtkRenderingVolumeOpenGL2)

namespace fossilct {
namespace {

constexpr int supersampling = 2;
constexpr Colour ink{40, 40, 40};
constexpr Colour box_colour{150, 150, 150};
constexpr double elevation_degrees = 22;

// Corner `i` of the box around the grid's voxels; bits 0, 1, 2 of i choose the end along x, y, z.
Vector3 corner_of(const Grid& grid, unsigned i) {
  const auto end = [](std::int64_t count, bool far) {
    return far ? static_cast<double>(count) - 0.5 : -0.5;
  };
  return grid.physical_from_index({end(grid.size.x, (i & 1U) != 0), end(grid.size.y, (i & 2U) != 0),
                                   end(grid.size.z, (i & 4U) != 0)});
}

Vector3 centre_of(const Grid& grid) { return 0.5 * (corner_of(grid, 0) + corner_of(grid, 7)); }

double radius_um(const Grid& grid) { return length(corner_of(grid, 7) - corner_of(grid, 0)) / 2; }

// Half of what the core takes of the picture, whatever way it is turned.
struct HalfExtent {
  double width_um = 0;
  double height_um = 0;
};
HalfExtent half_extent(const Grid& grid) {
  constexpr double rise = elevation_degrees * std::numbers::pi / 180;
  HalfExtent half;
  for (unsigned corner = 0; corner < 8; ++corner) {
    const Vector3 p = corner_of(grid, corner) - centre_of(grid);
    const double from_axis = std::hypot(p.x, p.y);
    half.width_um = std::max(half.width_um, from_axis);
    half.height_um =
        std::max(half.height_um, std::abs(p.z) * std::cos(rise) + from_axis * std::sin(rise));
  }
  return half;
}

std::int64_t height_of(const SceneOptions& options) { return options.width * 4 / 5; }

// Right, up and towards the viewer, in the scan.
struct Look {
  Vector3 right, up, viewer;
};
Look look_at(double turn_degrees) {
  // From the front (-y), a little to the right, so that three faces are seen.
  constexpr double first_degrees = -62;
  const double turn = (first_degrees - turn_degrees) * std::numbers::pi / 180;
  const double rise = elevation_degrees * std::numbers::pi / 180;
  Look look;
  look.viewer = {std::cos(turn) * std::cos(rise), std::sin(turn) * std::cos(rise), std::sin(rise)};
  look.right = {-std::sin(turn), std::cos(turn), 0};
  look.up = cross(look.viewer, look.right);
  return look;
}

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

std::string length_text(double um, bool spacing_known) {
  const double shown = !spacing_known || um < 1000 ? um : um / 1000;
  const double rounded = shown >= 100 ? std::round(shown) : std::round(shown * 100) / 100;
  const char* unit = !spacing_known ? " voxels" : um < 1000 ? " µm" : " mm";
  return format_rounded(rounded) + unit;
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

double scene_um_per_pixel(const Grid& grid, const SceneOptions& options) {
  constexpr double filled_width = 0.66;  // the rest is for lengths and key
  constexpr double filled_height = 0.84;
  const HalfExtent half = half_extent(grid);
  return 2 * std::max(half.width_um / (filled_width * static_cast<double>(options.width)),
                      half.height_um / (filled_height * static_cast<double>(height_of(options))));
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
    add_light({-1, 1.15, 1}, 0.9);
    add_light({0.8, -0.3, 1}, 0.3);
    for (const Scene::Bodies& bodies : scene.bodies) {
      add_bodies(bodies);
    }
    if (voxel_count(scene.rock.size()) > 0) {
      add_rock(scene);
    }
  }

  void add_light(const Vector3& from, double intensity) {
    vtkNew<vtkLight> light;
    light->SetLightTypeToCameraLight();
    light->SetPosition(from.x, from.y, from.z);
    light->SetFocalPoint(0, 0, 0);
    light->SetIntensity(intensity);
    renderer->AddLight(light);
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

  // Brown-grey and darker than the paper, so that a core reads as stone.
  void add_rock(const Scene& scene) {
    vtkNew<vtkImageData> image;
    image->SetDimensions(static_cast<int>(scene.rock.size().x),
                         static_cast<int>(scene.rock.size().y),
                         static_cast<int>(scene.rock.size().z));
    const Vector3& spacing = scene.rock_grid.spacing_um;
    image->SetSpacing(spacing.x, spacing.y, spacing.z);
    vtkNew<vtkUnsignedCharArray> values;
    values->SetNumberOfValues(voxel_count(scene.rock.size()));
    std::copy_n(scene.rock.data(), voxel_count(scene.rock.size()), values->GetPointer(0));
    image->GetPointData()->SetScalars(values);
    vtkNew<vtkOpenGLGPUVolumeRayCastMapper> mapper;
    mapper->SetInputData(image);
    mapper->SetBlendModeToComposite();
    mapper->AutoAdjustSampleDistancesOff();
    mapper->SetSampleDistance(static_cast<float>(std::min({spacing.x, spacing.y, spacing.z})));
    mapper->SetImageSampleDistance(supersampling);
    mapper->UseJitteringOn();
    vtkNew<vtkColorTransferFunction> colour;
    colour->AddRGBPoint(0, 0.25, 0.21, 0.17);
    colour->AddRGBPoint(255, 0.52, 0.46, 0.39);
    vtkNew<vtkPiecewiseFunction> opacity;
    opacity->AddPoint(0, 0);
    opacity->AddPoint(24, 0);
    opacity->AddPoint(64, options.rock_opacity);
    opacity->AddPoint(255, options.rock_opacity);
    vtkNew<vtkVolume> volume;
    volume->SetMapper(mapper);
    volume->SetUserMatrix(matrix_of(scene.rock_grid, centre_of(grid)));
    vtkVolumeProperty* property = volume->GetProperty();
    property->SetColor(colour);
    property->SetScalarOpacity(opacity);
    property->SetInterpolationTypeToLinear();
    // The opacity is that of as much rock as the core is thick.
    const Size3& size = scene.grid.size;
    property->SetScalarOpacityUnitDistance(
        std::min(static_cast<double>(size.x) * scene.grid.spacing_um.x,
                 static_cast<double>(size.y) * scene.grid.spacing_um.y));
    property->ShadeOff();  // the slopes of noise say nothing
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

  struct KeyLine {
    std::string text;
    Colour colour;
  };
  SceneOptions options;
  Grid grid;
  std::string title;
  double um_per_pixel;
  HiddenWindow hidden;
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkUnsignedCharArray> samples;
  std::vector<KeyLine> key;
};

namespace {

// What is written over the drawing: frame, lengths, key.
class Annotation {
 public:
  Annotation(Canvas& canvas, const Grid& grid, const Look& look, const SceneOptions& options)
      : canvas_(canvas),
        grid_(grid),
        look_(look),
        um_per_pixel_(scene_um_per_pixel(grid, options)),
        width_(static_cast<double>(options.width)),
        height_(static_cast<double>(height_of(options))),
        letters_(std::max(width_ / 62, 9.0)) {}

  // Edges of the box that two visible faces, or one, belong to; the hidden ones are left out.
  void draw_box() {
    for (unsigned axis = 0; axis < 3; ++axis) {
      for (unsigned corner = 0; corner < 8; ++corner) {
        if ((corner >> axis & 1U) == 0 && is_seen(axis, corner)) {
          const Place from = place_of(corner_of(grid_, corner));
          const Place to = place_of(corner_of(grid_, corner | 1U << axis));
          canvas_.line(from.x, from.y, to.x, to.y, std::max(letters_ / 14, 1.0), box_colour);
        }
      }
      write_length(axis);
    }
  }

  void draw_scale_bar() {
    const ScaleBar bar = scale_bar(um_per_pixel_, width_ / 5, grid_.spacing_known);
    const double thick = std::max(letters_ / 5, 2.0);
    const double bottom = height_ - 1.5 * letters_;
    canvas_.fill(1.5 * letters_, bottom - thick, bar.pixels, thick, ink);
    canvas_.write(1.5 * letters_, bottom - thick - 0.5 * letters_, bar.label, {letters_, ink});
  }

  void write_title(const std::string& title) {
    canvas_.write(1.5 * letters_, 2.6 * letters_, title, {1.4 * letters_, ink, true});
  }

  void write_key_line(std::size_t row, const std::string& text, const Colour& colour) {
    const double y = (4.6 + 1.6 * static_cast<double>(row)) * letters_;
    canvas_.fill(1.5 * letters_, y - 0.8 * letters_, 0.9 * letters_, 0.9 * letters_, colour);
    canvas_.write(2.9 * letters_, y, text, {letters_, ink});
  }

 private:
  struct Place {
    double x, y;
  };
  Place place_of(const Vector3& p_um) const {
    const Vector3 from_centre = p_um - centre_of(grid_);
    return {width_ / 2 + dot(from_centre, look_.right) / um_per_pixel_,
            height_ / 2 - dot(from_centre, look_.up) / um_per_pixel_};
  }
  // Whether the face at the end of `axis` that `corner` lies at is turned to the viewer.
  bool faces_viewer(unsigned axis, unsigned corner) const {
    const unsigned opposite = corner ^ 1U << axis;
    return dot(corner_of(grid_, corner) - corner_of(grid_, opposite), look_.viewer) > 0;
  }
  bool is_seen(unsigned axis, unsigned corner) const {
    return faces_viewer((axis + 1) % 3, corner) || faces_viewer((axis + 2) % 3, corner);
  }

  // Beside the lowest edge along the axis (of z the rightmost) that is part of the outline.
  void write_length(unsigned axis) {
    double best = -1e300;
    Place middle{};
    for (unsigned corner = 0; corner < 8; ++corner) {
      const bool outline =
          faces_viewer((axis + 1) % 3, corner) != faces_viewer((axis + 2) % 3, corner);
      if ((corner >> axis & 1U) != 0 || !outline) {
        continue;
      }
      const Place from = place_of(corner_of(grid_, corner));
      const Place to = place_of(corner_of(grid_, corner | 1U << axis));
      const Place candidate{(from.x + to.x) / 2, (from.y + to.y) / 2};
      const double rank = axis == 2 ? candidate.x : candidate.y;
      if (rank > best) {
        best = rank;
        middle = candidate;
      }
    }
    constexpr std::array<const char*, 3> names = {"x  ", "y  ", "z  "};
    const double um = length(corner_of(grid_, 1U << axis) - corner_of(grid_, 0));
    const bool left = middle.x < width_ / 2;
    canvas_.write(middle.x + (left ? -0.8 : 0.8) * letters_,
                  middle.y + (axis == 2 ? 0 : 1.3 * letters_),
                  names[axis] + length_text(um, grid_.spacing_known),
                  {letters_, ink, false, left ? Align::right : Align::left});
  }

  Canvas& canvas_;
  const Grid& grid_;
  const Look& look_;
  double um_per_pixel_;
  double width_;
  double height_;
  double letters_;
};

}  // namespace

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
  Annotation annotation(canvas, impl_->grid, look, impl_->options);
  annotation.draw_box();
  annotation.draw_scale_bar();
  annotation.write_title(impl_->title);
  for (std::size_t row = 0; row < impl_->key.size(); ++row) {
    annotation.write_key_line(row, impl_->key[row].text, impl_->key[row].colour);
  }
  return canvas.picture();
}

}  // namespace fossilct
