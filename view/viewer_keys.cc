// SPDX-License-Identifier: Apache-2.0
// The window's keys and its help.
#include <QBoxLayout>
#include <QDialog>
#include <QLabel>
#include <QShortcut>
#include <QSlider>

#include "view/fossil_table.h"
#include "view/viewer_window.h"

namespace fossilct {

namespace {

QString table_row(const QString& left, const QString& right) {
  return "<tr><td style='padding:2px 18px 2px 0; color:#9ecbea'>" + left.toHtmlEscaped() +
         "</td><td style='padding:2px 0'>" + right.toHtmlEscaped() + "</td></tr>";
}

std::vector<HelpRow> mouse_rows() {
  return {{"Click", "Select the fossil there; in a slice the cross-hair goes there"},
          {"Left drag", "Slice: move the cross-hair. 3D: turn"},
          {"Right drag", "Slice: grey window (sideways width, up and down level). 3D: zoom"},
          {"Middle or Shift+left drag", "Shift"},
          {"Wheel", "Slice: the next slices, with Shift ten at a time. 3D: zoom"},
          {"Ctrl+wheel", "Slice: zoom around the mouse"},
          {"Double click", "Pane: alone, or all again. List: zoom to the fossil"}};
}

}  // namespace

void ViewerWindow::add_key(const QString& keys, std::function<void()> action) {
  for (const QString& key : keys.split(" or ")) {
    auto* shortcut = new QShortcut(QKeySequence(key), this);
    connect(shortcut, &QShortcut::activated, this, action);
  }
}

void ViewerWindow::add_keys() {
  if (viewing_.decide) {
    add_key("A", [this] { decide(Verdict::accepted); });
    add_key("R", [this] { decide(Verdict::rejected); });
    add_key("U", [this] { decide(Verdict::undecided); });
    add_key("Ctrl+Z", [this] { take_back(); });
    keys_ = {{"A", "Accept the fossil, and go to the next undecided one of the list"},
             {"R", "Reject it: it stays in the catalogue and leaves the counts"},
             {"U", "Make it undecided again"},
             {"Ctrl+Z", "Take back the last decision of this session"}};
  }
  add_key("N or Ctrl+Down", [this] { select_row(1); });
  add_key("P or Ctrl+Up", [this] { select_row(-1); });
  add_key("Z", [this] {
    if (selected_) {
      select(selected_, Jump::zoom);
    }
  });
  add_key("F", [this] {
    for (SliceView* view : slices_) {
      view->fit();
    }
    scene_->fit();
  });
  for (const auto& [key, slices] :
       {std::pair{"PgUp", -1}, {"PgDown", 1}, {"Shift+PgUp", -10}, {"Shift+PgDown", 10}}) {
    add_key(key, [this, by = slices] { step(active_slice().across(), by); });
  }
  for (const auto& [keys, factor] : {std::pair{"+ or =", 1.25}, {"-", 0.8}}) {
    add_key(keys, [this, by = factor] {
      scene_->underMouse() ? scene_->zoom(by) : active_slice().zoom(by);
    });
  }
  for (int pane = 0; pane < 4; ++pane) {
    add_key(QString::number(pane + 1), [this, pane] { maximise(pane); });
  }
  add_key("W", [this] { set_window(automatic_window()); });
  for (const auto& [key, by] : {std::pair{"[", -10}, {"]", 10}}) {
    add_key(key, [this, more = by] { tint_->setValue(tint_->value() + more); });
  }
  for (const auto& [key, by] : {std::pair{",", -10}, {".", 10}}) {
    add_key(key, [this, more = by] { opacity_->setValue(opacity_->value() + more); });
  }
  add_key("Ctrl+F", [this] { table_->focus_filter(); });
  add_key("Esc", [this] { slice(Across::z).setFocus(); });
  add_key("F1 or ?", [this] { show_help(); });
  add_key("Ctrl+Q", [this] { close(); });
  keys_.insert(
      keys_.end(),
      {{"N, P", "The next fossil of the list, the one before (also Ctrl+Down, Ctrl+Up)"},
       {"Z", "Zoom to the selected fossil"},
       {"F", "Fit: the whole scan in every pane"},
       {"PgUp, PgDown", "The slice before, the next, in the pane under the mouse (else z)"},
       {"Shift+PgUp, PgDown", "Ten slices"},
       {"+, -", "Zoom the pane under the mouse"},
       {"1, 2, 3, 4", "The z slice, 3D, the y slice, the x slice alone, or all again"},
       {"W", "The grey window of the beginning"},
       {"[, ]", "Less or more colour in the slices"},
       {"comma, point", "Fossils less or more opaque in 3D"},
       {"Ctrl+F", "Find a fossil by its id; Esc: back to the slices"},
       {"F1, ?", "This help"},
       {"Ctrl+Q", "Close the window"}});
}

void ViewerWindow::show_help() {
  if (help_ == nullptr) {
    help_ = new QDialog(this);
    help_->setWindowTitle("Keys and mouse");
    auto* layout = new QHBoxLayout(help_);
    layout->setContentsMargins(22, 18, 22, 18);
    layout->setSpacing(36);
    for (const auto& [heading, rows] :
         {std::pair{QString("KEYS"), keys_}, {QString("MOUSE"), mouse_rows()}}) {
      auto* column = new QVBoxLayout;
      auto* head = new QLabel(heading);
      head->setObjectName("heading");
      column->addWidget(head);
      QString text = "<table>";
      for (const HelpRow& row : rows) {
        text += table_row(row.keys, row.meaning);
      }
      column->addWidget(new QLabel(text + "</table>"));
      column->addStretch(1);
      layout->addLayout(column);
    }
  }
  help_->show();
  help_->raise();
}

}  // namespace fossilct
