// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QPointF>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>

#include "view/slice_picture.h"
#include "view/slice_pyramid.h"

namespace fossilct {

// A pane with one slice: grey values, the fossils' colours and outlines, the cross-hair, a scale
// bar. It reads nothing: it says what it needs (on_need) and is given it (take_grey, take_ids).
// Private to `view`.
class SliceView : public QWidget {
 public:
  // How ids are drawn.
  struct Look {
    GreyWindow window;
    IdColours colours;
    std::uint32_t selected = 0;
    double tint = 0.2;
    bool outlines = true;
    bool crosshair = true;
  };

  SliceView(Across across, const Grid& grid, std::shared_ptr<const Look> look);

  // What the window does for it. All are to be set.
  std::function<void()> on_need;                              // other pieces are wanted
  std::function<void(const Index3&)> on_crosshair;            // was dragged there
  std::function<void(const Index3&, std::uint32_t)> on_pick;  // clicked on a voxel of this id
  std::function<void(double, double)> on_window_drag;  // by shares of the pane, right and down
  std::function<void(const Index3*)> on_hover;         // null: left the pane
  std::function<void(int)> on_step;                    // slices to go
  std::function<void()> on_maximise;

  Across across() const { return across_; }
  std::int64_t position() const { return component(crosshair_, axes_.normal); }
  void set_crosshair(const Index3& crosshair);
  void set_message(const QString& message);  // instead of a slice

  // Both with the whole plane (overview) or the piece that `wanted` named; of another slice than is
  // shown they are let go.
  void take_grey(Slice<float> slice, bool is_overview);
  void take_ids(Slice<std::uint32_t> slice, bool is_overview);
  // What is to be read, of a pyramid: nothing where what is there will do.
  std::optional<SliceRequest> wanted_grey(const SlicePyramid& pyramid) const;
  std::optional<SliceRequest> wanted_ids(const SlicePyramid& pyramid) const;
  // Colours, window or selection changed.
  void look_changed();

  // All of the plane in the middle.
  void fit();
  // The cross-hair in the middle; with a box, at a zoom that shows it with room around.
  void centre(const Box* box = nullptr);
  void zoom(double factor);
  bool is_fitted() const { return fitted_; }

  // Grey value at a voxel of this slice; nothing where it was not read.
  std::optional<float> grey_at(const Index3& index) const;
  std::uint32_t id_at(const Index3& index) const;
  // Of the overview, in colour: for the scene. Null where nothing was read yet.
  std::shared_ptr<const Picture> overview() const;
  // Middle of a voxel in the pane.
  QPointF pixel_of(const Index3& index) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  template <typename T>
  struct Piece {
    Slice<T> slice;
    QImage image;
    bool is_there() const { return !slice.pixels.empty(); }
  };

  double spacing_u() const { return component(grid_.spacing_um, axes_.u); }
  double spacing_v() const { return component(grid_.spacing_um, axes_.v); }
  QPointF pixel_of_voxel(double u, double v) const;
  QPointF voxel_of_pixel(const QPointF& pixel) const;
  Index3 index_at(const QPointF& pixel) const;
  QRectF rect_of(const PlaneBox& box) const;
  PlaneBox visible() const;
  bool is_current(const SliceRequest& request) const { return request.position == position(); }
  void view_changed();
  void draw_grey(Piece<float>& piece) const;
  void draw_tint(Piece<std::uint32_t>& piece) const;
  template <typename T>
  std::optional<SliceRequest> wanted(const SlicePyramid& pyramid, const Piece<T>& overview,
                                     const Piece<T>& piece) const;
  void paint_images(QPainter& painter) const;
  void paint_outlines(QPainter& painter) const;
  void paint_crosshair(QPainter& painter) const;
  void paint_text(QPainter& painter) const;
  QString position_text() const;

  Across across_;
  PlaneAxes axes_;
  Grid grid_;
  std::shared_ptr<const Look> look_;
  Index3 crosshair_;
  QString message_;
  QPointF middle_um_;         // what is in the middle of the pane
  double pixels_per_um_ = 0;  // 0: never shown yet, fit at the first size
  bool fitted_ = true;        // a new size fits again
  Piece<float> grey_overview_, grey_piece_;
  Piece<std::uint32_t> ids_overview_, ids_piece_;
  std::unordered_map<std::uint32_t, std::vector<BorderLine>> outlines_;
  QPointF pressed_at_, dragged_from_;
  Qt::MouseButton pressed_ = Qt::NoButton;
  bool moved_ = false;
  int wheel_rest_ = 0;
};

}  // namespace fossilct
