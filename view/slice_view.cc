// SPDX-License-Identifier: Apache-2.0
#include "view/slice_view.h"

#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "view/viewer_style.h"

namespace fossilct {

namespace {

constexpr double most_pixels_a_voxel = 64;
constexpr int wheel_step = 120;
constexpr double fit_share = 0.94;
constexpr double box_share = 0.42;

QImage image_of(std::vector<std::uint32_t> pixels, std::int64_t width, std::int64_t height,
                QImage::Format format) {
  QImage image(static_cast<int>(width), static_cast<int>(height), format);
  for (int y = 0; y < image.height(); ++y) {
    std::copy_n(pixels.data() + y * width, width,
                reinterpret_cast<std::uint32_t*>(image.scanLine(y)));
  }
  return image;
}

}  // namespace

SliceView::SliceView(Across across, const Grid& grid, std::shared_ptr<const Look> look)
    : across_(across), axes_(axes_of(across)), grid_(grid), look_(std::move(look)) {
  setMouseTracking(true);
  setFocusPolicy(Qt::ClickFocus);
  setMinimumSize(120, 100);
  setCursor(Qt::CrossCursor);
}

void SliceView::set_crosshair(const Index3& crosshair) {
  const std::int64_t before = position();
  crosshair_ = crosshair;
  if (position() != before) {
    // A finer piece of another slice must not lie over this one.
    grey_piece_ = {};
    ids_piece_ = {};
    outlines_.clear();
    on_need();
  }
  update();
}

void SliceView::set_message(const QString& message) {
  message_ = message;
  update();
}

void SliceView::take_grey(Slice<float> slice, bool is_overview) {
  if (!is_current(slice.request)) {
    return;
  }
  Piece<float>& piece = is_overview ? grey_overview_ : grey_piece_;
  piece.slice = std::move(slice);
  draw_grey(piece);
  update();
}

void SliceView::take_ids(Slice<std::uint32_t> slice, bool is_overview) {
  if (!is_current(slice.request)) {
    return;
  }
  Piece<std::uint32_t>& piece = is_overview ? ids_overview_ : ids_piece_;
  piece.slice = std::move(slice);
  draw_tint(piece);
  // Coarse outlines would jump when the finer ones come: they stand in only while nothing is there.
  if (!is_overview || !ids_piece_.is_there()) {
    outlines_ = border_lines(piece.slice, look_->colours);
  }
  update();
}

void SliceView::draw_grey(Piece<float>& piece) const {
  piece.image = image_of(grey_pixels(piece.slice, look_->window), piece.slice.width,
                         piece.slice.height, QImage::Format_RGB32);
}

void SliceView::draw_tint(Piece<std::uint32_t>& piece) const {
  piece.image = image_of(tint_pixels(piece.slice, look_->colours, look_->tint), piece.slice.width,
                         piece.slice.height, QImage::Format_ARGB32_Premultiplied);
}

void SliceView::look_changed() {
  draw_grey(grey_overview_);
  draw_grey(grey_piece_);
  draw_tint(ids_overview_);
  draw_tint(ids_piece_);
  outlines_ =
      border_lines(ids_piece_.is_there() ? ids_piece_.slice : ids_overview_.slice, look_->colours);
  update();
}

template <typename T>
std::optional<SliceRequest> SliceView::wanted(const SlicePyramid& pyramid, const Piece<T>& overview,
                                              const Piece<T>& piece) const {
  if (pixels_per_um_ <= 0) {
    return std::nullopt;
  }
  const double pixels_a_voxel =
      pixels_per_um_ * std::max(spacing_u(), spacing_v()) * devicePixelRatioF();
  const std::int64_t level = pyramid.level_for(pixels_a_voxel);
  const PlaneBox region = visible();
  const auto will_do = [&](const Piece<T>& there) {
    return there.is_there() && is_current(there.slice.request) &&
           there.slice.request.level <= level && there.slice.request.region.contains(region);
  };
  if (region.empty() || will_do(overview) || will_do(piece)) {
    return std::nullopt;
  }
  // With room around it, so that not every move of the hand reads.
  const std::int64_t du = (region.u_end - region.u_begin) / 8 + 1;
  const std::int64_t dv = (region.v_end - region.v_begin) / 8 + 1;
  const PlaneBox all = whole_plane(grid_.size, across_);
  return SliceRequest{
      across_,
      position(),
      {std::max(all.u_begin, region.u_begin - du), std::max(all.v_begin, region.v_begin - dv),
       std::min(all.u_end, region.u_end + du), std::min(all.v_end, region.v_end + dv)},
      level};
}

std::optional<SliceRequest> SliceView::wanted_grey(const SlicePyramid& pyramid) const {
  return wanted(pyramid, grey_overview_, grey_piece_);
}

std::optional<SliceRequest> SliceView::wanted_ids(const SlicePyramid& pyramid) const {
  return wanted(pyramid, ids_overview_, ids_piece_);
}

void SliceView::fit() {
  const double width_um = static_cast<double>(component(grid_.size, axes_.u)) * spacing_u();
  const double height_um = static_cast<double>(component(grid_.size, axes_.v)) * spacing_v();
  middle_um_ = QPointF(width_um / 2, height_um / 2);
  pixels_per_um_ = fit_share * std::min(width() / width_um, height() / height_um);
  fitted_ = true;
  view_changed();
}

void SliceView::centre(const Box* box) {
  const Index3 at = crosshair_;
  middle_um_ = QPointF((static_cast<double>(component(at, axes_.u)) + 0.5) * spacing_u(),
                       (static_cast<double>(component(at, axes_.v)) + 0.5) * spacing_v());
  if (box != nullptr) {
    // Of all three axes: then the panes zoom alike.
    const Size3 size = box->size();
    const double longest_um = std::max({static_cast<double>(size.x) * grid_.spacing_um.x,
                                        static_cast<double>(size.y) * grid_.spacing_um.y,
                                        static_cast<double>(size.z) * grid_.spacing_um.z});
    pixels_per_um_ = std::min(box_share * std::min(width(), height()) / longest_um,
                              most_pixels_a_voxel / std::min(spacing_u(), spacing_v()));
  }
  fitted_ = false;
  view_changed();
}

void SliceView::zoom(double factor) {
  const double longest_um =
      std::max(static_cast<double>(component(grid_.size, axes_.u)) * spacing_u(),
               static_cast<double>(component(grid_.size, axes_.v)) * spacing_v());
  pixels_per_um_ = std::clamp(pixels_per_um_ * factor, 40 / longest_um,
                              most_pixels_a_voxel / std::min(spacing_u(), spacing_v()));
  fitted_ = false;
  view_changed();
}

void SliceView::view_changed() {
  on_need();
  update();
}

std::optional<float> SliceView::grey_at(const Index3& index) const {
  Index3 at = index;
  const std::int64_t u = component(at, axes_.u);
  const std::int64_t v = component(at, axes_.v);
  for (const Piece<float>* piece : {&grey_piece_, &grey_overview_}) {
    const PlaneBox& box = piece->slice.covered;
    if (piece->is_there() && is_current(piece->slice.request) && u >= box.u_begin &&
        u < box.u_end && v >= box.v_begin && v < box.v_end) {
      return piece->slice.at_voxel(u, v);
    }
  }
  return std::nullopt;
}

std::uint32_t SliceView::id_at(const Index3& index) const {
  Index3 at = index;
  const std::int64_t u = component(at, axes_.u);
  const std::int64_t v = component(at, axes_.v);
  for (const Piece<std::uint32_t>* piece : {&ids_piece_, &ids_overview_}) {
    const PlaneBox& box = piece->slice.covered;
    if (piece->is_there() && is_current(piece->slice.request) && u >= box.u_begin &&
        u < box.u_end && v >= box.v_begin && v < box.v_end) {
      return piece->slice.at_voxel(u, v);
    }
  }
  return 0;
}

std::shared_ptr<const Picture> SliceView::overview() const {
  if (!grey_overview_.is_there() || !is_current(grey_overview_.slice.request)) {
    return nullptr;
  }
  const QImage& image = grey_overview_.image;
  auto picture = std::make_shared<Picture>(image.width(), image.height(), 3);
  for (int y = 0; y < image.height(); ++y) {
    const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
    for (int x = 0; x < image.width(); ++x) {
      std::fill_n(picture->at(x, y), 3, static_cast<std::uint8_t>(qRed(line[x])));
    }
  }
  return picture;
}

QPointF SliceView::pixel_of(const Index3& index) const {
  Index3 at = index;
  return pixel_of_voxel(static_cast<double>(component(at, axes_.u)) + 0.5,
                        static_cast<double>(component(at, axes_.v)) + 0.5);
}

QPointF SliceView::pixel_of_voxel(double u, double v) const {
  return {(u * spacing_u() - middle_um_.x()) * pixels_per_um_ + width() / 2.0,
          (v * spacing_v() - middle_um_.y()) * pixels_per_um_ + height() / 2.0};
}

QPointF SliceView::voxel_of_pixel(const QPointF& pixel) const {
  return {((pixel.x() - width() / 2.0) / pixels_per_um_ + middle_um_.x()) / spacing_u(),
          ((pixel.y() - height() / 2.0) / pixels_per_um_ + middle_um_.y()) / spacing_v()};
}

Index3 SliceView::index_at(const QPointF& pixel) const {
  const QPointF voxel = voxel_of_pixel(pixel);
  Index3 index = crosshair_;
  const auto place = [this](double at, int axis) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(at)), 0,
                                    component(grid_.size, axis) - 1);
  };
  component(index, axes_.u) = place(voxel.x(), axes_.u);
  component(index, axes_.v) = place(voxel.y(), axes_.v);
  return index;
}

QRectF SliceView::rect_of(const PlaneBox& box) const {
  return {pixel_of_voxel(static_cast<double>(box.u_begin), static_cast<double>(box.v_begin)),
          pixel_of_voxel(static_cast<double>(box.u_end), static_cast<double>(box.v_end))};
}

PlaneBox SliceView::visible() const {
  const QPointF begin = voxel_of_pixel(QPointF(0, 0));
  const QPointF end = voxel_of_pixel(QPointF(width(), height()));
  const PlaneBox all = whole_plane(grid_.size, across_);
  const auto between = [](double at, std::int64_t low, std::int64_t high) {
    return std::clamp(static_cast<std::int64_t>(at), low, high);
  };
  return {between(std::floor(begin.x()), 0, all.u_end),
          between(std::floor(begin.y()), 0, all.v_end), between(std::ceil(end.x()), 0, all.u_end),
          between(std::ceil(end.y()), 0, all.v_end)};
}

void SliceView::resizeEvent(QResizeEvent* /*event*/) {
  if (fitted_ || pixels_per_um_ <= 0) {
    fit();
  } else {
    view_changed();
  }
}

void SliceView::wheelEvent(QWheelEvent* event) {
  wheel_rest_ += event->angleDelta().y() + event->angleDelta().x();
  const int steps = wheel_rest_ / wheel_step;
  wheel_rest_ -= steps * wheel_step;
  if (steps == 0) {
    return;
  }
  if ((event->modifiers() & Qt::ControlModifier) != 0) {
    const QPointF under = voxel_of_pixel(event->position());
    zoom(std::pow(1.25, steps));
    // The voxel under the hand stays there.
    const QPointF now = voxel_of_pixel(event->position());
    middle_um_ += QPointF((under.x() - now.x()) * spacing_u(), (under.y() - now.y()) * spacing_v());
    view_changed();
  } else {
    on_step((event->modifiers() & Qt::ShiftModifier) != 0 ? -10 * steps : -steps);
  }
}

void SliceView::mousePressEvent(QMouseEvent* event) {
  pressed_ = event->button();
  pressed_at_ = dragged_from_ = event->localPos();
  moved_ = false;
}

void SliceView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->localPos();
  const Index3 index = index_at(at);
  on_hover(&index);
  if (pressed_ == Qt::NoButton) {
    return;
  }
  moved_ = moved_ || (at - pressed_at_).manhattanLength() > drag_begins_at;
  if (!moved_) {
    return;
  }
  const QPointF by = at - dragged_from_;
  dragged_from_ = at;
  const bool pans = pressed_ == Qt::MiddleButton ||
                    (pressed_ == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier) != 0);
  if (pans) {
    middle_um_ -= by / pixels_per_um_;
    fitted_ = false;
    view_changed();
  } else if (pressed_ == Qt::RightButton) {
    on_window_drag(by.x() / width(), by.y() / height());
  } else {
    on_crosshair(index);
  }
}

void SliceView::mouseReleaseEvent(QMouseEvent* event) {
  const bool clicked = pressed_ == Qt::LeftButton && !moved_;
  pressed_ = Qt::NoButton;
  if (clicked) {
    const Index3 index = index_at(event->localPos());
    on_pick(index, id_at(index));
  }
}

void SliceView::mouseDoubleClickEvent(QMouseEvent* /*event*/) { on_maximise(); }

void SliceView::leaveEvent(QEvent* /*event*/) { on_hover(nullptr); }

}  // namespace fossilct
