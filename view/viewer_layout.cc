// SPDX-License-Identifier: Apache-2.0
// The window's widgets.
#include <QAction>
#include <QBoxLayout>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QScreen>
#include <QSlider>
#include <QSplitter>
#include <QStatusBar>
#include <QToolButton>
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
  layout->addWidget(title);
  const Size3& size = viewing_.grid.size;
  const QString spacing = viewing_.grid.spacing_known
                              ? QString("%1 \u00b5m").arg(viewing_.grid.spacing_um.x)
                              : QString("voxel size not known");
  layout->addWidget(small_label(
      QString("%1 \u00d7 %2 \u00d7 %3   %4").arg(size.x).arg(size.y).arg(size.z).arg(spacing)));
  layout->addSpacing(12);
  layout->addStretch(1);
  add_window_fields(*layout);
  add_sliders(*layout);
  add_toggles(*layout);
  return bar;
}

void ViewerWindow::add_window_fields(QBoxLayout& layout) {
  const GreyWindow window = look_->window;
  const auto field = [&](const QString& name, const QString& tip, double least, double value) {
    auto* spin = new QDoubleSpinBox;
    spin->setDecimals(decimals_for(window.width()));
    spin->setRange(least, 1e9);
    spin->setValue(value);
    spin->setButtonSymbols(QAbstractSpinBox::NoButtons);
    spin->setKeyboardTracking(false);
    spin->setFixedWidth(spin->fontMetrics().horizontalAdvance("0000000000"));
    spin->setToolTip(tip);
    spin->setEnabled(scan_ != nullptr);
    spin->setFocusPolicy(Qt::ClickFocus);  // letters are keys of the window until one clicks here
    layout.addWidget(small_label(name));
    layout.addWidget(spin);
    return spin;
  };
  level_ = field("Level", "The grey value shown as middle grey (right drag up and down)", -1e9,
                 window.level());
  width_ = field("Width", "The range of grey values from black to white (right drag sideways)", 0,
                 window.width());
  for (QDoubleSpinBox* spin : {level_, width_}) {
    connect(spin, &QDoubleSpinBox::editingFinished, this, [this] { slice(Across::z).setFocus(); });
    connect(spin, QOverload<double>::of(&QDoubleSpinBox::valueChanged), this, [this] {
      set_window({level_->value() - width_->value() / 2, level_->value() + width_->value() / 2});
    });
  }
}

void ViewerWindow::add_sliders(QBoxLayout& layout) {
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
  layout.addSpacing(8);
  layout.addWidget(small_label("Tint"));
  layout.addWidget(tint_);
  layout.addWidget(small_label("3D"));
  layout.addWidget(opacity_);
  layout.addSpacing(8);
}

void ViewerWindow::add_toggles(QBoxLayout& layout) {
  const auto add = [&](QAction* action) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setFocusPolicy(Qt::NoFocus);
    layout.addWidget(button);
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

void ViewerWindow::maximise(int pane) {
  maximised_ = maximised_ == pane ? -1 : pane;
  for (int i = 0; i < 4; ++i) {
    panes_[static_cast<std::size_t>(i)]->setVisible(maximised_ < 0 || maximised_ == i);
  }
}

}  // namespace fossilct
