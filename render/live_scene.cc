// SPDX-License-Identifier: Apache-2.0
#include "render/live_scene.h"

#include <vtkActor.h>
#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkTexture.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <cassert>
#include <map>

#include "render/camera_light.h"
#include "render/egl_window.h"
#include "render/vector_math.h"

namespace fossilct {
namespace {

constexpr std::size_t bodies_a_part = 64;
constexpr std::array<double, 3> dark_background = {0.075, 0.078, 0.082};

void make_matt(vtkProperty& property) {
  property.SetAmbient(0.16);
  property.SetDiffuse(0.9);
  property.SetSpecular(0.12);
  property.SetSpecularPower(18);
  property.SetInterpolationToPhong();
}

// Triangles of several bodies, each in its colour, around `origin`.
class JoinedBodies {
 public:
  explicit JoinedBodies(const Vector3& origin) : origin_(origin) {
    normals_->SetNumberOfComponents(3);
    colours_->SetNumberOfComponents(3);
  }

  void add(const SceneBody& body) {
    const TriangleMesh& mesh = *body.mesh;
    const vtkIdType first = points_->GetNumberOfPoints();
    const Vector3 offset = mesh.origin_um - origin_;
    for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
      const Point3f p = to_point(to_vector(mesh.points_um[i]) + offset);
      points_->InsertNextPoint(p.data());
      normals_->InsertNextTypedTuple(mesh.normals[i].data());
      colours_->InsertNextTypedTuple(body.colour.data());
    }
    for (const auto& triangle : mesh.triangles) {
      const vtkIdType corners[3] = {first + triangle[0], first + triangle[1], first + triangle[2]};
      cells_->InsertNextCell(3, corners);
    }
  }

  vtkSmartPointer<vtkPolyData> data() const {
    auto data = vtkSmartPointer<vtkPolyData>::New();
    data->SetPoints(points_);
    data->SetPolys(cells_);
    data->GetPointData()->SetNormals(normals_);
    data->GetPointData()->SetScalars(colours_);
    return data;
  }

 private:
  Vector3 origin_;
  vtkNew<vtkPoints> points_;
  vtkNew<vtkFloatArray> normals_;
  vtkNew<vtkUnsignedCharArray> colours_;
  vtkNew<vtkCellArray> cells_;
};

vtkSmartPointer<vtkPolyData> lines_of(const std::vector<std::pair<Vector3, Vector3>>& lines) {
  vtkNew<vtkPoints> points;
  vtkNew<vtkCellArray> cells;
  for (const auto& [begin, end] : lines) {
    const vtkIdType corners[2] = {points->InsertNextPoint(begin.x, begin.y, begin.z),
                                  points->InsertNextPoint(end.x, end.y, end.z)};
    cells->InsertNextCell(2, corners);
  }
  auto data = vtkSmartPointer<vtkPolyData>::New();
  data->SetPoints(points);
  data->SetLines(cells);
  return data;
}

// The eight corners: bit k of the number is the end along axis k.
std::array<Vector3, 8> corners_of(const Grid& grid) {
  std::array<Vector3, 8> corners;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const auto end = [](bool is_end, std::int64_t n) {
      return is_end ? static_cast<double>(n) - 0.5 : -0.5;
    };
    corners[i] =
        grid.physical_from_index({end((i & 1) != 0, grid.size.x), end((i & 2) != 0, grid.size.y),
                                  end((i & 4) != 0, grid.size.z)});
  }
  return corners;
}

vtkSmartPointer<vtkPolyData> quad_of(const ScenePlane& plane, const Vector3& origin) {
  vtkNew<vtkPoints> points;
  vtkNew<vtkFloatArray> places;
  places->SetNumberOfComponents(2);
  vtkNew<vtkCellArray> cells;
  cells->InsertNextCell(4);
  const Vector3 corner = plane.corner_um - origin;
  for (const auto& [right, down] : {std::pair{0.0, 0.0}, {1.0, 0.0}, {1.0, 1.0}, {0.0, 1.0}}) {
    const Vector3 p = corner + right * plane.right_um + down * plane.down_um;
    cells->InsertCellPoint(points->InsertNextPoint(p.x, p.y, p.z));
    places->InsertNextTuple2(right, down);
  }
  auto data = vtkSmartPointer<vtkPolyData>::New();
  data->SetPoints(points);
  data->SetPolys(cells);
  data->GetPointData()->SetTCoords(places);
  return data;
}

vtkSmartPointer<vtkImageData> image_of(const Picture& picture) {
  auto image = vtkSmartPointer<vtkImageData>::New();
  image->SetDimensions(static_cast<int>(picture.width), static_cast<int>(picture.height), 1);
  image->AllocateScalars(VTK_UNSIGNED_CHAR, 3);
  std::ranges::copy(picture.pixels, static_cast<std::uint8_t*>(image->GetScalarPointer()));
  return image;
}

void set_colour(vtkActor& actor, const Colour& colour) {
  actor.GetProperty()->SetColor(colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
}

}  // namespace

struct LivePainter::Impl {
  struct Drawn {
    vtkNew<vtkPolyDataMapper> mapper;
    vtkNew<vtkActor> actor;
  };
  struct Part : Drawn {
    std::vector<SceneBody> bodies;
  };
  struct Plane {
    Drawn face;
    Drawn frame;
    vtkNew<vtkTexture> texture;
    std::optional<ScenePlane> shown;
  };

  Impl(RenderBackend backend, const Grid& scan) : hidden(make_hidden_window(backend)) {
    hidden.window->SetMultiSamples(0);
    hidden.window->AddRenderer(renderer);
    renderer->SetBackground(dark_background[0], dark_background[1], dark_background[2]);
    renderer->AutomaticLightCreationOff();
    add_camera_light(*renderer, {-1, 1.15, 1}, 0.9);
    add_camera_light(*renderer, {0.8, -0.3, 1}, 0.25);
    const std::array<Vector3, 8> corners = corners_of(scan);
    origin = 0.5 * (corners.front() + corners.back());
    radius_um = length(corners.back() - corners.front()) / 2;
    add_box(corners);
    for (Plane& plane : planes) {
      add_lines(plane.frame);
      plane.face.actor->SetMapper(plane.face.mapper);
      plane.face.actor->GetProperty()->LightingOff();
      plane.face.actor->SetVisibility(0);
      plane.frame.actor->SetVisibility(0);
      plane.frame.actor->GetProperty()->SetLineWidth(2);
      plane.texture->InterpolateOn();
      plane.texture->MipmapOn();
      renderer->AddActor(plane.face.actor);
    }
    add_bodies(selected);
  }

  void add_lines(Drawn& drawn) {
    drawn.actor->SetMapper(drawn.mapper);
    drawn.actor->GetProperty()->LightingOff();
    renderer->AddActor(drawn.actor);
  }

  void add_box(const std::array<Vector3, 8>& corners) {
    std::vector<std::pair<Vector3, Vector3>> edges;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      for (const std::size_t axis : {1U, 2U, 4U}) {
        if ((i & axis) == 0) {
          edges.emplace_back(corners[i] - origin, corners[i | axis] - origin);
        }
      }
    }
    add_lines(box);
    box.mapper->SetInputData(lines_of(edges));
    set_colour(*box.actor, {96, 99, 104});
  }

  void add_bodies(Part& part) {
    part.actor->SetMapper(part.mapper);
    part.mapper->SetColorModeToDirectScalars();
    make_matt(*part.actor->GetProperty());
    renderer->AddActor(part.actor);
  }

  void set_bodies(Part& part, std::vector<SceneBody> bodies) {
    if (bodies == part.bodies) {
      return;
    }
    JoinedBodies joined(origin);
    for (const SceneBody& body : bodies) {
      joined.add(body);
    }
    part.mapper->SetInputData(joined.data());
    part.actor->SetVisibility(bodies.empty() ? 0 : 1);
    part.bodies = std::move(bodies);
  }

  void set_plane(Plane& plane, const std::optional<ScenePlane>& wanted) {
    if (plane.shown == wanted) {
      return;
    }
    plane.shown = wanted;
    const bool has_picture = wanted && wanted->picture != nullptr;
    plane.frame.actor->SetVisibility(wanted ? 1 : 0);
    plane.face.actor->SetVisibility(has_picture ? 1 : 0);
    if (!wanted) {
      return;
    }
    const Vector3 a = wanted->corner_um - origin;
    const Vector3 b = a + wanted->right_um;
    const Vector3 c = b + wanted->down_um;
    const Vector3 d = a + wanted->down_um;
    plane.frame.mapper->SetInputData(lines_of({{a, b}, {b, c}, {c, d}, {d, a}}));
    set_colour(*plane.frame.actor, wanted->frame);
    if (has_picture) {
      plane.face.mapper->SetInputData(quad_of(*wanted, origin));
      plane.texture->SetInputData(image_of(*wanted->picture));
      plane.face.actor->SetTexture(plane.texture);
    }
  }

  void look(const SceneCamera& view, std::int64_t height) {
    const Vector3 middle = view.focus_um - origin;
    // Far enough for all of the scan to lie before it, wherever one looks.
    const double away = length(middle) + 1.1 * radius_um;
    const Vector3 eye = middle + away * view.viewer;
    vtkCamera* camera = renderer->GetActiveCamera();
    camera->ParallelProjectionOn();
    camera->SetFocalPoint(middle.x, middle.y, middle.z);
    camera->SetPosition(eye.x, eye.y, eye.z);
    camera->SetViewUp(view.up.x, view.up.y, view.up.z);
    camera->SetParallelScale(static_cast<double>(height) * view.um_per_pixel / 2);
    camera->SetClippingRange(0.001 * away, 2 * away);
  }

  HiddenWindow hidden;
  vtkNew<vtkRenderer> renderer;
  Vector3 origin;
  double radius_um = 1;
  Drawn box;
  std::map<std::size_t, Part> parts;
  Part selected;
  std::array<Plane, 3> planes;
  vtkNew<vtkUnsignedCharArray> samples;
};

LivePainter::LivePainter(RenderBackend backend, const Grid& scan)
    : impl_(std::make_unique<Impl>(backend, scan)) {}
LivePainter::~LivePainter() = default;
const std::string& LivePainter::renderer() const { return impl_->hidden.renderer; }

void LivePainter::show(const SceneContent& content) {
  std::map<std::size_t, std::vector<SceneBody>> wanted;
  for (const auto& [number, part] : impl_->parts) {
    wanted[number];
  }
  for (const SceneBody& body : content.bodies) {
    wanted[body.slot / bodies_a_part].push_back(body);
  }
  for (auto& [number, bodies] : wanted) {
    const auto [part, is_new] = impl_->parts.try_emplace(number);
    if (is_new) {
      impl_->add_bodies(part->second);
    }
    impl_->set_bodies(part->second, std::move(bodies));
    part->second.actor->GetProperty()->SetOpacity(content.opacity);
  }
  impl_->set_bodies(impl_->selected,
                    content.selected ? std::vector{*content.selected} : std::vector<SceneBody>());
  for (std::size_t i = 0; i < impl_->planes.size(); ++i) {
    impl_->set_plane(impl_->planes[i], content.planes[i]);
  }
}

Picture LivePainter::paint(const SceneCamera& camera, std::int64_t width, std::int64_t height,
                           int samples) {
  assert(samples == 1 || samples == 2);
  const auto w = static_cast<int>(width * samples);
  const auto h = static_cast<int>(height * samples);
  impl_->look(camera, height);
  impl_->hidden.window->SetSize(w, h);
  impl_->hidden.window->Render();
  impl_->hidden.window->GetPixelData(0, 0, w - 1, h - 1, 1, impl_->samples);
  const std::uint8_t* from = impl_->samples->GetPointer(0);
  Picture picture(width, height, 3);
  for (std::int64_t y = 0; y < height; ++y) {
    std::uint8_t* to = picture.at(0, height - 1 - y);
    for (std::int64_t x = 0; x < 3 * width; ++x) {
      const std::int64_t column = x / 3 * 3 * samples + x % 3;
      int sum = 0;
      for (int dy = 0; dy < samples; ++dy) {
        for (int dx = 0; dx < samples; ++dx) {
          sum += from[(y * samples + dy) * 3 * w + column + 3 * dx];
        }
      }
      to[x] = static_cast<std::uint8_t>((sum + samples * samples / 2) / (samples * samples));
    }
  }
  return picture;
}

}  // namespace fossilct
