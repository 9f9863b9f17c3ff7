// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMainWindow>
#include <QTimer>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "render/live_scene.h"
#include "view/scene_view.h"
#include "view/slice_view.h"
#include "view/viewer.h"
#include "view/worker.h"

class QAction;
class QBoxLayout;
class QDialog;
class QDoubleSpinBox;
class QFrame;
class QGridLayout;
class QLabel;
class QSlider;

namespace fossilct {

class FossilPanel;
class FossilTable;

// A line of the help.
struct HelpRow {
  QString keys;
  QString meaning;
};

// The window: three slices, the scene, the list and the selected fossil. It alone knows what is
// selected, where the cross-hair is and what was decided, and tells the panes; reading, meshing,
// drawing and saving are done by four threads, so that it never waits. Private to `view`.
class ViewerWindow : public QMainWindow {
 public:
  ViewerWindow(Viewing viewing, const ViewerOptions& options);
  ~ViewerWindow() override;

  enum class Jump { stay, show, zoom };  // how the slices follow a selection
  void select(std::optional<std::size_t> fossil, Jump jump);
  void decide(Verdict verdict);
  void take_back();
  // Whether nothing is being read, meshed, drawn or saved.
  bool is_settled() const;
  // What was decided, once it is kept.
  ViewerResult result();

  SliceView& slice(Across across) { return *slices_[static_cast<std::size_t>(across)]; }
  SceneView& scene() { return *scene_; }
  const std::vector<ViewedFossil>& fossils() const { return viewing_.fossils; }
  std::optional<std::size_t> selected() const { return selected_; }
  const Index3& crosshair() const { return crosshair_; }
  SceneContent scene_content() const;

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  // viewer_layout.cc
  void lay_out();
  QWidget* make_toolbar();
  void add_window_fields(QBoxLayout& layout);
  void add_sliders(QBoxLayout& layout);
  void add_toggles(QBoxLayout& layout);
  QWidget* make_side();
  QWidget* make_panes();
  QFrame* make_banner();
  void connect_slices();
  QAction* add_toggle(const QString& text, const QString& key, const QString& tip, bool on,
                      std::function<void(bool)> action);
  void maximise(int pane);  // 0 to 3; again: all panes
  void show_banner(const QString& text);

  // viewer_keys.cc
  void add_keys();
  void add_key(const QString& keys, std::function<void()> action);
  void show_help();

  // viewer_window.cc
  void set_crosshair(const Index3& index);
  void show_crosshair(const Box* zoom_to);
  void step(Across across, std::int64_t slices);
  void select_row(std::int64_t by);
  void look_changed();
  void filter_changed();
  void set_window(const GreyWindow& window);
  GreyWindow automatic_window() const;
  void show_hover(Across across, const Index3* index);
  void change(std::size_t fossil, Verdict verdict);
  void save_decisions();
  void decisions_failed(const std::vector<Decision>& decisions, const QString& why);
  SliceView& active_slice();

  // viewer_threads.cc
  void need(Across across);
  template <typename T>
  void read(const SliceRequest& request, int key, bool is_overview);
  void took_overview(Across across);
  void make_next_mesh();
  std::optional<std::pair<std::size_t, bool>> next_mesh() const;
  void take_mesh(std::size_t fossil, bool fine, std::shared_ptr<const TriangleMesh> mesh);
  void scene_changed();
  void paint_scene(bool still);
  void close_scene();
  // Of a job whose result is not in yet. A job that a newer one replaces is never done: only its
  // destruction is certain.
  using Ticket = std::shared_ptr<void>;
  Ticket new_ticket();

  struct Mesh {
    std::shared_ptr<const TriangleMesh> mesh;
    bool coarse_tried = false;
    bool fine_tried = false;
  };

  Viewing viewing_;
  ViewerOptions options_;
  std::unique_ptr<SlicePyramid> scan_;  // null: none; read by slice_worker_ alone
  std::unique_ptr<SlicePyramid> ids_;
  std::shared_ptr<SliceView::Look> look_;
  std::vector<Mesh> meshes_;
  std::int64_t triangles_ = 0;
  double mesh_opacity_ = 1;
  bool has_planes_ = false;
  Index3 crosshair_;
  std::optional<std::size_t> selected_;
  std::optional<GreyWindow> first_window_;
  std::array<std::int64_t, 3> overview_of_{-1, -1, -1};  // positions asked for last
  std::set<Across> overviews_seen_;
  int maximised_ = -1;
  std::vector<HelpRow> keys_;
  std::vector<std::pair<std::size_t, Verdict>> decided_;  // with the verdict before, for take_back
  std::shared_ptr<std::atomic<int>> under_way_ = std::make_shared<std::atomic<int>>(0);
  std::atomic<bool> closing_{false};

  std::mutex decisions_mutex_;  // guards the two below
  std::vector<Decision> to_save_;
  ViewerResult result_;

  QTimer scene_timer_;  // Qt owns the widgets below
  std::array<SliceView*, 3> slices_{};
  SceneView* scene_ = nullptr;
  std::array<QFrame*, 4> panes_{};
  FossilTable* table_ = nullptr;
  FossilPanel* panel_ = nullptr;
  QFrame* banner_ = nullptr;
  QLabel* banner_text_ = nullptr;
  QLabel* hover_ = nullptr;
  QLabel* saved_ = nullptr;
  QDoubleSpinBox* level_ = nullptr;
  QDoubleSpinBox* width_ = nullptr;
  QSlider* tint_ = nullptr;
  QSlider* opacity_ = nullptr;
  QDialog* help_ = nullptr;

  std::unique_ptr<LivePainter> painter_;  // scene_worker_'s alone
  std::shared_ptr<const SceneContent> content_;
  std::atomic<double> scene_seconds_{0};  // of the last quick picture
  // Last, so that they end before what they use.
  Worker slice_worker_;
  Worker mesh_worker_;
  Worker scene_worker_;
  Worker save_worker_;
};

}  // namespace fossilct
