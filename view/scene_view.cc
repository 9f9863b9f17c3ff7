// SPDX-License-Identifier: Apache-2.0
#include "view/scene_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "view/viewer_style.h"
#include "volumes/vector_math.h"

namespace fossilct {

namespace {

constexpr int still_after_ms = 160;
constexpr double radians_a_pixel = 0.009;
constexpr double room = 1.75;  // of what is looked at

double diagonal_um(const Grid& grid) {
  return std::hypot(static_cast<double>(grid.size.x) * grid.spacing_um.x,
                    static_cast<double>(grid.size.y) * grid.spacing_um.y,
                    static_cast<double>(grid.size.z) * grid.spacing_um.z);
}

Vector3 middle_of(const Grid& grid) {
  return grid.physical_from_index({static_cast<double>(grid.size.x - 1) / 2,
                                   static_cast<double>(grid.size.y - 1) / 2,
                                   static_cast<double>(grid.size.z - 1) / 2});
}

}  // namespace

SceneView::SceneView(const Grid& grid) : grid_(grid) {
  setMinimumSize(120, 100);
  setFocusPolicy(Qt::ClickFocus);
  // As a core stands: z down, as its slices show it, seen from a little above and to the right.
  camera_.viewer = {0, -1, 0};
  camera_.up = {0, 0, -1};
  camera_ = turned(camera_, -0.55, 0.42);
  still_.setSingleShot(true);
  still_.setInterval(still_after_ms);
  QObject::connect(&still_, &QTimer::timeout, this, [this] { on_paint_wanted(true); });
}

void SceneView::take(const QImage& picture) {
  picture_ = picture;
  update();
}

void SceneView::set_message(const QString& message) {
  message_ = message;
  picture_ = {};
  update();
}

void SceneView::set_remark(const QString& remark) {
  remark_ = remark;
  update();
}

void SceneView::fit() {
  camera_.focus_um = middle_of(grid_);
  camera_.um_per_pixel = diagonal_um(grid_) / std::max(40, std::min(width(), height()));
  fitted_ = true;
  camera_changed();
}

void SceneView::look_at(const Vector3& p_um, double size_um) {
  camera_.focus_um = p_um;
  camera_.um_per_pixel = room * size_um / std::max(40, std::min(width(), height()));
  fitted_ = false;
  camera_changed();
}

void SceneView::shift_to(const Vector3& p_um) {
  if (!fitted_) {
    camera_.focus_um = p_um;
  }
  camera_changed();
}

void SceneView::zoom(double factor) {
  const double all = diagonal_um(grid_) / std::max(40, std::min(width(), height()));
  camera_.um_per_pixel = std::clamp(camera_.um_per_pixel / factor, all / 2000, 4 * all);
  fitted_ = false;
  camera_changed();
}

void SceneView::content_changed() { camera_changed(); }

void SceneView::camera_changed() {
  on_paint_wanted(false);
  still_.start();
  update();
}

void SceneView::resizeEvent(QResizeEvent* /*event*/) {
  if (fitted_) {
    fit();
  } else {
    camera_changed();
  }
}

void SceneView::wheelEvent(QWheelEvent* event) { zoom(std::pow(1.0015, event->angleDelta().y())); }

void SceneView::mousePressEvent(QMouseEvent* event) {
  pressed_ = event->button();
  pressed_at_ = dragged_from_ = event->localPos();
  moved_ = false;
}

void SceneView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->localPos();
  moved_ = moved_ || (at - pressed_at_).manhattanLength() > drag_begins_at;
  if (pressed_ == Qt::NoButton || !moved_) {
    return;
  }
  const QPointF by = at - dragged_from_;
  dragged_from_ = at;
  const bool shifts = pressed_ == Qt::MiddleButton ||
                      (pressed_ == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier) != 0);
  if (shifts) {
    camera_.focus_um = camera_.focus_um +
                       camera_.um_per_pixel * (by.y() * camera_.up - by.x() * right_of(camera_));
    fitted_ = false;
    camera_changed();
  } else if (pressed_ == Qt::RightButton) {
    zoom(std::pow(1.008, -by.y()));
  } else {
    camera_ = turned(camera_, by.x() * radians_a_pixel, by.y() * radians_a_pixel);
    camera_changed();
  }
}

void SceneView::mouseReleaseEvent(QMouseEvent* event) {
  const bool clicked = pressed_ == Qt::LeftButton && !moved_;
  pressed_ = Qt::NoButton;
  if (clicked) {
    on_pick(event->localPos());
  }
}

void SceneView::mouseDoubleClickEvent(QMouseEvent* /*event*/) { on_maximise(); }

void SceneView::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  painter.fillRect(rect(), pane_background);
  if (!picture_.isNull()) {
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(rect()), picture_);
  }
  const double line = painter.fontMetrics().height();
  if (!message_.isEmpty()) {
    painter.setPen(weak_text_colour);
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                     message_);
    return;
  }
  draw_text(painter, {10, line + 2}, "3D", text_colour);
  draw_text(painter, {width() - 10.0 - painter.fontMetrics().horizontalAdvance(remark_), line + 2},
            remark_, weak_text_colour);
  draw_scale_bar(painter, {12, height() - 12.0}, camera_.um_per_pixel, width() / 4.0,
                 grid_.spacing_known);
  paint_axes(painter);
}

void SceneView::paint_axes(QPainter& painter) const {
  constexpr double arm = 26;
  const QPointF middle(width() - 44.0, height() - 44.0);
  SceneCamera camera = camera_;
  camera.focus_um = {};
  camera.um_per_pixel = 1 / arm;
  painter.setRenderHint(QPainter::Antialiasing);
  for (const Across across : all_across) {
    // A column of the direction is where an index axis goes in space.
    const auto axis = static_cast<std::size_t>(across);
    const Vector3 end = {grid_.direction[axis], grid_.direction[3 + axis],
                         grid_.direction[6 + axis]};
    const ScenePoint tip = projected(camera, end, {0, 0});
    const QColor colour = to_qcolor(colour_of(across)).lighter(125);
    painter.setPen(QPen(colour, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(middle, middle + QPointF(tip.x, tip.y));
    const QPointF letter = middle + 1.3 * QPointF(tip.x, tip.y);
    draw_text(painter, letter + QPointF(-4, 4), name_of(across).toLower(), colour);
  }
}

}  // namespace fossilct
