// SPDX-License-Identifier: Apache-2.0
// The window's widgets and keys.
#include <QAction>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScreen>
#include <QShortcut>
#include <QSlider>
#include <QSplitter>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "view/fossil_panel.h"
#include "view/fossil_table.h"
#include "view/viewer_style.h"
#include "view/viewer_window.h"

namespace fossilct {

namespace {

constexpr int per_cent = 100;

QLabel* small_label(const QString& text) {
  auto* label = new QLabel(text);
  label->setObjectName("weak");
  return label;
}

QFrame* pane_of(QWidget* content) {
  auto* pane = new QFrame;
  pane->setObjectName("pane");
  auto* layout = new QVBoxLayout(pane);
  layout->setContentsMargins(1, 1, 1, 1);
  layout->addWidget(content);
  return pane;
}

QSlider* share_slider(double share, const QString& tip) {
  auto* slider = new QSlider(Qt::Horizontal);
  slider->setRange(0, per_cent);
  slider->setValue(static_cast<int>(std::lround(share * per_cent)));
  slider->setFixedWidth(84);
  slider->setToolTip(tip);
  slider->setFocusPolicy(Qt::NoFocus);
  return slider;
}

int decimals_for(double width) {
  return std::clamp(2 - static_cast<int>(std::floor(std::log10(std::max(width, 1e-6)))), 0, 6);
}

QString table_row(const QString& left, const QString& right) {
  return "<tr><td style='padding:2px 18px 2px 0; color:#9ecbea'>" + left.toHtmlEscaped() +
         "</td><td style='padding:2px 0'>" + right.toHtmlEscaped() + "</td></tr>";
}

}  // namespace

void ViewerWindow::lay_out() {
  const Grid& grid = viewing_.grid;
  setWindowTitle(QString::fromStdString(viewing_.title) + " \u2013 fossilct");
  for (const Across across : all_across) {
    slices_[static_cast<std::size_t>(across)] = new SliceView(across, grid, look_);
    if (scan_ == nullptr && ids_ == nullptr) {
      slice(across).set_message("There is nothing to show in slices.");
    }
  }
  scene_ = new SceneView(grid);
  auto* split = new QSplitter(Qt::Horizontal);
  split->addWidget(make_panes());
  split->addWidget(make_side());
  split->setStretchFactor(0, 1);
  split->setStretchFactor(1, 0);
  split->setCollapsible(0, false);
  auto* all = new QWidget;
  auto* layout = new QVBoxLayout(all);
  layout->setContentsMargins(8, 8, 8, 2);
  layout->setSpacing(8);
  layout->addWidget(make_toolbar());
  layout->addWidget(make_banner());
  layout->addWidget(split, 1);
  setCentralWidget(all);
  hover_ = new QLabel;
  saved_ = new QLabel;
  saved_->setContentsMargins(0, 0, 8, 0);
  statusBar()->addWidget(hover_, 1);
  statusBar()->addPermanentWidget(small_label("F1: keys"));
  statusBar()->addPermanentWidget(saved_);
  statusBar()->setSizeGripEnabled(false);
  const QSize screen_size = screen()->availableSize();
  resize(std::min(1480, screen_size.width() * 9 / 10),
         std::min(940, screen_size.height() * 9 / 10));
}

QWidget* ViewerWindow::make_panes() {
  auto* box = new QWidget;
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(5);
  const std::array<QWidget*, 4> contents = {&slice(Across::z), scene_, &slice(Across::y),
                                            &slice(Across::x)};
  for (int i = 0; i < 4; ++i) {
    const auto at = static_cast<std::size_t>(i);
    panes_[at] = pane_of(contents[at]);
    grid->addWidget(panes_[at], i / 2, i % 2);
    grid->setRowStretch(i / 2, 1);
    grid->setColumnStretch(i % 2, 1);
  }
  return box;
}

QWidget* ViewerWindow::make_side() {
  auto* side = new QSplitter(Qt::Vertical);
  table_ = new FossilTable(viewing_.fossils, viewing_.classes, viewing_.has_catalogue,
                           viewing_.grid.spacing_known ? "\u00b5m" : "voxels");
  table_->on_select = [this](std::size_t fossil) { select(fossil, Jump::show); };
  table_->on_activate = [this](std::size_t fossil) { select(fossil, Jump::zoom); };
  table_->on_filter = [this] { filter_changed(); };
  panel_ = new FossilPanel(viewing_.classes, viewing_.has_catalogue ? "fossil" : "label");
  panel_->on_verdict = [this](Verdict verdict) { decide(verdict); };
  if (!viewing_.decide) {
    panel_->set_undecidable();
  }
  side->addWidget(table_);
  side->addWidget(panel_);
  side->setStretchFactor(0, 3);
  side->setStretchFactor(1, 2);
  side->setChildrenCollapsible(false);
  const int em = side->fontMetrics().horizontalAdvance("0");
  side->setMinimumWidth(38 * em);
  side->resize(46 * em, side->height());
  return side;
}

QAction* ViewerWindow::add_toggle(const QString& text, const QString& key, const QString& tip,
                                  bool on, std::function<void(bool)> action) {
  auto* toggle = new QAction(text, this);
  toggle->setCheckable(true);
  toggle->setChecked(on);
  toggle->setShortcut(QKeySequence(key));
  toggle->setToolTip(tip + " (" + key + ")");
  connect(toggle, &QAction::toggled, this, action);
  addAction(toggle);
  keys_.push_back({key, tip});
  return toggle;
}

QWidget* ViewerWindow::make_toolbar() {
  auto* bar = new QWidget;
  auto* layout = new QHBoxLayout(bar);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(7);
  auto* title = new QLabel(QString::fromStdString(viewing_.title));
  title->setObjectName("title");
  const Size3& size = viewing_.grid.size;
  layout->addWidget(title);
  layout->addWidget(small_label(QString("%1 \u00d7 %2 \u00d7 %3   %4")
                                    .arg(size.x)
                                    .arg(size.y)
                                    .arg(size.z)
                                    .arg(viewing_.grid.spacing_known
                                             ? QString("%1 \u00b5m").arg(viewing_.grid.spacing_um.x)
                                             : QString("voxel size not known"))));
  layout->addSpacing(12);
  layout->addStretch(1);
  const double width = look_->window.width();
  for (const auto& [name, tip, field] :
       {std::tuple{"Level", "The grey value shown as middle grey (right drag up and down)",
                   &level_},
        {"Width", "The range of grey values from black to white (right drag sideways)", &width_}}) {
    auto* spin = new QDoubleSpinBox;
    spin->setDecimals(decimals_for(width));
    spin->setRange(field == &width_ ? 0 : -1e9, 1e9);
    spin->setButtonSymbols(QAbstractSpinBox::NoButtons);
    spin->setKeyboardTracking(false);
    spin->setFixedWidth(spin->fontMetrics().horizontalAdvance("0000000000"));
    spin->setToolTip(tip);
    spin->setEnabled(scan_ != nullptr);
    spin->setFocusPolicy(Qt::ClickFocus);  // letters are keys of the window until one clicks here
    connect(spin, &QDoubleSpinBox::editingFinished, this, [this] { slice(Across::z).setFocus(); });
    *field = spin;
    layout->addWidget(small_label(name));
    layout->addWidget(spin);
  }
  level_->setValue(look_->window.level());
  width_->setValue(width);
  for (QDoubleSpinBox* spin : {level_, width_}) {
    connect(spin, QOverload<double>::of(&QDoubleSpinBox::valueChanged), this, [this] {
      set_window({level_->value() - width_->value() / 2, level_->value() + width_->value() / 2});
    });
  }
  tint_ = share_slider(look_->tint, "How strongly fossils are coloured in the slices ([ and ])");
  opacity_ = share_slider(mesh_opacity_, "How opaque the fossils are in 3D (, and .)");
  connect(tint_, &QSlider::valueChanged, this, [this](int value) {
    look_->tint = static_cast<double>(value) / per_cent;
    look_changed();
  });
  connect(opacity_, &QSlider::valueChanged, this, [this](int value) {
    mesh_opacity_ = static_cast<double>(value) / per_cent;
    scene_changed();
  });
  layout->addSpacing(8);
  layout->addWidget(small_label("Tint"));
  layout->addWidget(tint_);
  layout->addWidget(small_label("3D"));
  layout->addWidget(opacity_);
  layout->addSpacing(8);
  const auto add = [&](QAction* action) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setFocusPolicy(Qt::NoFocus);
    layout->addWidget(button);
  };
  add(add_toggle("Outlines", "O", "Outlines of the fossils in the slices", look_->outlines,
                 [this](bool on) {
                   look_->outlines = on;
                   look_changed();
                 }));
  add(add_toggle("Cross-hair", "C", "The cross-hair", look_->crosshair, [this](bool on) {
    look_->crosshair = on;
    look_changed();
  }));
  add(add_toggle("Slices in 3D", "S", "The three slices in the 3D view", has_planes_,
                 [this](bool on) {
                   has_planes_ = on;
                   scene_changed();
                 }));
  return bar;
}

QFrame* ViewerWindow::make_banner() {
  banner_ = new QFrame;
  banner_->setObjectName("banner");
  banner_text_ = new QLabel;
  banner_text_->setWordWrap(true);
  banner_text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* close = new QToolButton;
  close->setText("\u00d7");
  close->setToolTip("Close this message");
  close->setFocusPolicy(Qt::NoFocus);
  connect(close, &QToolButton::clicked, banner_, &QWidget::hide);
  auto* layout = new QHBoxLayout(banner_);
  layout->setContentsMargins(10, 4, 4, 4);
  layout->addWidget(banner_text_, 1);
  layout->addWidget(close, 0, Qt::AlignTop);
  banner_->hide();
  return banner_;
}

void ViewerWindow::show_banner(const QString& text) {
  banner_text_->setText(text);
  banner_->show();
}

void ViewerWindow::connect_slices() {
  for (const Across across : all_across) {
    SliceView& view = slice(across);
    view.on_need = [this, across] { need(across); };
    view.on_crosshair = [this](const Index3& index) { set_crosshair(index); };
    view.on_pick = [this](const Index3& index, std::uint32_t id) {
      set_crosshair(index);
      const auto found = std::ranges::find(viewing_.fossils, id, &ViewedFossil::id);
      if (id != 0 && found != viewing_.fossils.end()) {
        select(static_cast<std::size_t>(found - viewing_.fossils.begin()), Jump::stay);
      }
    };
    view.on_window_drag = [this](double right, double down) {
      const GreyWindow whole = automatic_window();
      const double width =
          std::max(0.001 * whole.width(), look_->window.width() + right * 2 * whole.width());
      const double level = look_->window.level() + down * 2 * whole.width();
      set_window({level - width / 2, level + width / 2});
    };
    view.on_hover = [this, across](const Index3* index) { show_hover(across, index); };
    view.on_step = [this, across](int slices) { step(across, slices); };
    view.on_maximise = [this, across] {
      maximise(across == Across::z ? 0 : across == Across::y ? 2 : 3);
    };
  }
  scene_->on_paint_wanted = [this](bool still) { paint_scene(still); };
  scene_->on_maximise = [this] { maximise(1); };
  scene_->on_pick = [this](const QPointF& pixel) {
    const auto found = content_ == nullptr
                           ? std::nullopt
                           : body_under(*content_, scene_->camera(), {pixel.x(), pixel.y()},
                                        scene_->size_pixels());
    if (found) {
      select(*found, Jump::show);
    }
  };
}

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

void ViewerWindow::maximise(int pane) {
  maximised_ = maximised_ == pane ? -1 : pane;
  for (int i = 0; i < 4; ++i) {
    panes_[static_cast<std::size_t>(i)]->setVisible(maximised_ < 0 || maximised_ == i);
  }
}

void ViewerWindow::show_help() {
  if (help_ == nullptr) {
    QString keys = "<table>";
    for (const KeyRow& row : keys_) {
      keys += table_row(row.keys, row.meaning);
    }
    keys += "</table>";
    const QString mouse =
        "<table>" +
        table_row("Click", "Select the fossil there; in a slice the cross-hair goes there") +
        table_row("Left drag", "Slice: move the cross-hair. 3D: turn") +
        table_row("Right drag",
                  "Slice: grey window (sideways width, up and down level). 3D: zoom") +
        table_row("Middle or Shift+left drag", "Shift") +
        table_row("Wheel", "Slice: the next slices, with Shift ten at a time. 3D: zoom") +
        table_row("Ctrl+wheel", "Slice: zoom around the mouse") +
        table_row("Double click", "Pane: alone, or all again. List: zoom to the fossil") +
        "</table>";
    help_ = new QDialog(this);
    help_->setWindowTitle("Keys and mouse");
    auto* layout = new QHBoxLayout(help_);
    layout->setContentsMargins(22, 18, 22, 18);
    layout->setSpacing(36);
    for (const auto& [heading, text] :
         {std::pair{QString("KEYS"), keys}, {QString("MOUSE"), mouse}}) {
      auto* column = new QVBoxLayout;
      auto* head = new QLabel(heading);
      head->setObjectName("heading");
      column->addWidget(head);
      column->addWidget(new QLabel(text));
      column->addStretch(1);
      layout->addLayout(column);
    }
  }
  help_->show();
  help_->raise();
}

}  // namespace fossilct
