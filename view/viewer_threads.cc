// SPDX-License-Identifier: Apache-2.0
// What the window has done by its threads.
#include <QLabel>
#include <algorithm>
#include <chrono>
#include <cmath>

#include "view/fossil_table.h"
#include "view/viewer_style.h"
#include "view/viewer_window.h"
#include "volumes/vector_math.h"

namespace fossilct {

namespace {

// Of slice_worker_, four for each pane.
constexpr int keys_a_pane = 4;
enum PieceKey { grey_overview, ids_overview, grey_piece, ids_piece };

// Of scene_worker_.
enum SceneKey { quick_picture, still_picture };
constexpr double slow_seconds = 0.08;
// Finer meshes of all are made up to here; beyond it only of what is selected.
constexpr std::int64_t most_triangles = 1'500'000;

QImage image_of(const Picture& picture) {
  return QImage(picture.pixels.data(), static_cast<int>(picture.width),
                static_cast<int>(picture.height), static_cast<int>(3 * picture.width),
                QImage::Format_RGB888)
      .copy();
}

double share(std::vector<float>& values, double at) {
  const auto rank = static_cast<std::ptrdiff_t>(at * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(rank)]);
}

std::optional<GreyWindow> window_of(const Slice<float>& slice) {
  std::vector<float> values;
  std::ranges::copy_if(slice.pixels, std::back_inserter(values),
                       [](float v) { return std::isfinite(v); });
  if (values.empty()) {
    return std::nullopt;
  }
  const GreyWindow window = {share(values, 0.005), share(values, 0.995)};
  return window.width() > 0 ? std::optional(window) : std::nullopt;
}

}  // namespace

void ViewerWindow::need(Across across) {
  const SliceView& view = slice(across);
  const int first_key = keys_a_pane * static_cast<int>(across);
  const auto at = static_cast<std::size_t>(across);
  const bool is_new = overview_of_[at] != view.position();
  overview_of_[at] = view.position();
  const PlaneBox all = whole_plane(viewing_.grid.size, across);
  if (is_new && scan_ != nullptr) {
    read<float>({across, view.position(), all, scan_->overview_level()}, first_key + grey_overview,
                true);
  }
  if (is_new && ids_ != nullptr) {
    read<std::uint32_t>({across, view.position(), all, ids_->overview_level()},
                        first_key + ids_overview, true);
  }
  if (scan_ != nullptr) {
    const auto wanted = view.wanted_grey(*scan_);
    if (wanted && wanted->level < scan_->overview_level()) {
      read<float>(*wanted, first_key + grey_piece, false);
    }
  }
  if (ids_ != nullptr) {
    const auto wanted = view.wanted_ids(*ids_);
    if (wanted && wanted->level < ids_->overview_level()) {
      read<std::uint32_t>(*wanted, first_key + ids_piece, false);
    }
  }
}

template <typename T>
void ViewerWindow::read(const SliceRequest& request, int key, bool is_overview) {
  constexpr bool is_grey = std::is_same_v<T, float>;
  const Ticket ticket = new_ticket();
  slice_worker_.post_latest(key, [this, request, is_overview, ticket] {
    try {
      auto slice = std::make_shared<Slice<T>>((is_grey ? scan_ : ids_)->template read<T>(request));
      QMetaObject::invokeMethod(
          this,
          [this, slice, request, is_overview, ticket] {
            SliceView& view = this->slice(request.across);
            if constexpr (is_grey) {
              if (is_overview && !viewing_.window && !first_window_) {
                first_window_ = window_of(*slice);
                set_window(automatic_window());
              }
              view.take_grey(std::move(*slice), is_overview);
            } else {
              view.take_ids(std::move(*slice), is_overview);
            }
            if (is_overview && is_grey == (scan_ != nullptr)) {
              took_overview(request.across);
            }
          },
          Qt::QueuedConnection);
    } catch (const std::exception& error) {
      const QString text = QString::fromUtf8(error.what());
      QMetaObject::invokeMethod(
          this, [this, text, ticket] { show_banner(text); }, Qt::QueuedConnection);
    }
  });
}

void ViewerWindow::took_overview(Across across) {
  if (has_planes_) {
    scene_changed();
  }
  if (overviews_seen_.size() == slices_.size() || !overviews_seen_.insert(across).second ||
      overviews_seen_.size() < slices_.size()) {
    return;
  }
  for (SliceView* view : slices_) {
    view->repaint();
  }
  if (options_.on_first_slices) {
    options_.on_first_slices();
  }
}

std::optional<std::pair<std::size_t, bool>> ViewerWindow::next_mesh() const {
  if (selected_ && !meshes_[*selected_].coarse_tried) {
    return std::pair(*selected_, false);
  }
  if (selected_ && !meshes_[*selected_].fine_tried) {
    return std::pair(*selected_, true);
  }
  const auto first_where = [this](auto lacks) -> std::optional<std::size_t> {
    const auto& list = table_->list();
    const auto listed =
        std::ranges::find_if(list, [&](std::size_t i) { return lacks(meshes_[i]); });
    if (listed != list.end()) {
      return *listed;
    }
    const auto any = std::ranges::find_if(meshes_, lacks);
    return any == meshes_.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(any - meshes_.begin()));
  };
  if (const auto coarse = first_where([](const Mesh& m) { return !m.coarse_tried; })) {
    return std::pair(*coarse, false);
  }
  if (triangles_ < most_triangles) {
    if (const auto fine = first_where([](const Mesh& m) { return !m.fine_tried; })) {
      return std::pair(*fine, true);
    }
  }
  return std::nullopt;
}

void ViewerWindow::make_next_mesh() {
  const auto next = viewing_.mesh_of ? next_mesh() : std::nullopt;
  if (!next) {
    return;
  }
  const auto [fossil, fine] = *next;
  (fine ? meshes_[fossil].fine_tried : meshes_[fossil].coarse_tried) = true;
  const Ticket ticket = new_ticket();
  mesh_worker_.post([this, ticket, fossil = fossil, fine = fine, id = viewing_.fossils[fossil].id] {
    std::shared_ptr<const TriangleMesh> mesh;
    try {
      mesh = std::make_shared<const TriangleMesh>(viewing_.mesh_of(id, fine));
    } catch (const std::exception&) {
      // It stays without a mesh, which the pane's remark counts.
    }
    QMetaObject::invokeMethod(
        this, [this, ticket, fossil, fine, mesh] { take_mesh(fossil, fine, mesh); },
        Qt::QueuedConnection);
  });
}

void ViewerWindow::take_mesh(std::size_t fossil, bool fine,
                             std::shared_ptr<const TriangleMesh> mesh) {
  if (mesh != nullptr && !mesh->triangles.empty()) {
    Mesh& its = meshes_[fossil];
    triangles_ += static_cast<std::int64_t>(mesh->triangles.size()) -
                  (its.mesh == nullptr ? 0 : static_cast<std::int64_t>(its.mesh->triangles.size()));
    its.mesh = std::move(mesh);
    its.coarse_tried = true;
    its.fine_tried = its.fine_tried || fine;
    if (!scene_timer_.isActive()) {
      scene_timer_.start();
    }
  }
  const auto tried = std::ranges::count_if(meshes_, &Mesh::coarse_tried);
  const auto without = std::ranges::count_if(
      meshes_, [](const Mesh& m) { return m.coarse_tried && m.mesh == nullptr; });
  const auto all = static_cast<std::ptrdiff_t>(meshes_.size());
  QString remark = tried < all ? QString("meshes %1 of %2").arg(tried).arg(all) : QString();
  if (without > 0 && tried == all) {
    remark = QString("%1 without a mesh").arg(without);
  }
  scene_->set_remark(remark);
  make_next_mesh();
}

SceneContent ViewerWindow::scene_content() const {
  SceneContent content;
  content.opacity = mesh_opacity_;
  for (const std::size_t i : table_->list()) {
    const auto colour = look_->colours.find(viewing_.fossils[i].id);
    if (meshes_[i].mesh != nullptr && i != selected_ && colour != look_->colours.end()) {
      content.bodies.push_back({i, meshes_[i].mesh, colour->second});
    }
  }
  // By slot: then a body that comes or goes moves no other to another place.
  std::ranges::sort(content.bodies, {}, &SceneBody::slot);
  if (selected_ && meshes_[*selected_].mesh != nullptr) {
    content.selected = SceneBody{*selected_, meshes_[*selected_].mesh, selected_mesh_colour};
  }
  if (!has_planes_) {
    return content;
  }
  for (const Across across : all_across) {
    const PlaneAxes axes = axes_of(across);
    const auto at = static_cast<std::size_t>(across);
    const auto place = [&](double u, double v) {
      Vector3 index;
      component(index, axes.u) = u - 0.5;
      component(index, axes.v) = v - 0.5;
      component(index, axes.normal) = static_cast<double>(slices_[at]->position());
      return viewing_.grid.physical_from_index(index);
    };
    const PlaneBox all = whole_plane(viewing_.grid.size, across);
    const Vector3 corner = place(0, 0);
    content.planes[at] = ScenePlane{corner, place(static_cast<double>(all.u_end), 0) - corner,
                                    place(0, static_cast<double>(all.v_end)) - corner,
                                    colour_of(across), slices_[at]->overview()};
  }
  return content;
}

void ViewerWindow::scene_changed() {
  if (!scene_timer_.isActive()) {
    scene_timer_.start();
  }
}

void ViewerWindow::paint_scene(bool still) {
  const auto content = content_;
  SceneCamera camera = scene_->camera();
  const double ratio = scene_->devicePixelRatioF();
  // While the hand moves, a picture that comes late is worse than a coarse one.
  const double scale = ratio * (!still && scene_seconds_ > slow_seconds ? 0.5 : 1);
  const auto width = static_cast<std::int64_t>(std::lround(scene_->width() * scale));
  const auto height = static_cast<std::int64_t>(std::lround(scene_->height() * scale));
  if (content == nullptr || width < 8 || height < 8) {
    return;
  }
  camera.um_per_pixel /= scale;
  const Ticket ticket = new_ticket();
  scene_worker_.post_latest(still ? still_picture : quick_picture, [=, this] {
    if (closing_) {
      return;
    }
    QImage image;
    QString failure;
    try {
      if (painter_ == nullptr) {
        painter_ = std::make_unique<LivePainter>(options_.backend, viewing_.grid);
      }
      const auto began = std::chrono::steady_clock::now();
      painter_->show(*content);
      image = image_of(painter_->paint(camera, width, height, still ? 2 : 1));
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      if (!still) {
        scene_seconds_ = took.count() / (scale < ratio ? 0.25 : 1);
      }
    } catch (const std::exception& error) {
      failure = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this,
        [this, image, failure, ticket] {
          if (failure.isEmpty()) {
            scene_->take(image);
          } else {
            scene_->set_message("The 3D view can't be drawn here; the slices can.\n\n" + failure);
          }
        },
        Qt::QueuedConnection);
  });
}

void ViewerWindow::close_scene() {
  // The context belongs to its thread.
  closing_ = true;
  scene_worker_.post([this] { painter_.reset(); });
  scene_worker_.wait_until_idle();
}

ViewerWindow::Ticket ViewerWindow::new_ticket() {
  ++*under_way_;
  return {nullptr, [counter = under_way_](void*) { --*counter; }};
}

bool ViewerWindow::is_settled() const {
  return *under_way_ == 0 && !scene_timer_.isActive() && !scene_->waits();
}

template void ViewerWindow::read<float>(const SliceRequest&, int, bool);
template void ViewerWindow::read<std::uint32_t>(const SliceRequest&, int, bool);

}  // namespace fossilct
