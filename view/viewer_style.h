// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QString>
#include <array>

#include "render/picture.h"
#include "specimens/catalogue.h"
#include "view/slice_plane.h"

class QApplication;
class QPainter;
class QPointF;

namespace fossilct {

// The look of the viewer, private to `view`: dark and neutral, as where radiographs are read, so
// that grey values are judged by themselves.

inline const QColor pane_background(0x13, 0x14, 0x15);
inline const QColor text_colour(0xd6, 0xd8, 0xda);
inline const QColor weak_text_colour(0x96, 0x9a, 0x9f);
// A fossil that is selected is white, wherever it is drawn.
inline constexpr Colour selected_colour = {255, 255, 255};
inline constexpr Colour selected_mesh_colour = {212, 217, 224};  // which the light makes white

// Pixels that the pointer moves before a click is a drag.
inline constexpr double drag_begins_at = 3;

inline QColor to_qcolor(const Colour& c) { return {c[0], c[1], c[2]}; }

// Of the slice across an axis and its cross-hair (Okabe and Ito 2008).
Colour colour_of(Across across);
QString name_of(Across across);  // "X"

QString verdict_text(Verdict verdict);
QString verdict_sign(Verdict verdict);  // a sign besides the colour
QColor verdict_colour(Verdict verdict);

void set_style(QApplication& application);

// Text that is readable on any grey; the point is the left end of the base line.
void draw_text(QPainter& painter, const QPointF& at, const QString& text, const QColor& colour);

// With its left end there.
void draw_scale_bar(QPainter& painter, const QPointF& at, double um_per_pixel, double most_pixels,
                    bool spacing_known);

}  // namespace fossilct
