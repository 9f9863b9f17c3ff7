// SPDX-License-Identifier: Apache-2.0
#include "view/viewer_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QSignalBlocker>
#include <algorithm>
#include <cmath>

#include "view/fossil_panel.h"
#include "view/fossil_table.h"
#include "view/viewer_style.h"

namespace fossilct {

namespace {

constexpr int scene_after_ms = 120;
constexpr Colour rejected_colour = {88, 90, 94};

std::unique_ptr<SlicePyramid> pyramid_of(std::vector<std::unique_ptr<VolumeSource>> levels,
                                         std::int64_t bytes) {
  return levels.empty() ? nullptr : std::make_unique<SlicePyramid>(std::move(levels), bytes);
}

Index3 nearest_index(const Vector3& place, const Size3& size) {
  const auto nearest = [](double at, std::int64_t n) {
    return std::clamp<std::int64_t>(std::llround(at), 0, n - 1);
  };
  return {nearest(place.x, size.x), nearest(place.y, size.y), nearest(place.z, size.z)};
}

}  // namespace

ViewerWindow::ViewerWindow(Viewing viewing, const ViewerOptions& options)
    : viewing_(std::move(viewing)),
      options_(options),
      scan_(pyramid_of(std::move(viewing_.scan_levels), options.cache_bytes / 2)),
      ids_(pyramid_of(std::move(viewing_.id_levels), options.cache_bytes / 2)),
      look_(std::make_shared<SliceView::Look>()),
      meshes_(viewing_.fossils.size()) {
  look_->window = viewing_.window.value_or(GreyWindow{0, 255});
  const Size3& size = viewing_.grid.size;
  crosshair_ = {size.x / 2, size.y / 2, size.z / 2};
  scene_timer_.setSingleShot(true);
  scene_timer_.setInterval(scene_after_ms);
  connect(&scene_timer_, &QTimer::timeout, this, [this] {
    content_ = std::make_shared<const SceneContent>(scene_content());
    scene_->content_changed();
  });
  add_keys();
  lay_out();
  connect_slices();
  slice(Across::z).setFocus();
  filter_changed();
  set_crosshair(crosshair_);
  // Of labels each is the whole of its kind: one selected would only hide its colour.
  if (viewing_.has_catalogue && !table_->list().empty()) {
    select(table_->list().front(), Jump::show);
  }
  QString notices;
  for (const std::string& notice : viewing_.notices) {
    notices += (notices.isEmpty() ? "" : "\n") + QString::fromStdString(notice);
  }
  if (!notices.isEmpty()) {
    show_banner(notices);
  }
  if (!viewing_.fossils.empty() && !viewing_.mesh_of) {
    scene_->set_remark("no meshes");
  }
  scene_changed();
  make_next_mesh();
}

ViewerWindow::~ViewerWindow() {
  save_worker_.wait_until_idle();
  close_scene();
}

SliceView& ViewerWindow::active_slice() {
  const auto under = std::ranges::find_if(slices_, &SliceView::underMouse);
  return under == slices_.end() ? slice(Across::z) : **under;
}

void ViewerWindow::set_crosshair(const Index3& index) {
  crosshair_ = index;
  for (SliceView* slice : slices_) {
    slice->set_crosshair(index);
  }
  scene_changed();
}

void ViewerWindow::show_crosshair(const Box* zoom_to) {
  for (SliceView* slice : slices_) {
    const QRectF inner = QRectF(slice->rect())
                             .adjusted(slice->width() * 0.08, slice->height() * 0.08,
                                       -slice->width() * 0.08, -slice->height() * 0.08);
    if (zoom_to != nullptr ||
        (!slice->is_fitted() && !inner.contains(slice->pixel_of(crosshair_)))) {
      slice->centre(zoom_to);
    }
  }
}

void ViewerWindow::step(Across across, std::int64_t slices) {
  Index3 index = crosshair_;
  auto& at = component(index, static_cast<int>(across));
  Size3 size = viewing_.grid.size;
  at = std::clamp<std::int64_t>(at + slices, 0, component(size, static_cast<int>(across)) - 1);
  set_crosshair(index);
}

void ViewerWindow::select(std::optional<std::size_t> fossil, Jump jump) {
  selected_ = fossil;
  look_->selected = fossil ? viewing_.fossils[*fossil].id : 0;
  table_->select(fossil);
  panel_->show_fossil(fossil ? &viewing_.fossils[*fossil] : nullptr);
  if (fossil && jump != Jump::stay) {
    const ViewedFossil& shown = viewing_.fossils[*fossil];
    set_crosshair(nearest_index(shown.centre, viewing_.grid.size));
    const Vector3 p_um = viewing_.grid.physical_from_index(shown.centre);
    if (jump == Jump::zoom) {
      const Size3 box = shown.box.size();
      const Vector3& spacing = viewing_.grid.spacing_um;
      scene_->look_at(p_um, std::hypot(static_cast<double>(box.x) * spacing.x,
                                       static_cast<double>(box.y) * spacing.y,
                                       static_cast<double>(box.z) * spacing.z));
    } else {
      scene_->shift_to(p_um);
    }
    show_crosshair(jump == Jump::zoom ? &shown.box : nullptr);
  }
  for (SliceView* slice : slices_) {
    slice->update();
  }
  scene_changed();
  make_next_mesh();
}

void ViewerWindow::select_row(std::int64_t by) {
  const auto& list = table_->list();
  if (list.empty()) {
    return;
  }
  const auto count = static_cast<std::int64_t>(list.size());
  const std::int64_t row = selected_ ? table_->row_of(*selected_) : -1;
  const std::int64_t next = row < 0 ? (by > 0 ? 0 : count - 1) : (row + by + count) % count;
  select(list[static_cast<std::size_t>(next)], Jump::show);
}

void ViewerWindow::filter_changed() {
  look_->colours.clear();
  for (const std::size_t i : table_->list()) {
    const ViewedFossil& fossil = viewing_.fossils[i];
    look_->colours[fossil.id] = fossil.verdict == Verdict::rejected
                                    ? rejected_colour
                                    : viewing_.classes[fossil.class_index].colour;
  }
  if (selected_) {
    const ViewedFossil& fossil = viewing_.fossils[*selected_];
    look_->colours.try_emplace(fossil.id, viewing_.classes[fossil.class_index].colour);
  }
  look_changed();
}

void ViewerWindow::look_changed() {
  for (SliceView* slice : slices_) {
    slice->look_changed();
  }
  scene_changed();
}

void ViewerWindow::set_window(const GreyWindow& window) {
  look_->window = window;
  const QSignalBlocker a(level_), b(width_);
  level_->setValue(window.level());
  width_->setValue(window.width());
  look_changed();
}

GreyWindow ViewerWindow::automatic_window() const {
  return viewing_.window ? *viewing_.window : first_window_.value_or(look_->window);
}

void ViewerWindow::show_hover(Across across, const Index3* index) {
  if (index == nullptr) {
    hover_->clear();
    return;
  }
  const SliceView& view = *slices_[static_cast<std::size_t>(across)];
  QString text = QString("x %1  y %2  z %3").arg(index->x).arg(index->y).arg(index->z);
  if (const auto grey = view.grey_at(*index)) {
    text += QString("    value %1").arg(static_cast<double>(*grey), 0, 'g', 6);
  }
  if (const std::uint32_t id = view.id_at(*index)) {
    const auto found = std::ranges::find(viewing_.fossils, id, &ViewedFossil::id);
    text += QString("    %1 %2").arg(viewing_.has_catalogue ? "fossil" : "label").arg(id);
    if (found != viewing_.fossils.end()) {
      text += "  " + QString::fromStdString(viewing_.classes[found->class_index].name);
    }
  }
  hover_->setText(text);
}

void ViewerWindow::decide(Verdict verdict) {
  if (!selected_ || !viewing_.decide) {
    return;
  }
  const std::size_t fossil = *selected_;
  if (viewing_.fossils[fossil].verdict == verdict) {
    return;
  }
  decided_.emplace_back(fossil, viewing_.fossils[fossil].verdict);
  // Before the list changes: where to go on from here.
  const std::vector<std::size_t> list = table_->list();
  const std::int64_t row = table_->row_of(fossil);
  change(fossil, verdict);
  const auto next =
      verdict == Verdict::undecided ? std::nullopt : next_undecided(viewing_.fossils, list, row);
  if (next) {
    select(list[*next], Jump::show);
  }
}

void ViewerWindow::take_back() {
  if (decided_.empty()) {
    return;
  }
  const auto [fossil, before] = decided_.back();
  decided_.pop_back();
  change(fossil, before);
  select(fossil, Jump::show);
}

void ViewerWindow::change(std::size_t fossil, Verdict verdict) {
  ViewedFossil& changed = viewing_.fossils[fossil];
  changed.verdict = verdict;
  const DecisionKind kind = verdict == Verdict::accepted   ? DecisionKind::accept
                            : verdict == Verdict::rejected ? DecisionKind::reject
                                                           : DecisionKind::reopen;
  {
    const std::lock_guard lock(decisions_mutex_);
    to_save_.push_back({changed.id, kind, "", viewing_.person});
  }
  save_decisions();
  table_->fossils_changed();
  panel_->show_fossil(selected_ ? &viewing_.fossils[*selected_] : nullptr);
  filter_changed();
}

void ViewerWindow::save_decisions() {
  saved_->setText("saving \u2026");
  const Ticket ticket = new_ticket();
  save_worker_.post([this, ticket] {
    std::vector<Decision> batch;
    {
      const std::lock_guard lock(decisions_mutex_);
      batch.swap(to_save_);
    }
    QString failure;
    try {
      if (!batch.empty()) {
        viewing_.decide(batch);
      }
    } catch (const std::exception& error) {
      failure = QString::fromUtf8(error.what());
    }
    std::int64_t kept = 0;
    {
      const std::lock_guard lock(decisions_mutex_);
      result_.decided += failure.isEmpty() ? static_cast<std::int64_t>(batch.size()) : 0;
      kept = result_.decided;
      if (!failure.isEmpty()) {
        result_.not_kept.push_back(failure.toStdString());
      }
    }
    QMetaObject::invokeMethod(
        this,
        [this, ticket, batch, failure, kept] {
          if (!failure.isEmpty()) {
            decisions_failed(batch, failure);
          } else {
            saved_->setText(kept == 1 ? QString("1 decision saved")
                                      : QString("%1 decisions saved").arg(kept));
          }
        },
        Qt::QueuedConnection);
  });
}

void ViewerWindow::decisions_failed(const std::vector<Decision>& decisions, const QString& why) {
  // What was decided on them before is what the catalogue holds.
  for (const Decision& decision : decisions) {
    const auto found = std::ranges::find(viewing_.fossils, decision.id, &ViewedFossil::id);
    const auto index = static_cast<std::size_t>(found - viewing_.fossils.begin());
    const auto first = std::ranges::find(decided_, index, &std::pair<std::size_t, Verdict>::first);
    if (first != decided_.end()) {
      found->verdict = first->second;
      std::erase_if(decided_, [index](const auto& d) { return d.first == index; });
    }
  }
  saved_->setText("not saved");
  show_banner("Not saved, and taken back here: " + why);
  table_->fossils_changed();
  panel_->show_fossil(selected_ ? &viewing_.fossils[*selected_] : nullptr);
  filter_changed();
}

ViewerResult ViewerWindow::result() {
  save_worker_.wait_until_idle();
  const std::lock_guard lock(decisions_mutex_);
  return result_;
}

void ViewerWindow::closeEvent(QCloseEvent* event) {
  QApplication::setOverrideCursor(Qt::WaitCursor);
  save_worker_.wait_until_idle();
  QApplication::restoreOverrideCursor();
  event->accept();
}

}  // namespace fossilct
