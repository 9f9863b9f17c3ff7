// SPDX-License-Identifier: Apache-2.0
#include "view/viewer_style.h"

#include <QApplication>
#include <QFont>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>

#include "render/pictures.h"

namespace fossilct {

namespace {

constexpr const char* style_sheet = R"(
QMainWindow, QDialog { background: #1d1e20; }
QToolTip { background: #33363a; color: #e4e6e8; border: 1px solid #4b4f55; padding: 3px; }
QSplitter::handle { background: #1d1e20; }
QFrame#pane { background: #131415; border: 1px solid #2c2e31; }
QFrame#banner { background: #4a3413; border: 1px solid #8a6420; border-radius: 4px; }
QFrame#banner QLabel { color: #f4dfb8; }
QLabel#title { font-size: 13pt; font-weight: 600; }
QLabel#weak { color: #969a9f; }
QLabel#heading { color: #969a9f; font-size: 8pt; font-weight: 600; }
QLineEdit, QDoubleSpinBox {
  background: #26282b; border: 1px solid #3c4045; border-radius: 3px; padding: 2px 4px;
  selection-background-color: #2f5f86; min-height: 1.35em; }
QLineEdit:focus, QDoubleSpinBox:focus { border-color: #56b4e9; }
QPushButton, QToolButton {
  background: #303338; border: 1px solid #43474d; border-radius: 3px; padding: 4px 9px; }
QPushButton:hover, QToolButton:hover { background: #3a3e44; }
QPushButton:pressed, QToolButton:pressed { background: #26282b; }
QToolButton:checked { background: #24425a; border-color: #56b4e9; }
QPushButton:disabled, QToolButton:disabled { color: #6a6e73; background: #26282b; }
QTableView {
  background: #18191b; alternate-background-color: #1c1d20; border: 1px solid #2c2e31;
  gridline-color: transparent; selection-background-color: #2f5f86; selection-color: #ffffff; }
QTableView::item { padding: 1px 4px; }
QHeaderView { background: #26282b; }
QHeaderView::section {
  background: #26282b; color: #b9bdc2; border: none; border-right: 1px solid #1d1e20;
  padding: 3px 5px; }
QStatusBar { background: #1d1e20; color: #b9bdc2; }
QStatusBar::item { border: none; }
QScrollBar:vertical { background: #1d1e20; width: 11px; margin: 0; }
QScrollBar::handle:vertical { background: #43474d; border-radius: 4px; min-height: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QSlider::groove:horizontal { height: 4px; background: #3c4045; border-radius: 2px; }
QSlider::sub-page:horizontal { background: #5b86a6; border-radius: 2px; }
QSlider::handle:horizontal {
  background: #c9ccd0; width: 12px; margin: -5px 0; border-radius: 6px; }
)";

}  // namespace

Colour colour_of(Across across) {
  switch (across) {
    case Across::x:
      return {213, 94, 0};
    case Across::y:
      return {0, 158, 115};
    case Across::z:
      break;
  }
  return {86, 180, 233};
}

QString name_of(Across across) {
  return across == Across::x ? "X" : across == Across::y ? "Y" : "Z";
}

QString verdict_text(Verdict verdict) { return QString::fromStdString(to_string(verdict)); }

QString verdict_sign(Verdict verdict) {
  return verdict == Verdict::accepted   ? QStringLiteral("\u2713")
         : verdict == Verdict::rejected ? QStringLiteral("\u2715")
                                        : QStringLiteral("\u00b7");
}

QColor verdict_colour(Verdict verdict) {
  return verdict == Verdict::accepted   ? QColor(86, 180, 233)
         : verdict == Verdict::rejected ? QColor(230, 130, 60)
                                        : weak_text_colour;
}

void set_style(QApplication& application) {
  QApplication::setStyle(QStyleFactory::create("Fusion"));
  QPalette palette;
  const QColor window(0x1d, 0x1e, 0x20);
  const QColor base(0x18, 0x19, 0x1b);
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::WindowText, text_colour);
  palette.setColor(QPalette::Base, base);
  palette.setColor(QPalette::AlternateBase, QColor(0x1c, 0x1d, 0x20));
  palette.setColor(QPalette::Text, text_colour);
  palette.setColor(QPalette::Button, QColor(0x30, 0x33, 0x38));
  palette.setColor(QPalette::ButtonText, text_colour);
  palette.setColor(QPalette::ToolTipBase, QColor(0x33, 0x36, 0x3a));
  palette.setColor(QPalette::ToolTipText, text_colour);
  palette.setColor(QPalette::Highlight, QColor(0x2f, 0x5f, 0x86));
  palette.setColor(QPalette::HighlightedText, Qt::white);
  palette.setColor(QPalette::PlaceholderText, QColor(0x7a, 0x7e, 0x83));
  palette.setColor(QPalette::Disabled, QPalette::Text, QColor(0x6a, 0x6e, 0x73));
  palette.setColor(QPalette::Disabled, QPalette::ButtonText, QColor(0x6a, 0x6e, 0x73));
  QApplication::setPalette(palette);
  QFont font = QApplication::font();
  font.setPointSizeF(9.5);
  QApplication::setFont(font);
  application.setStyleSheet(style_sheet);
}

void draw_text(QPainter& painter, const QPointF& at, const QString& text, const QColor& colour) {
  const QFontMetricsF metrics(painter.font());
  const QRectF plate(at.x() - 4, at.y() - metrics.ascent() - 1, metrics.horizontalAdvance(text) + 8,
                     metrics.height() + 2);
  if (!text.isEmpty()) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0x13, 0x14, 0x15, 165));
    painter.drawRoundedRect(plate, 3, 3);
    painter.setRenderHint(QPainter::Antialiasing, false);
  }
  painter.setPen(colour);
  painter.drawText(at, text);
}

void draw_scale_bar(QPainter& painter, const QPointF& at, double um_per_pixel, double most_pixels,
                    bool spacing_known) {
  const ScaleBar bar = scale_bar(um_per_pixel, most_pixels, spacing_known);
  const QRectF line(at.x(), at.y() - 3, bar.pixels, 3);
  draw_text(painter, at - QPointF(-4, 10), QString::fromStdString(bar.label), text_colour);
  painter.fillRect(line.adjusted(-1, -1, 1, 1), QColor(0, 0, 0, 170));
  painter.fillRect(line, QColor(235, 236, 238));
}

}  // namespace fossilct
