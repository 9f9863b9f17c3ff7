// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QPointF>
#include <QTimer>
#include <QWidget>
#include <functional>

#include "render/live_scene.h"

namespace fossilct {

// The pane of the scene: turns, shifts and zooms a camera, and shows the picture that somebody else
// paints for it. Private to `view`.
class SceneView : public QWidget {
 public:
  explicit SceneView(const Grid& grid);

  // What the window does for it. All are to be set.
  std::function<void(bool still)> on_paint_wanted;  // still: take time for a fine picture
  std::function<void(const QPointF&)> on_pick;      // clicked; a pixel of the pane
  std::function<void()> on_maximise;

  const SceneCamera& camera() const { return camera_; }
  ScenePoint size_pixels() const {
    return {static_cast<double>(width()), static_cast<double>(height())};
  }
  // A picture of the pane, in the device's pixels.
  void take(const QImage& picture);
  void set_message(const QString& message);  // instead of a picture
  // What is below the picture: "40 of 1,000 meshes".
  void set_remark(const QString& remark);

  void fit();                                         // the whole scan
  void look_at(const Vector3& p_um, double size_um);  // at something of this size, with room
  void shift_to(const Vector3& p_um);
  void zoom(double factor);
  void content_changed();                           // asks for a picture
  bool waits() const { return still_.isActive(); }  // for the hand to rest

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  void camera_changed();
  void paint_axes(QPainter& painter) const;

  Grid grid_;
  SceneCamera camera_;
  QImage picture_;
  QString message_;
  QString remark_;
  QTimer still_;  // until the hand rests
  bool fitted_ = true;
  QPointF pressed_at_, dragged_from_;
  Qt::MouseButton pressed_ = Qt::NoButton;
  bool moved_ = false;
};

}  // namespace fossilct
