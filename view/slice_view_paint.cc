// SPDX-License-Identifier: Apache-2.0
#include <QPainter>
#include <algorithm>

#include "view/slice_view.h"
#include "view/viewer_style.h"

namespace fossilct {

namespace {

constexpr double sharp_from_pixels = 5;  // single voxels are worth to be seen from here on

}  // namespace

void SliceView::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  painter.fillRect(rect(), pane_background);
  paint_images(painter);
  if (look_->outlines) {
    paint_outlines(painter);
  }
  if (look_->crosshair) {
    paint_crosshair(painter);
  }
  paint_text(painter);
}

void SliceView::paint_images(QPainter& painter) const {
  if (pixels_per_um_ > 0) {
    painter.setPen(QPen(QColor(0x3a, 0x3d, 0x41), 1));
    painter.drawRect(rect_of(whole_plane(grid_.size, across_)));
  }
  const bool is_sharp = pixels_per_um_ * std::min(spacing_u(), spacing_v()) >= sharp_from_pixels;
  painter.setRenderHint(QPainter::SmoothPixmapTransform, !is_sharp);
  for (const Piece<float>* piece : {&grey_overview_, &grey_piece_}) {
    if (piece->is_there()) {
      painter.drawImage(rect_of(piece->slice.covered), piece->image);
    }
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  const Piece<std::uint32_t>& ids = ids_piece_.is_there() ? ids_piece_ : ids_overview_;
  if (ids.is_there() && look_->tint > 0) {
    painter.drawImage(rect_of(ids.slice.covered), ids.image);
  }
}

void SliceView::paint_outlines(QPainter& painter) const {
  QVector<QLineF> lines;
  const auto draw = [&](std::uint32_t id, const QPen& pen) {
    const auto found = outlines_.find(id);
    if (found == outlines_.end()) {
      return;
    }
    lines.clear();
    for (const BorderLine& line : found->second) {
      lines.push_back(
          {pixel_of_voxel(static_cast<double>(line.u_begin), static_cast<double>(line.v_begin)),
           pixel_of_voxel(static_cast<double>(line.u_end), static_cast<double>(line.v_end))});
    }
    painter.setPen(pen);
    painter.drawLines(lines);
  };
  for (const auto& [id, ignored] : outlines_) {
    const auto colour = look_->colours.find(id);
    if (id != look_->selected && colour != look_->colours.end()) {
      draw(id, QPen(to_qcolor(colour->second), 1.4, Qt::SolidLine, Qt::RoundCap));
    }
  }
  draw(look_->selected, QPen(QColor(0, 0, 0, 200), 5, Qt::SolidLine, Qt::RoundCap));
  draw(look_->selected, QPen(to_qcolor(selected_colour), 2.4, Qt::SolidLine, Qt::RoundCap));
}

void SliceView::paint_crosshair(QPainter& painter) const {
  constexpr double gap = 9;
  const QPointF at = pixel_of(crosshair_);
  const QRectF plane = rect_of(whole_plane(grid_.size, across_)).intersected(QRectF(rect()));
  const auto line = [&](int axis, const QPointF& a, const QPointF& b) {
    QColor colour = to_qcolor(colour_of(static_cast<Across>(axis)));
    colour.setAlpha(190);
    painter.setPen(QPen(colour, 1));
    painter.drawLine(a, b);
  };
  // A line shows where the slice across that axis lies.
  line(axes_.u, {at.x(), plane.top()}, {at.x(), std::max(plane.top(), at.y() - gap)});
  line(axes_.u, {at.x(), std::min(plane.bottom(), at.y() + gap)}, {at.x(), plane.bottom()});
  line(axes_.v, {plane.left(), at.y()}, {std::max(plane.left(), at.x() - gap), at.y()});
  line(axes_.v, {std::min(plane.right(), at.x() + gap), at.y()}, {plane.right(), at.y()});
}

QString SliceView::position_text() const {
  const std::int64_t size = component(grid_.size, axes_.normal);
  const Vector3 here = grid_.physical_from_index({static_cast<double>(crosshair_.x),
                                                  static_cast<double>(crosshair_.y),
                                                  static_cast<double>(crosshair_.z)});
  Vector3 place = here;
  const double um =
      grid_.direction == identity_direction
          ? component(place, axes_.normal)
          : static_cast<double>(position()) * component(grid_.spacing_um, axes_.normal);
  return QString("%1  %2 / %3   %4 %5")
      .arg(name_of(across_))
      .arg(position() + 1)
      .arg(size)
      .arg(um, 0, 'f', 1)
      .arg(grid_.spacing_known ? QStringLiteral("\u00b5m") : QStringLiteral("voxels"));
}

void SliceView::paint_text(QPainter& painter) const {
  painter.setRenderHint(QPainter::TextAntialiasing);
  const double line = painter.fontMetrics().height();
  draw_text(painter, {10, line + 2}, position_text(), to_qcolor(colour_of(across_)).lighter(125));
  const double pixels_a_voxel = pixels_per_um_ * spacing_u();
  const QString zoom_text =
      QString("%1%").arg(100 * pixels_a_voxel, 0, 'f', pixels_a_voxel < 1 ? 0 : 0);
  draw_text(painter,
            {width() - 10.0 - painter.fontMetrics().horizontalAdvance(zoom_text), line + 2},
            zoom_text, weak_text_colour);
  if (pixels_per_um_ > 0) {
    draw_scale_bar(painter, {12, height() - 12.0}, 1 / pixels_per_um_, width() / 4.0,
                   grid_.spacing_known);
  }
  if (!message_.isEmpty()) {
    const QRectF space = QRectF(rect()).adjusted(24, 24, -24, -24);
    painter.setPen(weak_text_colour);
    painter.drawText(space, Qt::AlignCenter | Qt::TextWordWrap, message_);
  }
}

}  // namespace fossilct
