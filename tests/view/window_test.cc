// SPDX-License-Identifier: Apache-2.0
// The window under events of mouse and keys, on a volume of three balls.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QTableWidget>
#include <QtTest/QTest>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "render/mesh.h"
#include "tests/view/volumes.h"
#include "view/viewer_style.h"
#include "view/viewer_window.h"

using namespace fossilct;

namespace {

constexpr Size3 size = {96, 80, 64};

struct Ball {
  std::uint32_t id;
  Vector3 centre;
  double radius;  // voxels
};
const std::array<Ball, 3> balls = {
    {{4, {30, 30, 20}, 12}, {7, {66, 40, 32}, 14}, {9, {40, 60, 48}, 8}}};

std::uint32_t id_at(std::int64_t x, std::int64_t y, std::int64_t z) {
  for (const Ball& ball : balls) {
    const double dx = static_cast<double>(x) - ball.centre.x;
    const double dy = static_cast<double>(y) - ball.centre.y;
    const double dz = static_cast<double>(z) - ball.centre.z;
    if (dx * dx + dy * dy + dz * dz <= ball.radius * ball.radius) {
      return ball.id;
    }
  }
  return 0;
}

TriangleMesh mesh_of(std::uint32_t id) {
  Volume<std::uint8_t> mask(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        mask(x, y, z) = id_at(x, y, z) == id ? 1 : 0;
      }
    }
  }
  return mesh_body({mask.view(), 1, {}, {size, test::test_spacing_um, {10, 20, 30}}}, {}).mesh;
}

// What the window asks to keep; may refuse.
struct Kept {
  std::mutex mutex;
  std::vector<Decision> decisions;
  bool refuses = false;

  void take(std::span<const Decision> given) {
    const std::lock_guard lock(mutex);
    if (refuses) {
      throw Error(ErrorKind::file, "the disk is full");
    }
    decisions.insert(decisions.end(), given.begin(), given.end());
  }
};

Viewing viewing_of_balls(Kept& kept) {
  Viewing viewing;
  viewing.title = "balls";
  viewing.grid = {size, test::test_spacing_um, {10, 20, 30}};
  viewing.scan_levels = test::test_levels<float>(size, 2, [](auto x, auto y, auto z) {
    return id_at(x, y, z) != 0 ? 200.0 : 60.0 + static_cast<double>(x % 7);
  });
  viewing.id_levels = test::test_levels<std::uint32_t>(size, 2, id_at);
  viewing.classes = {{1, "foram", {230, 159, 0}}, {2, "diatom", {86, 180, 233}}};
  viewing.has_catalogue = true;
  viewing.person = "A. Reader";
  for (const Ball& ball : balls) {
    ViewedFossil fossil;
    fossil.id = ball.id;
    fossil.class_index = ball.id == 9 ? 1 : 0;
    fossil.diameter_um = 2 * ball.radius;
    fossil.doubt = ball.id == 7 ? 0.9 : 0.1;
    fossil.centre = ball.centre;
    const auto low = [&](double at) { return static_cast<std::int64_t>(at - ball.radius); };
    const auto high = [&](double at) { return static_cast<std::int64_t>(at + ball.radius) + 1; };
    fossil.box = {{low(ball.centre.x), low(ball.centre.y), low(ball.centre.z)},
                  {high(ball.centre.x), high(ball.centre.y), high(ball.centre.z)}};
    viewing.fossils.push_back(fossil);
  }
  viewing.mesh_of = [](std::uint32_t id, bool) { return mesh_of(id); };
  viewing.decide = [&kept](std::span<const Decision> given) { kept.take(given); };
  return viewing;
}

// An X server of our own on a free display, for as long as the tests run; nothing without Xvfb.
class PrivateScreen {
 public:
  PrivateScreen() {
    const char* program = std::getenv("FOSSILCT_XVFB");
    std::array<int, 2> ends{};
    if (program == nullptr || *program == '\0' || ::pipe(ends.data()) != 0) {
      ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
      return;
    }
    server_ = ::fork();
    if (server_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      ::close(ends[0]);
      const std::string number = std::to_string(ends[1]);
      ::execl(program, program, "-displayfd", number.c_str(), "-screen", "0", "1400x1000x24",
              "-nolisten", "tcp", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    // It writes the display's number once it listens.
    std::string display = ":";
    for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) {
      display += c;
    }
    ::close(ends[0]);
    ::setenv("DISPLAY", display.c_str(), 1);
    ::setenv("QT_QPA_PLATFORM", "xcb", 1);
  }
  ~PrivateScreen() {
    if (server_ > 0) {
      ::kill(server_, SIGTERM);
      ::waitpid(server_, nullptr, 0);
    }
  }
  PrivateScreen(const PrivateScreen&) = delete;
  PrivateScreen& operator=(const PrivateScreen&) = delete;

 private:
  pid_t server_ = -1;
};

// An open window that has come to rest.
class Opened {
 public:
  explicit Opened(std::function<void(Viewing&)> change = [](Viewing&) {}) {
    Viewing viewing = viewing_of_balls(kept);
    change(viewing);
    opened.emplace(std::move(viewing), ViewerOptions());
    window().resize(1200, 800);
    window().show();
    REQUIRE(QTest::qWaitForWindowExposed(&window()));
    window().activateWindow();
    QTest::mouseMove(&window().slice(Across::z));
    settle();
  }
  ViewerWindow& window() { return *opened; }
  void settle() {
    REQUIRE(QTest::qWaitFor([this] { return window().is_settled(); }, 20000));
  }
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::keyClick(&window(), key, modifiers);
    settle();
  }
  void click(QWidget& widget, const QPointF& at) {
    QTest::mouseClick(&widget, Qt::LeftButton, {}, at.toPoint());
    settle();
  }
  std::uint32_t selected_id() {
    return window().selected() ? window().fossils()[*window().selected()].id : 0;
  }

  Kept kept;
  std::optional<ViewerWindow> opened;
};

QColor colour_in(QWidget& widget, const QPointF& at) {
  return widget.grab().toImage().pixelColor(at.toPoint());
}

}  // namespace

TEST_CASE("it opens with the most doubtful fossil, its slices and its mesh") {
  Opened opened;
  CHECK(opened.selected_id() == 7);
  CHECK(opened.window().crosshair() == Index3{66, 40, 32});
  SliceView& slice = opened.window().slice(Across::z);
  CHECK(slice.grey_at({66, 40, 32}) == 200.0F);
  CHECK(slice.id_at({66, 40, 32}) == 7);
  const SceneContent content = opened.window().scene_content();
  CHECK(content.selected.has_value());
  CHECK(content.bodies.size() == 2);
}

TEST_CASE("the wheel goes through the slices, and the outline follows") {
  Opened opened;
  SliceView& slice = opened.window().slice(Across::z);
  const QPoint middle = slice.rect().center();
  QWheelEvent wheel(middle, slice.mapToGlobal(middle), {}, {0, -240}, Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QApplication::sendEvent(&slice, &wheel);
  opened.settle();
  CHECK(opened.window().crosshair().z == 34);
  CHECK(slice.grey_at({66, 40, 34}) == 200.0F);
  opened.key(Qt::Key_PageDown, Qt::ShiftModifier);
  CHECK(opened.window().crosshair().z == 44);
  opened.key(Qt::Key_PageUp);
  CHECK(opened.window().crosshair().z == 43);
}

TEST_CASE("a click on a fossil in a slice selects it and outlines it in white") {
  Opened opened;
  opened.key(Qt::Key_C);  // the cross-hair off
  // To the slice through ball 4, by its own wheel.
  for (int i = 0; i < 12; ++i) {
    opened.key(Qt::Key_PageUp);
  }
  SliceView& slice = opened.window().slice(Across::z);
  REQUIRE(slice.position() == 20);
  opened.click(slice, slice.pixel_of({30, 30, 20}));
  CHECK(opened.selected_id() == 4);
  CHECK(opened.window().crosshair() == Index3{30, 30, 20});
  // Its border towards smaller x lies between voxels 17 and 18.
  const QPointF border = (slice.pixel_of({17, 30, 20}) + slice.pixel_of({18, 30, 20})) / 2;
  const QColor colour = colour_in(slice, border);
  CHECK(colour.lightness() > 200);
  CHECK(colour.saturation() < 30);
  // A click beside all fossils moves the cross-hair alone.
  opened.click(slice, slice.pixel_of({80, 70, 20}));
  CHECK(opened.selected_id() == 4);
  CHECK(opened.window().crosshair() == Index3{80, 70, 20});
}

TEST_CASE("a click on a fossil in 3D selects it") {
  Opened opened;
  SceneView& scene = opened.window().scene();
  const Grid grid = {size, test::test_spacing_um, {10, 20, 30}};
  for (const Ball& ball : balls) {
    const ScenePoint at =
        projected(scene.camera(), grid.physical_from_index(ball.centre), scene.size_pixels());
    opened.click(scene, {at.x, at.y});
    CHECK(opened.selected_id() == ball.id);
    // It is drawn there, and white.
    const QColor colour = colour_in(scene, {at.x, at.y});
    CHECK(colour.saturation() < 30);
    CHECK(colour.lightness() > 60);
  }
  opened.click(scene, {4, scene.height() / 2.0});
  CHECK(opened.selected_id() == 9);
}

TEST_CASE("A, R and U decide, go on to the next, and are kept; Ctrl+Z takes back") {
  Opened opened;
  opened.key(Qt::Key_A);
  CHECK(opened.selected_id() == 4);
  opened.key(Qt::Key_R);
  CHECK(opened.selected_id() == 9);
  opened.key(Qt::Key_Z, Qt::ControlModifier);
  CHECK(opened.selected_id() == 4);
  opened.window().result();
  const std::vector<Decision>& kept = opened.kept.decisions;
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].id == 7);
  CHECK(kept[0].kind == DecisionKind::accept);
  CHECK(kept[0].person == "A. Reader");
  CHECK(kept[1].kind == DecisionKind::reject);
  CHECK(kept[2].id == 4);
  CHECK(kept[2].kind == DecisionKind::reopen);
  CHECK(opened.window().result().decided == 3);
}

TEST_CASE("what can't be kept is taken back and said") {
  Opened opened;
  opened.kept.refuses = true;
  opened.key(Qt::Key_A);
  CHECK(opened.window().fossils()[1].verdict == Verdict::undecided);
  const ViewerResult result = opened.window().result();
  CHECK(result.decided == 0);
  REQUIRE(result.not_kept.size() == 1);
  CHECK(result.not_kept.front() == "the disk is full");
}

TEST_CASE("keys in a field are letters, not verdicts") {
  Opened opened;
  opened.key(Qt::Key_F, Qt::ControlModifier);
  QWidget* field = QApplication::focusWidget();
  REQUIRE(field != nullptr);
  QTest::keyClicks(field, "9a");
  opened.settle();
  CHECK(opened.window().fossils()[1].verdict == Verdict::undecided);
  CHECK(opened.kept.decisions.empty());
}

TEST_CASE("a long reason for a missing measure cuts no name and no other value") {
  const std::string reason =
      "the fossil is cut by the border or the core's surface, and what is beyond is not known";
  Opened opened([&](Viewing& viewing) {
    viewing.fossils[1].measures = {{"voxels", "11,494"},
                                   {"equivalent diameter", reason},
                                   {"wall thickness mean", "12.345 \u00b5m"}};
  });
  const QTableWidget* table = opened.window().findChild<QTableWidget*>();
  REQUIRE(table != nullptr);
  REQUIRE(table->rowCount() == 3);
  CHECK(table->horizontalScrollBar()->maximum() == 0);
  const auto has_room = [&](int row, int column) {
    const int width = table->fontMetrics().horizontalAdvance(table->item(row, column)->text());
    return table->columnWidth(column) >= width;
  };
  for (int row = 0; row < 3; ++row) {
    CHECK(has_room(row, 0));
  }
  CHECK(has_room(0, 1));
  CHECK(has_room(2, 1));
  CHECK(!has_room(1, 1));  // it is elided, and whole in the tip
  CHECK(table->item(1, 1)->toolTip().toStdString() == reason);
}

TEST_CASE("the filter by id leaves one fossil in list, slices and scene") {
  Opened opened;
  opened.key(Qt::Key_F, Qt::ControlModifier);
  QTest::keyClicks(QApplication::focusWidget(), "9");
  opened.settle();
  const SceneContent content = opened.window().scene_content();
  // The selected one stays to be seen.
  CHECK(content.bodies.size() == 1);
  CHECK(content.bodies.front().slot == 2);
}

TEST_CASE("zooming in reads the full resolution, of what is seen alone") {
  Opened opened;
  SliceView& slice = opened.window().slice(Across::z);
  opened.key(Qt::Key_Z);
  // The fossil's middle is in the middle of the pane, larger than before.
  const QPointF middle = slice.pixel_of({66, 40, 32});
  CHECK(std::abs(middle.x() - slice.width() / 2.0) < 20);
  CHECK(slice.grey_at({60, 40, 32}) == 200.0F);
  opened.key(Qt::Key_F);
  CHECK(std::abs(slice.pixel_of({48, 40, 32}).x() - slice.width() / 2.0) < 5);
}

TEST_CASE("one pane alone, and all again") {
  Opened opened;
  opened.key(Qt::Key_1);
  CHECK(opened.window().slice(Across::z).isVisible());
  CHECK(!opened.window().slice(Across::x).isVisible());
  opened.key(Qt::Key_1);
  CHECK(opened.window().slice(Across::x).isVisible());
}

TEST_CASE("a right drag changes the grey window, W gives it back") {
  Opened opened;
  SliceView& slice = opened.window().slice(Across::z);
  const QPointF at = slice.pixel_of({5, 5, 32});
  const int before = colour_in(slice, at).lightness();
  const QPoint from = slice.rect().center();
  QTest::mousePress(&slice, Qt::RightButton, {}, from);
  // Not by the cursor: Qt's screen in memory does not tell widgets where it goes.
  for (const QPoint& to : {from + QPoint(0, 5), from + QPoint(0, -60)}) {
    QMouseEvent move(QEvent::MouseMove, to, slice.mapToGlobal(to), Qt::NoButton, Qt::RightButton,
                     Qt::NoModifier);
    QApplication::sendEvent(&slice, &move);
  }
  QTest::mouseRelease(&slice, Qt::RightButton, {}, from + QPoint(0, -60));
  opened.settle();
  CHECK(colour_in(slice, at).lightness() > before + 20);
  opened.key(Qt::Key_W);
  CHECK(std::abs(colour_in(slice, at).lightness() - before) < 3);
}

TEST_CASE("nothing in it: it opens, and keys do no harm") {
  Opened opened([](Viewing& viewing) {
    viewing.scan_levels.clear();
    viewing.id_levels.clear();
    viewing.fossils.clear();
    viewing.classes.clear();
    viewing.notices = {"This catalogue holds no fossil."};
  });
  for (const Qt::Key key :
       {Qt::Key_A, Qt::Key_N, Qt::Key_Z, Qt::Key_F, Qt::Key_W, Qt::Key_S, Qt::Key_F1}) {
    opened.key(key);
  }
  CHECK(!opened.window().selected());
  CHECK(opened.kept.decisions.empty());
}

// One application for all tests, which goes before its screen.
int main(int argc, char** argv) {
  const PrivateScreen screen;
  QApplication application(argc, argv);
  set_style(application);
  return doctest::Context(argc, argv).run();
}
